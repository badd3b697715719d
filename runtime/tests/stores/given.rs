//! Things to put into stores.

use jiff::{Timestamp, ToSpan};
use moontide_runtime::journal::{Body, Bundle, Entry, Execution, Module};
use moontide_runtime::plan::{Node, Plan};
use moontide_runtime::scheduler::Event;
use moontide_runtime::store::{Lease, Signal, Store};

/// A moment, so many milliseconds after the first of our time.
pub(crate) fn moment(milliseconds: i64) -> Timestamp {
    "2026-03-01T12:00:00Z".parse::<Timestamp>().unwrap() + milliseconds.milliseconds()
}

/// The version that the n-th of the changes makes that were made of a document at this time.
pub(crate) fn version(at: Timestamp, nth: u64) -> u64 {
    u64::try_from(at.as_microsecond()).unwrap() + nth - 1
}

/// A small execution of that id.
pub(crate) fn execution(id: &str) -> Execution {
    let field = |name: &str, value| (name.to_owned(), value);
    let wave = Node::Record(vec![
        field("name", Node::Text("database".to_owned())),
        field("run", Node::Function),
    ]);
    let runbook = Node::Record(vec![
        field("name", Node::Text("three-tier".to_owned())),
        field("waves", Node::List(vec![wave])),
    ]);
    let module =
        Module { file: "three_tier/runbook.luau".to_owned(), source: "return {}\n".into() };
    let bundle =
        Bundle { entry: "runbook".to_owned(), modules: [("runbook".to_owned(), module)].into() };
    Execution {
        created_at: moment(0),
        created_by: "alice".to_owned(),
        params: [("environment".to_owned(), "staging".into())].into(),
        approvers: [("dba".to_owned(), vec!["ann".to_owned()])].into(),
        limits: [("vm_memory".to_owned(), "128MiB".to_owned())].into(),
        seed: u64::MAX,
        moontide: "0.1.0".to_owned(),
        luau: "0.740".to_owned(),
        ..moontide_kit::sources::head(id, Plan::check(&runbook).unwrap(), bundle)
    }
}

/// A store with the execution `x`, and a lease of it.
pub(crate) async fn leased(store: &dyn Store) -> Lease {
    store.create(&execution("x")).await.unwrap();
    store.take("x", "alice", None).await.unwrap()
}

/// The entries of these numbers, as the holder of the lease would write them.
pub(crate) fn entries(lease: &Lease, sequences: impl IntoIterator<Item = u64>) -> Vec<Entry> {
    let entry = |sequence: u64| Entry {
        sequence,
        epoch: lease.epoch,
        at: moment(sequence.try_into().unwrap()),
        body: Body::Event {
            event: Event::TimedOut { prompt: format!("entry {sequence} \u{1f319}") },
        },
    };
    sequences.into_iter().map(entry).collect()
}

/// The numbers of the entries in the journal of `x`.
pub(crate) async fn sequences(store: &dyn Store) -> Vec<u64> {
    store.journal("x", 1).await.unwrap().iter().map(|entry| entry.sequence).collect()
}

/// A signal that names its sender.
pub(crate) fn signal(by: &str) -> Signal {
    Signal {
        wish: moontide_runtime::store::SignalKind::Answer {
            prompt: "database".to_owned(),
            choice: "continue".to_owned(),
            fingerprint: "0f0f0f0f".to_owned(),
            value: serde_json::json!({ "command_id": "c-1" }),
        },
        by: by.to_owned(),
        sender: "root".to_owned(),
        comment: String::new(),
        at: moment(7),
    }
}
