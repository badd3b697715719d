//! What `moontide store prune` leaves alone: what is still needed, and what another command is at work on.

use rusqlite::Connection;

use crate::adopt::Shop;
use crate::archives::prune;

/// Why it was left alone.
fn kept(report: &serde_json::Value, id: &str) -> String {
    let kept = report["kept"].as_array().expect("a list").iter();
    let mut found = kept.filter(|it| it["execution"] == id);
    let one = found.next().unwrap_or_else(|| panic!("{report}"));
    one["reason"].as_str().expect("a text").to_owned()
}

#[test]
fn a_cleanup_that_has_failed_stays_as_long_as_its_drill_has_instances() {
    let faults = "\n[[faults]]\nkind = \"access_denied\"\noperation = \
                  \"drs:TerminateRecoveryInstances\"\ntimes = 1000\n";
    let shop = Shop::with(faults);
    shop.run("drill", "drill", &[], 0);
    shop.aws(&["cleanup", "drill"], 1);
    let report = prune(&shop.home, &["--output=json"]).json();
    assert_eq!(report["pruned"], serde_json::json!([]), "{report}");
    let reason = kept(&report, "drill.cleanup-1");
    assert!(reason.starts_with("it is a cleanup of `drill`: it is a drill whose"), "{reason}");
    // It can be retried, which what was pruned cannot.
    shop.home.run(&["status", "drill.cleanup-1"]).expect(0);
    shop.aws(&["cleanup", "drill"], 1);
}

#[test]
fn what_was_adopted_stays_because_more_may_be_added() {
    let shop = Shop::with("");
    shop.run("drill", "drill", &[], 0);
    shop.lose_the_store();
    shop.adopt("drill", 0);
    shop.aws(&["cleanup", "drill"], 0);
    let report = prune(&shop.home, &["--output=json"]).json();
    let reason = kept(&report, "drill");
    assert!(reason.contains("`adopt` adds to it"), "{reason}");
    shop.adopt("drill", 0);
}

/// Two prunes at once: another one has sealed an execution between a look at it and its lease.
#[test]
fn what_another_prune_has_taken_up_ends_this_one_not() {
    let shop = Shop::with("");
    for id in ["first", "second"] {
        shop.run("drill", id, &[], 0);
        shop.aws(&["cleanup", id], 0);
    }
    let listed = shop.home.run(&["list", "--output=json"]).expect(0).json();
    let file = listed["store"].as_str().expect("an address").trim_start_matches("sqlite:");
    let store = Connection::open(file).expect("the store");
    let seal = r#"{"seal":"moved","at":"2026-03-01T12:00:00Z","by":"bob","to":"elsewhere","store":"b","format":8}"#;
    let number = |id: &str| format!("(SELECT number FROM executions WHERE id = '{id}')");
    let sql = format!(
        "CREATE TRIGGER quicker AFTER UPDATE OF holder ON executions
         WHEN new.number = {} BEGIN INSERT OR IGNORE INTO seals VALUES ({}, '{seal}'); END",
        number("second"),
        number("first")
    );
    store.execute_batch(&sql).expect("it is made");
    let report = prune(&shop.home, &["--output=json"]).json();
    assert_eq!(report["complete"], true, "{report}");
    assert!(kept(&report, "first").contains("was moved to elsewhere"), "{report}");
    assert!(report["pruned"].to_string().contains("\"second\""), "{report}");
}

#[test]
fn what_is_owed_keeps_a_journal_also_where_only_a_later_release_can_do_it() {
    let shop = Shop::with("");
    shop.run("drill", "drill", &[], 0);
    shop.aws(&["cleanup", "drill"], 0);
    let listed = shop.home.run(&["list", "--output=json"]).expect(0).json();
    let file = listed["store"].as_str().expect("an address").trim_start_matches("sqlite:");
    let store = Connection::open(file).expect("the store");
    let owe = "INSERT INTO documents
        SELECT 'obligation', id || '/report/' || (SELECT head ->> 'nonce' FROM heads WHERE execution = number), 1,
            '{\"what\":\"report\",\"after\":\"4h\",\"by\":\"bob\",\"state\":\"owed\"}',
            '2026-03-01T12:00:00Z', 'bob' FROM executions WHERE id = 'drill'";
    assert_eq!(store.execute(owe, []).expect("it is written"), 1);
    let report = prune(&shop.home, &["--output=json"]).json();
    assert_eq!(report["pruned"], serde_json::json!([]), "{report}");
    let reason = kept(&report, "drill");
    assert!(reason.starts_with("what it owes cannot be read: "), "{reason}");
    let reason = kept(&report, "drill.cleanup-1");
    assert!(reason.starts_with("it is a cleanup of `drill`: what it owes"), "{reason}");

    store.execute("UPDATE documents SET body = NULL WHERE kind = 'obligation'", []).expect("done");
    let report = prune(&shop.home, &["--output=json"]).json();
    assert_eq!(report["pruned"].as_array().map(Vec::len), Some(2), "{report}");
}
