//! What silence has answered while a runner is at work: the runner says that, not the clock of the sender. It may
//! be about to give time back, because the store was away and no answer could come.

use std::time::Duration;

use crate::clocks::SystemClock;
use crate::error::Result;
use crate::renewal::TTL;
use moontide_runtime::clock::Clock;
use moontide_runtime::scheduler::Prompt;
use moontide_runtime::store::{Signal, Store};

use crate::view::Record;

/// The pause before the journal is looked into again.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// The record behind the signal of this number, and whether it is unsure what becomes of it. Where the time of the
/// prompt that it answers is over by the clock and a runner is there, it is looked for until that has taken the
/// signal, or has had as long as a lease usually holds.
pub(super) async fn said(
    store: &dyn Store,
    before: &Record,
    signal: &Signal,
    number: u64,
) -> Result<(Record, bool)> {
    let clock = SystemClock::new();
    let end = clock.monotonic() + TTL;
    let is_past = |prompt: &Prompt| signal.wish.answers(prompt) && before.is_past(prompt);
    let may_be_late = before.state.prompts.values().any(is_past);
    loop {
        let record = Record::load(store, &before.execution.id).await?;
        let is_waiting = record.pending.iter().any(|pending| pending.number == number);
        let is_unsure = may_be_late && is_waiting && record.runner.is_some();
        if !is_unsure || clock.monotonic() >= end {
            return Ok((record, is_unsure));
        }
        clock.sleep(LOOK_AGAIN).await;
    }
}
