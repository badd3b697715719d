//! An open prompt, and the command that answers it.

use moontide_runtime::scheduler::{Choice, Prompt};
use serde::Serialize;

use super::Record;
use crate::context::Context;
use crate::output::style::{attention, faint, plain, said, strong};
use crate::output::{Page, words};

/// A question to a person.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PromptView {
    /// The question itself.
    #[serde(flatten)]
    pub(crate) prompt: Prompt,
    /// What to type to answer it.
    pub(crate) command: String,
    /// The answer that somebody has left, and that nobody has taken yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) answered: Option<Answered>,
}

/// An answer on its way.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Answered {
    choice: String,
    by: String,
}

impl PromptView {
    /// The open prompts of an execution.
    pub(crate) fn all(record: &Record, context: &Context) -> Vec<PromptView> {
        let prompts = &record.state.prompts;
        prompts
            .values()
            .map(|prompt| Self::of(prompt, prompts.len() == 1, record, context))
            .collect()
    }

    fn of(prompt: &Prompt, alone: bool, record: &Record, context: &Context) -> PromptView {
        let choice = prompt.choices.first().map_or("CHOICE", Choice::as_str);
        let id = if alone { String::new() } else { format!("{} ", prompt.id) };
        let execution = &record.execution.id;
        let answered = record.answer_to(&prompt.id);
        PromptView {
            prompt: prompt.clone(),
            command: context.command(&format!("answer {execution} {id}{choice}")),
            answered: answered.map(|(choice, signal)| Answered {
                choice: choice.to_owned(),
                by: signal.by.clone(),
            }),
        }
    }

    /// The question, whom it is for, what it takes and until when.
    pub(crate) fn write(&self, page: &mut Page) {
        let prompt = &self.prompt;
        let [mark, message] = said(&prompt.message);
        page.line([attention("? "), strong(prompt.id.as_str()), mark, message]);
        page.indented(|page| {
            if let Some(Answered { choice, by }) = &self.answered {
                let text = format!(" by {by}; the next runner takes it");
                return page.line([faint("answered: "), strong(choice.as_str()), plain(text)]);
            }
            let choices: Vec<&str> = prompt.choices.iter().map(Choice::as_str).collect();
            page.line([faint("answers: "), plain(choices.join(", "))]);
            if !prompt.approvers.is_empty() {
                page.line([faint("asked of: "), plain(prompt.approvers.join(", "))]);
            }
            if let (Some(deadline), Some(choice)) = (prompt.deadline, &prompt.on_timeout) {
                let text = format!("{} at {}", choice, words::time(deadline));
                page.line([faint("without an answer: "), plain(text)]);
            }
        });
    }
}
