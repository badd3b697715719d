//! A checked plan, and the groups that it may ask.

use std::collections::BTreeMap;

use moontide_runtime::plan::Plan;
use schemars::JsonSchema;
use serde::Serialize;

use crate::contract::engine;
use crate::settings::Settings;

/// What a runbook declares. A secret has no default, so there is none to hide.
#[derive(Serialize, JsonSchema)]
pub struct PlanView {
    /// What it declares.
    #[schemars(with = "engine::Plan")]
    pub plan: Plan,
    /// The groups that a runbook's approvers may mean, by their names.
    pub groups: BTreeMap<String, Group>,
}

/// A group of approvers.
#[derive(Serialize, JsonSchema)]
pub struct Group {
    /// Its members.
    pub members: Vec<String>,
    /// Whether the runbook's own folder says so, and not the operator.
    pub by_the_folder: bool,
}

impl PlanView {
    /// The view of a plan, under these settings.
    pub fn of(plan: Plan, settings: &Settings) -> PlanView {
        let group = |(name, members): (&String, &Vec<String>)| {
            let by_the_folder = settings.folders_groups.contains(name);
            (name.clone(), Group { members: members.clone(), by_the_folder })
        };
        PlanView { plan, groups: settings.approvers.iter().map(group).collect() }
    }
}
