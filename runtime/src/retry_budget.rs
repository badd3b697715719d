//! How long a runner waits for the end of its own troubles.

use std::time::Duration;

use jiff::SignedDuration;

/// How long the operator lets a runner wait for the end of its troubles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryBudget {
    /// For the world: credentials, the network, a service that is too busy. By the execution's clock.
    pub world: Duration,
    /// For the store: a table that throttles, a disk that is full, a database that others keep busy. By the
    /// machine's clock.
    pub store: Duration,
}

impl RetryBudget {
    /// Half an hour: longer than a network needs to change its routes, shorter than a night.
    pub const USUAL: RetryBudget = RetryBudget::of(Duration::from_mins(30));

    /// The same for everything.
    pub const fn of(duration: Duration) -> RetryBudget {
        RetryBudget { world: duration, store: duration }
    }
}

/// A duration in whole seconds, as people write it.
pub(crate) fn in_words(duration: Duration) -> String {
    format!(
        "{:#}",
        SignedDuration::from_secs(i64::try_from(duration.as_secs()).unwrap_or(i64::MAX))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_reads_like_one() {
        assert_eq!(in_words(Duration::from_secs(1830)), "30m 30s");
    }
}
