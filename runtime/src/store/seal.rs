//! Executions that have come to their end in this store: pruned to their evidence, or moved to another one.
//!
//! A sealed execution is read like any other. No runner gets its lease, and nothing is sent to it.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::history::Format;
use crate::history::canonical::Hash;
use crate::history::chain::ChainHead;

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

impl Pruned {
    /// The last link of the journal as it was before the cut.
    pub fn chain_head(&self) -> ChainHead {
        ChainHead { sequence: self.entries, hash: self.link }
    }
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
