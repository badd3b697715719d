//! What every command knows: the environment, where to print, the global flags.

use std::cell::RefCell;
use std::io::IsTerminal;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use moontide_control::environment::Environment;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::operator::Operator;
use moontide_control::settings::Settings;
use moontide_control::stores::Address;
use moontide_control::target::Target;
use moontide_control::whoami::{self, Person};
use moontide_control::words::quoted;
use moontide_runtime::store::Store;

use crate::output::style::{attention, plain};
use crate::output::{Format, Output};

/// The command that carries out what is due.
pub(crate) const CARRY_OUT: &str = "obligations --carry-out";

/// The commands that talk to AWS.
const DRIVES: [&str; 9] = [
    "run",
    "resume",
    "repl",
    "cleanup",
    "adopt",
    CARRY_OUT,
    "schedule run",
    "schedule finish",
    "schedule serve",
];

/// The surroundings of one command.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    /// The environment variables.
    pub(crate) environment: Environment,
    /// Where its words go.
    pub(crate) output: Output,
    /// `--store`.
    pub(crate) store: Option<String>,
    /// `--set-limit`.
    pub(crate) limits: Vec<(String, String)>,
    /// Whether a person can be asked: both ends of the conversation are a terminal.
    pub(crate) can_ask: bool,
    /// Whether a person watches.
    pub(crate) is_watched: bool,
    /// The AWS flags of this command, as they are typed: a command that is proposed leads to the same AWS.
    pub(crate) aws: RefCell<Vec<String>>,
    /// What was typed, for a command that goes on in another store.
    pub(crate) typed: RefCell<String>,
    /// The execution that is being driven.
    pub(crate) driving: Rc<RefCell<Option<String>>>,
}

impl Context {
    /// The context of this process.
    pub(crate) fn new(environment: Environment, format: Format, store: Option<String>) -> Context {
        let is_watched = std::io::stderr().is_terminal();
        Context {
            environment,
            output: Output { format },
            store,
            limits: Vec::new(),
            can_ask: is_watched && std::io::stdin().is_terminal(),
            is_watched,
            aws: RefCell::default(),
            typed: RefCell::default(),
            driving: Rc::default(),
        }
    }

    /// The settings, of a runbook's folder too if there is one.
    pub(crate) fn settings(&self, runbook: Option<&Path>) -> Result<Settings> {
        let mut settings = Settings::read(&self.environment, runbook)?;
        settings.typed = self.limits.iter().cloned().collect();
        settings.urgent.extend(settings.typed.clone());
        for overruled in &settings.overruled {
            let text = format!("the folder's {overruled}");
            self.output.say([attention("not used: "), plain(text)]);
        }
        Ok(settings)
    }

    /// Where executions are.
    pub(crate) fn address(&self) -> Result<Address> {
        Address::choose(self.store.as_deref(), &self.environment, &self.settings(None)?)
    }

    /// The store that the readers of a notification are told: a table, and a file that the operator has named.
    pub(crate) fn store_of_readers(&self) -> Option<String> {
        match self.address() {
            Ok(table @ Address::Dynamo { .. }) => Some(table.text()),
            _ => self.store.clone(),
        }
    }

    /// Opens the store for a command that looks for an execution in it.
    pub(crate) fn open_store(&self) -> Result<Arc<dyn Store>> {
        self.open(&self.address()?)
    }

    fn open(&self, address: &Address) -> Result<Arc<dyn Store>> {
        let is_named = self.store.is_some() || self.environment.store.is_some();
        let store = if is_named { address.open_existing() } else { address.open() }?;
        // What is no store is another complaint.
        address.warn_if_loose(self);
        Ok(store)
    }

    /// A command to type that means the same store, and the same AWS if it goes there: `resume x` becomes
    /// `moontide resume x --endpoint-url http://127.0.0.1:9400`.
    pub(crate) fn command(&self, rest: &str) -> String {
        let mut words = vec!["moontide".to_owned()];
        words.extend(self.store.as_ref().map(|store| format!("--store {}", quoted(store))));
        words.push(rest.to_owned());
        let is_of = |verb: &str| {
            rest.strip_prefix(verb).is_some_and(|more| more.is_empty() || more.starts_with(' '))
        };
        if DRIVES.into_iter().any(is_of) {
            words.extend(self.aws.borrow().iter().cloned());
        }
        words.join(" ")
    }

    /// In whose name this process speaks to an execution, which `--by` may claim.
    pub(crate) async fn author(&self, by: Option<&str>) -> Result<Person> {
        whoami::author(&self.environment, &self.address()?, by).await
    }

    /// The operator of a command about an execution that has begun, in the store that the command opens.
    pub(crate) fn operator(&self, target: Target, by: Option<&str>) -> Result<Operator> {
        let settings = self.settings(None)?;
        let address = Address::choose(self.store.as_deref(), &self.environment, &settings)?;
        let store = self.open(&address)?;
        let (environment, by) = (self.environment.clone(), by.map(str::to_owned));
        let face = Rc::new(self.clone());
        Ok(Operator { environment, settings, address, store, target, by, face })
    }

    /// Runs a command's future on this thread.
    #[expect(clippy::unused_self, reason = "only a command may block")]
    pub(crate) fn block_on<T>(&self, future: impl Future<Output = Result<T>>) -> Result<T> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| {
            CommandError::new(code::INTERNAL, format!("the runtime cannot start: {error}"))
        })?;
        let result = runtime.block_on(future);
        // A thread that reads the terminal may never end.
        runtime.shutdown_background();
        result
    }
}

#[cfg(test)]
impl Context {
    /// One that proposes commands without flags.
    pub(crate) fn bare() -> Context {
        Context::new(Environment::default(), Format::Text, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proposed_command_leads_to_the_same_store_and_the_same_aws() {
        let store = Some("sqlite:a b.db".to_owned());
        let context = Context::new(Environment::default(), Format::Text, store);
        *context.aws.borrow_mut() = vec!["--speed 60".to_owned()];
        let resume = "moontide --store 'sqlite:a b.db' resume x --speed 60";
        assert_eq!(context.command("resume x"), resume);
        assert_eq!(context.command("status x"), "moontide --store 'sqlite:a b.db' status x");
    }
}
