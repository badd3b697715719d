//! What a check found, with the plan if there is one.

use moontide_author::Finding;
use moontide_control::view::plan::PlanView;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::plan;
use super::worded::{self, Steps};
use crate::context::Context;
use crate::output::Page;

/// A checked runbook. For people the findings stand on stderr.
#[derive(Serialize, JsonSchema)]
pub(crate) struct CheckView {
    /// The plan, unless the runbook is refused.
    #[serde(flatten)]
    pub(crate) plan: Option<PlanView>,
    /// What is wrong with it, or odd.
    pub(crate) findings: Vec<Finding>,
}

impl Steps for CheckView {
    fn word(&self, context: &Context, json: &mut Value) {
        worded::put_findings(context, &self.findings, json);
    }

    fn write(&self, _: &Context, page: &mut Page) {
        if let Some(plan) = &self.plan {
            plan::write(plan, page);
        }
    }
}
