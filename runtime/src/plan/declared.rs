//! A declared value and where it stands, with typed ways to read it.
//!
//! Every reader returns `None` for a value that it cannot use, after noting why. Callers go on with a
//! default, so that one check finds everything that is wrong.

use std::collections::HashSet;
use std::time::Duration;

use super::complaint::Complaints;
use super::path::{Path, quoted};
use super::suggest::nearest;
use super::{Node, duration};

/// A node of a declaration at its path.
#[derive(Clone)]
pub(super) struct Declared<'a> {
    /// Where it stands.
    pub(super) path: Path,
    /// The value.
    pub(super) node: &'a Node,
    /// Where complaints go.
    pub(super) complaints: &'a Complaints,
}

impl<'a> Declared<'a> {
    /// The whole declaration.
    pub(super) fn root(node: &'a Node, complaints: &'a Complaints) -> Declared<'a> {
        Declared { path: Path::root(), node, complaints }
    }

    /// Notes that something is wrong with this value.
    pub(super) fn complain(&self, message: impl Into<String>) {
        self.complaints.add(&self.path, message);
    }

    /// Notes that the value is not `what`.
    pub(super) fn must_be(&self, what: &str) {
        let label = self.path.label();
        let found = match self.node {
            Node::Text(text) => format!("the string {}", quoted(text)),
            Node::Number(number) => format!("the number {number}"),
            other => other.describe().to_owned(),
        };
        self.complain(format!("{label} must be {what}, and is {found}"));
    }

    /// Notes that the value has not the type `what`.
    fn must_have_type(&self, what: &str) {
        let (label, found) = (self.path.label(), self.node.describe());
        self.complain(format!("{label} must be {what}, and is {found}"));
    }

    /// A string that is not blank.
    pub(super) fn text(&self) -> Option<&'a str> {
        let Node::Text(text) = self.node else {
            self.must_have_type("a string");
            return None;
        };
        if text.trim().is_empty() {
            self.complain(format!("{} must not be empty", self.path.label()));
            return None;
        }
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            self.complain(format!("{} must not hold control characters", self.path.label()));
            return None;
        }
        Some(text)
    }

    /// `true` or `false`.
    pub(super) fn boolean(&self) -> Option<bool> {
        let Node::Boolean(value) = self.node else {
            self.must_have_type("`true` or `false`");
            return None;
        };
        Some(*value)
    }

    /// A function. What it does is not known here.
    pub(super) fn function(&self) -> bool {
        let is_function = *self.node == Node::Function;
        if !is_function {
            self.must_have_type("a function");
        }
        is_function
    }

    /// A whole number from 1 to `most`.
    pub(super) fn count(&self, most: u32) -> Option<u32> {
        let count = match self.node {
            Node::Number(number) => whole(*number),
            _ => None,
        };
        let count = count.filter(|count| (1..=most).contains(count));
        if count.is_none() {
            self.must_be(&format!("a whole number from 1 to {most}"));
        }
        count
    }

    /// A length of time: a string such as `2h30m`, or seconds.
    pub(super) fn duration(&self) -> Option<Duration> {
        let duration = match self.node {
            Node::Text(text) => duration::parse(text),
            Node::Number(seconds) => duration::of_seconds(*seconds),
            _ => None,
        };
        if duration.is_none() {
            let is_too_long = match self.node {
                Node::Text(text) => duration::is_too_long(text),
                Node::Number(seconds) => *seconds > 0.0 && !seconds.is_nan(),
                _ => false,
            };
            self.must_be(if is_too_long { duration::AT_MOST } else { duration::WRITE });
        }
        duration
    }

    /// One of a few words, as what it stands for.
    pub(super) fn one_of<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        let choice = || {
            let words: Vec<_> = words.iter().map(|(word, _)| quoted(word)).collect();
            listed(&words, "or")
        };
        let Node::Text(text) = self.node else {
            self.must_have_type(&choice());
            return None;
        };
        let found = words.iter().find(|(word, _)| word == text);
        if found.is_none() {
            let message = format!("{} is not one of {}", quoted(text), choice());
            let words = words.iter().map(|(word, _)| *word);
            let suggestion = nearest(text, words.filter(|_| !self.complaints.is_full()));
            self.complaints.add_with(&self.path, message, suggestion.map(str::to_owned));
        }
        found.map(|(_, value)| *value)
    }

    /// The items of a list.
    pub(super) fn items(&self) -> Vec<Declared<'a>> {
        let Node::List(items) = self.node else {
            self.must_have_type("a list");
            return Vec::new();
        };
        let item = |(index, node)| {
            let path = self.path.item(index + 1);
            Declared { path, node, complaints: self.complaints }
        };
        items.iter().enumerate().map(item).collect()
    }

    /// The strings of a list, each different from the others, with the places they stand at. A single
    /// string where a list belongs is refused, because it is as often a mistake as a shorthand.
    pub(super) fn texts(&self) -> Vec<(Declared<'a>, &'a str)> {
        let mut texts: Vec<(Declared<'a>, &'a str)> = Vec::new();
        let mut seen = HashSet::new();
        for item in self.items() {
            let Some(text) = item.text() else { continue };
            if seen.insert(text) {
                texts.push((item, text));
            } else {
                item.complain(format!("{} is named twice", quoted(text)));
            }
        }
        texts
    }

    /// The strings of a list, each different from the others.
    pub(super) fn plain_texts(&self) -> Vec<String> {
        self.texts().into_iter().map(|(_, text)| text.to_owned()).collect()
    }

    /// Whether it is a table with nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        match self.node {
            Node::List(items) => items.is_empty(),
            Node::Record(fields) => fields.is_empty(),
            _ => false,
        }
    }

    /// The entries of a table whose keys are names that the author chose.
    pub(super) fn entries(&self) -> Vec<(&'a str, Declared<'a>)> {
        let entry = |(name, node): &'a (String, Node)| {
            let path = self.path.field(name);
            (name.as_str(), Declared { path, node, complaints: self.complaints })
        };
        self.record().unwrap_or_default().iter().map(entry).collect()
    }

    /// The fields of a table; the empty table is a list in Lua's eyes, and welcome.
    pub(super) fn record(&self) -> Option<&'a [(String, Node)]> {
        match self.node {
            Node::Record(fields) => Some(fields),
            Node::List(items) if items.is_empty() => Some(&[]),
            _ => {
                self.must_have_type("a table");
                None
            }
        }
    }
}

/// The number as a count, if it is one.
pub(super) fn whole(number: f64) -> Option<u32> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "guarded: it is a whole number of that range"
    )]
    (number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number))
        .then_some(number as u32)
}

/// Several words as a sentence lists them: `a, b or c`.
pub(super) fn listed(words: &[String], last_joint: &str) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} {last_joint} {last}", most.join(", ")),
    }
}
