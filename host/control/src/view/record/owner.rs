//! How another execution stands that has what this one wants.

use super::Record;

/// How an execution stands that has what another one wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// It is not over: no cleanup is taken yet.
    GoesOn,
    /// It is a drill that is over, whose instances may live.
    HasInstances,
    /// There is nothing for a cleanup to do.
    IsClean,
    /// It goes on in another store.
    Moved(String),
}

impl Owner {
    /// How a loaded one stands.
    pub(super) fn of(other: &Record) -> Owner {
        match other.moved_to() {
            Some(to) => Owner::Moved(to.to_owned()),
            None if !other.is_over() => Owner::GoesOn,
            None if other.has_instances => Owner::HasInstances,
            None => Owner::IsClean,
        }
    }
}
