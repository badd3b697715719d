//! SSM automations, as they were started; `automate` computes them.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use crate::scenario::AutomationStatus;

/// How long an automation is pending.
pub(super) const QUEUE: SignedDuration = SignedDuration::from_secs(2);

/// What the caller of `StartAutomationExecution` asked for.
#[derive(Debug, PartialEq)]
pub(crate) struct AutomationOrder {
    /// The document as the caller gave it, which may be an ARN.
    pub(crate) document: String,
    /// The name that the caller meant.
    pub(crate) name: String,
    pub(crate) document_version: Option<String>,
    pub(crate) parameters: Option<BTreeMap<String, Vec<String>>>,
    /// What the simulator ignores, and yet another order under the same token differs in.
    pub(crate) rest: Map<String, Value>,
}

/// An automation that was started.
#[derive(Debug)]
pub(crate) struct AutomationRun {
    pub(crate) id: String,
    /// The caller's idempotency token, in lower case.
    pub(crate) token: Option<String>,
    pub(crate) order: AutomationOrder,
    pub(crate) requested: Timestamp,
    pub(crate) ends: Timestamp,
    pub(crate) outcome: AutomationStatus,
    pub(crate) failure_message: Option<String>,
    pub(crate) outputs: BTreeMap<String, Vec<String>>,
}

impl AutomationRun {
    /// Where it is at `now`: `AutomationExecutionStatus` of the API.
    pub(crate) fn status(&self, now: Timestamp) -> &'static str {
        if self.is_over(now) {
            self.outcome.name()
        } else if now < self.requested + QUEUE {
            "Pending"
        } else {
            "InProgress"
        }
    }

    /// Ends it before its time, and says whether it had not ended.
    pub(crate) fn stop(&mut self, outcome: AutomationStatus, at: Timestamp) -> bool {
        let runs = !self.is_over(at);
        if runs {
            self.ends = at;
            self.outcome = outcome;
            self.outputs.clear();
            self.failure_message = None;
        }
        runs
    }

    /// Whether it is over.
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        now >= self.ends
    }
}
