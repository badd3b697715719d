//! What a check found, with the plan if there is one.

use moontide_author::Finding;
use moontide_control::view::plan::PlanView;
use serde::Serialize;

use crate::output::{Document, Page};

/// A checked runbook. For people the findings stand on stderr.
#[derive(Serialize)]
pub(crate) struct CheckView {
    /// The plan, unless the runbook is refused.
    #[serde(flatten)]
    pub(crate) plan: Option<PlanView>,
    /// What is wrong with it, or odd.
    pub(crate) findings: Vec<Finding>,
}

impl Document for CheckView {
    fn write(&self, page: &mut Page) {
        if let Some(plan) = &self.plan {
            plan.write(page);
        }
    }
}
