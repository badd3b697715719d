//! The steps that an operator can take with an execution now.

use moontide_runtime::scheduler::{
    ExecutionStatus, PromptKind, Signal, SignalKind, WaveState, WaveStatus,
};

use super::limits::beyond;
use super::obligation::Stage;
use super::{ObligationView, PromptView, Record, sealed};
use crate::next::Next;

/// All of them, the first one first.
pub(super) fn next(
    record: &Record,
    prompts: &[PromptView],
    obligation: Option<&ObligationView>,
    typed: &[(String, String)],
) -> Vec<Next> {
    let id = record.execution.id.as_str();
    // What is pruned or moved goes on nowhere in this store.
    if record.seal.is_some() {
        return sealed::next(record).into_iter().collect();
    }
    let open = |is_hold: bool| {
        let open = prompts.iter().filter(|view| view.is_open());
        let these = open.filter(move |it| (it.prompt.kind == PromptKind::Hold) == is_hold);
        these.map(|view| view.next.clone())
    };
    let mut steps: Vec<Next> = open(false).collect();
    if !record.is_over() && record.runner.is_none() && !is_only_held(record) {
        steps.push(go_on(record, typed));
    }
    steps.extend(open(true));
    let has_failed = record.status() == ExecutionStatus::Failed;
    if record.is_over() && has_failed {
        steps.push(Next::show(id));
    }
    // While others wait or run, too.
    if !record.is_over() || has_failed {
        steps.extend(mend(record, typed));
    }
    let may_lift = record.is_over() && record.status() != ExecutionStatus::Completed;
    let standing = record.ahead.standing().filter(|_| may_lift);
    steps.extend(standing.map(|abort| Next::retry(id, &abort.at)));
    // What a cancel stopped can be taken up one by one, also beside one that runs again.
    steps.extend(cut_off(record).into_iter().map(|wave| Next::retry(id, wave)));
    if obligation.is_some_and(|it| it.due_at.is_some() && it.state != Stage::Owed) {
        steps.push(Next::CarryOut);
    }
    if record.is_over() && record.has_instances {
        steps.push(Next::clean_up(id));
    }
    each_once(steps)
}

fn each_once(steps: Vec<Next>) -> Vec<Next> {
    let mut once = Vec::new();
    for step in steps {
        if !once.contains(&step) {
            once.push(step);
        }
    }
    once
}

/// How an execution goes on that no runner drives: with more of a limit, where a wave that is retried has failed of it.
fn go_on(record: &Record, typed: &[(String, String)]) -> Next {
    let is_retried = |at: usize| record.ahead.waves[at].status != WaveStatus::Failed;
    let mut retried =
        record.nodes().filter(|(at, _, wave)| wave.status == WaveStatus::Failed && is_retried(*at));
    let beyond = retried.find_map(|(_, node, _)| beyond(record, &node.name, typed));
    beyond.unwrap_or_else(|| Next::go_on(&record.execution))
}

/// What can be done about the waves that have failed.
fn mend(record: &Record, typed: &[(String, String)]) -> Vec<Next> {
    let id = record.execution.id.as_str();
    // What a cancel has cut off is retried, not skipped.
    let is_cancelled = record.state.cancelled_by.is_some();
    // Nor does one come before the abort that stands.
    let stands = record.ahead.standing().map(|abort| abort.at.as_str());
    let is_free = |wave: &&str| !is_cancelled && stands.is_none_or(|at| at == *wave);
    let mut steps = Vec::new();
    for wave in record.failed().filter(is_free) {
        let beyond = beyond(record, wave, typed);
        // A runner that is at work takes a retry at once, under the limits that it knows.
        if record.runner.is_some() && beyond.is_some() {
            continue;
        }
        steps.push(Next::retry(id, wave));
        // Under the same limit it would fail of it once more.
        steps.extend(beyond);
        // What a cleanup has not done stays to be done.
        if record.execution.acts_for.is_none() {
            steps.push(Next::Skip { execution: id.to_owned(), wave: wave.to_owned() });
        }
    }
    steps
}

/// Whether there is nothing to do for a runner before a pause is lifted.
fn is_only_held(record: &Record) -> bool {
    let alive = |status| matches!(status, WaveStatus::Running | WaveStatus::Waiting);
    record.hold().is_some()
        && record.pending.is_empty()
        && !record.state.waves.iter().any(|wave| alive(wave.status))
}

/// The waves from which a cancelled execution can go on: those that the cancel stopped, or where it stopped
/// none, those that would have been next.
pub fn cut_off(record: &Record) -> Vec<&str> {
    let is_cancelled = record.state.cancelled_by.is_some();
    let is_off = |wave: &WaveState| match wave.status {
        WaveStatus::Cancelled => true,
        WaveStatus::Failed => is_cancelled,
        _ => false,
    };
    let taken = record.nodes().filter(|(_, node, wave)| {
        let wish = SignalKind::Retry { wave: node.name.clone(), mend: None };
        let (by, sender, comment) = (String::new(), String::new(), String::new());
        let signal = Signal { wish, by, sender, comment, at: record.execution.created_at };
        is_off(wave) && record.would_take(&signal).is_ok()
    });
    let taken: Vec<(&str, bool)> =
        taken.map(|(_, node, wave)| (node.name.as_str(), wave.attempt > 0)).collect();
    let any_begun = taken.iter().any(|(_, begun)| *begun);
    taken.into_iter().filter(|(_, begun)| *begun == any_begun).map(|(name, _)| name).collect()
}
