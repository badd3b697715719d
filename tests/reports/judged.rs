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

/// A runbook whose one wave looks at its servers itself, and finds nothing good.
const UNWELL: &str = r#"--!strict
local moontide = require("@moontide")
return moontide.runbook {
	name = "unwell",
	region = "us-west-2",
	objectives = { rto = "2h", rpo = "15m" },
	waves = {
		{
			name = "web",
			servers = { tags = { Tier = "web" }, optional = { "web-2" } },
			verify = function(_wave)
				error("the shop sells nothing")
			end,
		},
	},
}
"#;

#[test]
fn a_server_whose_wave_found_it_unwell_is_not_ready() {
    let home = Home::new();
    let runbook = home.path().join("unwell.luau");
    std::fs::write(&runbook, UNWELL).expect("it writes");
    let data = home.path().join("unwell.json");
    let world = crate::support::repository("tests/reports/world.toml");
    let flags = [format!("--report={}", data.display()), format!("--world={}", world.display())];
    home.run(&["rehearse", runbook.to_str().expect("a path"), &flags[0], &flags[1]]).expect(1);
    let report = std::fs::read_to_string(&data).expect("it is there");
    let report: Value = serde_json::from_str(&report).expect("JSON");
    let server = &report["servers"][0];
    assert_eq!(server["verdict"], "launched", "{server}");
    let why = server["ready_at"]["unknown"].as_str().expect("it is not known");
    assert!(why.contains("its wave looks at it itself, and is failed"), "{why}");
    assert!(server["rto_met"]["unknown"].is_string(), "{server}");
    let recovery = &report["recovery"];
    assert_eq!(recovery["rto_met"], false);
    assert!(recovery["rpo_met"]["unknown"].is_string(), "{recovery}");
    assert!(recovery["slowest"]["unknown"].is_string(), "{recovery}");
    let result = report["result"].as_str().expect("a sentence");
    assert!(result.starts_with("The drill failed after "), "{result}");
}
