//! Stores, settings and AWS sessions that cannot be used.

use std::fs;

use insta::assert_snapshot;
use rusqlite::Connection;

use crate::given::{ASKS, WORLD, runbook, shop, waiting};
use crate::support::{Home, Sim};

fn ready() -> (Home, String) {
    let home = shop(&[("runbook.luau", &runbook("shop", ASKS)), ("world.toml", WORLD)]);
    let folder = home.shop("");
    (home, folder)
}

#[test]
fn a_store_of_a_newer_release_is_not_touched() {
    let (home, _sim) = waiting();
    let file = home.path().join("moontide/moontide.db");
    let store = Connection::open(&file).expect("the store is there");
    // What the process left in the log belongs into the file.
    store
        .execute_batch("PRAGMA user_version = 9; PRAGMA wal_checkpoint(TRUNCATE)")
        .expect("it can be written");
    drop(store);
    let bytes = fs::read(&file).expect("it is still there");
    assert_snapshot!(home.refusal(&["list"], 6), @r"
    error[M0405]: ~/moontide/moontide.db: it is written in format 9, and this release reads up to format 1; nothing was changed
    hint: use the release of Moontide that wrote it, or a newer one
    ");
    assert_eq!(fs::read(&file).expect("it is still there"), bytes);
}

#[test]
fn a_journal_that_was_changed_is_neither_shown_nor_driven() {
    let (home, sim) = waiting();
    let store = Connection::open(home.path().join("moontide/moontide.db")).expect("it is there");
    let change = "UPDATE heads SET head = head || ' '";
    assert_eq!(store.execute(change, []).expect("it can be written"), 1);
    drop(store);
    let [endpoint, speed] = sim.flags();
    let refused = |command: &[&str]| home.refusal(command, 6);
    let said = refused(&["status", "drill"]);
    assert_snapshot!(said, @r"
    error[M0407]: ~/moontide/moontide.db: the journal of execution `drill` is not as it was written: entry 1 does not carry the hash of the execution's head
    hint: nothing was sent and nothing was changed; restore the store from a backup, and go on
    hint: without one: `moontide adopt`, with another `--store`, takes up what it launched, by the tags on the jobs of DRS
    ");
    assert_eq!(refused(&["journal", "drill"]), said);
    // A list reads no journal, but of what an earlier release began.
    let list = home.run(&["list"]).expect(0).stdout;
    assert!(list.contains("paused") && !list.contains("unreadable"), "{list}");
    let store = Connection::open(home.path().join("moontide/moontide.db")).expect("it is there");
    assert_eq!(store.execute("DELETE FROM standings", []).expect("it can be written"), 1);
    drop(store);
    let list = home.run(&["list"]).expect(0).stdout;
    assert!(list.contains("unreadable") && list.contains("drill cannot be read: "), "{list}");
    assert!(list.contains("does not carry the hash of the execution's head"), "{list}");
    assert_eq!(refused(&["resume", "drill", &endpoint, &speed]), said);
}

#[test]
fn a_store_that_is_something_else_is_explained() {
    let (home, folder) = ready();
    let store = format!("--store=sqlite:{folder}");
    assert_snapshot!(home.refusal(&["list", &store], 6), @r"
    error[M0403]: ~/shop: it is a directory, and a store is a file
    hint: choose another place with `--store sqlite:PATH` or MOONTIDE_HOME
    ");
    let store = format!("--store=sqlite:{folder}/runbook.luau");
    assert_snapshot!(home.refusal(&["list", &store], 6), @r"
    error[M0403]: ~/shop/runbook.luau: it is a file of another kind, not a store (file is not a database)
    hint: choose another place with `--store sqlite:PATH` or MOONTIDE_HOME
    ");
    assert_snapshot!(home.refusal(&["list", "--store=postgres://x"], 2), @r"
    error[M0105]: `postgres://x` is no store
    hint: a store is written `sqlite:PATH`, such as `sqlite:/srv/moontide/moontide.db`
    hint: or `dynamodb:TABLE@REGION`, such as `dynamodb:moontide@us-west-2`
    ");
}

#[test]
fn a_misspelled_setting_is_answered_with_the_right_one() {
    let (home, folder) = ready();
    fs::write(home.shop("moontide.toml"), "[policy]\ndenny = []\n").expect("it can be written");
    assert_snapshot!(home.refusal(&["check", &folder], 6), @r"
    error[M0601]: unknown field `denny`, did you mean `deny`?
      --> ~/shop/moontide.toml:2:1
      |
    2 | denny = []
      | ^
    ");
}

#[test]
fn what_the_settings_deny_is_refused_at_the_door() {
    let program = "{ name = \"only\", run = function() require(\"@moontide/drs\")\
                   .describe_source_servers {} end },";
    let home = shop(&[("runbook.luau", &runbook("shop", program)), ("world.toml", WORLD)]);
    home.run(&["rehearse", &home.shop("")]).expect(0);
    fs::write(home.shop("moontide.toml"), "[policy]\ndeny = [\"drs.*\"]\n")
        .expect("it can be written");
    let report = home.run(&["rehearse", &home.shop(""), "--output=json"]).expect(1).json();
    let reason = report["waves"][0]["reason"].as_str().expect("a reason");
    assert!(reason.contains("refused by `denied`"), "{reason}");
}

#[test]
fn a_profile_that_does_not_exist_is_named() {
    let (home, folder) = ready();
    let said = home.refusal(&["run", &folder, "--mode=drill", "--profile=dr"], 6);
    assert!(said.starts_with("error[M0603]: there is no AWS profile `dr`"), "{said}");
}

#[test]
fn a_runbook_without_a_region_needs_one() {
    let (home, folder) = ready();
    let source = runbook("shop", ASKS).replace("\tregion = \"us-west-2\",\n", "");
    fs::write(home.shop("runbook.luau"), source).expect("it can be written");
    let said = home.refusal(&["run", &folder, "--mode=drill"], 6);
    assert!(said.starts_with("error[M0604]: no AWS Region is set"), "{said}");
    assert!(said.contains("--region us-west-2"), "{said}");
}

#[test]
fn missing_credentials_are_explained_before_anything_is_begun() {
    let (home, folder) = ready();
    let mut command = home.moontide(&["run", &folder, "--mode=drill"]);
    command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
    let output = command.output().expect("moontide starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(6), "{said}");
    assert!(said.starts_with("error[M0605]: "), "{said}");
    assert!(said.contains("aws sts get-caller-identity"), "{said}");
    let listed = home.run(&["list", "--output=json"]).expect(0).json();
    assert_eq!(listed["executions"], serde_json::json!([]));
}

#[test]
fn a_recovery_is_confirmed_and_a_fast_clock_stays_at_home() {
    let (home, folder) = ready();
    let said = home.refusal(&["run", &folder, "--mode=recovery"], 2);
    assert!(said.starts_with("error[M0103]: "), "{said}");
    let said = home.refusal(&["run", &folder, "--mode=drill", "--speed=60"], 2);
    assert!(said.starts_with("error[M0104]: "), "{said}");
    let world = home.shop("world.toml");
    let said = home.refusal(&["sim", "--world", &world, "--listen=0.0.0.0:0"], 2);
    assert!(said.starts_with("error[M0104]: "), "{said}");
}

#[test]
fn credentials_of_another_account_resume_nothing() {
    let (home, _sim) = waiting();
    let there = Sim::with(&WORLD.replace("1111", "9999"));
    let [endpoint, speed] = there.flags();
    assert_snapshot!(home.refusal(&["resume", "drill", &endpoint, &speed], 6), @r"
    error[M0606]: `drill` belongs to the AWS account 111122223333, and these credentials to 999922223333
    hint: pass `--profile` with a profile of that account
    ");
}

#[test]
fn a_check_says_who_a_group_is_and_that_a_folders_group_is_not_used() {
    let asks =
        "{ name = 'web', pause = { message = '?', approvers = { 'ann' } }, run = function() end },";
    let home = shop(&[
        ("runbook.luau", &runbook("shop", asks)),
        ("moontide.toml", "[approvers]\nann = [\"root\"]\n"),
    ]);
    let check = || home.run(&["check", &home.shop("")]).expect(0);
    let said = check();
    assert!(
        said.stdout.contains("groups   ann is root (says the runbook's folder)"),
        "{}",
        said.stdout
    );
    assert!(said.stdout.contains("asks ann") && said.stderr.is_empty(), "{}", said.stderr);
    std::fs::create_dir_all(home.path().join("moontide")).expect("a folder");
    let own = home.path().join("moontide/moontide.toml");
    std::fs::write(own, "[approvers]\nann = [\"bob\", \"carol\"]\n").expect("it writes");
    let said = check();
    assert!(said.stdout.contains("groups   ann is bob, carol\n"), "{}", said.stdout);
    let unused = "not used: the folder's group `ann` of root: yours is bob, carol";
    assert!(said.stderr.contains(unused), "{}", said.stderr);
}
