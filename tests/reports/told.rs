//! A drill that is rehearsed in virtual time and written into a store as if it had happened: the same on every machine.

use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use moontide_control::clocks::SystemClock;
use moontide_control::listener::Silent;
use moontide_control::rehearsal::{Rehearsal, Staged, StagedAnswer, Witness};
use moontide_runtime::clock::Clock as _;
use moontide_runtime::journal::{Channel, Entry, Execution};
use moontide_runtime::store::{SqliteStore, Store, lease};
use serde_json::{Value, json};

use crate::support::{Home, Ran, repository};

/// What people say when they answer.
const COMMENTS: [(&str, &str); 4] = [
    ("dba", "replica caught up"),
    ("lead", "agreed with the dba on the bridge"),
    ("ann", "capacity is back"),
    ("bob", "not this quarter"),
];

/// A store with the drill and its cleanup.
pub(crate) struct Told {
    pub(crate) home: Home,
}

impl Told {
    /// The drill as it was.
    pub(crate) fn new() -> Told {
        Told::with(|text| text)
    }

    /// The drill in whose head and journal, as JSON, something is changed before they are written.
    pub(crate) fn with(change: impl Fn(String) -> String) -> Told {
        let home = Home::new();
        std::fs::create_dir_all(home.path().join("moontide")).expect("a folder");
        let settings = "[prices]\ncurrency = \"USD\"\ninstance_hour = 0.096\n";
        std::fs::write(home.path().join("moontide/moontide.toml"), settings).expect("it writes");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let told = Told { home };
        let store = SqliteStore::open(&told.store()).expect("a store");
        let (head, entries) = rehearsed();
        let (earlier, few) = earlier(&head, &entries);
        let changed = change(text(&head, &entries));
        let (head, entries) = read(&changed);
        let last = entries.last().expect("it has a journal").at;
        let (cleanup, ended) = cleanup(1, &head, &entries, last);
        for (head, entries) in [(earlier, few), (head, entries), (cleanup, ended)] {
            runtime.block_on(write(&store, &head, &entries));
        }
        told
    }

    /// Where it is.
    pub(crate) fn store(&self) -> PathBuf {
        self.home.path().join("moontide/moontide.db")
    }

    /// Changes the first entry of an execution's journal.
    pub(crate) fn break_journal(&self, id: &str) {
        let store = rusqlite::Connection::open(self.store()).expect("a store");
        let changed = store.execute(
            "UPDATE entries SET entry = entry || ' ' WHERE sequence = 1 AND execution = \
             (SELECT number FROM executions WHERE id = ?1)",
            [id],
        );
        assert!(changed.is_ok_and(|rows| rows > 0));
    }

    /// Cuts a journal down to its evidence.
    pub(crate) fn prune(&self, id: &str) {
        on(async {
            let store = SqliteStore::open(&self.store()).expect("a store");
            let (clock, ttl) = (SystemClock::new(), Duration::from_mins(1));
            let taken = lease::acquire(&store, &clock, id, "a test", ttl, ttl).await;
            let lease = taken.expect("no runner has it").lease;
            let at = SystemClock::new().now();
            let archive = store.archive().expect("it has one");
            let pruned = archive.prune(&lease, (0, at), "mallory").await.expect("it prunes");
            assert!(pruned.is_some_and(|it| it.removed > 0));
            store.release(&lease).await.expect("it is ours");
        });
    }

    /// One more cleanup, begun a day from now.
    pub(crate) fn clean_again(&self) {
        on(async {
            let store = SqliteStore::open(&self.store()).expect("a store");
            let head = store.execution("drill").await.expect("it is there");
            let entries = store.journal("drill", 1).await.expect("a journal");
            let tomorrow = SystemClock::new().now() + jiff::SignedDuration::from_hours(24);
            let (head, entries) = cleanup(2, &head, &entries, tomorrow);
            write(&store, &head, &entries).await;
        });
    }

    /// What `moontide report` does.
    pub(crate) fn report(&self, more: &[&str]) -> Ran {
        self.home.run(&[&["report", "drill", "--zone=Europe/Berlin"], more].concat())
    }

    /// The file of a page of it.
    pub(crate) fn page(&self, name: &str, more: &[&str]) -> PathBuf {
        let path = self.home.path().join(name);
        let flag = format!("--html={}", path.display());
        self.report(&[&[flag.as_str()], more].concat()).expect(0);
        path
    }
}

/// The head and the journal of the rehearsal.
fn rehearsed() -> (Execution, Vec<Entry>) {
    let place = tempfile::tempdir().expect("a folder");
    // Files are called by the name of their folder.
    let folder = place.path().join("shop");
    std::fs::create_dir(&folder).expect("a folder");
    for name in ["runbook.luau", "world.toml"] {
        let from = repository("tests/reports").join(name);
        std::fs::copy(from, folder.join(name)).expect("it is there");
    }
    let answer = |prompt: &str, choice: &str, by: &str, minutes| StagedAnswer {
        prompt: prompt.to_owned(),
        choice: choice.to_owned(),
        by: Some(by.to_owned()),
        after: Duration::from_mins(minutes),
    };
    let answers = vec![
        answer("application", "continue", "dba", 3),
        answer("application", "continue", "lead", 8),
        answer("application#1.failure", "retry", "ann", 12),
        answer("billing", "skip", "bob", 1),
    ];
    let staged = Staged { answers, ..Staged::default() };
    let rehearsal = Rehearsal::of(&Silent, &folder).expect("a rehearsal");
    let witness = Rc::new(Witness::default());
    let rehearsed = rehearsal.perform_staged(&staged, &Silent, witness).expect("it goes on");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let id = &rehearsed.execution.id;
    let entries = runtime.block_on(rehearsed.store.journal(id, 1)).expect("a journal");
    let head = Execution {
        id: "drill".to_owned(),
        created_by: "ann".to_owned(),
        source: Some(Channel::Cli),
        reason: "the drill of the quarter".to_owned(),
        labels: [("team".to_owned(), "shop".to_owned())].into(),
        // Paths differ between machines.
        origin: String::new(),
        ..rehearsed.execution
    };
    let said = entries.into_iter().map(|entry| {
        let mut value = serde_json::to_value(&entry).expect("JSON");
        let by = value["event"]["signal"]["by"].as_str().unwrap_or_default().to_owned();
        if let Some((_, comment)) = COMMENTS.iter().find(|(name, _)| *name == by) {
            value["event"]["signal"]["comment"] = json!(comment);
        }
        serde_json::from_value(value).expect("an entry")
    });
    (head, said.collect())
}

/// An earlier drill of the same runbook: of which the database only came up, and which was then called off.
fn earlier(head: &Execution, entries: &[Entry]) -> (Execution, Vec<Entry>) {
    let months = jiff::SignedDuration::from_hours(90 * 24);
    let mut head = Execution { id: "drill-before".to_owned(), ..head.clone() };
    head.created_at -= months;
    let is_end = |entry: &Entry| {
        let value = serde_json::to_value(entry).expect("JSON");
        value["event"]["event"] == "ended" && value["event"]["wave"] == "database"
    };
    let end = entries.iter().position(is_end).expect("the database ended");
    let mut few: Vec<Entry> = entries[..=end].to_vec();
    let abort = |entry: &Entry| {
        let mut value = serde_json::to_value(entry).expect("JSON");
        value["event"]["signal"]["choice"] = json!("abort");
        serde_json::from_value::<Entry>(value).expect("an entry")
    };
    let is_answer = |entry: &&Entry| {
        let value = serde_json::to_value(entry).expect("JSON");
        value["event"]["signal"]["wish"] == "answer"
    };
    few.extend(entries.iter().find(is_answer).map(abort));
    for (sequence, entry) in (1..).zip(&mut few) {
        entry.sequence = sequence;
        entry.at -= months;
    }
    (head, few)
}

/// A cleanup that has terminated all but the instance of the database.
fn cleanup(
    number: u32,
    head: &Execution,
    entries: &[Entry],
    base: jiff::Timestamp,
) -> (Execution, Vec<Entry>) {
    let minute = |minutes| base + jiff::SignedDuration::from_mins(minutes);
    let mut value = serde_json::to_value(head).expect("JSON");
    value["id"] = json!(format!("drill.cleanup-{number}"));
    value["acts_for"] = json!("drill");
    value["plan"]["name"] = json!("cleanup");
    value["plan"]["waves"] = json!([value["plan"]["waves"][0]]);
    value["plan"]["waves"][0]["name"] = json!("cleanup");
    value["bundle"]["entry"] = json!("@moontide/cleanup");
    value["created_at"] = json!(minute(30));
    value["sources"] = Value::Null;
    let cleanup: Execution = serde_json::from_value(value).expect("a head");
    let mut instances = Vec::new();
    for entry in entries {
        let value = serde_json::to_value(entry).expect("JSON");
        let jobs = value["outcome"]["value"]["jobs"].as_array().cloned().unwrap_or_default();
        for server in
            jobs.iter().filter_map(|job| job["participating_servers"].as_array()).flatten()
        {
            if let Some(id) = server["recovery_instance_id"].as_str() {
                instances.push((id.to_owned(), server["source_server_id"].clone()));
            }
        }
    }
    let (first, rest) = instances.split_first().expect("it has launched");
    let touched = |(id, server): &(String, Value)| json!({ "instance_id": id, "server": server });
    let mut left = touched(first);
    left["reason"] = json!("EC2 refuses: termination protection is on");
    let terminated: Vec<Value> = rest.iter().map(touched).collect();
    let result = json!({ "terminated": terminated, "left": [left] });
    let end = json!({ "end": "completed", "result": result });
    let events = [
        (30, json!({ "event": "started" })),
        (33, json!({ "event": "ended", "wave": "cleanup", "attempt": 1, "end": end })),
    ];
    let entries = (1..).zip(events).map(|(sequence, (at, event))| {
        let at = minute(at);
        let entry =
            json!({ "sequence": sequence, "epoch": 1, "at": at, "kind": "event", "event": event });
        serde_json::from_value(entry).expect("an entry")
    });
    (cleanup.pinned(), entries.collect())
}

/// Waits for what a store does.
fn on<T>(what: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(what)
}

fn text(head: &Execution, entries: &[Entry]) -> String {
    json!([head, entries]).to_string()
}

fn read(text: &str) -> (Execution, Vec<Entry>) {
    let (head, entries): (Execution, Vec<Entry>) = serde_json::from_str(text).expect("both");
    (head.pinned(), entries)
}

async fn write(store: &SqliteStore, head: &Execution, entries: &[Entry]) {
    store.create(head).await.expect("it is new");
    let lease = store.take(&head.id, "a test", None).await.expect("no runner has it");
    let entries: Vec<Entry> =
        entries.iter().map(|entry| Entry { epoch: lease.epoch, ..entry.clone() }).collect();
    let record = entries.last().map(|_| entries.as_slice()).unwrap_or_default();
    let graph = moontide_runtime::scheduler::Graph::of(head);
    let state = moontide_runtime::scheduler::machine::fold(
        &graph,
        moontide_runtime::history::events(record),
    );
    let standing = moontide_runtime::store::Standing { status: state.status(), seen: 0 };
    store.append_standing(&lease, record, Some(standing)).await.expect("it fits");
    store.release(&lease).await.expect("it is ours");
}
