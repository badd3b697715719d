//! One execution in flight: the machine's state, and everything that runs and waits for it in this process.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{mpsc, oneshot, watch};

use super::counted::Counted;
use super::deadline::Deadlines;
use super::driver::{Driver, Given};
use super::heard::Hearing;
use super::lane::Broken;
use super::news::Numbered;
use super::shared::Shared;
use super::wanted::Wanted;
use crate::history::{End, Entry, Format, Prompt, events, last_signal, machine_ahead};
use crate::machine::seen::{Ends, Seen};
use crate::machine::{self, Answer, Graph, Request, State, WaveState, WaveStatus};
use crate::sandbox::Limits;
use crate::store::{Standing, StoreError};

pub(super) type Lane = LocalBoxFuture<'static, (usize, u32, Result<End, Broken>)>;
pub(super) type Asking = LocalBoxFuture<'static, (String, Option<Given>)>;
pub(super) type Watching<'d> = LocalBoxFuture<'d, Result<Numbered, StoreError>>;

/// An execution that is driven: its state, and what is in flight for it.
pub(super) struct InFlight<'d> {
    pub(super) driver: &'d Driver,
    pub(super) shared: Rc<Shared>,
    pub(super) graph: Graph,
    pub(super) state: State,
    /// What the machine asked for and the driver has not begun yet.
    pub(super) requests: Vec<Request>,
    pub(super) asked: mpsc::UnboundedReceiver<Wanted>,
    pub(super) lanes: FuturesUnordered<Lane>,
    pub(super) asking: FuturesUnordered<Asking>,
    /// Programs that wait for an answer, by prompt id.
    pub(super) waiting: BTreeMap<String, oneshot::Sender<(Answer, Counted)>>,
    /// How to stop each node's program.
    pub(super) stops: BTreeMap<usize, watch::Sender<bool>>,
    pub(super) signals_seen: u64,
    /// The wait for signals, and the number behind which it waits: whatever else happens, it goes on.
    pub(super) watching: Option<(u64, Watching<'d>)>,
    /// The number of the last signal that was journaled: one that was read may still wait in this process.
    pub(super) signals_taken: u64,
    /// Where the list has the execution, as far as this driver has said.
    pub(super) standing: Option<Standing>,
    /// How far ahead the clock of the machine is that drove last, in milliseconds.
    pub(super) machine_ahead: i64,
    /// How attempts have ended.
    pub(super) ends: Ends,
    /// When the time for the open prompts is over.
    pub(super) deadlines: Deadlines,
    /// Whether the store takes what people send.
    pub(super) hearing: Hearing,
}

impl<'d> InFlight<'d> {
    /// Goes on where the entries end.
    pub(super) fn new(
        driver: &'d Driver,
        shared: Rc<Shared>,
        entries: &[Entry],
        asked: mpsc::UnboundedReceiver<Wanted>,
    ) -> InFlight<'d> {
        let graph = Graph::of(&shared.execution);
        let state = machine::fold(&graph, events(entries));
        shared.decided.replace(state.answers.clone());
        InFlight {
            driver,
            shared,
            requests: Vec::new(),
            graph,
            state,
            asked,
            lanes: FuturesUnordered::new(),
            asking: FuturesUnordered::new(),
            waiting: BTreeMap::new(),
            stops: BTreeMap::new(),
            signals_seen: last_signal(entries),
            watching: None,
            signals_taken: last_signal(entries),
            standing: None,
            machine_ahead: machine_ahead(entries),
            ends: Ends::of(events(entries).map(|(_, event)| event)),
            deadlines: Deadlines::default(),
            hearing: Hearing::new(&driver.pulse),
        }
    }

    /// The prompts that are open.
    pub(super) fn prompts(&self) -> Vec<Prompt> {
        self.state.prompts.values().cloned().collect()
    }

    /// Whether the end of the execution was requested.
    pub(super) fn is_finishing(&self) -> bool {
        self.requests.iter().any(|request| matches!(request, Request::Finish { .. }))
    }

    /// What the attempt of a node that runs sees: what there was when it started, in format 1 what there is now.
    pub(super) fn seen(&self, node: usize) -> Arc<Seen> {
        let seen = self.state.waves[node].seen.as_ref();
        match seen.filter(|_| self.shared.execution.format >= Format(2)) {
            Some(seen) => Arc::clone(seen),
            None => Arc::new(Seen::all(&self.graph, &self.state, node)),
        }
    }

    /// What the attempt that sees this may use.
    pub(super) fn limits_of(&self, seen: &Seen) -> Limits {
        let read = self.driver.changes.read.as_ref();
        match read.filter(|_| self.shared.execution.keeps_changes()) {
            Some(read) => read(&seen.limits),
            None => self.shared.limits.clone(),
        }
    }

    /// Whether nothing here can move any more without a person who is not here.
    pub(super) fn is_quiet(&self) -> bool {
        let waits = |wave: &WaveState| wave.status != WaveStatus::Running;
        // A program that was told to stop ends by itself, whatever it waits for.
        let stops = |stop: &watch::Sender<bool>| *stop.borrow();
        !self.stops.values().any(stops)
            && self.asking.is_empty()
            && self.shared.handed.get() == 0
            && self.shared.idle.get() == self.lanes.len()
            && self.asked.is_empty()
            && self.state.waves.iter().all(waits)
            && !self.state.prompts.is_empty()
    }
}
