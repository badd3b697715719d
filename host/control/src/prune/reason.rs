//! Why an execution is left alone: what is still needed is not cut down.

use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::{Obligation, StoreError};

use super::Pruner;
use crate::error::{Hint, Result};
use crate::next::Next;
use crate::view::Record;
use crate::words;

impl Pruner<'_> {
    /// Why it is left alone, if it is.
    pub(super) async fn reason(&self, record: &Record) -> Result<Option<Hint>> {
        let of_itself = self.its_own(record);
        if of_itself.is_some() {
            return Ok(of_itself);
        }
        // A carrier goes on with it, and a retry.
        let Some(drill) = record.execution.client() else { return Ok(None) };
        let store = self.operator.store.as_ref();
        let drill = match store.execution(&drill).await {
            Ok(_) => Record::load(store, &drill).await?,
            Err(StoreError::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let of_the_drill = format!("it is a cleanup of `{}`: ", drill.execution.id);
        Ok(unfinished(&drill).map(|reason| reason.behind(of_the_drill)))
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
        let is_kept = self.keep_failed && record.status() == ExecutionStatus::Failed;
        unfinished(record).or_else(|| is_kept.then(|| "it has failed".into()))
    }
}

/// What is still to be done about what a drill has launched.
fn unfinished(record: &Record) -> Option<Hint> {
    if record.obligation.as_ref().is_some_and(Obligation::is_open) {
        let does = "` does it when it is due, and `";
        let hint = Hint::step("its cleanup is owed: `", Next::CarryOut, does);
        return Some(hint.then(Next::Obligations { all: false }).say("` says when"));
    }
    if record.has_instances {
        let clean_up = Next::clean_up(&record.execution.id);
        return Some(Hint::step("it is a drill whose instances may live: `", clean_up, "`"));
    }
    None
}
