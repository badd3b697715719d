//! A note: what an operator saw, kept in the journal.

use std::sync::Arc;

use moontide_runtime::journal::{Body, Writer};
use moontide_runtime::scheduler::Event;
use moontide_runtime::store::SignalKind;

use super::explain::explain;
use super::{load, send, signed, told};
use crate::clocks::SystemClock;
use crate::error::{CommandError, Result, code};
use crate::leases;
use crate::operator::Operator;
use crate::view::sent::Sent;
use crate::view::{Record, Replaced};

/// Keeps a note. A runner that drives the execution journals it at once, and the next one if there is none; what is
/// over takes it here.
pub async fn note(operator: &Operator, execution: &str, text: &str) -> Result<Sent> {
    if text.trim().is_empty() {
        return Err(CommandError::new(code::BAD_ARGUMENT, "a note says something"));
    }
    let record = load(operator, execution).await?;
    if record.is_over() && record.runner.is_none() {
        keep(operator, &record, text).await
    } else {
        send(operator, &record, SignalKind::Note, text).await
    }
}

/// Journals a note on an execution that is over, and does nothing else: nothing is driven, and what others have
/// sent meanwhile stays where it is.
async fn keep(operator: &Operator, record: &Record, text: &str) -> Result<Sent> {
    let signal = signed(operator, record, SignalKind::Note, text).await?;
    record.would_take(&signal).map_err(|refusal| explain(record, &signal, &refusal))?;
    let id = record.execution.id.as_str();
    let Operator { environment, settings, store, face, .. } = operator;
    let renewal = leases::acquire((environment, settings), face.as_ref(), store, id).await?;
    let last = store.journal(id, 1).await?.last().map_or(0, |entry| entry.sequence);
    let clock = Arc::new(SystemClock::new());
    let writer = Writer::new(Arc::clone(store), clock, renewal.lease().clone(), last);
    let event = Event::Signalled { signal: signal.clone(), number: None, refused: None };
    let written = writer.append(Body::Event { event }).await;
    renewal.release().await;
    written?;
    Ok(Sent {
        execution: id.to_owned(),
        number: None,
        meaning: told::meaning((record, record), &signal),
        called_back: Vec::new(),
        still_skipped: Vec::new(),
        outside: Vec::new(),
        replaced: Replaced::default(),
        runner: None,
        next: None,
        unsure: false,
        signal,
    })
}
