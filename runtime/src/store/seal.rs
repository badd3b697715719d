//! Executions that have come to their end in this store: pruned to their evidence, or moved to another one.
//!
//! A sealed execution is read like any other. No runner gets its lease, and nothing is sent to it.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::StoreError;
use crate::history::canonical::Hash;
use crate::history::{Body, Entry, Format, chain};

/// What has become of an execution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "seal")]
pub enum Seal {
    /// Its journal was cut down to the evidence.
    Pruned(Pruned),
    /// It goes on in another store.
    Moved(Moved),
}

/// What was cut off a journal, and what holds the rest together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pruned {
    /// When.
    pub at: Timestamp,
    /// The operator who did it.
    pub by: String,
    /// How many entries the journal had.
    pub entries: u64,
    /// How many of them are gone.
    pub removed: u64,
    /// The link of its last entry, as the next one would have carried it.
    pub link: Hash,
    /// The hash of all that is left.
    pub evidence: Hash,
}

/// Where an execution has gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// When.
    pub at: Timestamp,
    /// The operator who did it.
    pub by: String,
    /// The store or the file, in words.
    pub to: String,
    /// The identity of that store; `None`: a file.
    pub store: Option<String>,
    /// The format of its journal. The store itself says a later one meanwhile: earlier releases know no seals, and
    /// would go on with it.
    pub format: Format,
}

impl Moved {
    /// The format that the store shows.
    pub fn shown(&self) -> Format {
        self.format.max(FIRST_WITH_SEALS)
    }
}

/// The first format whose releases know seals.
const FIRST_WITH_SEALS: Format = Format(7);

impl fmt::Display for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Seal::Pruned(Pruned { at, by, removed, entries, .. }) => {
                write!(f, "was pruned at {at} by {by}: {removed} of its {entries} entries are gone")
            }
            Seal::Moved(Moved { at, by, to, .. }) => write!(f, "was moved to {to} at {at} by {by}"),
        }
    }
}

/// Whether an entry stays when its journal is pruned: what was decided, answered and done to the world. What was
/// only looked at goes.
pub fn is_evidence(entry: &Entry) -> bool {
    match &entry.body {
        Body::Event { .. } => true,
        Body::Intent { step, .. } | Body::Outcome { step, .. } => step.class.needs_intent(),
    }
}

/// A journal that is to be pruned.
#[derive(Debug)]
pub struct Cut {
    /// The numbers of the entries that stay.
    pub kept: Vec<u64>,
    /// What is written of it.
    pub pruned: Pruned,
}

impl Cut {
    /// Cuts a whole journal: its entries, each with its bytes.
    pub fn of<'r>(
        rows: impl IntoIterator<Item = (&'r str, &'r Entry)>,
        at: Timestamp,
        by: &str,
    ) -> Cut {
        let (mut kept, mut left) = (Vec::new(), Evidence::default());
        let (mut entries, mut link) = (0, Hash::of(&[]));
        for (row, entry) in rows {
            entries += 1;
            link = chain::link(row);
            if is_evidence(entry) {
                kept.push(entry.sequence);
                left.take(row);
            }
        }
        let removed = entries - kept.len() as u64;
        let by = by.to_owned();
        Cut { kept, pruned: Pruned { at, by, entries, removed, link, evidence: left.hash() } }
    }
}

/// Rows that are hashed together.
#[derive(Default)]
struct Evidence(String);

impl Evidence {
    fn take(&mut self, row: &str) {
        self.0.push_str(row);
        self.0.push('\n');
    }

    fn hash(&self) -> Hash {
        Hash::of(self.0.as_bytes())
    }
}

impl Pruned {
    /// The entries in what is left of the journal of execution `id`, from number `from` on.
    pub fn read<'r>(
        &self,
        (place, id, from): (&str, &str, u64),
        rows: impl IntoIterator<Item = &'r str>,
    ) -> Result<Vec<Entry>, StoreError> {
        let damaged = |what: &str| StoreError::Damaged {
            place: place.to_owned(),
            message: format!("what is left of the pruned journal of execution `{id}` {what}"),
        };
        let (mut entries, mut left) = (Vec::new(), Evidence::default());
        for row in rows {
            left.take(row);
            let entry: Entry = serde_json::from_str(row)
                .map_err(|error| damaged(&format!("is damaged and cannot be read: {error}")))?;
            if entry.sequence >= from {
                entries.push(entry);
            }
        }
        if left.hash() == self.evidence {
            Ok(entries)
        } else {
            Err(damaged("is not as it was written"))
        }
    }
}
