//! Looking again until AWS shows what is there.
//!
//! AWS does not say how soon a new job or command shows up in its lists. A call that is not found
//! is therefore absent only after a whole window of looking, which begins when we begin to look: the
//! clock that wrote the intent may be another machine's.

use std::time::Duration;

use moontide_runtime::clock::Clock;
use moontide_runtime::effect::EffectError;

use crate::poll::is_for_the_door;

/// How long and how often to look.
#[derive(Clone, Copy, Debug)]
pub struct SettleWindow {
    /// From the first look to the last.
    pub duration: Duration,
    /// How many looks, evenly spread; at least two.
    pub looks: u32,
}

impl Default for SettleWindow {
    fn default() -> SettleWindow {
        SettleWindow { duration: Duration::from_secs(75), looks: 6 }
    }
}

/// Looks until `look` finds something. `Ok(None)`: there was nothing in the whole window, and the
/// last look was one that succeeded. A look that fails says so at once: the window begins anew then.
pub(crate) async fn settle<T>(
    clock: &dyn Clock,
    window: SettleWindow,
    look: impl AsyncFn() -> Result<Option<T>, EffectError>,
) -> Result<Option<T>, EffectError> {
    let pauses = window.looks.max(2) - 1;
    for _ in 0..pauses {
        match look().await {
            Ok(Some(found)) => return Ok(Some(found)),
            Err(error) if !error.retryable || is_for_the_door(&error) => return Err(error),
            Ok(None) | Err(_) => clock.sleep(window.duration / pauses).await,
        }
    }
    look().await
}
