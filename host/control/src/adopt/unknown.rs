//! What DRS shows of an execution and its journal does not know.

use std::collections::BTreeSet;

use moontide_runtime::effect::Outcome;
use moontide_runtime::effect::launches::LAUNCH;
use moontide_runtime::journal::{Body, Entry, Execution};

use super::traces::Launch;

/// The launches among these of which a journal does not know. One that has run knows each launch that it was about
/// to send by its key, and looks for its jobs; one that was adopted knows the jobs that were found.
pub(super) fn to<'l>(
    execution: &Execution,
    entries: &[Entry],
    launches: &[&'l Launch],
) -> Vec<&'l Launch> {
    let (mut jobs, mut keys) = (BTreeSet::new(), BTreeSet::new());
    for entry in entries {
        match &entry.body {
            Body::Intent { step, .. } if step.operation == LAUNCH => {
                keys.insert(step.key.as_str());
            }
            Body::Outcome { step, outcome: Outcome::Ok { value }, .. }
                if step.operation == LAUNCH =>
            {
                jobs.extend(value["job"]["job_id"].as_str());
            }
            _ => {}
        }
    }
    let is_sent =
        |launch: &Launch| launch.key.as_ref().is_some_and(|key| keys.contains(key.as_str()));
    let is_known = |launch: &Launch| {
        jobs.contains(launch.job_id.as_str()) || (!execution.is_adopted() && is_sent(launch))
    };
    launches.iter().copied().filter(|launch| !is_known(launch)).collect()
}
