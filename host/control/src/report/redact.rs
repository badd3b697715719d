//! A report without what names people and machines: pseudonyms in their place, the same one for the same thing.
//!
//! What is not known to be harmless is replaced: a field that is added later too. Pseudonyms are counted in the order
//! in which a report names things, so that nothing can be guessed back from them; they hold within one report.
//!
//! - `fields`: what each field is.

mod fields;

use std::collections::BTreeMap;

use serde_json::Value;

use self::fields::What;
use super::{Made, Report, title};
use crate::error::{CommandError, Result, code};

/// The pseudonyms of a report.
#[derive(Default)]
struct Pseudonyms {
    /// What stands for a name, by the name.
    of: BTreeMap<String, String>,
    /// How many there are of each kind.
    counts: BTreeMap<&'static str, usize>,
}

impl Pseudonyms {
    fn of(&mut self, kind: &'static str, name: &str) -> String {
        if let Some(known) = self.of.get(name) {
            return known.clone();
        }
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        let pseudonym = format!("{kind}-{count}");
        self.of.insert(name.to_owned(), pseudonym.clone());
        pseudonym
    }

    /// A sentence of ours, with the names in it replaced where they stand as whole words.
    fn in_sentence(&self, text: &str) -> String {
        let mut names: Vec<(&String, &String)> = self.of.iter().collect();
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        let (mut replaced, mut rest) = (String::new(), text);
        let mut before = None;
        'next: while let Some(first) = rest.chars().next() {
            if before.is_none_or(|it| !is_of_name(it)) {
                for (name, pseudonym) in &names {
                    if let Some(behind) = rest.strip_prefix(name.as_str())
                        && !name.is_empty()
                        && behind.chars().next().is_none_or(|it| !is_of_name(it))
                    {
                        replaced.push_str(pseudonym);
                        before = name.chars().next_back();
                        rest = behind;
                        continue 'next;
                    }
                }
            }
            replaced.push(first);
            before = Some(first);
            rest = &rest[first.len_utf8()..];
        }
        replaced
    }
}

fn is_of_name(character: char) -> bool {
    character.is_alphanumeric() || character == '-' || character == '_'
}

/// The report with pseudonyms.
pub fn redacted(report: &Report) -> Result<Report> {
    let mut value = serde_json::to_value(report).unwrap_or_default();
    let mut pseudonyms = Pseudonyms::default();
    names(&value, "", &mut pseudonyms);
    replace(&mut value, "", &mut pseudonyms);
    let redacted: Result<Report, _> = serde_json::from_value(value);
    let redacted =
        redacted.map_err(|error| CommandError::new(code::INTERNAL, error.to_string()))?;
    let Report { status, identity, recovery, servers, .. } = &redacted;
    // Made of what is replaced already.
    let result = title::result(*status, identity, recovery, servers);
    let until = report.made.until.as_ref().map(|until| pseudonyms.in_sentence(until));
    let made = Made { redacted: true, until, ..report.made.clone() };
    Ok(Report { result, made, ..redacted }.sealed())
}

/// Notes whatever is named anywhere.
fn names(value: &Value, path: &str, pseudonyms: &mut Pseudonyms) {
    match value {
        Value::String(text) if !text.is_empty() => {
            if let Some((kind, name)) = fields::named(path, text) {
                pseudonyms.of(kind, name);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, path, pseudonyms)),
        Value::Object(fields) => {
            if let Some(job) = fields::job(path, value) {
                pseudonyms.of("job", job);
            }
            for (name, field) in fields {
                names(field, &below(path, name), pseudonyms);
            }
        }
        _ => {}
    }
}

fn replace(value: &mut Value, path: &str, pseudonyms: &mut Pseudonyms) {
    match value {
        Value::String(text) if !text.is_empty() => {
            *text = match fields::what(path, text) {
                What::Harmless => return,
                What::Name(kind) => pseudonyms.of(kind, text),
                What::Sentence => pseudonyms.in_sentence(text),
                What::Headed(head) => {
                    let rest = pseudonyms.of("text", &text[head..]);
                    format!("{}{rest}", pseudonyms.in_sentence(&text[..head]))
                }
                What::Text => pseudonyms.of("text", text),
            };
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, path, pseudonyms)),
        // The names of files, each with its digest, and the types of instances with their prices.
        Value::Object(_) if matches!(path, "identity.files" | "made.prices.types") => {}
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                replace(field, &below(path, name), pseudonyms);
            }
            if path == "identity.labels" {
                let labels = std::mem::take(fields).into_iter();
                let named = labels.map(|(name, field)| (pseudonyms.of("text", &name), field));
                *fields = named.collect();
            }
        }
        _ => {}
    }
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

#[cfg(test)]
mod tests;
