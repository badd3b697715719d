//! What operators want of an execution: an answer, a pause, a resume, a cancel, a retry, a skip, a note. Each is left
//! in the store, if the execution would take it, and a runner takes it from there.
//!
//! - `answer`: which prompt is meant. `retry`: from which sources. [`mended`]: other sources for a wave.
//! - `note`: a note on what is over.
//! - `explain`: why a signal would be refused, and what to do about it; `refused`: what is kept of it. `told`: what one that was sent means.
//! - `silence`: what silence has answered meanwhile. [`waiting`]: the bounds of what waits.

mod answer;
mod explain;
pub mod mended;
mod note;
mod refused;
mod retry;
mod silence;
mod told;
pub mod waiting;

use moontide_runtime::store::{Signal, SignalKind};

pub use answer::{Answer, answer};
pub use note::note;
pub use retry::{Retried, Retry, retry};

use self::explain::explain;
use crate::error::{CommandError, Hint, Result, code};
use crate::next::Next;
use crate::operator::Operator;
use crate::view::limits::beyond;
use crate::view::next::cut_off;
use crate::view::sent::Sent;
use crate::view::time::now;
use crate::view::{Outside, Record, Replaced, sealed};
use crate::whoami::Person;

/// Lets no further wave of an execution start.
pub async fn pause(operator: &Operator, execution: &str, comment: &str) -> Result<Sent> {
    let record = load(operator, execution).await?;
    send(operator, &record, SignalKind::Pause, comment).await
}

/// Stops an execution at its next effect.
pub async fn cancel(operator: &Operator, execution: &str, comment: &str) -> Result<Sent> {
    let record = load(operator, execution).await?;
    let wish = SignalKind::Cancel { seen: record.state.cancels };
    send(operator, &record, wish, comment).await
}

/// Leaves a wave out.
pub async fn skip(operator: &Operator, execution: &str, wave: &str, comment: &str) -> Result<Sent> {
    let record = load(operator, execution).await?;
    is_no_cleanup(&record)?;
    send(operator, &record, SignalKind::Skip { wave: wave.to_owned() }, comment).await
}

/// Instances that a cleanup has not terminated would live on, and no view would name them again.
fn is_no_cleanup(record: &Record) -> Result<()> {
    let Some(drill) = record.execution.client() else { return Ok(()) };
    let id = &record.execution.id;
    let message = format!("`{id}` cleans up after `{drill}`, and nothing of that is left out");
    let again = Hint::step("`", Next::clean_up(&drill), "` goes on with it");
    Err(CommandError::new(code::NOT_NOW, message).hint(again))
}

/// An execution that may take signals in this store.
async fn load(operator: &Operator, execution: &str) -> Result<Record> {
    let record = Record::load(operator.store.as_ref(), execution).await?;
    sealed::check(&record)?;
    Ok(record)
}

/// The signal that says so, now, in the operator's name.
async fn signed(
    operator: &Operator,
    record: &Record,
    wish: SignalKind,
    comment: &str,
) -> Result<Signal> {
    let Person { name: by, sender } = operator.author().await?;
    Ok(Signal { wish, by, sender, comment: comment.to_owned(), at: now(&record.entries) })
}

/// Leaves a signal for the execution, if it would take it.
pub async fn send(
    operator: &Operator,
    record: &Record,
    wish: SignalKind,
    comment: &str,
) -> Result<Sent> {
    let (store, id) = (operator.store.as_ref(), record.execution.id.as_str());
    let signal = signed(operator, record, wish, comment).await?;
    if let Err(refusal) = record.would_take(&signal) {
        let error = explain(record, &signal, &refusal);
        let error = refused::keep(store, record, (&signal, &refusal), error).await;
        let replaced = replaced(operator, record, &signal.wish).await;
        return Err(replaced.sentences().into_iter().fold(error, CommandError::hint));
    }
    waiting::room(record, &signal.wish)?;
    let number = store.send(id, &signal).await?;
    // Another signal may have been faster, or silence.
    let (now, unsure) = silence::said(store, record, &signal, number).await?;
    if let Some(refusal) = now.refusal_of(number) {
        return Err(explain(&now, &signal, &refusal));
    }
    let next = next(operator, (record, &now), &signal.wish).filter(|_| now.runner.is_none());
    Ok(Sent {
        execution: id.to_owned(),
        number: Some(number),
        meaning: told::meaning((record, &now), &signal),
        still_skipped: told::still_skipped(record, &now, &signal.wish),
        called_back: told::called_back(record, &now, &signal.wish),
        outside: match &signal.wish {
            SignalKind::Cancel { .. } => Outside::of(&now),
            _ => Vec::new(),
        },
        replaced: replaced(operator, &now, &signal.wish).await,
        runner: now.runner,
        next,
        unsure,
        signal,
    })
}

/// The step after which a runner takes it.
fn next(operator: &Operator, (before, now): (&Record, &Record), wish: &SignalKind) -> Option<Next> {
    let id = now.execution.id.as_str();
    if now.is_over() {
        // Something else keeps it from going on, and needs another retry first.
        let abort = now.ahead.standing().map(|abort| abort.at.as_str());
        let wave = abort.or_else(|| cut_off(now).first().copied());
        return wave.map(|wave| Next::retry(id, wave));
    }
    let beyond = match wish {
        SignalKind::Retry { wave, .. } => beyond(before, wave, &operator.typed()),
        _ => None,
    };
    Some(beyond.unwrap_or_else(|| Next::resume(id)))
}

/// What an operator who goes on with an execution has to know: others may have launched its servers since.
async fn replaced(operator: &Operator, record: &Record, wish: &SignalKind) -> Replaced {
    match wish {
        SignalKind::Retry { .. } | SignalKind::Resume => {
            Replaced::in_store(operator.store.as_ref(), record).await
        }
        _ => Replaced::default(),
    }
}
