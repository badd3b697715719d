//! What a rehearsal shows.

use crate::shown::{Case, wave, waves};

/// The lines of a rehearsal's log that contain a text, without their times.
fn said(stderr: &str, text: &str) -> Vec<String> {
    let lines = stderr.lines().filter(|line| line.contains(text));
    lines
        .map(|line| line.split_once('|').map_or(line, |(_, said)| said).trim().to_owned())
        .collect()
}

#[test]
fn a_broader_wave_does_not_delete_what_a_neighbour_has_launched() {
    let case = Case {
        name: "overlap",
        before: "both waves completed; the instances of the first are gone",
    };
    let rehearsed = case.rehearse(&["--output=json"]);
    let report = rehearsed.expect(1).json();
    let shop = wave(&report, "shop").to_string();
    case.comes_to(&format!("{}: owned_launch", waves(&report)));
    assert_eq!(waves(&report), "database completed, shop failed");
    assert!(shop.contains("owned_launch") && shop.contains("`database`"), "{shop}");
    for server in ["db-1", "db-2"] {
        assert!(shop.contains(server), "{shop}");
    }
    assert_eq!(report["calls"]["drs"]["StartRecovery"], 1, "{report}");
}

#[test]
fn a_wave_that_failed_keeps_what_it_has_launched() {
    let case =
        Case { name: "overlapping_waves", before: "the failed wave's db-1 was launched again" };
    let report = case.rehearse(&["--output=json"]).expect(1).json();
    let other = wave(&report, "everything-else").to_string();
    case.comes_to(&waves(&report));
    assert_eq!(waves(&report), "database failed, everything-else failed");
    assert!(other.contains("owned_launch") && other.contains("`database`"), "{other}");
    assert!(other.contains("db-1"), "{other}");
    assert_eq!(report["calls"]["drs"]["StartRecovery"], 1, "{report}");
}

#[test]
fn two_waves_that_name_the_same_server_are_seen_by_a_check() {
    let home = crate::support::Home::new();
    let runbook = "local moontide = require('@moontide')\n\
        return moontide.runbook { name = 'twice', region = 'us-west-2', waves = {\n\
        { name = 'one', servers = { ids = { 's-0123456789abcdef0', 's-0123456789abcdef1' } } },\n\
        { name = 'other', servers = { ids = { 's-0123456789abcdef1' } } } } }";
    std::fs::write(home.path().join("runbook.luau"), runbook).expect("it can be written");
    let checked = home.run(&["check", home.path().to_str().expect("a readable path")]);
    let said = checked.stdout + &checked.stderr;
    assert!(said.contains("s-0123456789abcdef1"), "{said}");
    assert!(!said.contains("s-0123456789abcdef0"), "{said}");
    assert!(said.contains("one") && said.contains("other"), "{said}");
}

#[test]
fn no_order_depends_on_addresses() {
    let case = Case {
        name: "order",
        before: "tables and functions as keys came in another order each time",
    };
    let seen = || {
        let ran = case.rehearse(&[]);
        (ran.code, said(&ran.stderr, "generic for:"), said(&ran.stderr, "functions:"))
    };
    let first = seen();
    case.comes_to(&format!("{:?}", (&first.1, &first.2)));
    assert_eq!((first.1.len(), first.2.len()), (1, 1));
    for _ in 0..3 {
        assert_eq!(seen(), first);
    }
}

#[test]
fn each_instance_is_judged_by_itself() {
    let case = Case { name: "not_found", before: "one unknown id made all others not-found" };
    let rehearsed = case.rehearse(&[]).expect(0);
    let lines = said(&rehearsed.stderr, " => ");
    let missing = |line: &&String| line.contains("not-found") || line.contains("not found");
    let lost: Vec<_> = lines.iter().filter(missing).collect();
    case.comes_to(&format!("of {} instances {} not found", lines.len(), lost.len()));
    // What was asked about and is well may be left out of what is wrong, but is never called missing.
    assert!(lost.len() == 1 && lost[0].contains("i-0123456789abcdef0"), "{lines:?}");
}

#[test]
fn servers_may_depend_on_a_param() {
    let case = Case { name: "choose_by_param", before: "`servers` could not be a function" };
    let report = case.rehearse(&["--param=environment=staging", "--output=json"]).expect(0).json();
    let servers = &wave(&report, "db")["servers"];
    let names: Vec<_> =
        servers.as_array().expect("servers").iter().map(|it| it["name"].clone()).collect();
    case.comes_to(&format!("launched: {names:?}"));
    assert_eq!(names, ["db-staging"]);
}

const OPTIONAL: Case = Case {
    name: "optional_none",
    before: "names that fit no server, or several, passed in silence",
};

/// Rehearses it with this list of optional servers, and returns what the wave failed of.
fn optional(names: &str) -> String {
    let runbook = std::fs::read_to_string(OPTIONAL.path("runbook.luau")).expect("it is there");
    let list = "{ \"WEB01\", \"web-O2\", \"s-00000000000000000\" }";
    assert!(runbook.contains(list), "{runbook}");
    let home = crate::support::Home::new();
    let path = home.path().join("runbook.luau");
    std::fs::write(&path, runbook.replace(list, names)).expect("it can be written");
    let path = path.to_str().expect("a readable path");
    let ran = home.run(&["rehearse", path, "--world", &OPTIONAL.path("world.toml")]);
    let said = ran.stdout + &ran.stderr;
    let line =
        said.lines().find(|line| line.contains("optional names")).unwrap_or("nothing is said");
    OPTIONAL.comes_to(&format!("exit {:?}: {line}", ran.code));
    assert_eq!(ran.code, Some(1), "{said}");
    line.to_owned()
}

#[test]
fn optional_servers_that_nothing_is_called_are_an_error_with_the_nearest_name() {
    let said = optional("{ 'web-O2' }");
    assert!(said.contains("web-O2") && said.contains("web-02"), "{said}");
    let said = optional("{ 's-00000000000000000' }");
    assert!(said.contains("s-00000000000000000"), "{said}");
}

#[test]
fn an_optional_name_that_several_servers_have_is_an_error_with_their_ids() {
    let said = optional("{ 'WEB01' }");
    assert!(said.contains("WEB01") && said.matches("s-").count() == 2, "{said}");
}

#[test]
fn stale_data_stands_in_every_view_of_a_rehearsal_and_of_a_run() {
    let case = Case {
        name: "stale_data",
        before: "a database that is three days old showed as plain `launched`",
    };
    let rehearsed = case.rehearse(&[]).expect(0).stdout;
    let report = case.rehearse(&["--output=json"]).expect(0).json();
    let story = case.story();
    let ran = story.drill("drill", &case.path(""), &[]).expect(0).stdout;
    let text = |command: &str| story.say(&[command, "drill"], 0).stdout;
    let line = rehearsed.lines().find(|line| line.contains("pay-db-1")).unwrap_or_default();
    case.comes_to(line);
    for (view, text) in [
        ("rehearse", &rehearsed),
        ("run", &ran),
        ("status", &text("status")),
        ("show", &text("show")),
    ] {
        let old = |text: &str| text.contains("72h") || text.contains("3d");
        assert!(text.contains("RPO"), "{view} says nothing of the objective:\n{text}");
        assert!(text.lines().any(old), "{view} says nothing of three days:\n{text}");
    }
    for (view, document) in [
        ("rehearse", &report),
        ("status", &story.json("status", "drill")),
        ("show", &story.json("show", "drill")),
    ] {
        let document = document.to_string();
        assert!(document.contains("rpo"), "{view}: {document}");
        assert!(document.contains("\"warning"), "{view}: {document}");
    }
}
