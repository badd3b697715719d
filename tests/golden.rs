//! Journals that earlier releases wrote must replay for ever. Each folder of `tests/golden` holds those of one
//! format: an execution's head, its journal line by line, and how it ended.
//!
//! `cargo test -p moontide --test golden -- --ignored record` writes those of the format of today anew; do
//! so only before a release.

#[path = "../host/aws/tests/world/support/clock.rs"]
mod clock;
mod support;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use moontide_aws::{AwsWorld, Session, Settings};
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::RetryBudget;
use moontide_runtime::journal::{Body, Entry, Execution, Format};
use moontide_runtime::scheduler::{DriveError, Driver, Event, Graph, State, machine};
use moontide_runtime::store::{MemoryStore, Pulse, SqliteStore, Store};
use serde_json::{Value, json};
use support::{Home, Sim, repository};

/// When the clock of these tests begins.
const START: &str = "2027-01-01T00:00:00Z";

/// An execution of some release.
struct Golden {
    name: String,
    execution: Execution,
    entries: Vec<Entry>,
    /// Where everything stood in the end.
    end: Value,
}

fn folder() -> PathBuf {
    repository("tests/golden")
}

fn all() -> Vec<Golden> {
    let folders = |path: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(path).expect("a folder");
        entries.map(|entry| entry.expect("an entry").path()).collect()
    };
    // Beside them is a runbook of their own.
    let formats = folders(&folder()).into_iter().filter(|path| !path.ends_with("signals"));
    formats.flat_map(|format| folders(&format)).map(|path| read(&path)).collect()
}

fn read(path: &Path) -> Golden {
    let text = |file: &str| std::fs::read_to_string(path.join(file)).expect("a golden file");
    let lines = text("journal.jsonl");
    let entries = lines.lines().map(|line| {
        let entry: Entry = serde_json::from_str(line).expect("an entry that is still read");
        let again = serde_json::to_value(&entry).expect("it can be written");
        let then: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(again, then, "{}: an entry has changed its meaning", path.display());
        entry
    });
    Golden {
        name: path.display().to_string(),
        entries: entries.collect(),
        execution: serde_json::from_str(&text("execution.json")).expect("a head"),
        end: serde_json::from_str(&text("end.json")).expect("an end"),
    }
}

/// Where everything stands after these entries.
fn end(execution: &Execution, entries: &[Entry]) -> Value {
    let graph = Graph::of(execution);
    let events = entries.iter().filter_map(|entry| match &entry.body {
        Body::Event { event } => Some((entry.at, event)),
        _ => None,
    });
    let state: State = machine::fold(&graph, events);
    let waves = graph.nodes().iter().zip(&state.waves);
    let waves: serde_json::Map<String, Value> = waves
        .map(|(node, wave)| (node.name.clone(), serde_json::to_value(wave).expect("a wave")))
        .collect();
    json!({ "status": state.status(), "waves": waves })
}

/// Goes on after these entries in a world that cannot be reached, until `wave` has ended; returns what was
/// written.
async fn go_on(golden: &Golden, past: &[Entry], wave: &str) -> Result<Vec<Entry>, DriveError> {
    let store = Arc::new(MemoryStore::new());
    let id = golden.execution.id.as_str();
    store.create(&golden.execution).await.expect("it is new");
    let lease = store.take(id, "test", None).await.expect("it is free");
    let past: Vec<Entry> =
        past.iter().map(|entry| Entry { epoch: lease.epoch, ..entry.clone() }).collect();
    store.append(&lease, &past).await.expect("it takes them");
    let clock: Arc<dyn Clock> = Arc::new(clock::TestClock::new());
    let session = Session::pretend_at("http://127.0.0.1:1");
    let region = golden.execution.regions.first().map_or("us-west-2", String::as_str);
    let world = AwsWorld::new(session, region, Arc::clone(&clock), Settings::default());
    let driver = Driver {
        pulse: Pulse::steady(Arc::clone(&clock)),
        clock: Arc::clone(&clock),
        patience: RetryBudget::of(Duration::ZERO),
        ..moontide_kit::driver(Arc::clone(&store) as Arc<dyn Store>, world)
    };
    let from = past.len() as u64 + 1;
    let written = async || store.journal(id, from).await.expect("it is there");
    let has_ended = async || loop {
        if written().await.iter().any(|entry| ended(entry, wave)) {
            return;
        }
        clock.sleep(Duration::from_millis(10)).await;
    };
    driver.drive(&lease, has_ended()).await?;
    Ok(written().await)
}

/// Whether an entry is the end of an attempt of this wave.
fn ended(entry: &Entry, name: &str) -> bool {
    matches!(&entry.body, Body::Event { event: Event::Ended { wave, .. } } if wave == name)
}

#[test]
fn every_golden_journal_adds_up_to_what_it_did_then() {
    let all = all();
    let names: Vec<&str> = all.iter().map(|golden| golden.execution.plan.name.as_str()).collect();
    assert!(names.contains(&"three-tier") && names.contains(&"hello"), "{names:?}");
    for golden in &all {
        assert!(golden.execution.format <= Format::CURRENT);
        let now = end(&golden.execution, &golden.entries);
        assert_eq!(now, golden.end, "{}", golden.name);
    }
}

#[tokio::test(start_paused = true)]
async fn every_attempt_of_a_golden_journal_replays_to_the_end_it_had() {
    let mut replayed = 0;
    for golden in all() {
        for (at, entry) in golden.entries.iter().enumerate() {
            let Body::Event { event: Event::Ended { wave, attempt, .. } } = &entry.body else {
                continue;
            };
            let written = go_on(&golden, &golden.entries[..at], wave).await.expect("no mismatch");
            let end = written.iter().find(|new| ended(new, wave)).expect("it has ended");
            assert_eq!(end.body, entry.body, "{}: {wave}", golden.name);
            let lane = format!("{wave}#{attempt}");
            let again = written.iter().filter(|new| match &new.body {
                Body::Intent { step, .. } | Body::Outcome { step, .. } => {
                    step.lane.root().as_str() == lane
                }
                Body::Event { .. } => false,
            });
            assert_eq!(again.count(), 0, "{}: {wave} did something again", golden.name);
            replayed += 1;
        }
    }
    assert!(replayed >= 8, "only {replayed} attempts");
}

#[tokio::test(start_paused = true)]
async fn a_golden_journal_that_says_something_else_is_a_mismatch() {
    let golden = all().into_iter().find(|it| it.execution.plan.name == "three-tier").expect("it");
    let is_end = |entry: &Entry| ended(entry, "database");
    let at = golden.entries.iter().position(is_end).expect("the wave has ended");
    let mut past = golden.entries[..at].to_vec();
    let step = past.iter_mut().find_map(|entry| match &mut entry.body {
        Body::Outcome { step, .. } => Some(step),
        _ => None,
    });
    step.expect("it had an effect").operation = "sts.get_caller_identity".to_owned();
    let error = go_on(&golden, &past, "database").await.expect_err("they differ");
    assert!(matches!(error, DriveError::Mismatch(_)), "{error}");
}

/// What is typed, command by command, and the exit code of each.
type Typed = Vec<(Vec<&'static str>, i32)>;

/// The executions that are recorded: of which runbook, in which world, how.
fn sessions() -> Vec<(&'static str, PathBuf, PathBuf, Typed)> {
    let world = |runbook: &Path| runbook.join("world.toml");
    let hello = repository("runbooks/hello");
    let three_tier = repository("runbooks/three_tier");
    let parallel = repository("tests/crash_matrix/parallel");
    let signals = repository("tests/golden/signals");
    vec![
        ("hello", hello.clone(), world(&hello), vec![(vec!["run"], 0)]),
        (
            "three_tier",
            three_tier.clone(),
            world(&three_tier),
            vec![(vec!["run", "--answer=continue"], 0)],
        ),
        (
            "parallel",
            parallel.clone(),
            world(&parallel),
            vec![(vec!["run", "--answer=yes", "--answer=continue"], 0)],
        ),
        (
            "signals",
            signals,
            world(&hello),
            vec![
                (vec!["run"], 1),
                (vec!["retry", "signals", "flaky", "--by=ann", "--comment=it is mended"], 0),
                (vec!["pause", "signals"], 0),
                (vec!["resume", "signals"], 4),
                (vec!["answer", "signals", "continue", "--by=ann"], 0),
                (vec!["answer", "signals", "continue", "--by=bob"], 0),
                (vec!["resume", "signals"], 0),
            ],
        ),
    ]
}

#[test]
#[ignore = "writes tests/golden anew"]
fn record() {
    for (name, runbook, world, session) in sessions() {
        let (home, sim) = (Home::new(), Sim::of(&world));
        let [endpoint, speed] = sim.flags();
        let runbook = runbook.to_str().expect("a readable path");
        let id = format!("--execution-id={name}");
        for (mut words, code) in session {
            if words[0] == "run" {
                words.extend([runbook, "--mode=drill", &id]);
            }
            if ["run", "resume"].contains(&words[0]) {
                words.extend([endpoint.as_str(), speed.as_str()]);
            }
            home.run(&words).expect(code);
        }
        let store = SqliteStore::open(&home.path().join("moontide/moontide.db")).expect("a store");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let execution = runtime.block_on(store.execution(name)).expect("its head");
        let entries = runtime.block_on(store.journal(name, 1)).expect("its journal");
        write(&folder().join(format!("v{}", Format::CURRENT.0)).join(name), &execution, &entries);
    }
}

fn write(into: &Path, execution: &Execution, entries: &[Entry]) {
    std::fs::create_dir_all(into).expect("a folder");
    let line = |entry| serde_json::to_string(entry).expect("JSON") + "\n";
    let journal: String = entries.iter().map(line).collect();
    let pretty = |value: &Value| serde_json::to_string_pretty(value).expect("JSON") + "\n";
    let head = serde_json::to_value(execution).expect("JSON");
    for (file, text) in [
        ("execution.json", pretty(&head)),
        ("journal.jsonl", journal),
        ("end.json", pretty(&end(execution, entries))),
    ] {
        std::fs::write(into.join(file), text).expect("it can be written");
    }
}
