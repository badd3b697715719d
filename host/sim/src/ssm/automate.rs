//! Starting an automation: how it ends is decided here.

use jiff::Timestamp;

use super::automation::{AutomationOrder, AutomationRun, QUEUE};
use super::state::Ssm;
use crate::estate::Estate;
use crate::scenario::Automation;

impl Ssm {
    /// The automation that was started under this token, if any.
    pub(crate) fn automation_of(&self, token: &str) -> Option<&AutomationRun> {
        self.automations.iter().find(|run| run.token.as_deref() == Some(token))
    }

    /// Starts an automation. All checks are behind us.
    pub(crate) fn start_automation(
        &mut self,
        estate: &Estate,
        order: AutomationOrder,
        token: Option<String>,
        at: Timestamp,
    ) -> &AutomationRun {
        let scripts = &estate.scenario.automations;
        let region = estate.scenario.region.as_str();
        let answers = |it: &Automation| it.is_of(region) && it.matches(&order.name);
        let script = scripts.iter().position(answers);
        self.met.automation(&order.name, script);
        let script = script.map(|place| scripts[place].clone());
        let Automation { status, failure_message, outputs, takes, .. } = script.unwrap_or_default();
        self.automations.push(AutomationRun {
            id: estate.seed.uuid(&format!("automation/{}", self.automations.len())),
            token,
            order,
            requested: at,
            ends: at + QUEUE + takes,
            outcome: status,
            failure_message: failure_message.map(toml::Spanned::into_inner),
            outputs,
        });
        &self.automations[self.automations.len() - 1]
    }
}
