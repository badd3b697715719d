//! What a head and a journal must be to be believed: an entry that is missing may be the intent of a call, one that was
//! changed its outcome.

use std::fmt;

use super::StoreError;
use crate::history::canonical::Hash;
use crate::history::{Entry, Execution, Format, chain};

/// The head that a store has for execution `id`, if it is that one's.
pub fn head(place: &str, id: &str, head: Execution) -> Result<Execution, StoreError> {
    if head.id == id {
        return Ok(head);
    }
    let message = format!("the head of execution `{id}` is that of `{}`", head.id);
    Err(StoreError::Damaged { place: place.to_owned(), message })
}

/// Reads the rows of one journal, in order: each must be the next one, and carry the hash of the one before.
pub struct Rows<'s> {
    place: &'s str,
    id: &'s str,
    /// The first entry that is wanted.
    from: u64,
    /// The entry that must come next.
    next: u64,
    is_chained: bool,
    /// The hash of the row before, and which it is; `None` before the first row of a part.
    last: Option<(Hash, Before)>,
}

/// The row before another one.
#[derive(Clone, Copy)]
enum Before {
    Head,
    Entry(u64),
}

impl fmt::Display for Before {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Before::Head => f.write_str("the execution's head"),
            Before::Entry(number) => write!(f, "entry {number}"),
        }
    }
}

impl<'s> Rows<'s> {
    /// Begins with entry number `from` of execution `id` in the store at `place`.
    pub fn new(place: &'s str, id: &'s str, from: u64, format: Format) -> Rows<'s> {
        let (next, is_chained) = (from.max(1), chain::is_kept(format));
        Rows { place, id, from, next, is_chained, last: None }
    }

    /// Holds the first entry to the head that the store has.
    #[must_use]
    pub fn behind(self, head: &str) -> Rows<'s> {
        Rows { last: Some((chain::link(head), Before::Head)), ..self }
    }

    /// The entry in the next row; `None` if it stands before the first that is wanted.
    pub fn read(&mut self, row: &str) -> Result<Option<Entry>, StoreError> {
        let number = self.next;
        let entry: Entry = serde_json::from_str(row).map_err(|error| {
            let what = format!("entry {number} of execution `{}`", self.id);
            self.damaged(format!("{what} is damaged and cannot be read: {error}"))
        })?;
        self.take(row, entry)
    }

    /// The same for a row that its store has under this number.
    pub fn read_numbered(&mut self, number: u64, row: &str) -> Result<Option<Entry>, StoreError> {
        let entry = self.read(row)?;
        match &entry {
            Some(entry) if entry.sequence != number => Err(self.damaged(format!(
                "the journal of execution `{}` is damaged: entry {} lies under the number {number}",
                self.id, entry.sequence
            ))),
            _ => Ok(entry),
        }
    }

    /// The same for a row that is read already.
    pub fn take(&mut self, row: &str, entry: Entry) -> Result<Option<Entry>, StoreError> {
        let found = entry.sequence;
        let is_wanted = found >= self.from;
        if is_wanted && found != self.next {
            let next = self.next;
            let what = format!("entry {found} stands where entry {next} belongs");
            return Err(
                self.damaged(format!("the journal of execution `{}` is damaged: {what}", self.id))
            );
        }
        if let Some((link, before)) = &self.last
            && self.is_chained
            && !chain::carries(row, *link)
        {
            let what = format!("entry {found} does not carry the hash of {before}");
            return Err(self.changed(&what));
        }
        if !self.is_chained && chain::carried(row).is_some() {
            let what = format!("entry {found} is one of a later format than its head says");
            return Err(self.changed(&what));
        }
        if self.is_chained {
            self.last = Some((chain::link(row), Before::Entry(found)));
        }
        self.next += u64::from(is_wanted);
        Ok(is_wanted.then_some(entry))
    }

    /// Makes sure that the journal goes on as far as its store says, to entry number `last`.
    pub fn end(&self, last: u64) -> Result<(), StoreError> {
        if self.next > last {
            return Ok(());
        }
        let (id, ends) = (self.id, self.next - 1);
        Err(self.damaged(format!(
            "the journal of execution `{id}` is damaged: it has {last} entries and ends with entry {ends}"
        )))
    }

    fn changed(&self, what: &str) -> StoreError {
        self.damaged(format!(
            "the journal of execution `{}` is not as it was written: {what}",
            self.id
        ))
    }

    fn damaged(&self, message: String) -> StoreError {
        StoreError::Damaged { place: self.place.to_owned(), message }
    }
}
