//! The head of a new execution, assembled in one place.

use std::collections::BTreeMap;

use jiff::Timestamp;
use moontide_runtime::journal::{Bundle, Execution, Format};
use moontide_runtime::plan::{Mode, Plan};
use moontide_runtime::sandbox::luau_version;

use crate::settings::Settings;

/// What every execution is made of.
pub struct Made<'s> {
    /// Its id.
    pub id: String,
    /// When it is created.
    pub at: Timestamp,
    /// The person who creates it.
    pub by: String,
    /// Drill or recovery.
    pub mode: Mode,
    /// Its plan.
    pub plan: Plan,
    /// The sources that the plan comes from.
    pub bundle: Bundle,
    /// The seed of its random numbers.
    pub seed: u64,
    /// What the operator has decided.
    pub settings: &'s Settings,
}

impl Made<'_> {
    /// The head: in the Regions and the account of its plan, under the operator's settings, and nothing else yet. Its
    /// sources are to be pinned, once it has everything.
    pub fn head(self) -> Execution {
        let settings = self.settings;
        Execution {
            format: Format::CURRENT,
            id: self.id,
            nonce: String::new(),
            created_at: self.at,
            created_by: self.by,
            mode: self.mode,
            params: BTreeMap::new(),
            secrets: BTreeMap::new(),
            regions: self.plan.regions.clone(),
            account: self.plan.account.clone(),
            replaceable: Vec::new(),
            gives_up: None,
            simulator: None,
            beside: Vec::new(),
            source: None,
            reason: String::new(),
            labels: BTreeMap::new(),
            only: Vec::new(),
            excluded: Vec::new(),
            origin: String::new(),
            acts_for: None,
            made: Vec::new(),
            denied: settings.denied.clone(),
            approvers: settings.approvers.clone(),
            limits: settings.pinned(),
            mandate: None,
            waves_at_once: Some(settings.limits().together.waves),
            sources: None,
            seed: self.seed,
            moontide: env!("CARGO_PKG_VERSION").to_owned(),
            luau: luau_version(),
            plan: self.plan,
            bundle: self.bundle,
        }
    }
}
