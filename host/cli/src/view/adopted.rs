//! What is said of an execution that was adopted: how its servers were found, and that nothing goes on from it.

use moontide_runtime::journal::{Body, Execution};
use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::{End, Event};

use super::summary::mode;
use super::{Record, ServerView};
use crate::context::Context;
use crate::error::{CommandError, code};
use crate::output::words;

/// The servers of a wave as they were found: how the wave itself ended is not known.
pub(super) fn servers(record: &Record, wave: &str) -> Vec<ServerView> {
    let found =
        record.entries.iter().find_map(|entry| match &entry.body {
            Body::Event {
                event: Event::Ended { wave: of, end: End::Cancelled { details }, .. },
            } if of == wave => Some(ServerView::all_in(details)),
            _ => None,
        });
    found.unwrap_or_default()
}

/// What an operator has to know of it.
pub(super) fn hint(record: &Record) -> Option<String> {
    let execution = &record.execution;
    execution.is_adopted().then(|| {
        format!(
            "it was adopted at {} by {}, from the tags on its launches: which attempt launched what, and what \
             else its waves did, is unknown",
            words::time(execution.created_at),
            execution.created_by
        )
    })
}

/// Refuses to go on with what was adopted.
pub(crate) fn check(context: &Context, execution: &Execution) -> Result<(), CommandError> {
    if execution.is_adopted() { Err(refusal(context, execution)) } else { Ok(()) }
}

/// The complaint that it goes on nowhere, and what can be done instead.
pub(crate) fn refusal(context: &Context, execution: &Execution) -> CommandError {
    let Execution { id, mode: its, .. } = execution;
    let message = format!(
        "`{id}` was adopted after its store was lost: what it ran from is lost too, and nothing goes on from it"
    );
    let error = CommandError::new(code::NOT_NOW, message);
    let cleanup = context.command(&format!("cleanup {id}"));
    let error = match its {
        Mode::Drill => error.hint(format!("`{cleanup}` terminates what it has launched")),
        Mode::Recovery => error,
    };
    let run = context.command(&format!("run RUNBOOK --mode {}", mode(*its)));
    error.hint(format!("`{run}` starts a new one"))
}
