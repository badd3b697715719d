//! What the history says of the year, against what was due, and who was there.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::crew::Crew;
use super::due::{Due, LATE};
use super::is_paused;

/// Why a drill is held: the one before was cut off, and is not cleaned up yet.
const LEFT: [&str; 2] = ["are left", "has the live drill's instance"];

/// Looks at each time of the year.
pub(crate) fn check(crew: &Crew<'_>, all: &[Due]) {
    let mut became: BTreeMap<(Timestamp, String), Value> = BTreeMap::new();
    for schedule in super::names(all) {
        for entry in crew.desk.history(schedule) {
            let time = entry["time"].as_str().and_then(|it| it.parse().ok()).expect("a moment");
            let before = became.insert((time, schedule.to_owned()), entry);
            assert_eq!(before, None, "one entry for each time");
        }
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for due in all {
        let key = (due.at, due.schedule.to_owned());
        let Some(entry) = became.remove(&key) else {
            wrong.push(format!("nothing became of {due:?}"));
            continue;
        };
        *counts.entry(class(&entry)).or_default() += 1;
        if let Some(why) = judged(crew, due, &entry) {
            wrong.push(format!("{why}: {entry}"));
        }
    }
    wrong.extend(became.values().map(|entry| format!("it is no time of the year: {entry}")));
    let drills = drills(crew, &mut wrong);
    let said = said(crew, all.len(), &counts, drills);
    std::io::stderr().write_all(said.as_bytes()).expect("stderr takes it");
    assert_eq!(wrong, Vec::<String>::new());
    for outcome in ["started", "missed", "held", "skipped"] {
        let is_there = counts.keys().any(|class| class.starts_with(outcome));
        assert!(is_there, "the year has shown no time that was {outcome}: {said}");
    }
    assert!(crew.kills.0 > 0 && crew.kills.1 > 0, "{said}");
}

/// What is counted as one: the outcome, and the reason without names and times.
fn class(entry: &Value) -> String {
    let (outcome, why) = (text(entry, "outcome"), text(entry, "why"));
    let known = ["does not exist in", "not on", "paused by", "nothing started it"];
    let reason = known.into_iter().chain(LEFT).find(|reason| why.contains(reason));
    match (outcome, reason) {
        ("started", _) => "started".to_owned(),
        (outcome, Some(reason)) => format!("{outcome}: {reason}"),
        (outcome, None) => format!("{outcome}: {why}"),
    }
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_default()
}

/// What is wrong with what became of a time.
fn judged(crew: &Crew<'_>, due: &Due, entry: &Value) -> Option<&'static str> {
    let why = text(entry, "why");
    let was_there = |is_enough: fn(&super::crew::Visit) -> bool, less: SignedDuration| {
        crew.visits.iter().any(|visit| {
            let is_its = visit.schedule.is_none_or(|it| it == due.schedule);
            is_its && is_enough(visit) && due.at <= visit.at && visit.at <= due.at + LATE - less
        })
    };
    let is_right = match (text(entry, "outcome"), due.skipped) {
        ("skipped", Some(reason)) => why.contains(reason),
        ("started", None) if due.schedule == "drill" => {
            entry["status"] == "completed" && was_there(|_| true, SignedDuration::ZERO)
        }
        ("started", None) => {
            why.starts_with("completed") && was_there(|_| true, SignedDuration::ZERO)
        }
        ("missed", None) => {
            let margin = SignedDuration::from_mins(1);
            why.starts_with("nothing started it") && !was_there(|visit| visit.is_whole, margin)
        }
        ("held", None) => {
            why.contains("paused by") && is_paused(due)
                || due.schedule == "drill" && LEFT.iter().any(|left| why.contains(left))
        }
        _ => false,
    };
    (!is_right).then_some("this cannot have become of it")
}

/// Each drill that was started is one execution that was launched once. Returns how many.
fn drills(crew: &Crew<'_>, wrong: &mut Vec<String>) -> usize {
    let started = crew.desk.history("drill").into_iter().filter(|it| it["outcome"] == "started");
    let mut wanted: Vec<Value> = started.map(|it| it["execution"].clone()).collect();
    let list = ["list", "--output=json", "--source=schedule", "--without-cleanups", "--limit=1000"];
    let listed = crew.desk.home.run(&list).expect(0).json();
    let executions = listed["executions"].as_array().expect("a list").clone();
    let of_drills = executions.iter().filter(|it| text(it, "execution").starts_with("drill-"));
    let mut found: Vec<Value> = of_drills.map(|it| it["execution"].clone()).collect();
    let id = |it: &Value| it.as_str().unwrap_or_default().to_owned();
    wanted.sort_by_key(id);
    found.sort_by_key(id);
    let is_over = |it: &&Value| ["completed", "cancelled", "failed"].contains(&text(it, "status"));
    wrong.extend(executions.iter().filter(|it| !is_over(it)).map(|it| format!("left: {it}")));
    if wanted != found {
        wrong.push(format!("the history has {wanted:?}, the store {found:?}"));
    }
    let sim = &crew.desk.sim;
    let (launched, terminated) =
        (sim.performed("StartRecovery"), sim.performed("TerminateRecoveryInstances"));
    if launched != wanted.len() || terminated < wanted.len() {
        let (many, effects) = (wanted.len(), json!(sim.effects()));
        wrong.push(format!("{many} drills, {launched} launches, {terminated} cleanups: {effects}"));
    }
    wanted.len()
}

fn said(crew: &Crew<'_>, times: usize, counts: &BTreeMap<String, usize>, drills: usize) -> String {
    let mut said = format!("\n2027: {times} times of 6 schedules\n");
    for (class, count) in counts {
        let _ = writeln!(said, "{count:>6}  {class}");
    }
    let whole = crew.visits.iter().filter(|visit| visit.is_whole).count();
    let (by_write, by_moment) = crew.kills;
    let _ = writeln!(
        said,
        "{drills} drills, {} StartRecovery, {} TerminateRecoveryInstances\n\
         {} processes ({} visits, {whole} of a crontab to their end); kill -9: {by_write} behind a write to the store, \
         {by_moment} at a random moment",
        crew.desk.sim.performed("StartRecovery"),
        crew.desk.sim.performed("TerminateRecoveryInstances"),
        crew.processes,
        crew.visits.len(),
    );
    said
}
