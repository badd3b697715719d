//! Pause points for which the operator has too few people: the runbook alone does not tell.

use moontide_control::answers::people::{ENOUGH, Groups, too_few};
use moontide_control::error::code;
use moontide_control::runbook::Files;
use moontide_runtime::plan::{Plan, locate};

use crate::finding::Finding;
use crate::loaded::mistaken;

/// Each at its line.
pub(crate) fn findings(files: &Files, plan: &Plan, groups: &Groups) -> Vec<Finding> {
    let entry = &files.bundle.modules[&files.bundle.entry];
    let located = locate(&entry.file, &entry.source, None, too_few(plan, groups));
    let finding = |located| {
        let finding = mistaken(code::PLAN_REFUSED, located);
        Finding { hints: vec![ENOUGH.into()], ..finding }
    };
    located.into_iter().map(finding).collect()
}
