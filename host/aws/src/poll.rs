//! Looking again and again until something is over.

use std::time::Duration;

use moontide_runtime::clock::Clock;
use moontide_runtime::effect::EffectError;

use crate::pace::Growing;

/// Why nobody looks any more.
#[derive(Debug)]
pub(crate) enum GaveUp {
    /// The time is up; with what the last look ran into, if it failed.
    TimeUp(Option<EffectError>),
    /// Another look would not help.
    Refused(EffectError),
}

/// Looks until `look` has an answer or `timeout` has passed. A look that fails and may succeed later
/// is no reason to stop: the thing itself goes on.
pub(crate) async fn until<T>(
    clock: &dyn Clock,
    timeout: Duration,
    mut pause: Growing,
    mut look: impl AsyncFnMut() -> Result<Option<T>, EffectError>,
) -> Result<T, GaveUp> {
    let deadline = clock.monotonic() + timeout;
    loop {
        let trouble = match look().await {
            Ok(Some(answer)) => return Ok(answer),
            Ok(None) => None,
            Err(error) if error.retryable => Some(error),
            Err(error) => return Err(GaveUp::Refused(error)),
        };
        let left = deadline.saturating_sub(clock.monotonic());
        if left.is_zero() {
            return Err(GaveUp::TimeUp(trouble));
        }
        clock.sleep(pause.step().min(left)).await;
    }
}
