//! An open prompt, and the step that answers it.

use moontide_runtime::scheduler::{Prompt, PromptKind, Signal};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Record, signal};
use crate::answers::people::tally;
use crate::contract::asked;
use crate::next::Next;

/// A question to a person.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PromptView {
    /// The question itself.
    #[serde(flatten)]
    #[schemars(with = "asked::Prompt")]
    pub prompt: Prompt,
    /// The approvers, groups by their members; empty: all people.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub may_answer: Vec<String>,
    /// What answers it: with several answers where each is as likely as the others.
    #[schemars(flatten, with = "asked::Commands")]
    pub next: Next,
    /// The answer that a person has left, and that no runner has taken yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered: Option<Answered>,
    /// Whether something else that no runner has taken yet settles it: a cancel, or a skip of its wave.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub settled: bool,
    /// Whether its time is over, and silence has answered it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub overdue: bool,
    /// Whether its time is over by the clock, and a runner has the last word on that.
    #[serde(skip)]
    pub unsaid: bool,
}

/// An answer on its way.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Answered {
    /// The answer.
    pub choice: String,
    /// The person who has given it.
    pub by: String,
    /// Whether the prompt stays open behind it.
    pub needs_more: bool,
}

impl PromptView {
    /// The open prompts of an execution.
    pub fn all(record: &Record) -> Vec<PromptView> {
        let prompts = &record.state.prompts;
        prompts.values().map(|prompt| Self::of(prompt, record)).collect()
    }

    fn of(prompt: &Prompt, record: &Record) -> PromptView {
        let next = next(prompt, record);
        // An approval that waits beside a cancel is not what closes it.
        let needs_more = record.ahead.prompts.contains_key(&prompt.id);
        let answer = match record.closed_by(&prompt.id) {
            Some(closing) => closing.answer(&prompt.id),
            None => record.answers_to(&prompt.id).last().copied(),
        };
        let answered = answer.map(|(choice, signal)| Answered {
            choice: choice.to_owned(),
            by: signal::by(signal),
            needs_more,
        });
        let ahead = record.ahead.prompts.get(&prompt.id);
        let is_heard = ahead.is_some_and(|it| !record.ahead.ignores_answers(&record.graph, it));
        let settled = !is_heard && answered.as_ref().is_none_or(|it| it.needs_more);
        // An approval counts for the person who looks, also while it is on its way.
        let prompt = ahead.filter(|it| it.given.len() > prompt.given.len()).unwrap_or(prompt);
        let overdue = record.overdue(&prompt.id).is_some();
        let mut may_answer: Vec<String> = Vec::new();
        for approver in &prompt.approvers {
            let members = record.graph.groups.get(approver);
            let members = members.map_or(std::slice::from_ref(approver), Vec::as_slice);
            may_answer.extend(members.iter().cloned());
        }
        let prompt = prompt.clone();
        let unsaid = !overdue && record.is_past(&prompt);
        PromptView { prompt, may_answer, next, answered, settled, overdue, unsaid }
    }

    /// Whether a person should still answer it.
    pub fn is_open(&self) -> bool {
        !self.settled && self.answered.as_ref().is_none_or(|answered| answered.needs_more)
    }
}

/// What answers a prompt. It names the question: a person who takes the step later answers no other.
fn next(prompt: &Prompt, record: &Record) -> Next {
    let execution = &record.execution.id;
    let likely = match prompt.kind {
        PromptKind::Hold => return Next::lift_pause(execution),
        PromptKind::Unknown | PromptKind::Question | PromptKind::Replace => prompt.choices.len(),
        _ => 1,
    };
    let choices = prompt.choices.iter().take(likely).map(|it| it.as_str().to_owned());
    Next::Answer {
        execution: execution.clone(),
        prompt: prompt.id.clone(),
        choices: choices.collect(),
        returns: prompt.returns.clone(),
    }
}

/// The approvals for each answer so far, just after this one.
pub fn approval(prompt: &Prompt, signal: &Signal) -> String {
    tally(prompt, &signal::approval(signal))
}
