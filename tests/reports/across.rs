//! What the drills of a store prove together.

use std::fs;

use crate::pages::{hostile, judged};
use crate::told::Told;

#[test]
fn each_runbook_and_each_server_has_its_last_drill() {
    let told = Told::new();
    let found = told.home.run(&["compliance", "--since=2026-01-01T00:00:00Z", "--output=json"]);
    let found = found.expect(0).json();
    let [shop] = found["runbooks"].as_array().expect("a list").as_slice() else {
        panic!("one runbook: {found}")
    };
    // A wave of it was skipped, and an optional server did not come up: it proves nothing about the whole.
    assert_eq!(shop["last_partial"]["execution"], "drill");
    assert_eq!(shop["last_partial"]["waves_skipped"], serde_json::json!(["billing"]));
    assert_eq!(shop["last_partial"]["servers_missing"], serde_json::json!(["web-2"]));
    // The other one a person has called off.
    assert!(shop["last"]["unknown"].is_string() && shop["last_passed"].is_null(), "{shop}");
    assert_eq!(
        [&shop["drills"], &shop["completed"], &shop["partial"], &shop["cancelled"]],
        [2, 0, 1, 1]
    );
    assert!(shop["pass_percent"]["unknown"].is_string(), "{shop}");
    assert_eq!(shop["world"], "aws");
    assert_eq!(shop["rto_missed"], 1, "the one that was called off counts for nothing: {shop}");
    assert_eq!(shop["trend"].as_array().map(Vec::len), Some(1));
    let text = told.home.run(&["compliance", "--since=2026-01-01T00:00:00Z"]).expect(0).stdout;
    assert!(text.contains("2 drills") && !text.contains("% passed"), "{text}");
    let servers = found["servers"].as_array().expect("a list");
    let names: Vec<&str> = servers.iter().filter_map(|it| it["name"].as_str()).collect();
    assert_eq!(names, ["app-1", "app-2", "db-1", "web-1", "web-2"]);
    assert!(servers.iter().all(|it| it["execution"] == "drill"));
    // The cleanup of the later drill is known, and the earlier one has none.
    let left: Vec<&str> = found["leftovers"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|it| it["execution"].as_str())
        .collect();
    assert!(left.contains(&"drill-before"), "{found}");
    assert!(found["leftovers"].as_array().expect("a list").iter().all(|it| it["world"] == "aws"));
}

#[test]
fn hostile_names_are_text_in_the_table_and_on_the_page() {
    let told = hostile();
    let (csv, page) = (told.home.path().join("all.csv"), told.home.path().join("all.html"));
    let flags = [format!("--csv={}", csv.display()), format!("--html={}", page.display())];
    let since = "--since=2026-01-01T00:00:00Z";
    told.home.run(&["compliance", since, &flags[0], &flags[1]]).expect(0);
    let text = fs::read_to_string(&page).expect("it is there");
    assert!(!text.contains("<img") && !text.contains('\u{202e}'), "{text}");
    assert!(text.contains("<title id=\"trend-0\">How long the last 1 drill took"), "{text}");
    assert_eq!(judged(&[&page]), "");
    let rows = fs::read_to_string(&csv).expect("it is there");
    assert!(!rows.contains('\u{202e}') && rows.contains("\\u{202e}"), "{rows}");
    let cells = rows.lines().flat_map(|row| row.split("\",\""));
    assert!(cells.map(|it| it.trim_start_matches('"')).all(|it| !it.starts_with(['=', '+', '@'])));
}
