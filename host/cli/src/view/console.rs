//! An execution as the console of Systems Manager shows it: the first 2,500 characters, so what a person has to do
//! comes first, and what went wrong before what went well.

use moontide_control::view::PromptView;
use moontide_control::words;
use moontide_runtime::scheduler::WaveStatus;

use super::{Summary, objectives, obligation, outside, prompts, summary, worded};
use crate::context::Context;
use crate::output::Page;
use crate::output::style::{faint, plain, strong};
use crate::view::Steps as _;

/// The text of it.
pub(crate) fn text(context: &Context, of: &Summary) -> String {
    let mut page = Page::default();
    write(context, of, &mut page);
    page.into_text()
}

fn write(context: &Context, of: &Summary, page: &mut Page) {
    let (mode, runbook) = (words::mode(of.mode), of.runbook.as_str());
    page.line([plain(format!("a {mode} of ")), strong(runbook), plain(summary::took(of.seconds))]);
    if let Some(store) = &context.store {
        page.line([faint("store: "), plain(store.as_str())]);
    }
    for prompt in &of.prompts {
        prompts::write(prompt, page);
    }
    worded::write_hints(context, &of.hints, page);
    worded::write_next(context, &of.next, page);
    if of.prompts.iter().any(PromptView::is_open) {
        page.line([plain("      then the same command once more, with the same id")]);
    }
    let (failed, others): (Vec<_>, Vec<_>) =
        of.waves.iter().partition(|wave| wave.status == WaveStatus::Failed);
    page.gap();
    for wave in failed.into_iter().chain(others) {
        summary::write_wave(wave, page);
    }
    objectives::write(&of.objectives, page);
    outside::write(&of.outside, page);
    of.replaced.write(context, page);
    if let Some(owed) = &of.obligation {
        obligation::write(owed, page);
    }
}
