//! How often the SDK may send one request.
//!
//! The stock SDK sends again when a reply is lost, on a 500 and on a throttle: three times, also
//! for `StartRecovery`, which has no token and is destructive when it runs twice; and it hides that from its
//! caller, who then takes a refusal of the last one for a refusal of all. So it may do so only for reads;
//! everywhere else repeating is the journal's affair.

use aws_config::retry::RetryConfig;
use moontide_runtime::effect::Class;

/// How often a request may go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Attempts {
    /// As often as the SDK's configuration says: `AWS_MAX_ATTEMPTS`, the profile, or three times.
    Several,
    /// Once.
    One,
    /// Once, and only while the runner certainly holds its lease.
    Leased,
}

impl Attempts {
    /// What an operation of `class` may do.
    pub(crate) fn of(class: Class) -> Attempts {
        match class {
            Class::Pure | Class::Read => Attempts::Several,
            Class::Convergent | Class::Token | Class::Tagged | Class::Once => Attempts::Leased,
        }
    }

    /// The retry settings to use, where the session's own are `configured`.
    pub(crate) fn retries(self, configured: Option<&RetryConfig>) -> RetryConfig {
        match self {
            Attempts::Several => configured.cloned().unwrap_or_else(RetryConfig::standard),
            Attempts::One | Attempts::Leased => RetryConfig::disabled(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reads_are_repeated_behind_the_journal() {
        let configured = RetryConfig::standard().with_max_attempts(7);
        for (class, attempts) in [
            (Class::Read, 7),
            (Class::Token, 1),
            (Class::Convergent, 1),
            (Class::Tagged, 1),
            (Class::Once, 1),
        ] {
            let retries = Attempts::of(class).retries(Some(&configured));
            assert_eq!(retries.max_attempts(), attempts, "{class:?}");
        }
        assert_eq!(Attempts::Several.retries(None).max_attempts(), 3);
    }
}
