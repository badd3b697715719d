//! What a rehearsal says beside the mistakes: what looks after a wave, and what it has assumed.

use std::fs;

use crate::{Told, WORLD, home, told};

/// So that an absence shows.
#[test]
fn a_check_says_what_looks_after_each_wave() {
    let wave = "min_success = '50%', on_failure = 'retry', timeout = '400d',";
    let home = home("", wave, "local _ = wave");
    let folder = home.path().to_str().expect("a readable path");
    let checked = home.run(&["check", folder]).expect(0).stdout;
    for line in [
        "  db  servers Tier=db\n    verify; at least 50% of its servers; at most 400d; a failure: 3 attempts in all\n",
        "  web  a program  after db\n    asks any person, for ever: Is the data good?\n    \
         a failure: what depends on it does not start\n",
    ] {
        assert!(checked.contains(line), "{checked}");
    }
}

#[test]
fn a_check_reads_the_world_beside_the_runbook() {
    let home = home("", "", "local _ = wave");
    fs::write(home.path().join("world.toml"), "version = 1\naccuont = 1\n").expect("it writes");
    let folder = home.path().to_str().expect("a readable path");
    let said = home.run(&["check", folder]).expect(3).stderr;
    assert!(said.contains("world.toml:2") && said.contains("account"), "{said}");
}

#[test]
fn a_table_that_is_logged_shows() {
    let home = home("", "", "moontide.log.info({ a = { 1, 'b' } }) moontide.log.info(wave.params)");
    let said = told(&home, &[]).said;
    assert!(
        said.contains("{\"a\":[1,\"b\"]}") && said.contains("{\"environment\":\"test\"}"),
        "{said}"
    );
}

#[test]
fn a_launch_that_would_not_fail_again_is_told() {
    let wave = "on_failure = 'retry', max_attempts = 2,";
    for (times, is_told) in [("", true), ("times = 3\n", false)] {
        let home = home("", wave, "local _ = wave");
        let world = WORLD.replace("server = \"web\"", &format!("server = \"db-1\"\n{times}"));
        fs::write(home.path().join("world.toml"), world).expect("it writes");
        let said = told(&home, &[]).said;
        let note = "[[faults]] 1 (launch_fails of db-1) struck once: a second attempt would launch";
        assert_eq!(said.contains(note), is_told, "{times:?}: {said}");
    }
}

/// A rehearsal says what it assumed, and no secret in it: not in whole, and not in part.
#[test]
fn no_secret_stands_in_what_a_rehearsal_assumed() {
    let home = home("", "", "SEND");
    let source = fs::read_to_string(home.path().join("runbook.luau")).expect("it is there");
    let send = "for _, before in { '', string.rep('x', 52) } do ssm.run_command {\n\
                instance_ids = wave.instance_ids, document_name = 'AWS-RunShellScript',\n\
                parameters = { commands = { `{before} -p{wave.params.pw} -e 1` } } } end";
    let source = source
        .replace("SEND", send)
        .replace("params = {", "params = { pw = { type = \"string\", secret = true },");
    fs::write(home.path().join("runbook.luau"), source).expect("it writes");
    let folder = home.path().to_str().expect("a readable path");
    for more in ["--output=text", "--output=json"] {
        let ran = home.run(&["rehearse", folder, "--param=pw=hunter2secret", more]).expect(0);
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(said.contains("no [[commands]] answers"), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn a_threshold_that_no_launch_can_reach_launches_nothing() {
    for (least, launches) in [("3", false), ("2", true), ("'100%'", true)] {
        let home = home("", &format!("min_success = {least},"), "local _ = wave");
        let Told { by, said, .. } = told(&home, &[]);
        assert!(by == "rehearse" && said.contains("DescribeSourceServers"), "{by}: {said}");
        assert_eq!(said.contains("nothing is launched"), !launches, "{said}");
        assert_eq!(said.contains("StartRecovery"), launches, "{said}");
    }
}
