//! What becomes of an effect that has left, or of a question that has been asked.

use crate::effect::door::{Attempted, Prepared, Settled};

/// What became of an effect, or of a question.
pub(super) enum Sent<'s> {
    /// It ended, and is not journaled yet.
    Ended(Prepared<'s>, Settled),
    /// A person wants it sent once more.
    Again(Prepared<'s>, Attempted),
    /// The attempt was stopped, and there is nothing to journal.
    Stopped,
}
