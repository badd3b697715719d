//! Whether RTO and RPO are met: the report, its verification and the status say the same.

use serde_json::Value;

use crate::support::Home;
use crate::told::Told;

fn json(home: &Home, arguments: &[&str]) -> Value {
    home.run(&[arguments, &["--output=json"]].concat()).expect(0).json()
}

#[test]
fn of_a_drill_that_was_called_off_no_part_is_within_the_rto() {
    let told = Told::new();
    let report = |more: &[&str]| json(&told.home, &[&["report", "drill-before"], more].concat());
    let part = report(&["--until=db-1"]);
    let recovery = &part["recovery"];
    // The database came up in time, and the drill did not come to its end.
    assert!(recovery["took_seconds"].as_u64() < recovery["rto_seconds"].as_u64(), "{recovery}");
    assert!(recovery["rto_met"]["unknown"].to_string().contains("it was cancelled"), "{recovery}");
    let left = "1 of 4 waves completed: the age of all data is not known";
    assert_eq!(recovery["rpo_met"]["unknown"], left);
    let result = part["result"].as_str().expect("a sentence");
    assert!(result.starts_with("The drill was cancelled; 1 of 4 waves completed;"), "{result}");
    assert_eq!(report(&[])["recovery"]["rto_met"], false);
    let status = json(&told.home, &["status", "drill-before"]);
    assert_eq!(status["objectives"]["rto"]["met"], false, "{status}");
    assert_eq!(status["objectives"]["rpo"]["met"], Value::Null, "{status}");
    assert_eq!(status["objectives"]["rpo"]["unknown"], left);
}

#[test]
fn a_partial_drill_has_met_nothing_and_its_status_says_so_too() {
    let told = Told::new();
    let report = json(&told.home, &["report", "drill"]);
    let status = json(&told.home, &["status", "drill"]);
    let rpo = &status["objectives"]["rpo"];
    assert_eq!([&rpo["met"], &status["objectives"]["rto"]["met"]], [&Value::Null, &false.into()]);
    assert_eq!(rpo["unknown"], report["recovery"]["rpo_met"]["unknown"]);
    assert_eq!(rpo["achieved_seconds"], report["recovery"]["data_age_seconds"]);
    let text = told.home.run(&["status", "drill"]).expect(0).stdout;
    assert!(text.contains("whether the RPO of 15m 00s is met is unknown: 3 of 4 waves"), "{text}");
}
