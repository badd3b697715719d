//! What cannot be read any more, or was pruned: it is said, and counts as nothing good.

use std::fs;

use crate::told::Told;

const ALL: &str = "--since=2026-01-01T00:00:00Z";

#[test]
fn what_cannot_be_read_has_not_passed() {
    let told = Told::new();
    told.break_journal("drill-before");
    let ran = told.home.run(&["compliance", ALL, "--output=json"]).expect(8);
    let found = ran.json();
    let shop = &found["runbooks"][0];
    assert_eq!([&shop["unreadable"], &shop["pass_percent"], &shop["partial"]], [1, 0, 1], "{shop}");
    assert_eq!(found["unread"][0]["execution"], "drill-before");
    let csv = told.home.path().join("all.csv");
    let ran = told.home.run(&["compliance", ALL, &format!("--csv={}", csv.display())]).expect(8);
    assert_eq!((ran.stdout.as_str(), ran.stderr.lines().count()), ("", 1), "{ran:?}");
    let rows = fs::read_to_string(&csv).expect("it is there");
    let row =
        rows.lines().find(|row| row.starts_with("\"unreadable\",\"drill-before\"")).expect("a row");
    assert!(row.contains("is not as it was written"), "{row}");
    let columns = |row: &str| row.matches("\",\"").count();
    assert!(rows.lines().all(|it| columns(it) == columns(row)), "{rows}");
    let text = told.home.run(&["compliance", ALL]).expect(8).stdout;
    assert!(text.contains("1 execution cannot be read, and count as not passed"), "{text}");
}

#[test]
fn where_the_last_drill_cannot_be_read_no_earlier_one_stands_for_it() {
    let told = Told::new();
    told.break_journal("drill");
    let found = told.home.run(&["compliance", ALL, "--output=json"]).expect(8).json();
    let last = found["runbooks"][0]["last"]["unknown"].as_str().expect("it is not known");
    assert!(last.contains("cannot be read: drill"), "{last}");
}

#[test]
fn an_earlier_drill_that_cannot_be_read_is_told() {
    let told = Told::new();
    told.break_journal("drill-before");
    let report = told.report(&["--output=json"]).expect(0).json();
    let why = report["before"]["unknown"].as_str().expect("it is not known");
    assert!(why.contains("cannot be read: drill-before: "), "{why}");
    let redacted = told.report(&["--output=json", "--redact"]).expect(0).json();
    let why = redacted["before"]["unknown"].as_str().expect("it is not known");
    assert!(!why.contains("drill-before") && why.contains("cannot be read: text-"), "{why}");
}

#[test]
fn a_cleanup_that_cannot_be_read_stops_nothing_and_is_told() {
    let told = Told::new();
    told.break_journal("drill.cleanup-1");
    let found = told.home.run(&["compliance", ALL, "--output=json"]).expect(0).json();
    let left = found["leftovers"].as_array().expect("a list");
    assert!(left.iter().any(|it| it["execution"] == "drill"), "its instances may live: {found}");
    let text = told.report(&[]).expect(0).stdout;
    assert!(text.contains("cannot be read: drill.cleanup-1: "), "{text}");
    assert!(text.contains("unknown: a cleanup cannot be read"), "of the cost: {text}");
}

#[test]
fn the_last_drill_is_told_although_it_is_older_than_what_is_counted() {
    let told = Told::new();
    let found = told.home.run(&["compliance", "--since=2027-01-01T00:00:00Z", "--output=json"]);
    let found = found.expect(0).json();
    let shop = &found["runbooks"][0];
    assert_eq!((&shop["drills"], &found["looked_at"]), (&0.into(), &0.into()), "{shop}");
    assert!(shop["last"]["unknown"].is_string(), "a person has called it off: {shop}");
    assert_eq!(shop["last_partial"]["execution"], "drill");
    let other = ["compliance", ALL, "--runbook=other"];
    assert!(told.home.run(&other).expect(0).stdout.contains("there is no drill"));
}

#[test]
fn a_pruned_journal_tells_what_it_kept_and_says_what_is_gone() {
    let told = Told::new();
    told.prune("drill");
    let report = told.report(&["--output=json"]).expect(0).json();
    assert_eq!(report["checks_unknown"], "the journal was pruned");
    assert_eq!(report["recovery"]["slowest"]["unknown"], "the journal was pruned");
    assert_eq!(report["cost"]["unknown"], "the journal was pruned");
    let launched = report["servers"].as_array().expect("a list");
    assert_eq!(launched.iter().filter(|it| it["verdict"] == "launched").count(), 4);
    assert_eq!(report["decisions"].as_array().map(Vec::len), Some(3), "answers are kept");
    let rows = report["timeline"].as_array().expect("a list");
    assert!(rows.iter().all(|it| it["phases"] == serde_json::json!([])), "a sum of what is left");
    let text = told.report(&[]).expect(0).stdout;
    assert!(!text.contains("no server was launched"), "{text}");
    assert!(text.contains("what was only looked at"), "{text}");
    let page = fs::read_to_string(told.page("pruned.html", &[])).expect("it is there");
    assert!(!page.contains("Nothing was checked") && page.contains("what was only looked at"));
}

#[test]
fn a_drill_that_has_moved_is_told_and_not_counted() {
    let told = Told::new();
    let file = told.home.path().join("parcel.json").display().to_string();
    told.home.run(&["store", "export", "drill-before", "--to", &file, "--move"]).expect(0);
    let found = told.home.run(&["compliance", ALL, "--output=json"]).expect(0).json();
    assert_eq!(found["moved"][0]["execution"], "drill-before", "{found}");
    assert!(found["moved"][0]["to"].to_string().contains("parcel.json"), "{found}");
    assert_eq!((&found["runbooks"][0]["drills"], &found["looked_at"]), (&1.into(), &1.into()));
    let text = told.home.run(&["compliance", ALL]).expect(0).stdout;
    assert!(text.contains("drill-before of shop has moved to"), "{text}");
    let rows = told.home.run(&["compliance", ALL, "--csv=-"]).expect(0).stdout;
    assert!(rows.contains("\"moved\",\"drill-before\",\"shop\""), "{rows}");
    // Once it is back it counts.
    told.home.run(&["store", "import", &file]).expect(0);
    let found = told.home.run(&["compliance", ALL, "--output=json"]).expect(0).json();
    assert_eq!(
        (&found["runbooks"][0]["drills"], &found["moved"]),
        (&2.into(), &serde_json::Value::Null)
    );
}
