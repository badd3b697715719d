//! What is told, in a sentence behind the mode and the runbook's name. What programs and people have said is cleaned
//! and cut: it may hold anything.

use jiff::Timestamp;
use moontide_runtime::history::{Event as Moved, Execution, Signal, SignalKind};
use moontide_runtime::machine::{State, WaveStatus};
use moontide_runtime::scheduler::{Graph, Prompt, PromptKind};
use moontide_runtime::text::plain;

use crate::cleanup::launched::Launched;
use crate::words;

/// No part of a sentence is longer.
const LONGEST: usize = 500;

pub(super) fn started(execution: &Execution) -> String {
    let by = plain(&execution.created_by, LONGEST);
    let place = match (&execution.account, execution.regions.first()) {
        (Some(account), Some(region)) => format!(" in {account}, {region}"),
        (None, Some(region)) => format!(" in {region}"),
        _ => String::new(),
    };
    let what = match &execution.acts_for {
        Some(drill) => format!("the cleanup of {drill} was started by {by}{place}"),
        None => format!("started by {by}{place}"),
    };
    behind(what, &execution.reason)
}

pub(super) fn asked(prompt: &Prompt) -> String {
    let wave = &prompt.wave;
    let what = match prompt.kind {
        PromptKind::Unknown => format!("whether an effect of wave {wave} happened is not known"),
        PromptKind::Hold => "all waves wait for the person who has paused it".to_owned(),
        PromptKind::Failure => format!("wave {wave} has failed, and waits for a person"),
        _ if wave.is_empty() => "it waits for a person".to_owned(),
        _ => format!("wave {wave} waits for a person"),
    };
    let mut said = behind(what, &prompt.message);
    let mut more = Vec::new();
    if !prompt.approvers.is_empty() {
        more.push(format!("to be answered by {}", plain(&prompt.approvers.join(", "), LONGEST)));
    }
    if prompt.approvals > 1 {
        more.push(format!("{} people must agree", prompt.approvals));
    }
    if let Some(end) = prompt.deadline {
        let silence = prompt.on_timeout.as_ref().map(|it| format!(", then `{it}`"));
        more.push(format!("until {}{}", words::time(end), silence.unwrap_or_default()));
    }
    if !more.is_empty() {
        said = format!("{said} ({})", more.join("; "));
    }
    said
}

pub(super) fn approved(signal: &Signal, prompt: &Prompt) -> String {
    let more = words::count(prompt.missing(), "more approval");
    format!("{}; {} takes {more}", by(signal), about(prompt))
}

/// What has closed a prompt; `None`: its wave, or all of it, is over, which is told by itself.
pub(super) fn answered(event: &Moved, prompt: &Prompt) -> Option<String> {
    let about = about(prompt);
    Some(match event {
        Moved::Signalled { signal, .. } if matches!(signal.wish, SignalKind::Cancel { .. }) => {
            return None;
        }
        Moved::Signalled { signal, .. } => format!("{} ({about})", by(signal)),
        Moved::TimedOut { .. } => {
            let silence = prompt.on_timeout.as_ref().map_or("nothing", |it| it.as_str());
            format!("{about} was not answered in time, which means `{silence}`")
        }
        Moved::Withdrawn { .. } => format!("{about} needs no answer any more: it was found out"),
        _ => return None,
    })
}

pub(super) fn wave_failed(wave: &str, why: Option<&str>) -> String {
    behind(format!("wave {wave} has failed"), why.unwrap_or_default())
}

pub(super) fn ended(
    execution: &Execution,
    state: &State,
    began: Option<Timestamp>,
    ended: Timestamp,
) -> String {
    let graph = Graph::of(execution);
    let of = |status: WaveStatus| -> Vec<&str> {
        let waves = graph.nodes().iter().zip(&state.waves);
        waves
            .filter(|(_, wave)| wave.status == status)
            .map(|(node, _)| node.name.as_str())
            .collect()
    };
    let failed = of(WaveStatus::Failed);
    let took = began.map(|began| words::duration(words::between(began, ended)));
    let took = took.map(|took| format!(" after {took}")).unwrap_or_default();
    let what = match &execution.acts_for {
        Some(drill) => format!("the cleanup of {drill} "),
        None => String::new(),
    };
    if !failed.is_empty() {
        let waves = plain(&failed.join(", "), LONGEST);
        return format!("{what}failed{took}: wave {waves}");
    }
    if let Some(by) = &state.cancelled_by {
        return format!("{what}cancelled by {}{took}", plain(by, LONGEST));
    }
    if !of(WaveStatus::Cancelled).is_empty() {
        return format!("{what}stopped before its end{took}");
    }
    let skipped = of(WaveStatus::Skipped).len();
    let but = if skipped == 0 {
        String::new()
    } else {
        format!(", {} skipped", words::count(skipped, "wave"))
    };
    format!("{what}completed{took}{but}")
}

pub(super) fn left(launched: &[Launched]) -> String {
    let named: Vec<String> = launched.iter().flat_map(Launched::named).collect();
    let what = "what it launched is not cleaned up";
    if named.is_empty() { what.to_owned() } else { behind(what.to_owned(), &named.join(", ")) }
}

/// Who wants what: `ann: continue: the replica is good`.
fn by(signal: &Signal) -> String {
    // A name that is only a claim is told as one.
    let who = match signal.sender.as_str() {
        "" => plain(&signal.by, LONGEST),
        sender => plain(&format!("{} (sent by {sender})", signal.by), LONGEST),
    };
    let wish = match &signal.wish {
        SignalKind::Answer { choice, .. } => plain(choice, LONGEST),
        SignalKind::Skip { wave } => format!("skip {wave}"),
        SignalKind::Retry { wave, .. } => format!("retry {wave}"),
        SignalKind::Resume => "go on".to_owned(),
        SignalKind::Pause => "pause".to_owned(),
        SignalKind::Cancel { .. } => "cancel".to_owned(),
        SignalKind::Note => "note".to_owned(),
    };
    behind(format!("{who}: {wish}"), &signal.comment)
}

fn about(prompt: &Prompt) -> String {
    if prompt.wave.is_empty() { prompt.id.clone() } else { format!("wave {}", prompt.wave) }
}

fn behind(what: String, more: &str) -> String {
    if more.is_empty() { what } else { format!("{what}: {}", plain(more, LONGEST)) }
}
