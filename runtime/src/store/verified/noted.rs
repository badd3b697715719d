//! A hash that was noted earlier, in a report or a notification, and that an entry has or has not.

use jiff::Timestamp;
use serde::Serialize;

use super::Verified;
use crate::history::Entry;
use crate::history::canonical::Hash;
use crate::history::chain;
use crate::store::stored::{Row, Stored};

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Noted {
    /// The hash.
    pub hash: Hash,
    /// The entry whose hash it is; 0: the execution's head. `None`: no entry that is there has it.
    pub sequence: Option<u64>,
    /// When that entry was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Whether that proves that nothing up to this entry was changed since it was noted.
    pub proves: bool,
}

impl Noted {
    pub(super) fn of(stored: &Stored, verified: &Verified, hash: Hash) -> Noted {
        if !chain::is_kept(stored.format) {
            return Noted { hash, sequence: None, at: None, proves: false };
        }
        let read = || stored.rows.iter().filter_map(|row| Some((row, row.entry().ok()?)));
        let written = |number: u64| {
            let mut entries = read().map(|(_, entry)| entry);
            entries.find(|entry| entry.sequence == number).map(|entry| entry.at)
        };
        let of_head = || {
            let head = stored.head.as_deref().ok().map(chain::link);
            (head == Some(hash)).then_some(0)
        };
        let of_entry = || {
            let mut rows = read();
            rows.find(|(row, _)| row.link() == Some(hash)).map(|(_, entry)| entry.sequence)
        };
        // The entry behind one that was cut off carries its hash, and the seal that of the last one.
        let of_gone = || {
            let pruned = verified.pruned.as_ref()?;
            if pruned.link == hash {
                return Some(pruned.entries);
            }
            let carries = |(row, entry): (&Row, Entry)| {
                let text = row.text.as_deref().ok()?;
                chain::carries(text, hash).then_some(entry.sequence - 1)
            };
            read().find_map(carries)
        };
        let sequence = of_head().or_else(of_entry).or_else(of_gone);
        // What stands before the first entry that does not fit is as it was.
        let is_before = |number: u64| match &verified.broken {
            None => true,
            Some(broken) => broken.sequence.is_some_and(|first| number < first),
        };
        Noted {
            hash,
            sequence,
            at: sequence.and_then(written),
            proves: sequence.is_some_and(is_before),
        }
    }
}
