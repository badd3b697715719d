//! A schedule is imported anew, or cannot be read: no time of it is forgotten, and no other schedule minds.

use moontide_runtime::store::{Change, Condition, Documents as _};
use serde_json::json;

use super::mandate::ask;
use super::{Desk, Ran, minutes_ago, once, shim};

#[test]
fn what_was_due_by_the_times_before_is_no_secret_behind_an_import() {
    let desk = Desk::with(&once("shop", 2, ""));
    desk.import();
    desk.write(&once("shop", -600, ""));
    let said = desk.look(&["schedule", "import", &desk.file(), "--output=json"]).expect(0).json();
    let warning = said["schedules"][0]["warnings"].to_string();
    assert!(warning.contains("the schedule was changed while it was due"), "{said}");
    let history = desk.history("shop");
    assert_eq!(history[0]["outcome"], "skipped", "{history:?}");
    assert!(desk.run("shop").stdout.contains("nothing is due"));
    assert_eq!(desk.sim.performed("StartRecovery"), 0);
}

#[test]
fn what_was_missed_by_the_times_before_stays_missed() {
    let desk = Desk::with(&once("shop", 180, "late = \"10m\""));
    desk.import();
    desk.write(&once("shop", -600, ""));
    desk.look(&["schedule", "import", &desk.file()]).expect(0);
    assert_eq!(desk.history("shop")[0]["outcome"], "missed");
}

#[test]
fn a_start_that_is_taken_out_of_the_file_holds_no_more() {
    let daily = |start: &str| {
        format!(
            "[[schedules]]\nname = \"shop\"\nrunbook = \"hello\"\nwhen = \"cron(0 2 * * ? *)\"\n{start}"
        )
    };
    let desk = Desk::with(&daily("start = 2099-01-01T00:00:00Z\n"));
    desk.import();
    desk.write(&daily(""));
    let import =
        || desk.look(&["schedule", "import", &desk.file(), "--output=json"]).expect(0).json();
    assert_eq!(import()["schedules"][0]["change"], "changed");
    let next = desk.look(&["schedule", "next", "shop", "-n", "1"]).expect(0).stdout;
    assert!(!next.contains("2099"), "{next}");
    assert_eq!(import()["schedules"][0]["change"], "unchanged");
}

#[test]
fn one_that_cannot_be_read_hides_no_other_and_is_written_anew_or_removed() {
    let desk = Desk::with(&format!("{}{}", once("good", -600, ""), once("torn", -600, "")));
    desk.import();
    let tear = || {
        let change = Change {
            kind: "schedule".to_owned(),
            name: "torn".to_owned(),
            body: Some(json!({ "format": 1, "schedule": "?" })),
            condition: Condition::Any,
            at: minutes_ago(0),
            by: "a test".to_owned(),
            behalf: None,
        };
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(desk.store().change(&change)).expect("it can be written");
    };
    tear();
    let listed = desk.look(&["schedule", "list", "--output=json"]).expect(0).json();
    assert_eq!(listed["schedules"].as_array().map(Vec::len), Some(1), "{listed}");
    assert!(listed["unreadable"][0].as_str().is_some_and(|it| it.contains("torn")), "{listed}");
    let next = desk.look(&["schedule", "next"]);
    assert!(next.stdout.contains("good") && next.code != Some(0), "{next:?}");
    desk.look(&["schedule", "import", &desk.file()]).expect(0);
    desk.look(&["schedule", "show", "torn"]).expect(0);
    tear();
    desk.look(&["schedule", "remove", "torn"]).expect(0);
    let listed = desk.look(&["schedule", "list", "--output=json"]).expect(0).json();
    assert!(listed.get("unreadable").is_none(), "{listed}");
}

#[test]
fn an_answer_that_only_a_person_can_give_is_refused() {
    for answers in
        ["{ greet = \"try-again\" }", "{ greet = \"did-not\" }", "{ \"@pause.1\" = \"resume\" }"]
    {
        let desk = Desk::with(&once("shop", 2, &format!("answers = {answers}")));
        let refused = desk.look(&["schedule", "check", &desk.file()]);
        assert_eq!(refused.code, Some(3), "{refused:?}");
        assert!(refused.stderr.contains("is for a person"), "{refused:?}");
    }
}

#[test]
fn a_status_is_not_well_where_a_drill_waits_for_a_person_over_later_times() {
    let hourly = "[[schedules]]\nname = \"shop\"\nrunbook = \"hello\"\nwhen = \"rate(1 hour)\"\nanswers = \"wait\"\n";
    let desk = Desk::with(&format!("{hourly}start = {}\n", minutes_ago(61)));
    ask(&desk);
    desk.import();
    desk.run("shop").expect(4);
    let status = |code: i32| {
        let words = ["schedule", "status", "--no-server", "--output=json"];
        desk.look(&words).expect(code).json()
    };
    let asks = &status(0)["asks"][0];
    assert_eq!((&asks["schedule"], &asks["holds_up"]), (&"shop".into(), &false.into()), "{asks}");
    let later = shim::shifted(desk.aws(&["schedule", "run", "shop"]), 3600.0).output();
    let later = Ran::of(&later.expect("moontide starts"));
    assert!(later.stdout.contains("is not over"), "{later:?}");
    let words = ["schedule", "status", "--no-server", "--output=json"];
    let said = shim::shifted(desk.command(&words), 3601.0).output().expect("moontide starts");
    let said = Ran::of(&said).expect(1).json();
    assert_eq!(said["asks"][0]["holds_up"], true, "{said}");
}
