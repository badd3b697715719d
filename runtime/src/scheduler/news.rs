//! Waiting for signals.

use std::time::Duration;

use super::driver::Driver;
use crate::history::Signal;
use crate::store::{Mark, StoreError};

/// The pause before a store that is only busy is watched again, which people wait for.
const WATCH_AGAIN: Duration = Duration::from_secs(1);

/// Signals with their numbers in the store.
pub(super) type Numbered = Vec<(u64, Signal)>;

/// The next signals after number `seen`, once there are any. A store that is only busy is asked again.
pub(super) async fn next(driver: &Driver, id: String, seen: u64) -> Result<Numbered, StoreError> {
    let Some(every) = driver.signals_every else {
        return std::future::pending().await;
    };
    let marks = [Mark::of_signals(&id, seen)];
    loop {
        let clock = driver.clock.as_ref();
        let looked = async {
            driver.store.watch(&marks, clock, every).await?;
            // However that ended: what a watch overlooks, if it can, is found here.
            driver.store.signals(&id, seen).await
        };
        match looked.await {
            Ok(signals) if !signals.is_empty() => return Ok(signals),
            Ok(_) => {}
            Err(StoreError::Unusable { transient: true, .. }) => clock.sleep(WATCH_AGAIN).await,
            Err(error) => return Err(error),
        }
    }
}
