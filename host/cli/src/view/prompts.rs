//! An open prompt, and the command that answers it.

use moontide_runtime::scheduler::{Choice, Prompt};
use serde::Serialize;

use crate::context::Context;
use crate::output::style::{attention, faint, plain, strong};
use crate::output::{Page, words};

/// A question to a person.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PromptView {
    /// The question itself.
    #[serde(flatten)]
    pub(crate) prompt: Prompt,
    /// What to type to answer it.
    pub(crate) command: String,
}

impl PromptView {
    /// A prompt of that execution.
    pub(crate) fn of(
        prompt: &Prompt,
        execution: &str,
        alone: bool,
        context: &Context,
    ) -> PromptView {
        let choice = prompt.choices.first().map_or("CHOICE", Choice::as_str);
        let id = if alone { String::new() } else { format!("{} ", prompt.id) };
        let command = context.command(&format!("answer {execution} {id}{choice}"));
        PromptView { prompt: prompt.clone(), command }
    }

    /// The question, whom it is for, what it takes and until when.
    pub(crate) fn write(&self, page: &mut Page) {
        let prompt = &self.prompt;
        page.line([
            attention("? "),
            strong(prompt.message.as_str()),
            faint(format!("  ({})", prompt.id)),
        ]);
        page.indented(|page| {
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
