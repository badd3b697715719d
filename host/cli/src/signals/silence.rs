//! What silence has answered while a runner is at work: the runner says that, not the clock of whoever sends. It may
//! be about to give time back, because the store was away and nobody could answer.

use std::time::Duration;

use moontide_runtime::clock::Clock;
use moontide_runtime::store::Store;

use crate::clocks::SystemClock;
use crate::error::Result;
use crate::keeper::TTL;
use crate::view::Record;

/// The pause before the journal is looked into again.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// The record behind the signal of this number. Where the time of a prompt is over by the clock and a runner is there,
/// only once that has taken the signal, or has had as long as a lease usually holds.
pub(super) async fn said(store: &dyn Store, before: &Record, number: u64) -> Result<Record> {
    let clock = SystemClock::new();
    let end = clock.monotonic() + TTL;
    let is_unsure = before.state.prompts.values().any(|prompt| before.is_past(prompt));
    loop {
        let record = Record::load(store, &before.execution.id).await?;
        let is_waiting = record.pending.iter().any(|pending| pending.number == number);
        if !is_unsure || !is_waiting || record.runner.is_none() || clock.monotonic() >= end {
            return Ok(record);
        }
        clock.sleep(LOOK_AGAIN).await;
    }
}
