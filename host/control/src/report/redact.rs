//! A report without what names people and machines: pseudonyms in their place, the same one for the same thing.
//!
//! What is not known to be harmless is replaced: a field that is added later too. Pseudonyms are counted in the order
//! in which a report names things, so that nothing can be guessed back from them; they hold within one report.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Made, Report, title};
use crate::error::{CommandError, Result, code};

/// What may stay as it is: words of our own, moments, digests, and the names of runbooks and waves.
const HARMLESS: [&str; 53] = [
    "report",
    "title",
    "mark",
    "status",
    "identity.execution",
    "identity.runbook",
    "identity.mode",
    "identity.world",
    "identity.source",
    "identity.created.utc",
    "identity.created.local",
    "identity.began.utc",
    "identity.began.local",
    "identity.ended.utc",
    "identity.ended.local",
    "identity.regions",
    "identity.source_region",
    "identity.sources",
    "identity.files",
    "identity.moontide",
    "identity.luau",
    "recovery.from",
    "recovery.from_is",
    "recovery.until",
    "recovery.waves_skipped",
    "timeline.kind",
    "timeline.from",
    "timeline.to",
    "timeline.phases.from",
    "timeline.phases.to",
    "timeline.phases.source",
    "servers.wave",
    "servers.verdict",
    "servers.ready_at",
    "servers.recovery_point",
    "checks.at",
    "checks.wave",
    "decisions.kind",
    "decisions.wave",
    "decisions.asked_at",
    "decisions.settled_at",
    "decisions.voices.at",
    "interventions.at",
    "troubles.at",
    "troubles.kind",
    "troubles.wave",
    "not_run.what",
    "not_run.wave",
    "leftovers.cleanups.status",
    "leftovers.cleanups.at",
    "before.created_at",
    "before.status",
    "digest",
];

/// Parts that are harmless as a whole.
const HARMLESS_PARTS: [&str; 3] = ["evidence.", "made.", "cost."];

/// Sentences of ours in which names stand: the names are replaced.
const SENTENCES: [&str; 11] = [
    "recovery.until_is",
    "timeline.name",
    "timeline.end",
    "timeline.phases.name",
    "decisions.prompt",
    "decisions.answer",
    "decisions.how",
    "decisions.voices.choice",
    "leftovers.sentence",
    "leftovers.cleanups.execution",
    "leftovers.obligation",
];

/// What names something, and the kind of thing.
const NAMES: [(&str, &str); 19] = [
    ("identity.created_by", "person"),
    ("decisions.approvers", "person"),
    ("decisions.voices.by", "person"),
    ("decisions.voices.sender", "person"),
    ("interventions.by", "person"),
    ("interventions.sender", "person"),
    ("leftovers.cleanups.by", "person"),
    ("identity.account", "account"),
    ("servers.name", "server"),
    ("servers.server", "source"),
    ("servers.instance", "instance"),
    ("servers.job", "job"),
    ("recovery.slowest.name", "server"),
    ("recovery.slowest.server", "source"),
    ("recovery.oldest.name", "server"),
    ("recovery.oldest.server", "source"),
    ("recovery.servers_missing", "server"),
    ("leftovers.instances.instance", "instance"),
    ("leftovers.instances.name", "server"),
];

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

fn kind_of(path: &str) -> Option<&'static str> {
    NAMES.iter().find(|(named, _)| *named == path).map(|(_, kind)| *kind)
}

/// Notes whatever is named anywhere.
fn names(value: &Value, path: &str, pseudonyms: &mut Pseudonyms) {
    match value {
        Value::String(text) if !text.is_empty() => {
            if let Some(kind) = kind_of(path) {
                pseudonyms.of(kind, text);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, path, pseudonyms)),
        Value::Object(fields) => {
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
            let is_part = HARMLESS_PARTS.iter().any(|part| path.starts_with(part));
            // A reason of ours; that of a check may be another's words.
            let is_reason = path.ends_with(".unknown") && path != "checks.passed.unknown";
            if is_part || is_reason || HARMLESS.contains(&path) {
                return;
            }
            *text = match kind_of(path) {
                Some(kind) => pseudonyms.of(kind, text),
                None if SENTENCES.contains(&path) => pseudonyms.in_sentence(text),
                None => pseudonyms.of("text", text),
            };
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, path, pseudonyms)),
        // The names of files, each with its digest.
        Value::Object(_) if path == "identity.files" => {}
        Value::Object(fields) => {
            for (name, field) in fields {
                replace(field, &below(path, name), pseudonyms);
            }
        }
        _ => {}
    }
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_replaced_where_it_is_a_whole_word() {
        let mut pseudonyms = Pseudonyms::default();
        assert_eq!(pseudonyms.of("person", "ann"), "person-1");
        assert_eq!(pseudonyms.of("server", "ann-db"), "server-1");
        assert_eq!(pseudonyms.of("person", "ann"), "person-1");
        let said = pseudonyms.in_sentence("continue by ann (sent by ann-db), and cannot, ann");
        assert_eq!(said, "continue by person-1 (sent by server-1), and cannot, person-1");
    }
}
