//! An execution on its way from one store to another: head, sources, journal and signals, byte for byte as they are
//! stored, so that the chain of its journal holds wherever it arrives.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::seal::Seal;
use super::sources::{Apart, Parted};
use super::whole::{self, Rows};
use super::{Belongings, Standing, StoreError};
use crate::history::canonical::Hash;
use crate::history::{Entry, Execution, Format, Source, chain};

/// No lease changes hands more often: stores could not count on.
const MOST: u64 = 1 << 53;
/// The form of a parcel; the only one so far.
pub const FORM: u32 = 1;

/// An execution with all that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parcel {
    /// [`FORM`].
    pub parcel: u32,
    /// Its id.
    pub id: String,
    /// The format of its head and of its journal.
    pub format: Format,
    /// Its head, as it is stored.
    pub head: String,
    /// What the head names.
    pub sources: Vec<Source>,
    /// Its journal, an entry each, as they are stored.
    pub journal: Vec<String>,
    /// Its signals, as they are stored; number n at place n - 1.
    pub signals: Vec<String>,
    /// Where it stands, if its list says so.
    pub standing: Option<Standing>,
    /// The last epoch of its lease: the next one must be later, wherever it is taken.
    pub epoch: u64,
    /// What has become of it.
    pub seal: Option<Seal>,
    /// What its effects have written, and what it keeps for itself.
    #[serde(default, skip_serializing_if = "Belongings::are_none")]
    pub belongings: Belongings,
    /// Whether it has left where it comes from, and goes on where it arrives; otherwise it is a copy.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub moves: bool,
    /// In a file: the hash of all of it. A chain holds the journal together, and nothing else the signals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<Hash>,
}

/// What is in a parcel that was looked at.
#[derive(Debug)]
pub struct Unpacked {
    /// Its head.
    pub execution: Execution,
    /// Its journal.
    pub entries: Vec<Entry>,
}

impl Parcel {
    /// An execution that ran in no store that there still is: its head, and what is known of it.
    pub fn of(
        execution: &Execution,
        entries: &[Entry],
        standing: Standing,
    ) -> Result<Parcel, serde_json::Error> {
        let Parted { head, sources } = Parted::of(execution)?;
        let (mut link, mut journal) = (chain::link(&head), Vec::new());
        for entry in entries {
            let mut row = chain::unchained(entry)?;
            if chain::is_kept(execution.format) {
                row = chain::chained(&row, link);
            }
            link = chain::link(&row);
            journal.push(row);
        }
        Ok(Parcel {
            parcel: FORM,
            id: execution.id.clone(),
            format: execution.format,
            head,
            sources,
            journal,
            signals: Vec::new(),
            belongings: Belongings::default(),
            standing: Some(standing),
            epoch: entries.last().map_or(0, |entry| entry.epoch),
            seal: None,
            moves: false,
            hash: None,
        })
    }

    /// Looks whether everything in it is as it was written. `place` is where it comes from.
    pub fn unpack(&self, place: &str) -> Result<Unpacked, StoreError> {
        let damaged = |message: String| StoreError::Damaged { place: place.to_owned(), message };
        let unreadable = |why: String| {
            damaged(format!(
                "the head of execution `{}` is damaged and cannot be read: {why}",
                self.id
            ))
        };
        self.format.readable().map_err(|source| StoreError::Format {
            place: format!("execution `{}`", self.id),
            source,
        })?;
        let sources: HashMap<Hash, Source> =
            self.sources.iter().map(|source| (source.hash(), source.clone())).collect();
        let head = Apart::read(&self.head).map_err(|error| unreadable(error.to_string()))?;
        let head = head.with(&sources).map_err(unreadable)?;
        let execution = whole::head(place, &self.id, head)?;
        if execution.format != self.format {
            let (its, said) = (execution.format.0, self.format.0);
            return Err(damaged(format!(
                "the head of execution `{}` is of format {its}, and not of format {said}",
                self.id
            )));
        }
        if !execution.is_intact() {
            return Err(damaged(format!(
                "the sources of execution `{}` are not those that it was created with",
                self.id
            )));
        }
        if self.epoch > MOST {
            let (id, epoch) = (&self.id, self.epoch);
            return Err(damaged(format!(
                "the lease of execution `{id}` was never at epoch {epoch}"
            )));
        }
        let rows = self.journal.iter().map(String::as_str);
        let entries = if let Some(Seal::Pruned(pruned)) = &self.seal {
            pruned.read((place, &self.id, 1), rows)?
        } else {
            let mut chained = Rows::new(place, &self.id, 1, self.format).behind(&self.head);
            let read: Result<Vec<_>, _> = rows.map(|row| chained.read(row)).collect();
            read?.into_iter().flatten().collect()
        };
        if let Some(last) = entries.last()
            && last.epoch > self.epoch
        {
            return Err(damaged(format!(
                "entry {} of execution `{}` was written under epoch {}, and its lease was never beyond {}",
                last.sequence, self.id, last.epoch, self.epoch
            )));
        }
        if !self.belongings.are_of(&self.id) {
            return Err(damaged(format!(
                "what execution `{}` keeps for itself has names that are not its own",
                self.id
            )));
        }
        Ok(Unpacked { execution, entries })
    }

    /// The same with its hash, for a file.
    #[must_use]
    pub fn hashed(self) -> Parcel {
        let plain = Parcel { hash: None, ..self };
        let hash = plain.whole();
        Parcel { hash: Some(hash), ..plain }
    }

    /// Whether it is as it was written into its file.
    pub fn is_whole(&self) -> bool {
        self.hash == Some(Parcel { hash: None, ..self.clone() }.whole())
    }

    fn whole(&self) -> Hash {
        // What is in it can always be written.
        Hash::of(&serde_json::to_vec(self).unwrap_or_default())
    }

    /// Whether nothing has happened in `other` that is not in this. What it owes, and keeps for itself, changes without
    /// an entry too: that must be the same.
    pub fn has_all_of(&self, other: &Parcel) -> bool {
        self.head == other.head
            && self.journal.starts_with(&other.journal)
            && self.signals.starts_with(&other.signals)
            && self.belongings == other.belongings
    }

    /// Whether it may take the place of the execution in `before`, which was moved away, and goes on here again.
    pub fn brings_back(&self, before: &Parcel) -> bool {
        self.moves && matches!(before.seal, Some(Seal::Moved(_))) && self.goes_on(before)
    }

    /// Whether this is how the execution in `before` has gone on.
    pub fn goes_on(&self, before: &Parcel) -> bool {
        self.id == before.id
            && self.head == before.head
            && self.journal.starts_with(&before.journal)
            && self.signals.starts_with(&before.signals)
            && self.epoch >= before.epoch
            && before
                .belongings
                .marks
                .iter()
                .all(|(key, version)| self.belongings.marks.get(key) == Some(version))
    }
}
