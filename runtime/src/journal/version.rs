//! Which formats this release reads and writes.

use serde::{Deserialize, Serialize};

/// The format of a journal. Raised whenever an older release could misread an entry. An execution is
/// finished under the format that it began under.
///
/// | format | what it brought |
/// |---|---|
/// | 1 | the first |
/// | 2 | entries are chained by the hash of their stored bytes; what an attempt is given is an entry; what was refused says so; `results` holds only the waves that a wave depends on; every loop over keys without an order is refused |
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Format(pub u32);

impl Format {
    /// What this release writes.
    pub const CURRENT: Format = Format(2);
    /// What the tables of a store are laid out like: as in the first release, so that it can still open the
    /// store, and go on with the executions that it reads.
    pub const STORE: Format = Format(1);

    /// Refuses a format that this release cannot read.
    pub fn readable(self) -> Result<(), FormatError> {
        if self.0 >= 1 && self <= Format::CURRENT { Ok(()) } else { Err(FormatError(self)) }
    }
}

/// A journal or a store from another time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "it is written in format {}, and this release reads up to format {}; nothing was changed",
    .0.0, Format::CURRENT.0
)]
pub struct FormatError(pub Format);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_current_format_is_readable_and_the_next_is_not() {
        assert_eq!(Format::CURRENT.readable(), Ok(()));
        let next = Format(Format::CURRENT.0 + 1);
        assert_eq!(next.readable(), Err(FormatError(next)));
        assert!(Format(0).readable().is_err());
    }
}
