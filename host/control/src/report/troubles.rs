//! What did not go as it should: what the door has refused, what was attempted or sent again, and what could not be told.

use jiff::Timestamp;
use moontide_runtime::effect::Outcome;
use moontide_runtime::effect::policy::REFUSED;
use moontide_runtime::history::events;
use moontide_runtime::journal::Body;
use moontide_runtime::scheduler::{End, Event, Failure, PromptKind, SignalKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::decisions::{Decision, Intervention};
use super::effects::{Effect, items, text};
use super::known::Known;
use super::moments::Question;
use super::servers::Server;
use super::subject::Subject;
use crate::schedule::spoken;
use crate::words;

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Trouble {
    /// When.
    pub at: Timestamp,
    /// What kind of trouble it was.
    pub kind: TroubleKind,
    /// The wave; empty: it is about none.
    pub wave: String,
    /// Which attempt; 0: it is about none.
    pub attempt: u32,
    /// What happened, in a sentence.
    pub what: String,
    /// The person or the rule that has decided about it, and what.
    pub decided: Known<String>,
}

/// The kinds of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TroubleKind {
    /// A rule of the door has refused a call.
    Refused,
    /// An attempt of a wave has failed, or a server of one that went on without it; or no person has answered.
    Failed,
    /// A call was sent again, because it had certainly had no effect.
    SentAgain,
    /// A call whose reply was lost was found in AWS, and not sent again.
    Adopted,
    /// It could not be told whether a call had an effect.
    Unknown,
}

/// All of them, in their order.
pub(super) fn all(
    subject: &Subject<'_>,
    servers: &[Server],
    decisions: &[Decision],
    interventions: &[Intervention],
) -> Vec<Trouble> {
    let mut troubles: Vec<Trouble> =
        subject.effects.iter().filter_map(|effect| of_effect(effect, decisions)).collect();
    troubles.extend(failures(subject, decisions, interventions));
    troubles.extend(open_doubts(subject, decisions));
    troubles.extend(subject.moments.questions.iter().filter_map(unanswered));
    troubles.extend(called_off(subject));
    troubles.extend(servers.iter().filter_map(|server| of_server(subject, server)));
    troubles.sort_by_key(|trouble| trouble.at);
    troubles
}

fn of_effect(effect: &Effect<'_>, decisions: &[Decision]) -> Option<Trouble> {
    let operation = effect.operation();
    let rule = |why: &str| Known::Known(why.to_owned());
    let (kind, what, decided) = match effect.outcome {
        Outcome::Failed { error } if error.code == REFUSED => {
            let name = rule_of(&error.details).unwrap_or_else(|| "the door".to_owned());
            let what = format!("{operation} was refused: {}", error.message);
            (TroubleKind::Refused, what, rule(&format!("the rule {name}")))
        }
        Outcome::Unknown { evidence } => {
            let what = format!("{operation} may have happened or not: {}", evidence.message);
            (TroubleKind::Unknown, what, doubt_of(effect, decisions))
        }
        _ if effect.adopted => {
            let what = format!("the reply to {operation} was lost; its effect was found in AWS");
            (TroubleKind::Adopted, what, rule("it was looked up, and not sent again"))
        }
        _ if effect.sent > 1 => {
            let what = format!("{operation} was sent {} times", effect.sent);
            let decided = match doubt_of(effect, decisions) {
                Known::Known(person) => Known::Known(person),
                Known::Unknown { .. } => rule("it was looked up, and had had no effect"),
            };
            (TroubleKind::SentAgain, what, decided)
        }
        _ => return None,
    };
    let (wave, attempt) = effect.place();
    Some(Trouble { at: effect.to, kind, wave: wave.to_owned(), attempt, what, decided })
}

/// The rule that a refusal names, of its servers if it has some.
fn rule_of(details: &Value) -> Option<String> {
    let of_server = || items(details, "servers").find_map(|server| text(server, "rule"));
    text(details, "rule").or_else(of_server)
}

/// The person who has said what became of a call.
fn doubt_of(effect: &Effect<'_>, decisions: &[Decision]) -> Known<String> {
    let place = format!("{}.{}.", effect.step.lane, effect.step.position);
    let is_it = |it: &&Decision| it.kind == PromptKind::Unknown && it.prompt.starts_with(&place);
    match decisions.iter().rev().find(is_it) {
        Some(decision) => Known::Known(decision.how.clone()),
        None => Known::unknown("no person has decided about it"),
    }
}

/// What may have happened, and has no outcome.
fn open_doubts(subject: &Subject<'_>, decisions: &[Decision]) -> Vec<Trouble> {
    let mut open = Vec::new();
    for entry in &subject.record.entries {
        match &entry.body {
            Body::Intent { step, .. } => open.push((entry.at, step)),
            Body::Outcome { step, .. } => open.retain(|(_, it)| it.key != step.key),
            Body::Event { .. } => {}
        }
    }
    // One that was sent several times is one.
    open.dedup_by(|(_, one), (_, other)| one.key == other.key);
    let doubt = |(at, step): (Timestamp, &moontide_runtime::journal::Step)| {
        let place = format!("{}.{}.", step.lane, step.position);
        let is_it = |it: &&Decision| it.prompt.starts_with(&place);
        let decided = decisions.iter().rev().find(is_it).map(|it| it.how.clone());
        let root = step.lane.root();
        let attempt = root.as_str().rsplit_once('#').and_then(|(_, number)| number.parse().ok());
        Trouble {
            at,
            kind: TroubleKind::Unknown,
            wave: step.lane.wave().to_owned(),
            attempt: attempt.unwrap_or_default(),
            what: format!("{} was about to be sent, and has no outcome yet", step.operation),
            decided: Known::or_why(decided, "a resume looks it up, or asks a person"),
        }
    };
    open.into_iter().map(doubt).collect()
}

/// A question that no person has answered in time.
fn unanswered(question: &Question) -> Option<Trouble> {
    let closed = question.closed.as_ref().filter(|it| it.is_silence)?;
    let prompt = &question.prompt;
    let choice = closed.choice.clone().unwrap_or_default();
    Some(Trouble {
        at: closed.at,
        kind: TroubleKind::Failed,
        wave: prompt.wave.clone(),
        attempt: 0,
        what: format!("no person answered `{}` in time", prompt.id),
        decided: Known::Known(format!("{choice}, as is to follow when no person answers")),
    })
}

/// That a schedule has called it off, because no person has answered.
fn called_off(subject: &Subject<'_>) -> Option<Trouble> {
    let record = subject.record;
    if !spoken::has_cancelled(record) {
        return None;
    }
    let mut cancels = record.entries.iter().filter_map(|entry| match &entry.body {
        Body::Event { event: Event::Signalled { signal, .. } }
            if matches!(signal.wish, SignalKind::Cancel { .. })
                && !record.refused.contains_key(&entry.sequence) =>
        {
            Some((entry.at, signal))
        }
        _ => None,
    });
    let (at, signal) = cancels.next_back()?;
    Some(Trouble {
        at,
        kind: TroubleKind::Failed,
        wave: String::new(),
        attempt: 0,
        what: format!("its schedule has cancelled it: {}", signal.comment),
        decided: Known::Known(format!("a cancel by {}", signal.by)),
    })
}

/// A server that did not come up, in an attempt that did not fail for it.
fn of_server(subject: &Subject<'_>, server: &Server) -> Option<Trouble> {
    let reason = server.reason.as_deref().unwrap_or("no reason is known");
    let (kind, what) = match server.verdict.as_str() {
        "launched" => return None,
        "failed" => (TroubleKind::Failed, format!("{} did not come up: {reason}", server.name)),
        verdict => (TroubleKind::Unknown, format!("{} is {verdict}: {reason}", server.name)),
    };
    let ends = events(&subject.record.entries).filter_map(|(at, event)| match event {
        Event::Ended { wave, attempt, end } if *wave == server.wave => Some((at, *attempt, end)),
        _ => None,
    });
    let (at, attempt, end) = ends.last()?;
    if matches!(end, End::Failed { .. }) {
        return None;
    }
    let rule = if server.optional {
        "it is optional: its wave does without it"
    } else {
        "its wave went on without it"
    };
    Some(Trouble {
        at,
        kind,
        wave: server.wave.clone(),
        attempt,
        what,
        decided: Known::Known(server.decided.clone().unwrap_or_else(|| rule.to_owned())),
    })
}

/// The attempts that have failed, and what followed.
fn failures<'s>(
    subject: &'s Subject<'_>,
    decisions: &'s [Decision],
    interventions: &'s [Intervention],
) -> impl Iterator<Item = Trouble> + 's {
    events(&subject.record.entries).filter_map(|(at, event)| match event {
        Event::Ended { wave, attempt, end: End::Failed { failure } } => Some(Trouble {
            at,
            kind: TroubleKind::Failed,
            wave: wave.clone(),
            attempt: *attempt,
            what: format!("{}: {}", failure.code, failure.message),
            decided: what_followed(
                subject,
                (decisions, interventions),
                (wave, *attempt),
                at,
                failure,
            ),
        }),
        _ => None,
    })
}

/// The person or the rule that has decided what follows a failed attempt.
fn what_followed(
    subject: &Subject<'_>,
    (decisions, interventions): (&[Decision], &[Intervention]),
    (wave, attempt): (&str, u32),
    at: Timestamp,
    failure: &Failure,
) -> Known<String> {
    let asked = format!("{wave}#{attempt}.failure");
    if let Some(decision) = decisions.iter().rev().find(|it| it.prompt == asked) {
        return Known::Known(decision.how.clone());
    }
    let attempts = &subject.moments.attempts;
    let graph = &subject.record.graph;
    let node = graph.index(wave);
    let again = attempts.iter().find(|it| Some(it.node) == node && it.number == attempt + 1);
    let until = again.map(|it| it.from);
    let wishes = [format!("a retry of {wave}"), format!("a skip of {wave}")];
    let is_about = |it: &&Intervention| {
        it.at >= at
            && it.refused.is_none()
            && wishes.iter().any(|wish| it.what.starts_with(wish.as_str()))
            && until.is_none_or(|until| it.at <= until)
    };
    if let Some(wish) = interventions.iter().find(is_about) {
        return Known::Known(format!("{} by {}", wish.what, wish.by));
    }
    if let Some(policy) = &failure.decision {
        return Known::Known(format!("{}, by the runbook's on_failure", words::word(policy)));
    }
    if again.is_some() {
        return Known::Known("a retry, by the runbook's policy".to_owned());
    }
    let policy = node.and_then(|node| graph.nodes()[node].on_failure);
    match policy {
        Some(policy) => Known::Known(format!("{}, by the runbook's policy", words::word(&policy))),
        None => Known::unknown("no person and no policy has decided about it"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::moments::Closed;
    use super::*;

    #[test]
    fn a_question_that_no_person_answered_is_told() {
        let prompt = serde_json::json!({
            "id": "web", "kind": "pause", "wave": "web", "message": "Go?",
            "opened_at": "2026-11-20T08:00:00Z", "choices": ["continue", "abort"],
        });
        let prompt: moontide_runtime::scheduler::Prompt =
            serde_json::from_value(prompt).expect("a prompt");
        let (from, at) = (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);
        let closed = |is_silence| Closed {
            at,
            choice: Some("abort".to_owned()),
            how: "no person answered in time: abort".to_owned(),
            is_silence,
        };
        let mut question = Question { prompt, from, closed: None, voices: Vec::new() };
        assert_eq!(unanswered(&question), None);
        question.closed = Some(closed(false));
        assert_eq!(unanswered(&question), None);
        question.closed = Some(closed(true));
        let told = unanswered(&question).expect("it is told");
        assert_eq!(told.what, "no person answered `web` in time");
        assert_eq!(told.decided.value().map(|it| it.starts_with("abort")), Some(true));
    }
}
