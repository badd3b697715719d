//! What a stored journal is worth: whether its chain is whole, or else the first entry that does not fit.
//!
//! A hash tells that bytes have changed, and not which ones: an entry carries that of the entry before it, so a change
//! shows one entry later. Which of the two was changed follows from the entry behind both. The last entry is carried by
//! none: what was changed there shows only to a reader who has noted its hash.
//!
//! - `trouble`: the first entry that does not fit. [`Noted`]: a hash that was noted earlier.

mod noted;
mod trouble;

use serde::Serialize;

use super::stored::Stored;
use super::{Pruned, Seal};
use crate::history::canonical::Hash;
use crate::history::chain::{self, ChainHead};

pub use noted::Noted;
pub use trouble::{How, Trouble};

/// What a journal is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Each entry is as it was when the next one was written.
    Whole,
    /// It was cut down to its evidence, which is as it was left.
    Pruned,
    /// It is of a format without a chain: its entries are there, and nothing says whether they were changed.
    NotChained,
    /// It is not as it was written.
    Broken,
}

impl Verdict {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Whole => "whole",
            Verdict::Pruned => "pruned",
            Verdict::NotChained => "not chained",
            Verdict::Broken => "broken",
        }
    }
}

/// A journal that was looked at.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verified {
    /// The execution's id.
    pub execution: String,
    /// What its journal is worth.
    pub verdict: Verdict,
    /// How many entries there are.
    pub entries: u64,
    /// The last link of its chain: of one that was pruned, that at the cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<ChainHead>,
    /// What was cut off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pruned: Option<Pruned>,
    /// The first entry that does not fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<Trouble>,
    /// The hash that was noted earlier, where one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noted: Option<Noted>,
}

impl Verified {
    /// Looks at what is stored of an execution.
    pub fn of(stored: &Stored) -> Verified {
        let pruned = match &stored.seal {
            Some(Seal::Pruned(pruned)) => Some(pruned.clone()),
            _ => None,
        };
        let is_chained = chain::is_kept(stored.format);
        let broken = match &pruned {
            Some(pruned) => trouble::of_pruned(stored, pruned),
            None => trouble::first(stored, is_chained),
        };
        let verdict = match (&broken, &pruned) {
            (Some(_), _) => Verdict::Broken,
            (None, Some(_)) => Verdict::Pruned,
            (None, None) if is_chained => Verdict::Whole,
            (None, None) => Verdict::NotChained,
        };
        Verified {
            execution: stored.id.clone(),
            verdict,
            entries: stored.rows.len() as u64,
            head: stored.chain_head().filter(|_| verdict != Verdict::Broken),
            pruned,
            broken,
            noted: None,
        }
    }

    /// One of which nothing can be read that was stored.
    pub fn unreadable(id: &str, message: String) -> Verified {
        Verified {
            execution: id.to_owned(),
            verdict: Verdict::Broken,
            entries: 0,
            head: None,
            pruned: None,
            broken: Some(Trouble { sequence: None, ..Trouble::of_head(How::Unreadable, message) }),
            noted: None,
        }
    }

    /// The same, beside a hash that was noted earlier. A whole journal that does not have it is not the one of which it
    /// was noted.
    #[must_use]
    pub fn beside(self, stored: &Stored, hash: Hash) -> Verified {
        let noted = Noted::of(stored, &self, hash);
        if self.verdict == Verdict::Whole && noted.sequence.is_none() {
            let broken = Trouble::other_head(hash, self.head);
            let broken = Some(broken);
            return Verified { verdict: Verdict::Broken, broken, noted: Some(noted), ..self };
        }
        Verified { noted: Some(noted), ..self }
    }

    /// The same, if something else of it is not as it was written.
    #[must_use]
    pub fn with(self, trouble: Option<Trouble>) -> Verified {
        match trouble {
            Some(trouble) if self.broken.is_none() => {
                Verified { verdict: Verdict::Broken, broken: Some(trouble), head: None, ..self }
            }
            _ => self,
        }
    }
}
