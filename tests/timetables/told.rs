//! What receivers hear of times that were missed or are held, from whichever process notices.

use super::support::receivers::Receivers;
use super::{Desk, once};

#[test]
fn a_time_that_was_missed_or_is_held_is_told_once_whoever_notices() {
    let late = once("late", 90, "late = \"10m\"");
    let held = once("held", 2, "");
    let desk = Desk::with(&format!("{late}{held}"));
    desk.import();
    let receivers = Receivers::listen();
    receivers.declare(&desk.home.path().join("moontide"), &["good"], "");
    desk.home.run(&["schedule", "pause", "held", "--reason", "freeze"]).expect(0);
    for _ in 0..3 {
        desk.run("late");
        desk.run("held").expect(5);
    }
    let keys = receivers.keys("/good");
    assert_eq!(keys.len(), 2, "{keys:?}");
    assert!(keys[0].starts_with("schedule.late:missed:"), "{keys:?}");
    assert!(keys[1].starts_with("schedule.held:held:"), "{keys:?}");
    let all = receivers.at("/good");
    let said = |at: usize, field: &str| all[at].body[field].as_str().unwrap_or("").to_owned();
    assert!(said(0, "sentence").starts_with("DRILL hello: schedule late of "), "{:?}", all[0].body);
    assert!(said(1, "sentence").ends_with(": freeze"), "{:?}", all[1].body);
    assert_eq!(said(1, "command"), "moontide schedule history held");
    let listed = desk.home.run(&["notify", "list", "--output=json"]).expect(0).json();
    assert_eq!(listed["notifications"], serde_json::json!([]), "nothing is left to be told");
}
