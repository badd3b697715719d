//! What people were asked, what they said, who and why; and what else operators wanted.

use jiff::Timestamp;
use moontide_runtime::journal::Body;
use moontide_runtime::scheduler::{Event, PromptKind, SignalKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::known::Known;
use super::moments::Question;
use super::subject::Subject;
use crate::contract::asked;
use crate::view::signal;
use crate::words;

/// A question to a person, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Decision {
    /// The prompt's id.
    pub prompt: String,
    /// Why it was asked.
    #[schemars(with = "asked::PromptKind")]
    pub kind: PromptKind,
    /// The wave that it held up; empty: all of them.
    pub wave: String,
    /// The question.
    pub message: String,
    /// The approvers: names or groups; empty: all people.
    pub approvers: Vec<String>,
    /// How many different people had to say the same.
    pub needed: u32,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// When it was settled.
    pub settled_at: Known<Timestamp>,
    /// How long that took.
    pub waited_seconds: Known<u64>,
    /// The answer; unknown where something else settled it.
    pub answer: Known<String>,
    /// What settled it: `continue by ann`, `no person answered in time: abort`.
    pub how: String,
    /// What each person said.
    pub voices: Vec<Voice>,
}

/// What a person said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Voice {
    /// When a runner took it.
    pub at: Timestamp,
    /// The answer.
    pub choice: String,
    /// In whose name.
    pub by: String,
    /// The real sender, where that is another one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sender: String,
    /// Why.
    pub comment: Known<String>,
}

/// What an operator wanted besides answers: a cancel, a pause, a retry, a skip, a note; and answers that were refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Intervention {
    /// When a runner took it.
    pub at: Timestamp,
    /// What was wanted: `a retry of web`.
    pub what: String,
    /// In whose name.
    pub by: String,
    /// The real sender, where that is another one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sender: String,
    /// Why.
    pub comment: Known<String>,
    /// Why it was refused, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// All questions, in the order in which they were asked.
pub(super) fn all(subject: &Subject<'_>) -> Vec<Decision> {
    subject.moments.questions.iter().map(Decision::of).collect()
}

impl Decision {
    fn of(question: &Question) -> Decision {
        let Question { prompt, from, closed, voices } = question;
        let settled = closed.as_ref().map(|closed| closed.at);
        let why = if closed.is_some() { "something else settled it" } else { "it is open" };
        let answer = closed.as_ref().and_then(|closed| closed.choice.clone());
        Decision {
            prompt: prompt.id.clone(),
            kind: prompt.kind,
            wave: prompt.wave.clone(),
            message: prompt.message.clone(),
            approvers: prompt.approvers.clone(),
            needed: prompt.approvals,
            asked_at: *from,
            settled_at: Known::or_why(settled, "it is open"),
            waited_seconds: Known::or_why(
                settled.map(|at| words::between(*from, at).as_secs()),
                "it is open",
            ),
            answer: Known::or_why(answer, why),
            how: closed.as_ref().map_or_else(|| "open".to_owned(), |closed| closed.how.clone()),
            voices: voices
                .iter()
                .map(|(at, signal)| Voice {
                    at: *at,
                    choice: match &signal.wish {
                        SignalKind::Answer { choice, .. } => choice.clone(),
                        wish => signal::wish(wish),
                    },
                    by: signal.by.clone(),
                    sender: signal.sender.clone(),
                    comment: comment(&signal.comment),
                })
                .collect(),
        }
    }
}

/// What operators wanted besides, in the order in which runners took it.
pub(super) fn interventions(subject: &Subject<'_>) -> Vec<Intervention> {
    let mut all = Vec::new();
    for entry in &subject.record.entries {
        let Body::Event { event: Event::Signalled { signal, .. } } = &entry.body else { continue };
        let refused = subject.record.refused.get(&entry.sequence).map(ToString::to_string);
        if matches!(signal.wish, SignalKind::Answer { .. }) && refused.is_none() {
            continue;
        }
        all.push(Intervention {
            at: entry.at,
            what: signal::wish(&signal.wish),
            by: signal.by.clone(),
            sender: signal.sender.clone(),
            comment: comment(&signal.comment),
            refused,
        });
    }
    all
}

fn comment(text: &str) -> Known<String> {
    Known::or_why(Some(text.to_owned()).filter(|text| !text.is_empty()), "no reason was given")
}
