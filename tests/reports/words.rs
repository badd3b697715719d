//! Text and JSON.

use serde_json::{Value, json};

use crate::told::Told;

/// The text without what differs from day to day.
fn text(told: &Told) -> String {
    let text = told.report(&[]).expect(0).stdout;
    let lines = text.lines().map(|line| {
        let masked = [
            "  report   ",
            "  head     ",
            "  made     ",
            "  sources        ",
            "  moontide       ",
            "  verify: | moontide journal verify drill --head ",
        ];
        match masked.iter().find(|head| line.starts_with(**head)) {
            Some(head) => format!("{head}…"),
            None if line.contains(" USD for ") => "  … USD …".to_owned(),
            None => line.to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_report_reads_so() {
    insta::assert_snapshot!("text", text(&Told::new()));
}

#[test]
fn the_same_for_programs() {
    let told = Told::new();
    let mut report = told.report(&["--output=json"]).expect(0).json();
    assert_eq!(report["cost"]["currency"], "USD");
    for digest in [&report["digest"], &report["evidence"]["head"], &report["identity"]["sources"]] {
        assert_eq!(digest.as_str().map(str::len), Some(64));
    }
    for (part, field) in [
        ("cost", ""),
        ("digest", ""),
        ("evidence", "head"),
        ("identity", "sources"),
        ("identity", "moontide"),
        ("identity", "luau"),
        ("made", "at"),
        ("made", "moontide"),
    ] {
        let place = if field.is_empty() { &mut report[part] } else { &mut report[part][field] };
        *place = json!("…");
    }
    let verify = report["evidence"]["verify"][1].as_str().expect("a command").to_owned();
    assert!(verify.starts_with("moontide journal verify drill --head "), "{verify}");
    report["evidence"]["verify"][1] = json!("…");
    insta::assert_snapshot!("json", serde_json::to_string_pretty(&report).expect("JSON"));
}

#[test]
fn the_time_counts_from_the_disaster_until_a_server_is_healthy() {
    let told = Told::new();
    let recovery = |more: &[&str]| -> Value {
        let flags = [&["--output=json", "--declared-at=2026-11-20T07:30:00Z"], more].concat();
        told.report(&flags).expect(0).json()["recovery"].clone()
    };
    let (whole, database, server) =
        (recovery(&[]), recovery(&["--until=database"]), recovery(&["--until=db-1"]));
    let took = |it: &Value| it["took_seconds"].as_u64().expect("it is known");
    // The wave looks at its servers itself: that they are well is known at its end.
    assert!(took(&whole) > took(&database) && took(&database) == took(&server), "{whole}");
    assert!(took(&server) > 30 * 60);
    assert_eq!(server["until_is"], "the checks of the server db-1");
    let refused = told.report(&["--until=databse"]).expect(2);
    assert!(refused.stderr.contains("did you mean `database`?"), "{refused:?}");
    told.report(&["--declared-at=2030-01-01T00:00:00Z"]).expect(2);
}

#[test]
fn a_statement_of_in_toto_names_the_journal_and_the_sources() {
    let told = Told::new();
    let statement = told.report(&["--intoto=-"]).expect(0).json();
    assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
    let head = &statement["predicate"]["evidence"]["head"];
    assert_eq!(statement["subject"][0]["digest"]["sha256"], *head);
    let file = statement["subject"][1]["name"].as_str().expect("a file");
    assert!(file.ends_with("runbook.luau"), "{file}");
    let file = told.home.path().join("statement.json");
    told.report(&[&format!("--intoto={}", file.display())]).expect(0);
    let ran = told.home.run(&["report", "verify", file.to_str().expect("a path")]).expect(0);
    assert!(ran.stdout.contains("the statement is about what its report names"), "{ran:?}");
}

#[test]
fn a_redacted_report_names_no_person_no_server_and_no_word_of_theirs() {
    let told = Told::new();
    let whole = told.report(&["--output=json"]).expect(0).stdout;
    let redacted = told.report(&["--output=json", "--redact"]).expect(0);
    let names = [
        "ann",
        "bob",
        "dba",
        "lead",
        "db-1",
        "app-2",
        "web-2",
        "111122223333",
        "replica caught up",
        "InsufficientInstanceCapacity",
        "accepting connections",
        "the drill of the quarter",
        "termination protection",
        "Is the database consistent?",
    ];
    let words: Vec<&str> =
        redacted.stdout.split(|it: char| !it.is_alphanumeric() && it != '-').collect();
    for name in names {
        let is_word = words.contains(&name);
        assert!(whole.contains(name) && !is_word, "{name}");
        assert!(name.len() < 5 || !redacted.stdout.contains(name), "{name}");
    }
    for prefix in ["\"s-", "\"i-", "drsjob-"] {
        assert!(whole.contains(prefix) && !redacted.stdout.contains(prefix), "{prefix}");
    }
    let report = redacted.json();
    assert_eq!(report["decisions"][0]["voices"][0]["by"], report["decisions"][0]["approvers"][0]);
    assert_eq!(report["result"].as_str().map(|it| it.contains("server-")), Some(true), "{report}");
    let again = told.report(&["--output=json", "--redact"]).expect(0).json();
    assert_eq!(again["servers"], report["servers"]);
}
