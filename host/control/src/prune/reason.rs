//! Why an execution is left alone: what is still needed is not cut down.

use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::{Obligation, Store, StoreError};

use super::Pruner;
use crate::error::{Hint, Result};
use crate::next::Next;
use crate::view::Record;
use crate::words;

impl Pruner<'_> {
    /// Why it is left alone, if it is.
    pub(super) async fn reason(&self, record: &Record) -> Result<Option<Hint>> {
        let store = self.operator.store.as_ref();
        let of_itself = match self.its_own(record) {
            None => unfinished(store, record).await?,
            reason => reason,
        };
        let is_kept = self.keep_failed && record.status() == ExecutionStatus::Failed;
        let of_itself = of_itself.or_else(|| is_kept.then(|| "it has failed".into()));
        if of_itself.is_some() {
            return Ok(of_itself);
        }
        // A carrier goes on with it, and a retry.
        let Some(drill) = record.execution.client() else { return Ok(None) };
        let drill = match store.execution(&drill).await {
            Ok(_) => Record::load(store, &drill).await?,
            Err(StoreError::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let of_the_drill = format!("it is a cleanup of `{}`: ", drill.execution.id);
        let reason = unfinished(store, &drill).await?;
        Ok(reason.map(|reason| reason.behind(of_the_drill)))
    }

    /// Why it is left alone, by what is known of itself.
    fn its_own(&self, record: &Record) -> Option<Hint> {
        if let Some(seal) = &record.seal {
            return Some(format!("it {seal}").into());
        }
        if record.execution.is_adopted() {
            return Some("it was adopted, and `adopt` adds to it what it finds later".into());
        }
        if !record.is_over() || !record.pending.is_empty() {
            return Some("it is not over".into());
        }
        if let Some(runner) = &record.runner {
            return Some(format!("`{runner}` drives it").into());
        }
        if let Some(last) = record.entries.last().filter(|last| last.at > self.before) {
            return Some(format!("it went on at {}", words::time(last.at)).into());
        }
        None
    }
}

/// What is still to be done for an execution: what it owes, and what a drill has launched.
async fn unfinished(store: &dyn Store, record: &Record) -> Result<Option<Hint>> {
    let id = &record.execution.id;
    for owed in Obligation::all(store, Some(id)).await? {
        match owed {
            Ok(owed)
                if owed.is_open()
                    && owed.is_of(&record.execution)
                    && !owed.is_spared(record.status()) =>
            {
                let (does, what) = ("` does it when it is due, and `", owed.terms.what.word());
                let before = format!("its {what} is owed: `");
                let hint = Hint::step(before, Next::CarryOut, does);
                return Ok(Some(hint.then(Next::Obligations { all: false }).say("` says when")));
            }
            Ok(_) => {}
            // It may be another one's of this id; what a later release owes, this one cannot judge.
            Err(error) => return Ok(Some(format!("what it owes cannot be read: {error}").into())),
        }
    }
    if record.has_instances {
        let clean_up = Next::clean_up(id);
        return Ok(Some(Hint::step("it is a drill whose instances may live: `", clean_up, "`")));
    }
    Ok(None)
}
