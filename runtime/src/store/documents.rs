//! Documents: small things that a team keeps beside its executions, each under a kind and a name, each with a version.
//!
//! What several processes change at once is changed under a condition: a process that has read version 3 says so, and comes
//! too late if there is a 4 by then. Versions grow, and none is given twice: what was deleted leaves its number behind,
//! so that a document that was made anew is never taken for the one that was read. Nor is a document of the same name in
//! another store, in which an execution goes on that was moved: each version is at least the time at which it was made,
//! in microseconds.
//!
//! A change on behalf of an effect leaves a mark with it, in one transaction: which version the effect with that key has
//! made. Asked once more, after a crash before the outcome was journaled, the store answers as the first time, whatever
//! others have written since. It is made under the execution's lease only, so a runner that was taken over changes nothing.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Lease, StoreError};
use crate::history::Key;

/// The kind of document that is one execution's own. Named by the execution and the key.
pub const OF_EXECUTIONS: &str = "execution-state";
/// The kind of an obligation, which belongs to its execution as well.
pub const OBLIGATION: &str = "obligation";

/// No kind has more characters.
const LONGEST_KIND: usize = 32;
/// No name has more bytes: DynamoDB takes 1,024 as a key.
const LONGEST_NAME: usize = 512;
/// No body has more bytes as JSON: it is one item in a table, and those end at 400 KB.
const LONGEST_BODY: usize = 256 * 1024;

/// No version is taken from a later time, the year 2112: programs count exactly up to twice as much, and others write
/// behind it.
const LATEST_TIME: u64 = 1 << 52;

/// Something that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// What it is.
    pub kind: String,
    /// Which one of them.
    pub name: String,
    /// Grows with every change; no other value of this name has the same, in no store.
    pub version: u64,
    /// What it says.
    pub body: Value,
    /// When that was written, by the writer's clock.
    pub written_at: Timestamp,
    /// The writer, in the writer's words.
    pub written_by: String,
}

/// What must be true of a document for a change to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// There is none.
    New,
    /// There is one, and this is its version.
    At(u64),
    /// Whatever there is.
    Any,
}

/// A change of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What it is.
    pub kind: String,
    /// Which one of them.
    pub name: String,
    /// What it says from now on; `None`: it is deleted.
    pub body: Option<Value>,
    /// When the change is made at all.
    pub condition: Condition,
    /// The time, by the writer's clock.
    pub at: Timestamp,
    /// The writer.
    pub by: String,
    /// The effect on whose behalf it is made.
    pub behalf: Option<Behalf>,
}

/// An effect of an execution that changes a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Behalf {
    /// The lease under which the execution is driven.
    pub lease: Lease,
    /// The effect.
    pub key: Key,
}

/// What an execution has beside its head, its journal and its signals: it goes with it to another store, and goes when
/// its journal is pruned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Belongings {
    /// The version that each of its effects has made, by their keys.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub marks: BTreeMap<String, u64>,
    /// The documents that are its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Document>,
}

impl Belongings {
    /// The kinds of documents that are an execution's own, if their names say so.
    pub const KINDS: [&str; 2] = [OF_EXECUTIONS, OBLIGATION];

    /// Whether it has none.
    pub fn are_none(&self) -> bool {
        self.marks.is_empty() && self.documents.is_empty()
    }

    /// How the names of an execution's own documents begin.
    pub fn prefix(id: &str) -> String {
        format!("{id}/")
    }

    /// Whether all of it is of the execution `id`: nothing else may be written over with it.
    pub fn are_of(&self, id: &str) -> bool {
        let prefix = Belongings::prefix(id);
        let is_own = |it: &Document| {
            Belongings::KINDS.contains(&it.kind.as_str())
                && it.name.starts_with(&prefix)
                && check_names(&it.kind, &it.name).is_ok()
        };
        let is_key = |key: &String| serde_json::from_value::<Key>(key.as_str().into()).is_ok();
        self.documents.iter().all(is_own) && self.marks.keys().all(is_key)
    }
}

/// Keeps documents. What its methods promise of durability and of errors is what [`Store`](super::Store) says.
#[async_trait]
pub trait Documents: Send + Sync {
    /// A document; `None` if there is none.
    async fn document(&self, kind: &str, name: &str) -> Result<Option<Document>, StoreError>;

    /// The documents of a kind whose names begin so, in the order of their names.
    async fn documents(&self, kind: &str, prefix: &str) -> Result<Vec<Document>, StoreError>;

    /// Changes a document, and returns the version that this makes; [`StoreError::Conflict`] if its condition is not
    /// met. To delete what is not there changes nothing. On behalf of an effect that has changed one before, it returns
    /// what it returned then.
    async fn change(&self, change: &Change) -> Result<u64, StoreError>;

    /// The version that was made on behalf of an effect; `None` if it has changed nothing.
    async fn changed(&self, execution: &str, key: &Key) -> Result<Option<u64>, StoreError>;
}

impl Change {
    /// Whether it can be kept at all: its names, and how long it is.
    pub fn check(&self) -> Result<(), StoreError> {
        check_names(&self.kind, &self.name)?;
        let Some(body) = &self.body else { return Ok(()) };
        let bytes = body.to_string().len();
        if bytes > LONGEST_BODY {
            let message = format!("it has {bytes} bytes as JSON, and {LONGEST_BODY} are the most");
            return Err(refused(&self.kind, &self.name, &message));
        }
        Ok(())
    }

    /// The version that it makes of a document whose last version is `last`, 0 if there never was one, and which is
    /// there or was deleted. `None`: it is to be deleted, and there is none.
    pub fn decide(&self, last: u64, is_there: bool) -> Result<Option<u64>, StoreError> {
        let is_met = match self.condition {
            Condition::Any => true,
            Condition::New => !is_there,
            Condition::At(version) => is_there && version == last,
        };
        if !is_met {
            let version = if is_there { last } else { 0 };
            let (kind, name) = (self.kind.clone(), self.name.clone());
            return Err(StoreError::Conflict { kind, name, version });
        }
        Ok((is_there || self.body.is_some()).then_some(self.version_behind(last)))
    }

    /// The version that it makes behind `last`: the time, unless that many are given already.
    fn version_behind(&self, last: u64) -> u64 {
        let time = u64::try_from(self.at.as_microsecond()).unwrap_or(0);
        // A clock that is far ahead says nothing.
        let time = if time < LATEST_TIME { time } else { 0 };
        time.max(last + 1)
    }
}

/// Refuses names that no store can keep.
pub fn check_names(kind: &str, name: &str) -> Result<(), StoreError> {
    let letter = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
    if kind.is_empty() || kind.len() > LONGEST_KIND || !kind.chars().all(letter) {
        let message = "a kind is made of at most 32 lower-case letters, digits and `-`";
        return Err(refused(kind, name, message));
    }
    if name.is_empty() || name.len() > LONGEST_NAME || name.chars().any(char::is_control) {
        let message = "a name has 1 to 512 bytes, and no control characters";
        return Err(refused(kind, name, message));
    }
    Ok(())
}

fn refused(kind: &str, name: &str, message: &str) -> StoreError {
    StoreError::Refused {
        kind: kind.to_owned(),
        name: name.to_owned(),
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn change(body: Option<Value>, condition: Condition) -> Change {
        let (kind, name) = ("group".to_owned(), "shop".to_owned());
        let (at, by) = (Timestamp::UNIX_EPOCH, "ann".to_owned());
        Change { kind, name, body, condition, at, by, behalf: None }
    }

    #[test]
    fn a_condition_is_met_or_names_the_version_in_force() {
        let put = |condition| change(Some(json!(1)), condition);
        let conflict = |version| {
            let (kind, name) = ("group".to_owned(), "shop".to_owned());
            Err(StoreError::Conflict { kind, name, version })
        };
        assert_eq!(put(Condition::New).decide(0, false), Ok(Some(1)));
        assert_eq!(put(Condition::New).decide(3, false), Ok(Some(4)), "it was deleted");
        assert_eq!(put(Condition::New).decide(3, true), conflict(3));
        assert_eq!(put(Condition::At(3)).decide(3, true), Ok(Some(4)));
        assert_eq!(put(Condition::At(3)).decide(4, true), conflict(4));
        assert_eq!(put(Condition::At(3)).decide(3, false), conflict(0), "it was deleted");
        assert_eq!(put(Condition::Any).decide(0, false), Ok(Some(1)));
        let delete = |condition| change(None, condition);
        assert_eq!(delete(Condition::Any).decide(3, true), Ok(Some(4)));
        assert_eq!(delete(Condition::Any).decide(4, false), Ok(None));
        assert_eq!(delete(Condition::At(2)).decide(3, true), conflict(3));
    }

    #[test]
    fn a_version_is_the_time_unless_that_many_are_given_already() {
        let made = |microseconds: i64, last: u64| {
            let at = Timestamp::from_microsecond(microseconds).unwrap();
            Change { at, ..change(Some(json!(1)), Condition::Any) }.decide(last, true)
        };
        assert_eq!(made(1_800_000_000_000_000, 0), Ok(Some(1_800_000_000_000_000)));
        assert_eq!(made(1_800_000_000_000_000, 7), Ok(Some(1_800_000_000_000_000)), "of before");
        assert_eq!(
            made(1_800_000_000_000_000, 1_800_000_000_000_000),
            Ok(Some(1_800_000_000_000_001))
        );
        assert_eq!(
            made(1_700_000_000_000_000, 1_800_000_000_000_000),
            Ok(Some(1_800_000_000_000_001))
        );
        assert_eq!(made(-1, 7), Ok(Some(8)), "no clock is set");
        assert_eq!(made(9_000_000_000_000_000, 7), Ok(Some(8)), "it is far ahead");
    }

    #[test]
    fn names_and_lengths_that_no_store_can_keep_are_refused() {
        let whole = change(Some(json!("x".repeat(LONGEST_BODY - 2))), Condition::Any);
        assert_eq!(whole.check(), Ok(()));
        let long = change(Some(json!("x".repeat(LONGEST_BODY - 1))), Condition::Any);
        let said = long.check().unwrap_err().to_string();
        assert_eq!(
            said,
            "the group `shop` cannot be kept: it has 262145 bytes as JSON, and 262144 are the most"
        );
        let is_refused = |kind: &str, name: &str| check_names(kind, name).is_err();
        assert!(!is_refused("group", &"ä".repeat(256)));
        for (kind, name) in
            [("", "x"), ("Group", "x"), ("a/b", "x"), ("group", ""), ("group", "a\nb")]
        {
            assert!(is_refused(kind, name), "{kind} {name}");
        }
        assert!(is_refused("group", &"ä".repeat(257)) && is_refused(&"x".repeat(33), "x"));
    }
}
