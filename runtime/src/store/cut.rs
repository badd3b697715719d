//! Cutting a journal down to its evidence, and reading what is left of it.

use jiff::Timestamp;

use super::{Pruned, StoreError};
use crate::history::canonical::Hash;
use crate::history::{Body, Entry, chain};

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
    /// Whether these rows are all that was left, as it was left.
    pub fn is_left<'r>(&self, rows: impl IntoIterator<Item = &'r str>) -> bool {
        let mut left = Evidence::default();
        rows.into_iter().for_each(|row| left.take(row));
        left.hash() == self.evidence
    }

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
