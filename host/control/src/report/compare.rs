//! What a report says beside what one made anew says: pure over values.
//!
//! Of a report of this release all of it has to be the same. Another release may have put sentences otherwise, or have
//! told of more: what has the same shape in both, and is no sentence, is a fact, and may not differ all the same.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// What is read off the journal alone: the same entries give the same.
pub(super) const OF_THE_JOURNAL: [&str; 14] = [
    "title",
    "mark",
    "result",
    "status",
    "identity",
    "recovery",
    "timeline",
    "servers",
    "checks",
    "checks_unknown",
    "decisions",
    "interventions",
    "troubles",
    "not_run",
];

/// Sentences of ours, which another release may put otherwise.
const SENTENCES: [&str; 24] = [
    "title",
    "mark",
    "result",
    "identity.created.local",
    "identity.began.local",
    "identity.ended.local",
    "recovery.from_is",
    "recovery.until_is",
    "timeline.name",
    "timeline.end",
    "timeline.phases.name",
    "servers.reason",
    "servers.warning",
    "servers.decided",
    "checks.what",
    "checks_unknown",
    "checks.subject",
    "checks.said",
    "decisions.how",
    "interventions.what",
    "interventions.refused",
    "troubles.what",
    "troubles.decided",
    "not_run.why",
];

/// Lists of which no release tells more or less than another.
const COUNTED: [&str; 6] = [
    "servers",
    "decisions",
    "interventions",
    "not_run",
    "recovery.waves_skipped",
    "recovery.servers_missing",
];

/// What is known of these in one report is known in each of the same journal.
const KNOWN: [&str; 2] = ["recovery.", "servers."];

/// What says the same in each report of the same form.
const OF_A_FORM: [&str; 3] = ["title", "mark", "result"];

/// Fields that are left out where there is nothing of them.
const LEFT_OUT: [&str; 6] = [
    "recovery.waves",
    "recovery.waves_completed",
    "recovery.waves_skipped",
    "recovery.servers_missing",
    "recovery.rto_missed_by_seconds",
    "recovery.rpo_missed_by_seconds",
];

/// The form since which these are judged over what really ran: an earlier report may say other things of them, of the
/// same journal, and neither is proved by the other.
const JUDGED_SINCE: u64 = 3;
const JUDGED: [&str; 9] = [
    "identity.runners",
    "recovery.rto_met",
    "recovery.rpo_met",
    "recovery.took_seconds",
    "recovery.slowest",
    "recovery.servers_missing",
    "servers.ready_at",
    "servers.ready_after_seconds",
    "servers.rto_met",
];

/// The kinds of pseudonyms in a redacted report.
const KINDS: [&str; 8] =
    ["person", "account", "server", "source", "instance", "job", "answer", "text"];

/// How two reports differ.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Differences {
    /// The facts of which they say different things, by their paths.
    pub(super) wrong: BTreeSet<String>,
    /// What only has another shape, or is said in other words, by paths.
    pub(super) unsure: BTreeSet<String>,
    /// Whether one of the two was judged in another way.
    is_judged_otherwise: bool,
}

impl Differences {
    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.wrong.len() + self.unsure.len()
    }

    /// Those in what the journal says, of a report of this release or of another one.
    pub(super) fn of(said: &Value, anew: &Value, is_of_another: bool) -> Differences {
        let is_earlier = |it: &Value| it["report"].as_u64().is_some_and(|it| it < JUDGED_SINCE);
        let is_judged_otherwise = is_earlier(said) != is_earlier(anew);
        let mut found = Differences { is_judged_otherwise, ..Differences::default() };
        let is_of_form = said["report"].is_u64() && said["report"] == anew["report"];
        for field in OF_THE_JOURNAL {
            let (said, anew) = (&said[field], &anew[field]);
            if is_of_another && !(is_of_form && OF_A_FORM.contains(&field)) {
                found.look(field, said, anew);
            } else if said != anew {
                found.wrong.insert(field.to_owned());
            }
        }
        found
    }

    fn look(&mut self, path: &str, said: &Value, anew: &Value) {
        if said == anew {
            return;
        }
        if self.is_judged_otherwise && JUDGED.contains(&path) {
            self.unsure.insert(path.to_owned());
            return;
        }
        let is_told = KNOWN.iter().any(|it| path.starts_with(it));
        match (said, anew) {
            _ if is_told && is_unknown(said) != is_unknown(anew) => {
                self.wrong.insert(path.to_owned());
            }
            (Value::Object(said), Value::Object(anew)) => self.look_into(path, said, anew),
            (Value::Array(said), Value::Array(anew)) if said.len() == anew.len() => {
                for (said, anew) in said.iter().zip(anew) {
                    self.look(path, said, anew);
                }
            }
            (Value::Array(_), Value::Array(_)) if COUNTED.contains(&path) => {
                self.wrong.insert(path.to_owned());
            }
            (Value::String(_), Value::String(_)) if is_sentence(path) => {
                self.unsure.insert(path.to_owned());
            }
            (Value::String(_), Value::String(_))
            | (Value::Number(_), Value::Number(_))
            | (Value::Bool(_), Value::Bool(_)) => {
                self.wrong.insert(path.to_owned());
            }
            _ => {
                self.unsure.insert(path.to_owned());
            }
        }
    }

    fn look_into(&mut self, path: &str, said: &Map<String, Value>, anew: &Map<String, Value>) {
        let names: BTreeSet<&String> = said.keys().chain(anew.keys()).collect();
        for name in names {
            let below = format!("{path}.{name}");
            match (said.get(name), anew.get(name)) {
                (Some(said), Some(anew)) => self.look(&below, said, anew),
                _ if LEFT_OUT.contains(&below.as_str()) => {
                    self.wrong.insert(below);
                }
                _ => {
                    self.unsure.insert(below);
                }
            }
        }
    }
}

/// Whether it is a reason in the place of a value.
fn is_unknown(value: &Value) -> bool {
    value.as_object().is_some_and(|fields| fields.len() == 1 && fields.contains_key("unknown"))
}

/// What reports tell in addition, since a form.
const SINCE: [(u32, &str, &str); 4] = [
    (2, "recovery", "waves"),
    (2, "recovery", "waves_skipped"),
    (2, "recovery", "servers_missing"),
    (3, "recovery", "waves_completed"),
];

/// A report without what those of an earlier form do not tell.
pub(super) fn in_form(mut report: Value, form: u32) -> Value {
    for (since, part, field) in SINCE {
        if form < since
            && let Some(fields) = report[part].as_object_mut()
        {
            fields.remove(field);
        }
    }
    report
}

fn is_sentence(path: &str) -> bool {
    SENTENCES.contains(&path) || path.ends_with(".unknown")
}

/// These fields of a redacted report with its pseudonyms counted anew, in the order in which they stand there: what
/// the report names elsewhere has no part in it.
pub(super) fn renumbered(report: &Value, fields: &[&str]) -> Value {
    let mut known = BTreeMap::new();
    let mut numbered = Map::new();
    for field in fields {
        numbered.insert((*field).to_owned(), renumber(&report[*field], &mut known));
    }
    Value::Object(numbered)
}

fn renumber(value: &Value, known: &mut BTreeMap<String, String>) -> Value {
    match value {
        Value::String(text) => Value::String(in_words(text, known)),
        Value::Array(items) => items.iter().map(|item| renumber(item, known)).collect(),
        Value::Object(fields) => {
            // The order in a file is that of its writer.
            let sorted: BTreeMap<&String, &Value> = fields.iter().collect();
            let fields = sorted.into_iter().map(|(name, it)| (name.clone(), renumber(it, known)));
            Value::Object(fields.collect())
        }
        other => other.clone(),
    }
}

fn in_words(text: &str, known: &mut BTreeMap<String, String>) -> String {
    let is_of_word = |it: char| it.is_alphanumeric() || it == '-' || it == '_';
    let (mut all, mut rest) = (String::new(), text);
    while !rest.is_empty() {
        let end = rest.find(|it| !is_of_word(it)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        match kind_of(word) {
            Some(kind) => {
                let next = format!("{kind}-{}", known.len() + 1);
                all.push_str(known.entry(word.to_owned()).or_insert(next));
            }
            None => all.push_str(word),
        }
        let end = behind.find(is_of_word).unwrap_or(behind.len());
        let (between, behind) = behind.split_at(end);
        all.push_str(between);
        rest = behind;
    }
    all
}

/// The kind of a pseudonym; `None`: the word is none.
fn kind_of(word: &str) -> Option<&str> {
    let (kind, number) = word.split_once('-')?;
    let is_number = !number.is_empty() && number.chars().all(|it| it.is_ascii_digit());
    (is_number && KINDS.contains(&kind)).then_some(kind)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What is changed, and how.
    type Case = (&'static str, fn(&mut Value));

    fn set(paths: &[&str]) -> BTreeSet<String> {
        paths.iter().map(|it| (*it).to_owned()).collect()
    }

    #[test]
    fn a_fact_that_differs_is_wrong_whatever_release_has_made_the_report() {
        let anew = json!({ "title": "a", "recovery": { "took_seconds": 9, "rto_met": false } });
        let said = json!({ "title": "b", "recovery": { "took_seconds": 3, "rto_met": false } });
        let same = Differences::of(&said, &anew, false);
        assert_eq!((same.wrong, same.unsure), (set(&["recovery", "title"]), set(&[])));
        let other = Differences::of(&said, &anew, true);
        assert_eq!((other.wrong, other.unsure), (set(&["recovery.took_seconds"]), set(&["title"])));
        assert_eq!(Differences::of(&anew, &anew, true).count(), 0);
    }

    #[test]
    fn what_an_earlier_form_does_not_tell_is_not_asked_of_it() {
        let second = || json!({ "took_seconds": 9, "waves": 4, "waves_skipped": [] });
        let anew = || {
            let mut anew = json!({ "recovery": second() });
            anew["recovery"]["waves_completed"] = 4.into();
            anew
        };
        assert_eq!(in_form(anew(), 3), anew());
        assert_eq!(in_form(anew(), 2), json!({ "recovery": second() }));
        assert_eq!(in_form(anew(), 1), json!({ "recovery": { "took_seconds": 9 } }));
    }

    #[test]
    fn another_shape_is_no_contradiction_and_another_number_of_servers_is_one() {
        let anew =
            json!({ "servers": [{ "verdict": "failed" }], "troubles": [1, 2], "not_run": 1 });
        let said = json!({ "servers": [], "troubles": [1], "not_run": { "unknown": "why" } });
        let found = Differences::of(&said, &anew, true);
        assert_eq!((found.wrong, found.unsure), (set(&["servers"]), set(&["not_run", "troubles"])));
    }

    #[test]
    fn what_is_claimed_or_hidden_of_a_recovery_is_a_contradiction_whatever_release_says_so() {
        let anew = json!({
            "report": 3, "result": "The drill failed.",
            "recovery": {
                "rto_met": { "unknown": "it failed" }, "rpo_met": false,
                "waves_skipped": ["web"], "servers_missing": ["db-1", "db-2"],
                "slowest": { "unknown": "no server has a verdict" },
            },
            "not_run": [{ "name": "web" }],
        });
        let wrong = |change: fn(&mut Value)| {
            let mut said = anew.clone();
            change(&mut said);
            Differences::of(&said, &anew, true)
        };
        let cases: [Case; 7] = [
            ("recovery.rto_met", |it| it["recovery"]["rto_met"] = true.into()),
            ("recovery.rpo_met", |it| it["recovery"]["rpo_met"] = json!({ "unknown": "lost" })),
            ("recovery.slowest", |it| it["recovery"]["slowest"] = json!({ "seconds": 1 })),
            ("recovery.servers_missing", |it| it["recovery"]["servers_missing"] = json!(["db-1"])),
            ("recovery.waves_skipped", |it| {
                it["recovery"].as_object_mut().map(|it| it.remove("waves_skipped"));
            }),
            ("not_run", |it| it["not_run"] = json!([])),
            ("result", |it| it["result"] = "The drill completed.".into()),
        ];
        for (path, change) in cases {
            let found = wrong(change);
            assert_eq!((found.wrong, found.unsure), (set(&[path]), set(&[])), "{path}");
        }
        let earlier = wrong(|it| {
            it["report"] = 2.into();
            it["result"] = "It failed.".into();
        });
        assert_eq!((earlier.wrong, earlier.unsure), (set(&[]), set(&["result"])));
    }

    #[test]
    fn pseudonyms_that_are_counted_otherwise_are_the_same_and_a_swapped_one_is_not() {
        let one = json!({ "a": ["server-3", "launch by person-2 (server-3)"], "b": "person-2" });
        let two = json!({ "b": "person-1", "a": ["server-9", "launch by person-1 (server-9)"] });
        let swapped =
            json!({ "a": ["server-9", "launch by person-1 (server-9)"], "b": "person-2" });
        let fields = ["a", "b"];
        assert_eq!(renumbered(&one, &fields), renumbered(&two, &fields));
        assert_ne!(renumbered(&one, &fields), renumbered(&swapped, &fields));
    }
}
