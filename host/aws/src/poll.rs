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

/// How long nothing may be seen before the door takes the waiting over, and says what it waits for.
pub(crate) const BLIND_FOR: Duration = Duration::from_mins(2);

/// Looks until `look` has an answer or `timeout` has passed. A look that fails and may succeed later
/// is no reason to stop: the thing itself goes on. While nothing can be seen the time does not count: that it
/// is up then would decide something about what was not seen.
pub(crate) async fn until<T>(
    clock: &dyn Clock,
    timeout: Duration,
    mut pause: Growing,
    mut look: impl AsyncFnMut() -> Result<Option<T>, EffectError>,
) -> Result<T, GaveUp> {
    let mut deadline = clock.monotonic() + timeout;
    let mut blind_since = None;
    loop {
        let now = clock.monotonic();
        let trouble = match look().await {
            Ok(Some(answer)) => return Ok(answer),
            Ok(None) => None,
            Err(error) if error.trouble.is_some() => {
                let since = *blind_since.get_or_insert(now);
                if now.saturating_sub(since) >= BLIND_FOR {
                    return Err(GaveUp::Refused(error));
                }
                clock.sleep(pause.step()).await;
                continue;
            }
            Err(error) if error.retryable => Some(error),
            Err(error) => return Err(GaveUp::Refused(error)),
        };
        if let Some(since) = blind_since.take() {
            deadline += clock.monotonic().saturating_sub(since);
        }
        let left = deadline.saturating_sub(clock.monotonic());
        if left.is_zero() {
            return Err(GaveUp::TimeUp(trouble));
        }
        clock.sleep(pause.step().min(left)).await;
    }
}
