//! What a signal that was sent means.

use moontide_runtime::scheduler::WaveStatus;
use moontide_runtime::store::{Signal, SignalKind};

use crate::view::{Record, prompts, signal};

/// What was done, for the operator who did it.
pub(super) fn meaning((before, now): (&Record, &Record), signal: &Signal) -> String {
    let (id, by) = (&now.execution.id, signal::by(signal));
    match &signal.wish {
        SignalKind::Answer { prompt, .. } => match now.ahead.prompts.get(prompt) {
            Some(open) => format!("{prompt}: {}", prompts::approval(open, signal)),
            None => signal::text(signal),
        },
        // One that stands already, and not one that a retry has lifted.
        SignalKind::Cancel { seen } if *seen > 0 && before.behind.cancelled_by.is_some() => {
            format!("{id}: the hooks are to stop too, by {by}")
        }
        SignalKind::Cancel { .. } => format!("{id}: cancellation wanted by {by}"),
        SignalKind::Pause => format!("{id}: no further wave starts; paused by {by}"),
        SignalKind::Resume => format!("{id}: goes on; resumed by {by}"),
        SignalKind::Skip { wave } => match now.ahead.prompts.values().find(|it| it.wave == *wave) {
            // It takes more people than this one.
            Some(open) => format!("{wave}: {}", prompts::approval(open, signal)),
            None => signal::text(signal),
        },
        SignalKind::Note | SignalKind::Retry { .. } => signal::text(signal),
    }
}

/// Which other waves wait for their turn again because of a retry.
pub(super) fn called_back(before: &Record, now: &Record, wish: &SignalKind) -> Vec<String> {
    let runs = |at: usize| now.ahead.waves[at].skip.is_none();
    back(before, now, wish).filter(|(at, _)| runs(*at)).map(|(_, name)| name.to_owned()).collect()
}

/// Which of them are left out all the same, when their turn comes, and why.
pub(super) fn still_skipped(before: &Record, now: &Record, wish: &SignalKind) -> Vec<String> {
    let skipped = |(at, name): (usize, &str)| {
        now.ahead.waves[at].skip.as_ref().map(|reason| format!("{name}: {reason}"))
    };
    back(before, now, wish).filter_map(skipped).collect()
}

/// The other waves that a retry gives another turn, with their places.
fn back<'r>(
    before: &'r Record,
    now: &'r Record,
    wish: &'r SignalKind,
) -> impl Iterator<Item = (usize, &'r str)> {
    let retried = match wish {
        SignalKind::Retry { wave, .. } => Some(wave.as_str()),
        _ => None,
    };
    let is_back = move |at: usize| {
        let (was, will) = (before.behind.waves[at].status, now.behind.waves[at].status);
        was == WaveStatus::Cancelled && will != WaveStatus::Cancelled
    };
    let waves = now.nodes().filter(move |(at, node, _)| {
        retried.is_some_and(|retried| retried != node.name) && is_back(*at)
    });
    waves.map(|(at, node, _)| (at, node.name.as_str()))
}
