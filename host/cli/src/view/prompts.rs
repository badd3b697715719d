//! An open prompt, and the commands that answer it.

use moontide_control::answers::people::{voices, voices_of};
use moontide_control::words;
use moontide_control::words::quoted;
use moontide_runtime::scheduler::{Choice, Prompt, PromptKind, Signal};
use serde::Serialize;

use super::{Record, evidence, signal};
use crate::context::Context;
use crate::output::Page;
use crate::output::style::{attention, faint, plain, said, strong};

/// A question to a person.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PromptView {
    /// The question itself.
    #[serde(flatten)]
    pub(crate) prompt: Prompt,
    /// Who may answer, groups by their members; empty: anybody.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) may_answer: Vec<String>,
    /// What to type to answer it in the most likely way.
    pub(crate) command: String,
    /// What to type for each answer, where each is as likely as the others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) commands: Vec<String>,
    /// The answer that somebody has left, and that nobody has taken yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) answered: Option<Answered>,
    /// Whether something else that nobody has taken yet settles it: a cancel, or a skip of its wave.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) settled: bool,
    /// Whether its time is over, and silence has answered it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) overdue: bool,
    /// Whether its time is over by the clock, and a runner has the last word on that.
    #[serde(skip)]
    unsaid: bool,
}

/// An answer on its way.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Answered {
    choice: String,
    by: String,
    /// Whether the prompt stays open behind it.
    needs_more: bool,
}

impl PromptView {
    /// The open prompts of an execution.
    pub(crate) fn all(record: &Record, context: &Context) -> Vec<PromptView> {
        let prompts = &record.state.prompts;
        prompts.values().map(|prompt| Self::of(prompt, record, context)).collect()
    }

    /// What to type names the question: a person who types it later answers no other.
    fn of(prompt: &Prompt, record: &Record, context: &Context) -> PromptView {
        let execution = &record.execution.id;
        let id = format!("{} ", quoted(&prompt.id));
        let value = |choice: &str| match &prompt.returns {
            Some(returns) if prompt.takes_value(choice) => format!(" --value {}", quoted(returns)),
            _ => String::new(),
        };
        let answer = |choice: &str| {
            context.command(&format!("answer {execution} {id}{choice}{}", value(choice)))
        };
        let commands = match prompt.kind {
            PromptKind::Unknown | PromptKind::Question | PromptKind::Replace => {
                prompt.choices.iter().map(|it| answer(it.as_str())).collect()
            }
            _ => Vec::new(),
        };
        let first = prompt.choices.first().map_or("CHOICE", Choice::as_str);
        let command = match prompt.kind {
            PromptKind::Hold => context.command(&format!("resume {execution} --lift-pause")),
            _ => answer(first),
        };
        // A voice that waits beside a cancel is not what closes it.
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
        let is_heard = ahead.is_some_and(|it| !record.ahead.is_deaf(&record.graph, it));
        let settled = !is_heard && answered.as_ref().is_none_or(|it| it.needs_more);
        // Whoever has spoken counts for who looks, also while the voice is on its way.
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
        PromptView { prompt, may_answer, command, commands, answered, settled, overdue, unsaid }
    }

    /// Whether somebody should still answer it.
    pub(crate) fn is_open(&self) -> bool {
        !self.settled && self.answered.as_ref().is_none_or(|answered| answered.needs_more)
    }

    /// The commands that answer it.
    pub(crate) fn next(&self) -> impl Iterator<Item = &String> {
        let only = self.commands.is_empty().then_some(&self.command);
        self.commands.iter().chain(only)
    }

    /// The question, whom it is for, what it takes and until when.
    pub(crate) fn write(&self, page: &mut Page) {
        let prompt = &self.prompt;
        let [mark, message] = said(&prompt.message);
        page.line([attention("? "), strong(prompt.id.as_str()), mark, message]);
        page.indented(|page| {
            if let Some(found) = &prompt.evidence {
                evidence::write(page, found);
                page.line([faint("asked at: "), plain(words::time(prompt.opened_at))]);
            }
            if !prompt.given.is_empty() {
                page.line([faint("so far: "), plain(voices(prompt))]);
            }
            if let Some(Answered { choice, by, needs_more: false }) = &self.answered {
                let text = format!(" by {by}; the next runner takes it");
                page.line([faint("answered: "), strong(choice.as_str()), plain(text)]);
                return;
            }
            if self.overdue
                && let (Some(deadline), Some(choice)) = (prompt.deadline, &prompt.on_timeout)
            {
                let over = format!("its time was over at {}: ", words::time(deadline));
                page.line([
                    faint("answers: none any more; "),
                    plain(over),
                    strong(choice.as_str()),
                ]);
                return;
            }
            if self.settled {
                page.line([
                    faint("answers: "),
                    plain("none any more; the next runner takes what waits"),
                ]);
                return;
            }
            let choices: Vec<&str> = prompt.choices.iter().map(Choice::as_str).collect();
            page.line([faint("answers: "), plain(choices.join(", "))]);
            if !prompt.approvers.is_empty() {
                page.line([faint("asked of: "), plain(prompt.approvers.join(", "))]);
            }
            if self.may_answer != prompt.approvers {
                page.line([faint("who may answer: "), plain(self.may_answer.join(", "))]);
            }
            if prompt.approvals > 1 && prompt.given.is_empty() {
                let text = format!("{} different people", prompt.approvals);
                page.line([faint("takes: "), plain(text)]);
            }
            if let (Some(deadline), Some(choice)) = (prompt.deadline, &prompt.on_timeout) {
                let at = words::time(deadline);
                let text = if self.unsaid {
                    format!("{choice}; the time was over at {at}, and the runner decides whether it gives more")
                } else {
                    format!("{choice} at {at}")
                };
                page.line([faint("without an answer: "), plain(text)]);
            }
        });
    }
}

/// The same, just after one of them has spoken.
pub(crate) fn voice(prompt: &Prompt, signal: &Signal) -> String {
    voices_of(prompt, &signal::voice(signal))
}
