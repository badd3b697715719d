//! The settings of one command: what files, the environment and the command line say together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use moontide_aws::web::Reach;
use moontide_runtime::journal::{Execution, Format};
use moontide_runtime::sandbox::Limits;

use super::file::{self, Place};
use super::patience::PatienceSettings;
use super::prices::Prices;
use super::{home, limits};
use crate::environment::Environment;
use crate::error::{CommandError, Result, code};
use crate::notify::Receiver;

/// The name of the settings file, beside a runbook and in the user's configuration directory.
pub const FILE: &str = "moontide.toml";

/// The settings of one command.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The store that the user's file names.
    pub store: Option<String>,
    /// How long a lease holds without a sign of life, as the user's file says.
    pub lease_ttl: Option<Duration>,
    /// How long a runner waits for the end of its own troubles, as the user's file says.
    pub patience: PatienceSettings,
    /// What the operator pays, as the user's file says.
    pub prices: Option<Prices>,
    /// Operations that are denied, by name or as a service: `ssm.*`; and what runbooks name `outside`.
    pub denied: Vec<String>,
    /// Groups of people, by the name under which a runbook's approvers may mean them.
    pub approvers: BTreeMap<String, Vec<String>>,
    /// Which of them the runbook's folder says, and the operator does not.
    pub folders_groups: BTreeSet<String>,
    /// What scripts may use, by the limit's key: what the files say.
    pub limits: BTreeMap<String, String>,
    /// The same, from the environment and the command line.
    pub urgent: BTreeMap<String, String>,
    /// The same, from the command line alone.
    pub typed: BTreeMap<String, String>,
    /// What the runbook's folder wanted of limits beyond the operator's, and of groups that the operator has.
    pub overruled: Vec<String>,
    /// The receivers of notifications, as the user's file says. They are the runner's: no execution pins them.
    pub receivers: Vec<Receiver>,
    /// What of the web may be reached, as the user's file says.
    pub reach: Reach,
}

impl Settings {
    /// Reads the user's file, and the one in the runbook's folder if there is a runbook. Both may deny; the
    /// user's limits are ceilings for the folder's, and the user's groups of approvers win.
    pub fn read(environment: &Environment, runbook: Option<&Path>) -> Result<Settings> {
        let mut settings = Settings::default();
        for (key, text) in &environment.limits {
            limits::check(key, text).map_err(|message| {
                let variable = limits::ALL.iter().find(|limit| limit.key == key);
                let variable = variable.map_or("", |limit| limit.variable);
                CommandError::new(code::SETTINGS, format!("{variable}: {message}"))
            })?;
            settings.urgent.insert(key.clone(), text.clone());
        }
        if let Some(directory) = home::configuration(environment) {
            settings.read_file(&directory, Place::User)?;
        }
        if let Some(folder) = runbook {
            settings.read_file(folder, Place::Runbook)?;
        }
        Ok(settings)
    }

    /// The same, where the store has pinned what the file in the runbook's folder says.
    pub fn read_pinned(environment: &Environment, text: &str, path: &Path) -> Result<Settings> {
        let mut settings = Settings::read(environment, None)?;
        let name = path.display().to_string();
        file::parse(text, &name, Place::Runbook)?.apply(&mut settings, Place::Runbook);
        Ok(settings)
    }

    /// What the operator has decided about limits for a new execution.
    pub fn pinned(&self) -> BTreeMap<String, String> {
        self.limits.clone().into_iter().chain(self.urgent.clone()).collect()
    }

    /// The limits of a new execution.
    pub fn limits(&self) -> Limits {
        limits::of(&self.pinned())
    }

    /// The limits of an execution that has begun, with those that operators have changed since: what it has pinned
    /// holds against files and the environment, and yields to what an operator types now.
    pub fn limits_of(&self, execution: &Execution, changed: &BTreeMap<String, String>) -> Limits {
        // A file limits nothing of what has begun; before format 5 it did.
        let files = self.limits.clone().into_iter().filter(|_| execution.format < Format(5));
        let pinned = files.chain(execution.limits.clone()).chain(changed.clone());
        limits::of(&pinned.chain(self.typed.clone()).collect())
    }

    fn read_file(&mut self, folder: &Path, place: Place) -> Result<()> {
        if let Some(file) = file::read(folder, place)? {
            file.apply(self, place);
        }
        Ok(())
    }
}
