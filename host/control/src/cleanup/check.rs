//! Whether a drill may be cleaned up: it is one, and nothing of it is still to come.

use moontide_runtime::plan::Mode;
use moontide_runtime::store::{Seal, StoreError};

use crate::error::{CommandError, Hint, Result, code};
use crate::leases;
use crate::next::Next;
use crate::signals::waiting;
use crate::view::Record;

/// Refuses what is no drill, or not over.
pub(super) fn drill(drill: &Record) -> Result<()> {
    let id = &drill.execution.id;
    if drill.execution.mode != Mode::Drill {
        let message = format!("`{id}` is a recovery: its instances are production now");
        return Err(CommandError::new(code::NOT_A_DRILL, message)
            .hint("only drills are cleaned up; use the DRS console for anything else"));
    }
    // It goes on elsewhere, and what it has launched since is known there only.
    if let Some(seal @ Seal::Moved(_)) = &drill.seal {
        let (execution, seal) = (id.clone(), Box::new(seal.clone()));
        return Err(StoreError::Sealed { execution, seal }.into());
    }
    if let Some(holder) = &drill.runner {
        return Err(leases::held(id, holder));
    }
    if drill.is_over() {
        return Ok(());
    }
    let not_over = |message: String| {
        let error = CommandError::new(code::NOT_OVER, message);
        waiting::told(drill, error, "waits for a runner")
    };
    let (cancel, resume) = (Next::cancel(id), Next::resume(id));
    if drill.status().is_terminal() && drill.ahead.status().is_terminal() {
        let message = format!("`{id}` is not over: what was sent last is not taken yet");
        return Err(not_over(message).hint(Hint::step("`", resume, "` lets a runner take it")));
    }
    if drill.status().is_terminal() {
        let message = format!("`{id}` is about to go on: what it launches then would stay");
        return Err(not_over(message).hint(Hint::step("`", resume, "` lets it")).hint(Hint::step(
            "`",
            cancel,
            "` before that calls it off",
        )));
    }
    let message = format!("`{id}` is not over: what it launches later would stay");
    Err(CommandError::new(code::NOT_OVER, message).hint(cancel).hint(resume))
}
