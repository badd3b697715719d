//! Whole executions against a test world: what the door lets out, what the journal remembers, and which person
//! is asked.

#![expect(clippy::unwrap_used, reason = "a test that panics says where")]

mod aborts;
mod approvals;
mod budgets;
mod cancels;
mod door;
mod doubt;
mod locks;
mod news;
mod outlook;
mod people;
mod programs;
mod races;
mod retold;
mod seen;
mod shaky;
mod signals;
mod silence;
mod state;
#[path = "../support/mod.rs"]
mod support;
mod times;
mod vouched;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use moontide_runtime::effect::Outcome;
use moontide_runtime::journal::{Body, Entry, Execution, Format};
use moontide_runtime::scheduler::{
    DriveError, Ended, ExecutionStatus, Graph, State, WaveStatus, machine,
};
use moontide_runtime::store::{MemoryStore, Signal, SignalKind, Store};
use support::{Fuse, Ledger, TestClock, driver, execution, lease, world};

/// An execution that can be driven again and again.
pub(crate) struct Story {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) ledger: Rc<Ledger>,
}

pub(crate) type Answers = BTreeMap<&'static str, &'static str>;

impl Story {
    pub(crate) async fn of(waves: &str) -> Story {
        Story::begun_under(Format::CURRENT, waves).await
    }

    /// One that began under an earlier format.
    pub(crate) async fn begun_under(format: Format, waves: &str) -> Story {
        let source = format!(
            "local moontide = require('@moontide')\nlocal host = require('@moontide/host')\n\
             return moontide.runbook {{ name = 'story', {waves} }}"
        );
        let store = Arc::new(MemoryStore::new());
        let execution = Execution { format, ..execution("x", &source) }.pinned();
        store.create(&execution).await.unwrap();
        Story { store, ledger: Rc::default() }
    }

    pub(crate) async fn drive(&self, answers: Answers) -> Result<Ended, DriveError> {
        let lease = lease(self.store.as_ref(), "x").await;
        let world = world(&self.ledger, &Fuse::never());
        let store = Arc::clone(&self.store) as Arc<dyn Store>;
        driver(store, world, answers).drive(&lease, std::future::pending()).await
    }

    pub(crate) async fn ends(&self, status: ExecutionStatus) {
        assert_eq!(self.drive(Answers::new()).await.unwrap(), Ended::Finished(status));
    }

    pub(crate) async fn entries(&self) -> Vec<Entry> {
        self.store.journal("x", 1).await.unwrap()
    }

    pub(crate) async fn state(&self) -> State {
        let execution = self.store.execution("x").await.unwrap();
        let entries = self.entries().await;
        let events = entries.iter().filter_map(|entry| match &entry.body {
            Body::Event { event } => Some((entry.at, event)),
            _ => None,
        });
        machine::fold(&Graph::of(&execution), events)
    }

    pub(crate) async fn statuses(&self) -> Vec<WaveStatus> {
        self.state().await.waves.iter().map(|wave| wave.status).collect()
    }

    pub(crate) async fn failure(&self) -> String {
        let state = self.state().await;
        let failure = state.waves[0].failure.as_ref().expect("the first wave failed");
        format!("{}: {}", failure.code, failure.message)
    }

    pub(crate) fn times(&self, operation: &str) -> u32 {
        let done = self.ledger.done.borrow();
        done.values().filter(|(name, _)| name == operation).map(|(_, times)| times).sum()
    }
}

/// The journal, one short line per entry.
pub(crate) fn lines(entries: &[Entry]) -> Vec<String> {
    let line = |entry: &Entry| match &entry.body {
        Body::Event { event } => {
            let event = serde_json::to_value(event).unwrap();
            format!("event {}", event["event"].as_str().unwrap())
        }
        Body::Intent { step, attempt } => {
            format!("intent {} {}.{} #{attempt}", step.operation, step.lane, step.position)
        }
        Body::Outcome { step, outcome, adopted, .. } => {
            let outcome = match outcome {
                Outcome::Ok { .. } => "ok".to_owned(),
                Outcome::Failed { error } => format!("failed {}", error.code),
                Outcome::Unknown { .. } => "unknown".to_owned(),
            };
            let adopted = if *adopted { " adopted" } else { "" };
            format!("outcome {} {}.{} {outcome}{adopted}", step.operation, step.lane, step.position)
        }
    };
    entries.iter().map(line).collect()
}

impl Story {
    pub(crate) async fn failure_is_absent(&self) -> bool {
        self.state().await.waves.iter().all(|wave| wave.failure.is_none())
    }
}

impl Story {
    pub(crate) async fn send(&self, wish: SignalKind) {
        self.send_by("alice", wish).await;
    }

    pub(crate) async fn send_by(&self, by: &str, wish: SignalKind) {
        let at = moontide_runtime::clock::Clock::now(&TestClock);
        let by = by.to_owned();
        let execution = self.store.execution("x").await.unwrap();
        let wish = match wish {
            SignalKind::Answer { prompt, choice, fingerprint, value } if fingerprint.is_empty() => {
                let fingerprint = Graph::of(&execution).fingerprint_of(&prompt);
                SignalKind::Answer { prompt, choice, fingerprint, value }
            }
            wish => wish,
        };
        let signal = Signal { wish, by, sender: String::new(), comment: String::new(), at };
        self.store.send("x", &signal).await.unwrap();
    }
}

/// An answer. Its sender reads the question's fingerprint when it is sent.
pub(crate) fn answer(prompt: &str, choice: &str) -> SignalKind {
    SignalKind::Answer {
        prompt: prompt.to_owned(),
        choice: choice.to_owned(),
        fingerprint: String::new(),
        value: serde_json::Value::Null,
    }
}
