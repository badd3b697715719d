//! `moontide journal verify`: what a stored journal is worth, and what a head proves that was noted.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::archives::prune;
use crate::support::{Home, Sim, repository};

/// A home with drills of these names that are over, and cleaned up.
fn drilled(ids: &[&str]) -> Home {
    let home = Home::new();
    let sim = Sim::of(&repository("runbooks/hello/world.toml"));
    let [endpoint, speed] = sim.flags();
    let runbook = repository("runbooks/hello");
    let runbook = runbook.to_str().expect("a readable path");
    for id in ids {
        let name = format!("--execution-id={id}");
        home.run(&["run", runbook, "--mode=drill", &name, &endpoint, &speed]).expect(0);
        home.run(&["cleanup", id, &endpoint, &speed]).expect(0);
    }
    home
}

fn verify(home: &Home, words: &[&str], code: i32) -> Value {
    let words = [&["journal", "verify", "--output=json"], words].concat();
    home.run(&words).expect(code).json()
}

/// Changes rows of the execution `drill` behind Moontide's back.
fn forge(home: &Home, sql: &str) {
    let store = Connection::open(home.path().join("moontide/moontide.db")).expect("the store");
    let number = "(SELECT number FROM executions WHERE id = 'drill')";
    let column = if sql.starts_with("UPDATE executions") { "number" } else { "execution" };
    let of = format!("{column} = {number}");
    let done = store.execute(&format!("{sql} AND {of}"), []).expect("it is changed");
    assert_eq!(done, 1, "{sql}");
}

/// The last entry of `drill`.
const LAST: &str = "sequence = (SELECT max(sequence) FROM entries WHERE execution =
                    (SELECT number FROM executions WHERE id = 'drill'))";

#[test]
fn a_journal_is_whole_and_its_head_is_quoted_wherever_it_is_shown() {
    let home = drilled(&["drill"]);
    let whole = verify(&home, &["drill"], 0);
    assert_eq!((&whole["verdict"], &whole["broken"]), (&json!("whole"), &Value::Null), "{whole}");
    let head = &whole["head"];
    assert_eq!(head["sequence"], whole["entries"]);
    for command in ["status", "show"] {
        let shown = home.run(&[command, "drill", "--output=json"]).expect(0).json();
        assert_eq!(shown["head"], *head, "{command}");
    }
    let hash = head["hash"].as_str().expect("a hash");
    assert!(home.run(&["show", "drill"]).expect(0).stdout.contains(hash));
    let text = home.run(&["journal", "verify", "drill", "--head", hash]).expect(0).stdout;
    assert!(text.starts_with("drill  whole  ") && text.contains("nothing up to it"), "{text}");

    let other = home.run(&["journal", "verify", "drill", "--head", &"0".repeat(64)]).expect(7);
    assert!(other.stderr.starts_with("error[M0702]: "), "{}", other.stderr);
    assert!(other.stdout.contains("of no entry"), "{}", other.stdout);
    for wrong in [&["drill", "--head=12"][..], &[], &["drill", "--all"]] {
        home.run(&[&["journal", "verify"], wrong].concat()).expect(2);
    }
    let unknown = home.run(&["journal", "verify", "dril"]).expect(2).stderr;
    assert!(unknown.contains("did you mean `drill`?"), "{unknown}");
}

#[test]
fn one_byte_that_was_changed_names_its_entry_and_what_stood_before_is_proved() {
    let home = drilled(&["drill", "other"]);
    let head = verify(&home, &["drill"], 0)["head"]["hash"].clone();
    forge(
        &home,
        "UPDATE entries SET entry = replace(entry, '\"epoch\":1', '\"epoch\":2') WHERE sequence = 3",
    );
    let ran = home.run(&["journal", "verify", "drill"]).expect(7);
    assert!(ran.stdout.contains("broken") && ran.stdout.contains("entry 3, "), "{}", ran.stdout);
    assert!(ran.stderr.starts_with("error[M0702]: the journal of `drill` "), "{}", ran.stderr);
    let broken = verify(&home, &["drill", "--head", head.as_str().expect("a hash")], 7);
    assert_eq!(broken["verdict"], "broken");
    assert_eq!(broken["broken"]["sequence"], 3, "{broken}");
    assert_eq!((&broken["noted"]["proves"], &broken["head"]), (&json!(false), &Value::Null));
    // Every other command refuses it, and says where to look.
    let refused = home.run(&["status", "drill"]).expect(6).stderr;
    assert!(refused.starts_with("error[M0407]"), "{refused}");
    let page = home.run(&["explain", "M0407"]).expect(0).stdout;
    assert!(page.contains("journal verify"), "{page}");

    let all = verify(&home, &["--all"], 7);
    assert_eq!((&all["broken"], &all["whole"]), (&json!(1), &json!(3)), "{all}");
    let table = home.run(&["journal", "verify", "--all"]).expect(7).stdout;
    assert!(table.ends_with("3 whole, 0 pruned, 0 not chained, 1 broken\n"), "{table}");
}

#[test]
fn a_row_that_was_dropped_or_put_in_is_named() {
    let home = drilled(&["drill"]);
    forge(&home, "DELETE FROM entries WHERE sequence = 2");
    let broken = &verify(&home, &["drill"], 7)["broken"];
    assert_eq!((&broken["sequence"], &broken["how"]), (&json!(2), &json!("missing")), "{broken}");

    let home = drilled(&["drill"]);
    let twin = "INSERT INTO entries SELECT execution, sequence + 1, epoch, entry FROM entries
                WHERE ";
    forge(&home, &format!("{twin} {LAST}"));
    let broken = &verify(&home, &["drill"], 7)["broken"];
    assert_eq!(broken["how"], "added", "{broken}");

    // The last one is carried by none, but the list says that the drill is over.
    let home = drilled(&["drill"]);
    let last = verify(&home, &["drill"], 0)["entries"].clone();
    forge(&home, &format!("DELETE FROM entries WHERE {LAST}"));
    let broken = &verify(&home, &["drill"], 7)["broken"];
    assert_eq!((&broken["sequence"], &broken["how"]), (&last, &json!("missing")), "{broken}");
}

#[test]
fn a_status_in_the_list_that_the_journal_does_not_say_is_named() {
    let home = drilled(&["drill"]);
    let listed = |words: &[&str]| {
        let words = [&["list", "--output=json"], words].concat();
        let list = home.run(&words).expect(0).json();
        let rows = list["executions"].as_array().expect("a list").clone();
        rows.iter().any(|row| row["execution"] == "drill")
    };
    assert!(listed(&["--status=completed"]));
    forge(&home, "UPDATE standings SET status = '\"failed\"' WHERE TRUE");
    assert!(!listed(&["--status=completed"]), "it is found by its list");
    let broken = verify(&home, &["drill"], 7);
    let why = broken["broken"]["message"].as_str().unwrap_or_default().to_owned();
    assert!(
        why.contains("its list says that it is failed, and its journal that it is completed"),
        "{broken}"
    );
}

/// A drill could be hidden by what finds it, or another be shown in its place.
#[test]
fn what_the_list_says_of_an_execution_and_its_head_does_not_is_named() {
    for (forgery, told) in [
        ("UPDATE executions SET runbook = 'other' WHERE TRUE", "the runbook `other`"),
        (
            "UPDATE executions SET created_us = created_us + 86400000000 WHERE TRUE",
            "the list does not have it",
        ),
        ("UPDATE standings SET mode = '\"recovery\"' WHERE TRUE", "the mode `recovery`"),
        ("UPDATE standings SET labels = '{\"team\":\"x\"}' WHERE TRUE", "the labels `team=x`"),
        ("UPDATE started_by SET source = 'rehearsal' WHERE TRUE", "the source `rehearsal`"),
        ("UPDATE standings SET status = '\"running\"' WHERE TRUE", "that it is running"),
    ] {
        let home = drilled(&["drill"]);
        forge(&home, forgery);
        let broken = verify(&home, &["drill"], 7);
        let why = broken["broken"]["message"].as_str().unwrap_or_default().to_owned();
        assert!(why.contains(told), "{forgery}: {broken}");
    }
}

#[test]
fn what_the_seal_of_a_pruned_journal_says_and_what_is_left_does_not_is_named() {
    for (forgery, told) in [
        ("json_set(seal, '$.entries', json_extract(seal, '$.entries') + 1)", "its seal says that"),
        (
            "replace(seal, '\"link\":\"' || substr(json_extract(seal, '$.link'), 1, 1),
                     '\"link\":\"' || CASE substr(json_extract(seal, '$.link'), 1, 1) WHEN '0' THEN '1' ELSE '0' END)",
            "another hash than its seal says",
        ),
    ] {
        let home = drilled(&["drill"]);
        prune(&home, &[]);
        forge(&home, &format!("UPDATE seals SET seal = {forgery} WHERE TRUE"));
        let broken = verify(&home, &["drill"], 7);
        let why = broken["broken"]["message"].as_str().unwrap_or_default().to_owned();
        assert!(why.contains(told), "{forgery}: {broken}");
    }
    let home = drilled(&["drill"]);
    prune(&home, &[]);
    forge(&home, &format!("UPDATE entries SET sequence = sequence + 100 WHERE {LAST}"));
    let broken = verify(&home, &["drill"], 7);
    let why = broken["broken"]["message"].as_str().unwrap_or_default().to_owned();
    assert!(why.contains("lies under number"), "{broken}");
}

#[test]
fn what_was_pruned_says_the_hash_at_the_cut() {
    let home = drilled(&["drill"]);
    let head = verify(&home, &["drill"], 0)["head"].clone();
    prune(&home, &[]);
    let pruned = verify(&home, &["drill"], 0);
    assert_eq!((&pruned["verdict"], &pruned["head"]), (&json!("pruned"), &head), "{pruned}");
    let hash = head["hash"].as_str().expect("a hash");
    let noted = &verify(&home, &["drill", "--head", hash], 0)["noted"];
    assert_eq!((&noted["sequence"], &noted["proves"]), (&head["sequence"], &json!(true)));
    // Of a hash that is not there any more nothing can be said.
    let unknown = home.run(&["journal", "verify", "drill", "--head", &"0".repeat(64)]).expect(1);
    assert!(unknown.stderr.starts_with("error[M0703]: "), "{}", unknown.stderr);
    forge(
        &home,
        "UPDATE entries SET entry = replace(entry, '\"epoch\":1', '\"epoch\":2') WHERE sequence = 1",
    );
    assert_eq!(verify(&home, &["drill"], 7)["verdict"], "broken");
}
