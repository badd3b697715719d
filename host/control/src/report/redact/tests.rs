use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;

/// A report of which every text that others could have written is one that stands nowhere else.
const FIXTURE: &str = include_str!("fixture.json");

/// What stays wherever it stands, by the field that says what it is.
const STAYS: [(&str, &str); 13] = [
    ("identity.execution", "the id of the execution"),
    ("identity.runbook", "the runbook's name"),
    ("identity.regions", "Regions"),
    ("identity.source_region", "a Region"),
    ("identity.params", "the names of params are the runbook's"),
    ("identity.files", "files, with their digests"),
    ("recovery.waves_skipped", "waves"),
    ("servers.wave", "a wave"),
    ("checks.wave", "a wave"),
    ("decisions.wave", "a wave"),
    ("troubles.wave", "a wave"),
    ("not_run.wave", "a wave"),
    ("made.prices.types", "types of instances"),
];

fn fixture() -> Report {
    serde_json::from_str(FIXTURE).expect("a report")
}

/// The marks in a text: `zq` and a number.
fn marks(text: &str) -> BTreeSet<String> {
    let words = text.split(|it: char| !it.is_ascii_alphanumeric());
    let is_mark =
        |word: &&str| word.strip_prefix("zq").is_some_and(|number| number.parse::<u32>().is_ok());
    words.filter(is_mark).map(str::to_owned).collect()
}

/// All texts of a report with their paths, the names of fields too.
fn texts(value: &Value, path: &str, all: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => all.push((path.to_owned(), text.clone())),
        Value::Array(items) => items.iter().for_each(|item| texts(item, path, all)),
        Value::Object(fields) => {
            for (name, field) in fields {
                all.push((path.to_owned(), name.clone()));
                texts(field, &below(path, name), all);
            }
        }
        _ => {}
    }
}

fn told(report: &Report) -> Vec<(String, String)> {
    let mut all = Vec::new();
    texts(&serde_json::to_value(report).expect("JSON"), "", &mut all);
    all
}

#[test]
fn no_text_of_others_stays_but_where_that_is_decided() {
    let report = fixture();
    let redacted = redacted(&report).expect("it is redacted");
    let may_stay = |path: &str| STAYS.iter().any(|(stays, _)| path == *stays);
    // Sentences of ours may have it in them.
    let allowed: BTreeSet<String> = told(&report)
        .iter()
        .filter(|(path, _)| may_stay(path))
        .flat_map(|(_, text)| marks(text))
        .collect();
    let leaks: Vec<String> = told(&redacted)
        .iter()
        .flat_map(|(path, text)| marks(text).into_iter().map(move |mark| (path.clone(), mark)))
        .filter(|(_, mark)| !allowed.contains(mark))
        .map(|(path, mark)| format!("{path}: {mark}"))
        .collect();
    assert_eq!(leaks, Vec::<String>::new());
    // The page and the statement show the data, and nothing else.
    let shown = crate::report::html::page(&redacted).expect("a page");
    let shown: Vec<String> = marks(&shown).into_iter().filter(|it| !allowed.contains(it)).collect();
    assert_eq!(shown, Vec::<String>::new());
}

#[test]
fn the_fixture_has_a_mark_wherever_others_may_have_written() {
    let report = fixture();
    let whole = told(&report);
    let marked: BTreeSet<&str> = whole
        .iter()
        .filter(|(_, text)| !marks(text).is_empty())
        .map(|(path, _)| path.as_str())
        .collect();
    // What is read as something that has a form, or is one of our own words.
    let ours = |path: &str, text: &str| {
        text.parse::<jiff::Timestamp>().is_ok()
            || OURS.contains(&path)
            || path.ends_with(".unknown")
            || path.starts_with("identity.files.")
    };
    let plain: BTreeSet<&str> = whole
        .iter()
        .filter(|(path, text)| !text.is_empty() && !is_a_field(&report, path, text))
        .filter(|(path, text)| !marked.contains(path.as_str()) && !ours(path, text))
        .map(|(path, _)| path.as_str())
        .collect();
    assert_eq!(plain, BTreeSet::new(), "each of them has a mark, or is one of our own");
    let all: Vec<String> = whole.iter().flat_map(|(_, text)| marks(text)).collect();
    assert!(all.len() > 60, "{}", all.len());
}

/// Whether a text is the name of a field of ours.
fn is_a_field(report: &Report, path: &str, text: &str) -> bool {
    let value = serde_json::to_value(report).expect("JSON");
    let pointer = path.split('.').filter(|it| !it.is_empty());
    let mut at = vec![&value];
    for part in pointer {
        let inner =
            at.iter().flat_map(|it| it.as_array().map_or(vec![*it], |all| all.iter().collect()));
        at = inner.filter_map(|it| it.get(part)).collect();
    }
    let inner =
        at.iter().flat_map(|it| it.as_array().map_or(vec![*it], |all| all.iter().collect()));
    inner.filter_map(Value::as_object).any(|fields| fields.contains_key(text))
}

/// Fields that only we write.
const OURS: [&str; 33] = [
    "mark",
    "status",
    "identity.mode",
    "identity.world",
    "identity.source",
    "identity.created.local",
    "identity.began.local",
    "identity.ended.local",
    "identity.sources",
    "identity.moontide",
    "identity.luau",
    "recovery.from_is",
    "timeline.kind",
    "timeline.phases.source",
    "decisions.kind",
    "troubles.kind",
    "not_run.what",
    "leftovers.sentence",
    // That of a stranger is replaced: see below.
    "servers.verdict",
    "leftovers.cleanups.status",
    "before.status",
    "checks_unknown",
    "cost.amount",
    "cost.currency",
    "cost.note",
    "evidence.head",
    "evidence.gone",
    "made.moontide",
    "made.zone",
    "made.prices.currency",
    "made.prices.instance_hour",
    "made.prices.types.zq700",
    "digest",
];

#[test]
fn the_same_thing_has_the_same_name_all_through() {
    let redacted = redacted(&fixture()).expect("it is redacted");
    let decision = &redacted.decisions[0];
    assert_eq!(decision.voices[0].by, decision.approvers[0]);
    assert_eq!(decision.how, format!("answer-1 by {}", decision.voices[0].by));
    assert_eq!(decision.voices[0].choice, "answer-1");
    let job = redacted.servers[0].job.value().expect("it is known");
    assert_eq!(redacted.timeline[0].phases[0].name, format!("{job} launch"));
    let pruned = redacted.evidence.pruned.as_deref().expect("it was");
    assert!(pruned.starts_with("was pruned at ") && pruned.contains(" by person-"), "{pruned}");
    assert!(redacted.leftovers.obligation.as_deref().is_some_and(|it| it.contains(" by person-")));
    assert!(redacted.before.why().is_some_and(
        |it| it.ends_with("cannot be read: text-1") || it.contains("cannot be read: text-")
    ));
}

#[test]
fn a_verdict_that_is_none_of_ours_is_replaced() {
    let mut value: Value = serde_json::from_str(FIXTURE).expect("JSON");
    value["servers"][0]["verdict"] = json!("zq901");
    value["servers"][0]["recovery_point"] = json!("zq902");
    let report: Report = serde_json::from_value(value).expect("a report");
    let redacted = redacted(&report).expect("it is redacted");
    let text = serde_json::to_string(&redacted).expect("JSON");
    assert!(!text.contains("zq901") && !text.contains("zq902"), "{text}");
}

#[test]
fn a_name_is_replaced_where_it_is_a_whole_word() {
    let mut pseudonyms = Pseudonyms::default();
    assert_eq!(pseudonyms.of("person", "ann"), "person-1");
    assert_eq!(pseudonyms.of("server", "ann-db"), "server-1");
    assert_eq!(pseudonyms.of("person", "ann"), "person-1");
    let said = pseudonyms.in_sentence("continue by ann (sent by ann-db), and cannot, ann");
    assert_eq!(said, "continue by person-1 (sent by server-1), and cannot, person-1");
}
