//! In whose name a schedule speaks to an execution: its own, with the person behind whose process that is as the sender.

use moontide_runtime::journal::{Body, Channel};
use moontide_runtime::scheduler::{Event, SignalKind};

use crate::operator::Operator;
use crate::view::Record;

/// What stands before the schedule's name.
const NAME: &str = "schedule ";
/// What an earlier release wrote when a schedule cancelled, in the name of its process.
const EARLIER: [&str; 2] = ["the schedule `", "its time counts as over"];

/// The name under which a schedule answers and cancels: `schedule weekly`.
pub fn name(schedule: &str) -> String {
    format!("{NAME}{schedule}")
}

/// The operator who speaks so.
pub fn operator(operator: &Operator, schedule: &str) -> Operator {
    Operator { by: Some(name(schedule)), ..operator.clone() }
}

/// Whether a schedule has cancelled an execution that it had started, as no person was there to answer.
pub fn has_cancelled(record: &Record) -> bool {
    let mut cancels = record.entries.iter().filter_map(|entry| match &entry.body {
        Body::Event { event: Event::Signalled { signal, .. } }
            if matches!(signal.wish, SignalKind::Cancel { .. }) =>
        {
            (!record.refused.contains_key(&entry.sequence)).then_some(signal)
        }
        _ => None,
    });
    let is_started = record.execution.source == Some(Channel::Schedule);
    cancels.next_back().is_some_and(|signal| {
        let is_named = signal.by.starts_with(NAME) && !signal.sender.is_empty();
        is_started && (is_named || EARLIER.iter().any(|it| signal.comment.starts_with(it)))
    })
}
