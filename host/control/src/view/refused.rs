//! What an operator can do after a rule of the door has refused a launch. The rules themselves speak of no step.

use std::collections::BTreeSet;

use moontide_runtime::effect::{Lane, Outcome};
use moontide_runtime::journal::Body;
use moontide_runtime::scheduler::WaveStatus;
use serde_json::Value;

use super::Record;
use super::record::Owner;
use crate::error::Hint;
use crate::next::Next;

/// The error code of the door's refusals.
const REFUSED: &str = "PolicyRefused";

/// What the door has refused, and waves that stand still because of it.
#[derive(Default)]
struct InTheWay<'r> {
    /// Servers whose instances can be given up by name.
    servers: BTreeSet<&'r str>,
    /// Executions that have launched drill instances of them.
    others: BTreeSet<&'r str>,
    /// Waves, each with a launch of this execution whose end is not known yet.
    launching: BTreeSet<(&'r str, &'r str)>,
}

impl<'r> InTheWay<'r> {
    fn of(record: &'r Record) -> InTheWay<'r> {
        let mut found = InTheWay::default();
        for (_, node, wave) in record.nodes() {
            let Some(failure) = wave.failure.as_ref().filter(|it| it.code == REFUSED) else {
                continue;
            };
            if !matches!(wave.status, WaveStatus::Failed | WaveStatus::Waiting) {
                continue;
            }
            let lane = Lane::of_wave(&node.name, wave.attempt);
            let refused = refusal(record, &lane).unwrap_or(&failure.details);
            for each in refused["servers"].as_array().into_iter().flatten() {
                found.note(record, &node.name, each);
            }
        }
        found
    }

    fn note(&mut self, record: &'r Record, wave: &'r str, each: &'r Value) {
        // What this execution has launched itself cannot be given up by name.
        let is_called_so = each["execution"].as_str() == Some(record.execution.id.as_str());
        let is_own = is_called_so && each["namesake"] != true;
        // Nor what has no instance yet.
        let is_there = each["instance_id"].is_string();
        if let Some(job) = each["job_id"].as_str().filter(|_| !is_there && is_own) {
            self.launching.insert((wave, job));
        }
        let may_go = is_there && each["rule"].is_string() && !is_own;
        self.servers.extend(each["server"].as_str().filter(|_| may_go));
        let is_other = each["drill"] == true && each["rule"] == "owned_launch";
        let owner = each["execution"].as_str().filter(|_| is_other);
        self.others.extend(owner.filter(|owner| *owner != record.execution.id));
    }
}

/// A sentence for each way out: an instance that is in the way can be given up by name, and what another
/// execution has launched can be cleaned up.
pub fn hints(record: &Record) -> Vec<Hint> {
    // No step is taken in this store any more.
    if record.seal.is_some() {
        return Vec::new();
    }
    let InTheWay { servers, others, launching } = InTheWay::of(record);
    let mut hints = Vec::new();
    for other in others {
        hints.extend(freed(other, record.owners.get(other)));
    }
    for (wave, job) in launching {
        let retry = Next::retry(&record.execution.id, wave);
        let once = format!("` once DRS says how the launch {job} has ended");
        hints.push(Hint::step("`", retry, once));
    }
    if !servers.is_empty() {
        let replace = servers.into_iter().map(str::to_owned).collect();
        let start = Next::Start { mode: record.execution.mode, replace };
        let gives_up = "` gives up the instances that are there, and starts anew";
        hints.push(Hint::step("`", start, gives_up));
    }
    hints
}

/// What frees the servers that another execution has, as far as it can be done now.
fn freed(other: &str, owner: Option<&Owner>) -> Option<Hint> {
    let (cleanup, status) = (Next::clean_up(other), Next::status(other));
    Some(match owner {
        Some(Owner::HasInstances) => Hint::step("`", cleanup, "` terminates what it has launched"),
        Some(Owner::GoesOn) => {
            let far = format!("` shows how far `{other}` is; once it is over, `");
            let hint = Hint::step("`", status, far).then(cleanup);
            hint.say("` terminates what it has launched")
        }
        Some(Owner::Moved(to)) => {
            format!("`{other}` was moved to {to}: how far it is, is known there").into()
        }
        Some(Owner::IsClean) => return None,
        None => {
            let there = format!(
                "`, in the store of `{other}` and once it is over, terminates what it has launched"
            );
            Hint::step("`", cleanup, there)
        }
    })
}

/// The executions whose launches are in the way.
pub(super) fn owners(record: &Record) -> BTreeSet<String> {
    InTheWay::of(record).others.into_iter().map(str::to_owned).collect()
}

/// What the door said last in this attempt: the wave may have added what it knows to its failure.
fn refusal<'r>(record: &'r Record, lane: &Lane) -> Option<&'r Value> {
    record.entries.iter().rev().find_map(|entry| match &entry.body {
        Body::Outcome { step, outcome: Outcome::Failed { error }, .. }
            if step.lane.root() == *lane && error.code == REFUSED =>
        {
            Some(&error.details)
        }
        _ => None,
    })
}
