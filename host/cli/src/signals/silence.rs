//! What silence has answered while a runner is at work: the runner says that, not the clock of whoever looks.
//! It may be about to give time back, because the store was away and nobody could answer.

use std::time::Duration;

use moontide_runtime::clock::Clock;
use moontide_runtime::store::Store;

use crate::clocks::SystemClock;
use crate::error::Result;
use crate::keeper::TTL;
use crate::view::Record;

/// The pause before the journal is looked into again.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// The record once the runner has said what becomes of the prompts whose time is over; `None` where there is
/// nothing to wait for. A runner that says nothing for as long as a lease holds is not there.
pub(super) async fn heard(store: &dyn Store, record: &Record) -> Result<Option<Record>> {
    let clock = SystemClock::new();
    let end = clock.monotonic() + TTL;
    let mut last = None;
    while is_unsaid(last.as_ref().unwrap_or(record)) && clock.monotonic() < end {
        clock.sleep(LOOK_AGAIN).await;
        last = Some(Record::load(store, &record.execution.id).await?);
    }
    Ok(last)
}

fn is_unsaid(record: &Record) -> bool {
    let is_overdue = |prompt: &String| record.overdue(prompt).is_some();
    record.runner.is_some() && record.state.prompts.keys().any(is_overdue)
}
