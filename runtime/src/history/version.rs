//! Which formats this release reads and writes.

use serde::{Deserialize, Serialize};

/// The format of a journal. Raised whenever an older release could misread an entry. An execution is
/// finished under the format that it began under.
///
/// | format | what it brought |
/// |---|---|
/// | 1 | the first |
/// | 2 | entries are chained by the hash of their stored bytes; what an attempt is given is fixed when it starts; what was refused says so; `results` holds only the waves that a wave depends on; every loop over keys without an order is refused |
/// | 3 | an `abort` stands until just that is retried; a cancel says which ones its sender had seen taken |
/// | 4 | an error throws on a field that it does not have; no length of time has months; what a question may ask is bounded; a hook that a cancel cut off is attempted again |
/// | 5 | who is asked gets the time back in which the store was away; an answer without its question's fingerprint is refused; all waves together have budgets; no head holds a secret |
/// | 6 | the result of a wave that left none is nil, and a name that is like another one in an author's own data too; what a resume changes about the limits is journaled |
/// | 7 | stores keep sources apart from heads, each once; runbooks have state; secrets are looked for in more spellings; a builtin is told that a page is no list |
/// | 8 | waves claim their servers |
/// | 9 | params may be lists and tables; a space before a cut may be a secret's |
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Format(pub u32);

impl Format {
    /// What this release writes.
    pub const CURRENT: Format = Format(9);
    /// The first in which params may be lists and tables.
    pub const LISTS: Format = Format(9);
    /// What the tables of a store are laid out like: as in the first release, so that it can still open the
    /// store, and go on with the executions that it reads.
    pub const STORE: Format = Format(1);

    /// Refuses the format of a journal that this release cannot read.
    pub fn readable(self) -> Result<(), FormatError> {
        self.within(Format::CURRENT)
    }

    /// Refuses the format of a store that this release cannot use.
    pub fn readable_as_store(self) -> Result<(), FormatError> {
        self.within(Format::STORE)
    }

    /// Whether the heads of its executions only name their sources, which a store keeps apart.
    pub fn keeps_sources_apart(self) -> bool {
        self >= Format(7)
    }

    fn within(self, known: Format) -> Result<(), FormatError> {
        if (Format(1)..=known).contains(&self) {
            Ok(())
        } else {
            Err(FormatError { found: self, known })
        }
    }
}

/// A journal or a store from another time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "it is written in format {}, and this release reads up to format {}; nothing was changed",
    .found.0, .known.0
)]
pub struct FormatError {
    /// Its format.
    pub found: Format,
    /// The latest that this release reads.
    pub known: Format,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_current_format_is_readable_and_the_next_is_not() {
        assert_eq!(Format::CURRENT.readable(), Ok(()));
        let next = Format(Format::CURRENT.0 + 1);
        assert_eq!(next.readable(), Err(FormatError { found: next, known: Format::CURRENT }));
        assert_eq!(Format::STORE.readable_as_store(), Ok(()));
        assert!(Format(Format::STORE.0 + 1).readable_as_store().is_err());
        assert!(Format(0).readable().is_err());
    }
}
