//! An open prompt, in lines.

use moontide_control::answers::people::approvals_so_far;
use moontide_control::view::PromptView;
use moontide_control::view::prompts::Answered;
use moontide_control::words;
use moontide_runtime::scheduler::{Choice, PromptKind};
use serde_json::Value;

use super::evidence;
use crate::context::Context;
use crate::next;
use crate::output::Page;
use crate::output::style::{attention, faint, plain, said, strong};

pub(crate) use moontide_control::view::prompts::approval;

/// The prompt for programs: its step as commands to type.
pub(crate) fn json(context: &Context, view: &PromptView, json: &mut Value) {
    let Some(fields) = json.as_object_mut() else { return };
    fields.remove("next");
    let commands = next::commands(context, &view.next);
    fields.insert("command".to_owned(), commands.first().cloned().into());
    if matches!(view.prompt.kind, PromptKind::Unknown | PromptKind::Question | PromptKind::Replace)
    {
        fields.insert("commands".to_owned(), commands.into());
    }
}

/// The question, whom it is for, what it takes and until when.
pub(crate) fn write(view: &PromptView, page: &mut Page) {
    let prompt = &view.prompt;
    let [mark, message] = said(&prompt.message);
    page.line([attention("? "), strong(prompt.id.as_str()), mark, message]);
    page.indented(|page| {
        if let Some(found) = &prompt.evidence {
            evidence::write(page, found);
            page.line([faint("asked at: "), plain(words::time(prompt.opened_at))]);
        }
        if !prompt.given.is_empty() {
            page.line([faint("so far: "), plain(approvals_so_far(prompt))]);
        }
        if let Some(Answered { choice, by, needs_more: false }) = &view.answered {
            let text = format!(" by {by}; the next runner takes it");
            page.line([faint("answered: "), strong(choice.as_str()), plain(text)]);
            return;
        }
        if view.overdue
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
        if view.settled {
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
        if view.may_answer != prompt.approvers {
            page.line([faint("who may answer: "), plain(view.may_answer.join(", "))]);
        }
        if prompt.approvals > 1 && prompt.given.is_empty() {
            let text = format!("{} different people", prompt.approvals);
            page.line([faint("takes: "), plain(text)]);
        }
        if let (Some(deadline), Some(choice)) = (prompt.deadline, &prompt.on_timeout) {
            let at = words::time(deadline);
            let text = if view.unsaid {
                format!("{choice}; the time was over at {at}, and the runner decides whether it gives more")
            } else {
                format!("{choice} at {at}")
            };
            page.line([faint("without an answer: "), plain(text)]);
        }
    });
}
