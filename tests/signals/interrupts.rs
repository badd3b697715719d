//! SIGINT, SIGTERM and SIGHUP to a runner.

use moontide_runtime::journal::Body;
use moontide_runtime::store::{SqliteStore, Store};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::hearing::{hearing, under_env};
use crate::{Story, given, heard};

/// One server, and a launch that takes as long as the test looks.
fn story() -> Story {
    let waves = "{ name = 'db', servers = { ids = { 's-1' } } },";
    let waves = waves.replace("ids = { 's-1' }", "tags = { App = 'shop' }");
    let world = given::WORLD.replace("name = \"db\"", "name = \"db\"\ntags = { App = \"shop\" }");
    Story::with(&given::runbook("shop", &waves), &world, "")
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_that_is_gone_leaves_everything_in_order() {
    let story = story();
    let (mut runner, mut said) = story.begin_by(hearing, "running");
    wait_for_launch(&story);
    kill_process(Pid::from_child(&runner), Signal::HUP).expect("it hears of it");
    heard(&mut said, "stopped; to go on: moontide resume drill");
    assert_eq!(runner.wait().expect("it ends").code(), Some(129));
    assert_journal_and_lease_are_in_order(&story);
    story.resume(0);
    assert_eq!(story.sim.performed("StartRecovery"), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_runner_under_nohup_goes_on_without_its_terminal() {
    let story = story();
    let by = |command| hearing(under_env("--ignore-signal=HUP", &command));
    let (mut runner, mut said) = story.begin_by(by, "running");
    wait_for_launch(&story);
    kill_process(Pid::from_child(&runner), Signal::HUP).expect("it hears of it");
    // Only the second signal is heard.
    kill_process(Pid::from_child(&runner), Signal::TERM).expect("it can be stopped");
    heard(&mut said, "stopped; to go on: moontide resume drill");
    assert_eq!(runner.wait().expect("it ends").code(), Some(143));
}

#[test]
fn a_signal_in_the_middle_of_a_launch_leaves_everything_in_order() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        let story = story();
        let (mut runner, mut said) = story.begin_by(hearing, "running");
        wait_for_launch(&story);
        kill_process(Pid::from_child(&runner), signal).expect("it can be stopped");
        heard(&mut said, "stopped; to go on: moontide resume drill");
        assert_eq!(runner.wait().expect("it ends").code(), Some(code));
        assert_journal_and_lease_are_in_order(&story);
        let resumed = story.resume(0);
        assert!(!resumed.stderr.contains("watching whether it lives"), "{}", resumed.stderr);
        assert_eq!(story.sim.performed("StartRecovery"), 1);
    }
}

/// Returns once the launch is under way.
fn wait_for_launch(story: &Story) {
    let is_under_way = |_| {
        story.say("root", &["list"], 0);
        story.sim.performed("StartRecovery") > 0
    };
    assert!((0..500).any(is_under_way), "the wave launches");
}

fn assert_journal_and_lease_are_in_order(story: &Story) {
    let path = story.home.path().join("moontide/moontide.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let database = SqliteStore::open(&path).expect("it opens");
        let lease = database.lease("drill").await.expect("it answers").expect("it was taken once");
        assert!(lease.is_free(), "{lease:?}");
        let journal = database.journal("drill", 1).await.expect("it answers");
        let numbers: Vec<u64> = journal.iter().map(|entry| entry.sequence).collect();
        assert_eq!(numbers, (1..=journal.len() as u64).collect::<Vec<_>>());
        let launches = journal.iter().filter(|entry| match &entry.body {
            Body::Intent { step, .. } => step.operation == "drs.start_recovery",
            _ => false,
        });
        assert_eq!(launches.count(), 1);
    });
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let story = story();
    let (mut runner, mut said) = story.begin("running");
    wait_for_launch(&story);
    // While another process writes, the lease cannot be given back.
    let path = story.home.path().join("moontide/moontide.db");
    let database = rusqlite::Connection::open(path).expect("it opens");
    database.execute_batch("BEGIN IMMEDIATE").expect("no other process writes");
    let runner_id = Pid::from_child(&runner);
    let status = loop {
        kill_process(runner_id, Signal::TERM).expect("it can be stopped");
        if let Some(status) = runner.try_wait().expect("it can be asked") {
            break status;
        }
        std::thread::yield_now();
    };
    database.execute_batch("ROLLBACK").expect("it can");
    assert_eq!(status.code(), Some(143));
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut said, &mut rest).expect("it talks");
    assert!(!rest.contains("stopped; to go on"), "{rest}");
    story.resume(0);
    assert_eq!(story.sim.performed("StartRecovery"), 1);
}
