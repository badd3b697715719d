//! The chain of a journal: every entry carries the SHA-256 of the bytes of the entry before it, the first
//! one that of its head, as the store has them. A hand that changes, drops or inserts one afterwards breaks it.
//!
//! Stores write the chain, in the transaction that makes the journal longer, and read the last link off the
//! bytes that they have: written anew, an entry of another release could look different. Executions of
//! [`Format`] 1 have none.

use serde::{Deserialize, Serialize};

use super::canonical::Hash;
use super::{Entry, Format};

/// The first field of a stored entry that is chained.
const FIELD: &str = "{\"chain\":\"";

/// The last link of a journal. Noted elsewhere, it proves later that nothing before it was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainHead {
    /// The number of the entry whose hash it is; 0: of the execution's head, before the first entry.
    pub sequence: u64,
    /// The hash of that entry's stored bytes, as the next entry carries it.
    pub hash: Hash,
}

/// Whether the entries of an execution of this format are chained.
pub fn is_kept(format: Format) -> bool {
    format >= Format(2)
}

/// What the next entry carries of the one that is stored as `stored`, or of the head.
pub fn link(stored: &str) -> Hash {
    Hash::of(stored.as_bytes())
}

/// An entry as it is stored if it is not chained.
pub fn unchained(entry: &Entry) -> Result<String, serde_json::Error> {
    serde_json::to_string(entry)
}

/// The same behind the one with that `link`.
pub fn chained(unchained: &str, link: Hash) -> String {
    // The text is that of an object with fields.
    format!("{FIELD}{link}\",{}", unchained.strip_prefix('{').unwrap_or(unchained))
}

/// The link that a stored entry carries, if it does.
pub fn carried(stored: &str) -> Option<Hash> {
    #[derive(Deserialize)]
    struct Carries {
        chain: Option<Hash>,
    }
    serde_json::from_str::<Carries>(stored).ok()?.chain
}

/// Whether a stored entry carries this link.
pub fn carries(stored: &str, link: Hash) -> bool {
    // As this release writes it; another one may order the fields otherwise.
    let digits = stored.strip_prefix(FIELD).and_then(|rest| rest.get(..64));
    digits.is_some_and(|digits| link.is_written(digits)) || carried(stored) == Some(link)
}

/// The first row that does not carry the link of the row before it, counted from 0 for the head; `None` if
/// the chain is whole.
pub fn broken<'r>(rows: impl IntoIterator<Item = &'r str>) -> Option<usize> {
    let mut rows = rows.into_iter();
    let mut last = link(rows.next()?);
    rows.zip(1..).find_map(|(row, place)| {
        let is_whole = carries(row, last);
        last = link(row);
        (!is_whole).then_some(place)
    })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::history::{Body, Event};

    fn rows() -> Vec<String> {
        let mut rows = vec!["{\"id\":\"x\"}".to_owned()];
        for sequence in 1..=3 {
            let body = Body::Event { event: Event::Started };
            let entry = Entry { sequence, epoch: 1, at: Timestamp::UNIX_EPOCH, body };
            let text = unchained(&entry).unwrap();
            let last = rows.last().map_or_else(String::new, Clone::clone);
            let stored = chained(&text, link(&last));
            assert_eq!(serde_json::from_str::<Entry>(&stored).unwrap(), entry);
            rows.push(stored);
        }
        rows
    }

    fn first_broken(rows: &[String]) -> Option<usize> {
        broken(rows.iter().map(String::as_str))
    }

    #[test]
    fn the_first_entry_carries_the_hash_of_the_head() {
        let rows = rows();
        // Of `{"id":"x"}`, as any other program finds it.
        let hash = "5e2b92cc57ce618dfbb54844a31775e4b95c6fb552ee6bf5a068133c12d2ad90";
        assert_eq!(carried(&rows[1]).unwrap().to_string(), hash);
        assert_eq!(first_broken(&rows), None);
    }

    #[test]
    fn what_is_changed_dropped_or_put_in_breaks_it() {
        let rows = rows();
        let mut changed = rows.clone();
        changed[1] = changed[1].replace("\"epoch\":1", "\"epoch\":2");
        assert_eq!(first_broken(&changed), Some(2));
        let mut dropped = rows.clone();
        dropped.remove(2);
        assert_eq!(first_broken(&dropped), Some(2));
        let mut doubled = rows.clone();
        doubled.insert(1, rows[1].clone());
        assert_eq!(first_broken(&doubled), Some(2));
        let mut head = rows;
        head[0].push(' ');
        assert_eq!(first_broken(&head), Some(1));
    }
}
