//! An execution byte for byte as its store has it, whatever that is worth: what a verification looks at, which reads
//! on where every other reader stops.

use super::{Seal, Standing};
use crate::history::canonical::Hash;
use crate::history::chain::{self, ChainHead};
use crate::history::{Entry, Format};

/// An execution as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// Its id.
    pub id: String,
    /// The format of its journal.
    pub format: Format,
    /// Its head.
    pub head: Text,
    /// Its journal, or what is left of it, in the order in which the store has it.
    pub rows: Vec<Row>,
    /// The number of its last entry, where the store says that beside the journal.
    pub last: Option<u64>,
    /// Where it stands, where its list says so in the same breath as its journal.
    pub standing: Option<Standing>,
    /// What has become of it.
    pub seal: Option<Seal>,
}

/// What is stored of an entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The number under which it lies, where the store numbers it.
    pub number: Option<u64>,
    /// The entry.
    pub text: Text,
}

/// What is stored; or why it is no text.
pub type Text = Result<String, String>;

impl Row {
    /// The entry in it, if it can be read.
    pub fn entry(&self) -> Result<Entry, String> {
        serde_json::from_str(self.text.as_ref().map_err(Clone::clone)?)
            .map_err(|error| error.to_string())
    }

    /// What the next row carries of it.
    pub fn link(&self) -> Option<Hash> {
        self.text.as_deref().ok().map(chain::link)
    }
}

impl Stored {
    /// The link behind this entry, or behind the execution's head if it is 0; `None`: it is not chained, or there is no
    /// such entry, or not any more.
    pub fn link_at(&self, sequence: u64) -> Option<Hash> {
        if !chain::is_kept(self.format) {
            return None;
        }
        // What was pruned has kept its end.
        if let Some(end) = self.chain_head().filter(|end| end.sequence == sequence) {
            return Some(end.hash);
        }
        if sequence == 0 {
            return self.head.as_deref().ok().map(chain::link);
        }
        let is_it = |row: &&Row| row.entry().is_ok_and(|it| it.sequence == sequence);
        self.rows.iter().find(is_it)?.link()
    }

    /// The last link of its chain; `None`: it is not chained, or its end cannot be read.
    pub fn chain_head(&self) -> Option<ChainHead> {
        if let Some(Seal::Pruned(pruned)) = &self.seal {
            return chain::is_kept(self.format).then(|| pruned.chain_head());
        }
        if !chain::is_kept(self.format) {
            return None;
        }
        match self.rows.last() {
            Some(row) => {
                Some(ChainHead { sequence: row.entry().ok()?.sequence, hash: row.link()? })
            }
            None => Some(ChainHead { sequence: 0, hash: chain::link(self.head.as_ref().ok()?) }),
        }
    }
}
