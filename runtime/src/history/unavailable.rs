//! What is no outcome but trouble of the runner.

use std::fmt;

/// What keeps the runner from seeing the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unavailable {
    /// There are no credentials that the service accepts.
    Credentials,
    /// No answer comes through.
    Network,
    /// The service answers that it cannot answer.
    Busy,
    /// The lease may be another runner's: nothing was sent.
    Lease,
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unavailable::Credentials => "credentials that are accepted",
            Unavailable::Network => "an answer",
            Unavailable::Busy => "the service to be less busy",
            Unavailable::Lease => "the lease of its execution",
        })
    }
}
