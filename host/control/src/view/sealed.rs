//! What is said of an execution that has come to its end in this store: it was pruned, or goes on elsewhere.

use moontide_runtime::store::{Moved, Seal};

use super::Record;
use crate::error::{CommandError, Hint, code};
use crate::next::Next;

/// What has become of it in this store.
pub(super) fn hint(record: &Record) -> Option<Hint> {
    record.seal.as_ref().map(|seal| format!("it {seal}").into())
}

/// The next step where it goes on, if that is a store.
pub(super) fn next(record: &Record) -> Option<Next> {
    match &record.seal {
        Some(Seal::Moved(moved)) => there(moved, Some(Next::status(&record.execution.id))),
        _ => None,
    }
}

/// The step in the store to which an execution has moved; `None` there: what was asked of this one.
fn there(moved: &Moved, step: Option<Next>) -> Option<Next> {
    moved.store.as_ref()?;
    Some(Next::There { store: moved.to.clone(), step: step.map(Box::new) })
}

/// Refuses what is asked of an execution that goes on nowhere in this store, before anything else is said of it.
pub fn check(record: &Record) -> Result<(), CommandError> {
    let Some(seal) = &record.seal else { return Ok(()) };
    let id = &record.execution.id;
    let error = CommandError::new(code::SEALED, format!("the execution `{id}` {seal}"));
    Err(match seal {
        Seal::Pruned(_) => {
            error.hint(Hint::step("`", Next::show(id), "` shows its evidence; it cannot go on"))
        }
        Seal::Moved(moved) => {
            let from = moved.to.clone();
            let import = Next::Import { from: from.clone() };
            let error = error.hint(match there(moved, None) {
                Some(same) => Hint::step("it goes on there: `", same, "`"),
                None => Hint::step("`", import, "` takes it in where it is to go on"),
            });
            let back = Next::TakeBack { execution: id.clone(), from };
            error.hint(Hint::step("if it never arrived, and never will: `", back, "`"))
        }
    })
}
