//! Looking again and again until something is over.

use std::time::Duration;

use moontide_runtime::backoff::Backoff;
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::{EffectError, Sight, Unavailable};

/// Why a call looks no more.
#[derive(Debug)]
pub(crate) enum GaveUp {
    /// The time is up; with what the last look ran into, if it failed.
    TimeUp(Option<EffectError>),
    /// Another look would not help, or the door has to wait for the end of trouble first.
    Refused(EffectError),
}

/// How long a service may be too busy to answer before the door takes the waiting over, and says what it
/// waits for.
pub(crate) const BUSY_FOR: Duration = Duration::from_mins(2);

/// Whether an error goes to the door at the first look: an operator has to do something about credentials and
/// the network, and a wave is not to wait for them longer than the door does. A service that is too busy is asked
/// again, at growing pauses, for [`BUSY_FOR`].
pub(crate) fn is_for_the_door(error: &EffectError) -> bool {
    matches!(error.unavailable, Some(Unavailable::Credentials | Unavailable::Network))
}

/// Looks until `look` has an answer or `timeout` has passed. A look that fails and may succeed later
/// is no reason to stop: the thing itself goes on. While nothing can be seen the time does not count: that it
/// is up then would decide something about what was not seen. Nor does the time begin anew when the door lets
/// the call look again: `sight` knows how much of it is used.
pub(crate) async fn until<T>(
    clock: &dyn Clock,
    sight: &Sight,
    timeout: Duration,
    mut backoff: Backoff,
    mut look: impl AsyncFnMut() -> Result<Option<T>, EffectError>,
) -> Result<T, GaveUp> {
    let mut seen_until = clock.monotonic();
    loop {
        sight.look(clock.monotonic());
        let unseen = match look().await {
            Ok(Some(answer)) => {
                sight.seen();
                return Ok(answer);
            }
            Ok(None) => None,
            Err(error) if error.unavailable.is_some() => {
                let since = sight.looking_since().unwrap_or_default();
                // What passed before it failed was seen.
                sight.uses(since.saturating_sub(seen_until));
                let patient = clock.monotonic().saturating_sub(since) < BUSY_FOR;
                if is_for_the_door(&error) || !patient {
                    return Err(GaveUp::Refused(error));
                }
                clock.sleep(backoff.pause()).await;
                // What passes between two looks that fail is not the call's time.
                seen_until = clock.monotonic();
                continue;
            }
            Err(error) if error.retryable => Some(error),
            Err(error) => return Err(GaveUp::Refused(error)),
        };
        sight.seen();
        let now = clock.monotonic();
        sight.uses(now.saturating_sub(seen_until));
        seen_until = now;
        let left = timeout.saturating_sub(sight.used());
        if left.is_zero() {
            return Err(GaveUp::TimeUp(unseen));
        }
        clock.sleep(backoff.pause().min(left)).await;
    }
}
