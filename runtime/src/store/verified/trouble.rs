//! The first entry of a journal that does not fit, and what can be told of how that came.

use serde::Serialize;

use crate::history::canonical::{self, Hash};
use crate::history::chain::{self, ChainHead};
use crate::history::{Body, Entry, Key, Step};
use crate::store::Pruned;
use crate::store::stored::{Row, Stored};

/// What came to an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Its bytes are not those that were written.
    Changed,
    /// It cannot be read any more.
    Unreadable,
    /// It is not there.
    Missing,
    /// It was put in.
    Added,
    /// No entry has the hash that was noted: the journal was written anew, cut off, or is another one.
    OtherHead,
}

/// The first entry that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trouble {
    /// Its number; 0: the execution's head. `None`: it is of no single entry.
    pub sequence: Option<u64>,
    /// `head`, `event`, `intent` or `outcome`, where that can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// What the entry is about, such as `drs.start_recovery in database#1`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// What came to it.
    pub how: How,
    /// How that shows, in a sentence.
    pub message: String,
}

impl Trouble {
    /// Trouble of the execution's head.
    pub fn of_head(how: How, message: impl Into<String>) -> Trouble {
        let (sequence, message) = (Some(0), message.into());
        Trouble { sequence, kind: Some("head"), about: String::new(), how, message }
    }

    /// What is missing at the end of a journal behind entry number `last`.
    pub fn at_the_end(last: u64, message: impl Into<String>) -> Trouble {
        let (sequence, message) = (Some(last + 1), message.into());
        Trouble { sequence, kind: None, about: String::new(), how: How::Missing, message }
    }

    /// A journal in which no entry has the hash that was noted.
    pub(super) fn other_head(noted: Hash, head: Option<ChainHead>) -> Trouble {
        let now = head.map(|ChainHead { sequence, hash }| {
            format!("; its head is {hash} now, of entry {sequence}")
        });
        Trouble {
            sequence: None,
            kind: None,
            about: String::new(),
            how: How::OtherHead,
            message: format!(
                "no entry has the hash {noted}: the journal was written anew since that was noted, or cut off before it, or it was noted of another one{}",
                now.unwrap_or_default()
            ),
        }
    }

    fn of(entry: &Entry, how: How, message: String) -> Trouble {
        let (kind, about) = described(entry);
        Trouble { sequence: Some(entry.sequence), kind: Some(kind), about, how, message }
    }
}

/// What an entry is, and what it is about.
fn described(entry: &Entry) -> (&'static str, String) {
    let of = |step: &Step| format!("{} in {}", step.operation, step.lane);
    match &entry.body {
        Body::Event { event } => {
            let name = serde_json::to_value(event).unwrap_or_default();
            ("event", name["event"].as_str().unwrap_or_default().to_owned())
        }
        Body::Intent { step, .. } => ("intent", of(step)),
        Body::Outcome { step, .. } => ("outcome", of(step)),
    }
}

/// What is left of a journal that was pruned is held together by one hash.
pub(super) fn of_pruned(stored: &Stored, pruned: &Pruned) -> Option<Trouble> {
    for row in &stored.rows {
        if let Err(why) = row.entry() {
            let message = format!("an entry of what is left cannot be read: {why}");
            let (kind, about) = (None, String::new());
            return Some(Trouble {
                sequence: row.number,
                kind,
                about,
                how: How::Unreadable,
                message,
            });
        }
    }
    let texts = stored.rows.iter().filter_map(|row| row.text.as_deref().ok());
    if pruned.is_left(texts) {
        return unlike_its_seal(stored, pruned);
    }
    let left = pruned.entries.saturating_sub(pruned.removed);
    let found = stored.rows.len() as u64;
    let (how, message) = match found.cmp(&left) {
        std::cmp::Ordering::Less => {
            (How::Missing, format!("of the {left} entries that were left, {found} are there"))
        }
        std::cmp::Ordering::Greater => {
            (How::Added, format!("{left} entries were left, and {found} are there"))
        }
        std::cmp::Ordering::Equal => {
            (How::Changed, format!("one of the {left} entries that were left was changed"))
        }
    };
    Some(Trouble { sequence: None, kind: None, about: String::new(), how, message })
}

/// What the seal says beside the hash of what is left, and that does not say.
fn unlike_its_seal(stored: &Stored, pruned: &Pruned) -> Option<Trouble> {
    let changed = |sequence: Option<u64>, message: String| {
        let (kind, about, how) = (None, String::new(), How::Changed);
        Some(Trouble { sequence, kind, about, how, message })
    };
    let (left, found) = (pruned.entries.checked_sub(pruned.removed), stored.rows.len() as u64);
    if left != Some(found) {
        let (entries, removed) = (pruned.entries, pruned.removed);
        return changed(
            None,
            format!(
                "its seal says that {removed} of {entries} entries are gone, and {found} are left"
            ),
        );
    }
    for row in &stored.rows {
        let sequence = row.entry().ok().map(|entry| entry.sequence);
        if let (Some(number), Some(sequence)) = (row.number, sequence)
            && number != sequence
        {
            return changed(Some(sequence), format!("entry {sequence} lies under number {number}"));
        }
        // The last entry may be left: then it has the hash that the seal says.
        let is_last = sequence == Some(pruned.entries);
        if is_last && chain::is_kept(stored.format) && row.link() != Some(pruned.link) {
            let message = "the last entry has another hash than its seal says".to_owned();
            return changed(sequence, message);
        }
    }
    None
}

/// The first entry that does not fit.
pub(super) fn first(stored: &Stored, is_chained: bool) -> Option<Trouble> {
    let rows = Rows { stored, entries: stored.rows.iter().map(Row::entry).collect() };
    if let Err(why) = &stored.head {
        let message = format!("the execution's head cannot be read: {why}");
        return Some(Trouble::of_head(How::Unreadable, message));
    }
    let found = (0..rows.entries.len()).find_map(|at| rows.look(at, is_chained));
    let (last, ends) = (stored.last.unwrap_or_default(), stored.rows.len() as u64);
    found.or_else(|| {
        let message =
            || format!("its store says that it has {last} entries, and it ends with {ends}");
        (ends < last).then(|| Trouble::at_the_end(ends, message()))
    })
}

/// A journal whose rows are read, where they can be.
struct Rows<'s> {
    stored: &'s Stored,
    entries: Vec<Result<Entry, String>>,
}

impl Rows<'_> {
    fn entry(&self, at: usize) -> Option<&Entry> {
        self.entries.get(at)?.as_ref().ok()
    }

    /// What the row at this place should carry: the hash of the one before it, or of the head.
    fn link_before(&self, at: usize) -> Option<Hash> {
        match at.checked_sub(1) {
            None => self.stored.head.as_deref().ok().map(chain::link),
            Some(before) => self.stored.rows.get(before)?.link(),
        }
    }

    /// Whether the row at this place carries that.
    fn carries(&self, at: usize, link: Option<Hash>) -> bool {
        let text = self.stored.rows.get(at).and_then(|row| row.text.as_deref().ok());
        text.zip(link).is_some_and(|(text, link)| chain::carries(text, link))
    }

    /// Whether the row behind the one at this place is there, and carries its hash: then it is as it was.
    fn is_vouched_for(&self, at: usize) -> bool {
        self.carries(at + 1, self.link_before(at + 1))
    }

    /// What is wrong with the row at this place, if everything before it is in order.
    fn look(&self, at: usize, is_chained: bool) -> Option<Trouble> {
        let (row, expected) = (&self.stored.rows[at], at as u64 + 1);
        let entry = match &self.entries[at] {
            Ok(entry) => entry,
            Err(why) => {
                let message = format!("entry {expected} cannot be read: {why}");
                let (kind, about, how) = (None, String::new(), How::Unreadable);
                return Some(Trouble { sequence: Some(expected), kind, about, how, message });
            }
        };
        if entry.sequence != expected {
            return Some(self.misplaced(at, entry));
        }
        if let Some(number) = row.number.filter(|number| *number != expected) {
            let message = format!("entry {expected} lies under the number {number}");
            return Some(Trouble::of(entry, How::Changed, message));
        }
        if is_chained && !self.carries(at, self.link_before(at)) {
            return Some(self.unlinked(at, entry));
        }
        if !is_chained && row.text.as_deref().is_ok_and(|text| chain::carried(text).is_some()) {
            let message = format!("entry {expected} is of a later format than the execution");
            return Some(Trouble::of(entry, How::Changed, message));
        }
        None
    }

    /// An entry that stands where another one belongs.
    fn misplaced(&self, at: usize, entry: &Entry) -> Trouble {
        let (found, expected) = (entry.sequence, at as u64 + 1);
        let goes_on = self.entry(at + 1).is_some_and(|next| next.sequence == expected + 1);
        let is_numbered_so = self.stored.rows[at].number.is_none_or(|number| number == expected);
        if goes_on && is_numbered_so {
            let message =
                format!("where entry {expected} belongs, an entry says that it is {found}");
            return Trouble {
                sequence: Some(expected),
                ..Trouble::of(entry, How::Changed, message)
            };
        }
        if found < expected {
            // Of two that say the same, the genuine one is carried by the entry behind it.
            let rows = &self.stored.rows;
            let are_alike = at > 0 && rows[at].text == rows[at - 1].text;
            let is_first = at > 0 && !are_alike && self.is_vouched_for(at);
            let which = if is_first { "first" } else { "second" };
            let added = if is_first { self.entry(at - 1).unwrap_or(entry) } else { entry };
            let message = format!("two entries say that they are {found}: the {which} was put in");
            return Trouble::of(added, How::Added, message);
        }
        let gone = match found - expected {
            1 => format!("entry {expected} is missing"),
            _ => format!("the entries {expected} to {} are missing", found - 1),
        };
        let before = match at {
            0 => "the execution's head".to_owned(),
            at => format!("entry {at}"),
        };
        let message = format!("{gone}: entry {found} stands behind {before}");
        Trouble {
            sequence: Some(expected),
            kind: None,
            about: String::new(),
            how: How::Missing,
            message,
        }
    }

    /// An entry that does not carry the hash of the one before it.
    fn unlinked(&self, at: usize, entry: &Entry) -> Trouble {
        let number = entry.sequence;
        let before = at.checked_sub(1).and_then(|before| self.entry(before));
        let name = before.map_or_else(
            || "the execution's head".to_owned(),
            |before| format!("entry {}", before.sequence),
        );
        // The one before it stands between two that belong together.
        if let Some(before) = before
            && self.carries(at, self.link_before(at - 1))
        {
            let message = format!(
                "{name} was put in: entry {number} carries the hash of what stands before it"
            );
            return Trouble::of(before, How::Added, message);
        }
        let is_last = at + 1 == self.entries.len();
        if !is_last && !self.is_vouched_for(at) {
            let message = format!(
                "it carries another hash than that of {name}, and entry {} carries another one than its own{}",
                number + 1,
                self.facts(at)
            );
            return Trouble::of(entry, How::Changed, message);
        }
        let message = format!(
            "entry {number} carries another hash than that of {name}{}{}",
            if is_last { ": one of the two was changed" } else { "" },
            at.checked_sub(1).map(|before| self.facts(before)).unwrap_or_default()
        );
        match before {
            Some(before) => Trouble::of(before, How::Changed, message),
            None => Trouble::of_head(How::Changed, message),
        }
    }

    /// What else in an entry that was changed does not fit together.
    fn facts(&self, at: usize) -> String {
        let Some(Entry { epoch, body, .. }) = self.entry(at) else { return String::new() };
        let mut facts = Vec::new();
        let earlier = at.checked_sub(1).and_then(|at| self.entry(at)).map(|it| it.epoch);
        let later = self.entry(at + 1).map(|it| it.epoch);
        if earlier.is_some_and(|it| it > *epoch) || later.is_some_and(|it| it < *epoch) {
            facts.push(format!("its epoch {epoch} is not between those of its neighbours"));
        }
        if let Body::Intent { step, .. } | Body::Outcome { step, .. } = body {
            let hash = step.arguments.as_ref().map(canonical::hash);
            if hash.is_some_and(|hash| hash != step.hash) {
                facts.push("its arguments are not those of its `hash`".to_owned());
            }
            if self.identity().is_some_and(|it| Key::of(&it, &step.lane, step.position) != step.key)
            {
                facts.push("its `key` is not that of its lane and position".to_owned());
            }
        }
        if facts.is_empty() { String::new() } else { format!("; {}", facts.join("; ")) }
    }

    /// What keys derive from, as the head says.
    fn identity(&self) -> Option<String> {
        let head: serde_json::Value =
            serde_json::from_str(self.stored.head.as_deref().ok()?).ok()?;
        let (id, nonce) = (head["id"].as_str()?, head["nonce"].as_str().unwrap_or_default());
        // An execution that was adopted has the keys of another one.
        let is_adopted = head["bundle"]["entry"] == crate::history::execution::ADOPTED;
        let identity = if nonce.is_empty() { id.to_owned() } else { format!("{id}@{nonce}") };
        (!is_adopted).then_some(identity)
    }
}
