//! Keeps the values of secret params out of the journal, the log and the screen.
//!
//! A program receives the real value; what leaves the door towards the journal carries `«name»` in its
//! place, and so does what comes back, live and in replay alike. Where a text was cut, the part of a secret
//! that is left before the mark is hidden too.
//!
//! - `spelled`: the spellings in which a secret turns up.
//! - `everywhere`: the fields of what is journaled and shown.

mod everywhere;
mod spelled;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, MatchKind};
use serde_json::Value;

pub use self::spelled::SHORTEST;
use crate::journal::Format;

/// What stands at the end of a text that was cut.
const CUT: char = '…';

/// A shorter beginning of a secret before a cut tells nothing.
const SHORTEST_BEGINNING: usize = 3;

/// So much of a secret's beginning is compared with what stands before a cut.
const LONGEST_BEGINNING: usize = 200;

/// So many cuts of one text are looked at.
const MOST_CUTS: usize = 100;

/// The secrets of an execution. Its `Debug` shows names only.
#[derive(Clone, Default)]
pub struct Secrets {
    /// Secret text and what stands in for it, longest first: as executions before format 5 looked for them in
    /// arguments, whose hashes are journaled.
    first: Vec<(String, String)>,
    /// Every spelling of a secret, and what stands in for it.
    spellings: Vec<(String, String)>,
    finder: Option<AhoCorasick>,
    numbers: Vec<(f64, String)>,
    /// Whether its execution began under an earlier format.
    is_early: bool,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.first.iter().map(|(_, name)| name)).finish()
    }
}

impl Secrets {
    /// The secrets with these names and values, of an execution of this format; only texts of four characters or
    /// more can be hidden.
    pub fn new(values: &BTreeMap<String, Value>, format: Format) -> Secrets {
        let name = |name: &String| format!("«{name}»");
        let mut first: Vec<(String, String)> = values
            .iter()
            .map(|(key, value)| (spelled::text(value), name(key)))
            .filter(|(secret, _)| secret.len() >= SHORTEST)
            .collect();
        first.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
        let mut spellings = BTreeMap::new();
        for (secret, name) in &first {
            for spelling in spelled::all(secret) {
                spellings.entry(spelling).or_insert_with(|| name.clone());
            }
        }
        let long = |value: &&Value| spelled::text(value).len() >= SHORTEST;
        let number = |value: &Value| value.as_number().filter(|_| long(&value))?.as_f64();
        let numbers = values.iter().filter_map(|(key, value)| Some((number(value)?, name(key))));
        let numbers = numbers.collect();
        let finder = if spellings.is_empty() {
            None
        } else {
            let mut builder = AhoCorasick::builder();
            // Where it cannot be built, the values themselves are looked for.
            builder.match_kind(MatchKind::LeftmostLongest).build(spellings.keys()).ok()
        };
        let spellings = spellings.into_iter().collect();
        Secrets { first, spellings, finder, numbers, is_early: format < Format(5) }
    }

    /// Whether there is nothing to hide.
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// Whether a secret stands in the text.
    pub fn are_in(&self, text: &str) -> bool {
        !self.is_empty() && self.hide(text) != text
    }

    /// The text with every secret replaced by its name.
    pub fn hide(&self, text: &str) -> String {
        let Some(finder) = &self.finder else { return self.hide_first(text) };
        let mut hidden = String::with_capacity(text.len());
        finder.replace_all_with(text, &mut hidden, |found, _, hidden| {
            hidden.push_str(&self.spellings[found.pattern().as_usize()].1);
            true
        });
        if hidden.contains(CUT) { self.hide_cut_off(&hidden) } else { hidden }
    }

    fn hide_first(&self, text: &str) -> String {
        let hide_one = |text: String, (secret, name): &(String, String)| text.replace(secret, name);
        self.first.iter().fold(text.to_owned(), hide_one)
    }

    /// Hides what is left of a secret before a cut.
    fn hide_cut_off(&self, text: &str) -> String {
        let mut hidden = String::with_capacity(text.len());
        let mut rest = text;
        for _ in 0..MOST_CUTS {
            let Some((before, after)) = rest.split_once(CUT) else { break };
            match self.beginning(before) {
                Some((length, name)) => {
                    hidden.push_str(&before[..before.len() - length]);
                    hidden.push_str(name);
                }
                None => hidden.push_str(before),
            }
            hidden.push(CUT);
            rest = after;
        }
        hidden + rest
    }

    /// How long the beginning of a secret is with which this text ends, and what stands in for it.
    fn beginning(&self, text: &str) -> Option<(usize, &str)> {
        let length = |spelling: &str| {
            let lengths = spelling.char_indices().map(|(at, _)| at).skip(SHORTEST_BEGINNING);
            let lengths = lengths.take_while(|length| *length <= LONGEST_BEGINNING);
            lengths.filter(|length| text.ends_with(&spelling[..*length])).last()
        };
        let found = self
            .spellings
            .iter()
            .filter_map(|(spelling, name)| Some((length(spelling)?, name.as_str())));
        found.max_by_key(|(length, _)| *length)
    }

    /// Replaces every secret in every text of the value, and every number that is one.
    pub fn hide_in(&self, value: &mut Value) {
        if !self.is_empty() {
            self.walk(value, &|text| self.hide(text), true);
        }
    }

    /// The same for the arguments of a call. Their hash is journaled, so an execution that began under an earlier
    /// format looks for them as it did.
    pub(super) fn hide_in_arguments(&self, value: &mut Value) {
        if self.is_early {
            self.walk(value, &|text| self.hide_first(text), false);
        } else {
            self.hide_in(value);
        }
    }

    fn walk(&self, value: &mut Value, hide: &dyn Fn(&str) -> String, numbers: bool) {
        match value {
            Value::String(text) => *text = hide(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.walk(item, hide, numbers)),
            Value::Object(fields) => {
                let old = std::mem::take(fields);
                for (name, mut field) in old {
                    self.walk(&mut field, hide, numbers);
                    fields.insert(hide(&name), field);
                }
            }
            Value::Number(number) if numbers => {
                let secret = number.as_f64();
                if let Some((_, name)) = self.numbers.iter().find(|(it, _)| Some(*it) == secret) {
                    *value = Value::from(name.as_str());
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}
