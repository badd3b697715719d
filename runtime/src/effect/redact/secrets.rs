//! The secrets of an execution, looked for and hidden.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};
use serde_json::Value;

use super::spelled;
use super::spelled::SHORTEST;
use crate::history::Format;

/// What stands at the end of a text that was cut.
pub(super) const CUT: char = '…';

/// A shorter beginning of a secret before a cut tells nothing.
pub(super) const SHORTEST_BEGINNING: usize = 3;

/// So much of a secret's beginning is compared with what stands before a cut.
pub(super) const LONGEST_BEGINNING: usize = 200;

/// So many cuts of one text are looked at.
pub(super) const MOST_CUTS: usize = 100;

/// AWS cuts no text that is shorter.
pub(super) const LONG: usize = 1_000;

/// A shorter secret is looked for only where it stands alone: in the middle of an instance's id its letters are no
/// secret, and the id is of use.
pub(super) const SHORT: usize = 8;

/// Whether no letter or digit stands on either side.
pub(super) fn stands_alone(text: &str, range: Range<usize>) -> bool {
    let before = text[..range.start].chars().next_back();
    let after = text[range.end..].chars().next();
    ![before, after].into_iter().flatten().any(char::is_alphanumeric)
}

/// The secrets of an execution. Its `Debug` shows names only.
#[derive(Clone, Default)]
pub struct Secrets {
    /// Secret text and what stands in for it, longest first: as executions before format 5 looked for them in
    /// arguments, whose hashes are journaled.
    first: Vec<(String, String)>,
    /// Every spelling of a secret, in the order in which the finder knows them.
    spellings: Vec<Spelling>,
    /// Those of which a cut may leave a part.
    cuttable: Vec<(String, String)>,
    finder: Option<AhoCorasick>,
    numbers: Vec<(f64, String)>,
    /// Whether its execution began under an earlier format.
    is_early: bool,
    /// Whether spaces count in what stands before a cut: before format 9 they did not.
    counts_spaces: bool,
}

/// What is looked for.
#[derive(Clone)]
pub(super) struct Spelling {
    /// What stands in for it.
    name: String,
    /// Whether it counts in the middle of other letters, however short it is.
    is_piece: bool,
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
        first.sort_by_key(|(secret, _)| Reverse(secret.len()));
        let (mut spellings, mut cuttable) = (BTreeMap::new(), Vec::new());
        for (secret, name) in &first {
            let parts = spelled::cuttable(secret, format).into_iter();
            cuttable.extend(parts.map(|it| (it, name.clone())));
            let whole = spelled::all(secret, format).into_iter().map(|it| (it, false));
            let pieces = spelled::pieces(secret, format).into_iter().map(|it| (it, true));
            for (text, is_piece) in whole.chain(pieces) {
                let spelling = Spelling { name: name.clone(), is_piece };
                spellings.entry(text).or_insert(spelling);
            }
        }
        let long = |value: &&Value| spelled::text(value).len() >= SHORTEST;
        let number = |value: &Value| {
            let text = value.as_str().and_then(|text| text.trim().parse().ok());
            Some(value.as_f64().or(text).filter(|_| long(&value))?.abs())
        };
        let numbers = values.iter().filter_map(|(key, value)| Some((number(value)?, name(key))));
        let numbers = numbers.collect();
        let finder = if spellings.is_empty() {
            None
        } else {
            let mut builder = AhoCorasick::builder();
            // Where it cannot be built, the values themselves are looked for.
            builder.match_kind(MatchKind::LeftmostLongest);
            builder.ascii_case_insensitive(spelled::are_all(format)).build(spellings.keys()).ok()
        };
        let spellings = spellings.into_values().collect();
        let (is_early, counts_spaces) = (format < Format(5), format >= Format(9));
        Secrets { first, spellings, cuttable, finder, numbers, is_early, counts_spaces }
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
        finder.replace_all_with(text, &mut hidden, |found, whole, hidden| {
            let Spelling { name, is_piece } = &self.spellings[found.pattern().as_usize()];
            let is_secret = *is_piece || whole.len() >= SHORT || stands_alone(text, found.range());
            hidden.push_str(if is_secret { name } else { whole });
            true
        });
        if text.len() >= LONG || hidden.contains(CUT) { self.hide_cut_off(&hidden) } else { hidden }
    }

    fn hide_first(&self, text: &str) -> String {
        let hide_one = |text: String, (secret, name): &(String, String)| text.replace(secret, name);
        self.first.iter().fold(text.to_owned(), hide_one)
    }

    /// Hides what is left of a secret beside a cut: before a mark and behind it, and at both ends of a text that is
    /// as long as those that AWS cuts without a mark.
    fn hide_cut_off(&self, text: &str) -> String {
        let is_long = text.len() >= LONG;
        let parts: Vec<&str> = text.splitn(MOST_CUTS, CUT).collect();
        let last = parts.len() - 1;
        let mut hidden = String::with_capacity(text.len());
        for (number, part) in parts.into_iter().enumerate() {
            if number > 0 {
                hidden.push(CUT);
            }
            let mut part = part;
            if (number > 0 || is_long)
                && let Some((skipped, length, name)) = self.rest(part)
            {
                hidden.push_str(&part[..skipped]);
                hidden.push_str(name);
                part = &part[skipped + length..];
            }
            match self.before_a_cut(part).filter(|_| number < last || is_long) {
                Some((range, name)) => {
                    hidden.push_str(&part[..range.start]);
                    hidden.push_str(name);
                    hidden.push_str(&part[range.end..]);
                }
                None => hidden.push_str(part),
            }
        }
        hidden
    }

    /// Where the end of a secret is with which this text begins, how long, and what stands in for it.
    fn rest(&self, text: &str) -> Option<(usize, usize, &str)> {
        let trimmed = text.trim_start();
        let length = |spelling: &str| {
            let starts = spelling.char_indices().map(|(at, _)| at).rev();
            let rests = starts.take(LONGEST_BEGINNING).skip(SHORTEST_BEGINNING - 1);
            let rests = rests.filter(|start| *start > 0).map(|start| &spelling[start..]);
            rests.filter(|rest| trimmed.starts_with(rest)).last().map(str::len)
        };
        let found = self.cuttable.iter();
        let found = found.filter_map(|(it, name)| Some((length(it)?, name.as_str())));
        let (length, name) = found.max_by_key(|(length, _)| *length)?;
        Some((text.len() - trimmed.len(), length, name))
    }

    /// Where the beginning of a secret stands with which this text ends, and what stands in for it. The cutter may have
    /// added a space, and it may be the secret's.
    fn before_a_cut(&self, text: &str) -> Option<(Range<usize>, &str)> {
        let ends = [Some(text.trim_end()), Some(text).filter(|_| self.counts_spaces)];
        let beginning = |text: &str| {
            let (length, name) = self.beginning(text)?;
            Some((text.len() - length..text.len(), name))
        };
        ends.into_iter()
            .flatten()
            .filter_map(beginning)
            .min_by_key(|(range, _)| (range.start, Reverse(range.end)))
    }

    /// How long the beginning of a secret is with which this text ends, and what stands in for it.
    fn beginning(&self, text: &str) -> Option<(usize, &str)> {
        let from = text.char_indices().rev().take(LONGEST_BEGINNING).last().map_or(0, |(at, _)| at);
        let tail = &text[from..];
        let length = |spelling: &str| {
            let first = spelling.chars().next()?;
            let starts = tail.match_indices(first).map(|(at, _)| &tail[at..]);
            let mut ends = starts.filter(|end| spelling.starts_with(end));
            ends.next().filter(|end| end.chars().count() >= SHORTEST_BEGINNING).map(str::len)
        };
        let found = self.cuttable.iter();
        let found = found.filter_map(|(it, name)| Some((length(it)?, name.as_str())));
        found.max_by_key(|(length, _)| *length)
    }

    /// Replaces every secret in every text of the value, and every number that is one.
    pub fn hide_in(&self, value: &mut Value) {
        if !self.is_empty() {
            self.walk(value, &|text| self.hide(text), true);
        }
    }

    /// The same where the names are none of a program's: what an operation returns is named by us.
    pub(in crate::effect) fn hide_in_values(&self, value: &mut Value) {
        match value {
            _ if self.is_empty() => {}
            Value::Object(fields) => fields.values_mut().for_each(|it| self.hide_in_values(it)),
            Value::Array(items) => items.iter_mut().for_each(|it| self.hide_in_values(it)),
            other => self.hide_in(other),
        }
    }

    /// The same for the arguments of a call. Their hash is journaled, so an execution that began under an earlier
    /// format looks for them as it did.
    pub(in crate::effect) fn hide_in_arguments(&self, value: &mut Value) {
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
                let secret = number.as_f64().map(f64::abs);
                if let Some((_, name)) = self.numbers.iter().find(|(it, _)| Some(*it) == secret) {
                    *value = Value::from(name.as_str());
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}
