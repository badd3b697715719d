//! What waits for a runner has bounds: a program that sends without end would fill the journal of the execution,
//! and hide from people what other people want.

use moontide_runtime::store::SignalKind;

use crate::error::{CommandError, Hint, Result, code};
use crate::next::Next;
use crate::view::{Record, signal};
use crate::words;

/// So many signals may wait for a runner before a note, or another pause, finds no room. Of what else people want an
/// execution takes few by itself: each question, wave and pause refuses what comes twice.
pub(super) const MOST: usize = 1_000;

/// So many are told of one by one.
pub const SHOWN: usize = 20;

/// Makes sure that there is room for another wish.
pub(super) fn room(record: &Record, wish: &SignalKind) -> Result<()> {
    let waiting = record.pending.len();
    if waiting < MOST || !matches!(wish, SignalKind::Note | SignalKind::Pause) {
        return Ok(());
    }
    let id = &record.execution.id;
    let message = format!("{} wait for a runner of `{id}`, and that is the most", count(waiting));
    let after = "` takes them; all but notes and pauses can be sent all the same";
    Err(CommandError::new(code::NOT_NOW, message).hint(Hint::step("`", Next::resume(id), after)))
}

/// Adds what waits for a runner, each with this ending.
pub fn told(record: &Record, error: CommandError, ending: &str) -> CommandError {
    let waiting = || record.pending.iter().filter(|pending| pending.refusal.is_none());
    let error = waiting().take(SHOWN).fold(error, |error, pending| {
        let (what, who) = (signal::wish(&pending.signal.wish), signal::by(&pending.signal));
        error.hint(format!("{what} by {who} {ending}"))
    });
    match waiting().count().saturating_sub(SHOWN) {
        0 => error,
        more => error.hint(format!("and {} more", count(more))),
    }
}

fn count(signals: usize) -> String {
    words::count(signals, "signal")
}
