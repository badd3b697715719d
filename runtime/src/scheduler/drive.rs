//! One drive: the machine's state and everything that is in flight for it in this process.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};

use super::context;
use super::deadline::{self, Deadlines};
use super::driver::{DriveError, Driver, Given};
use super::hearing::Hearing;
use super::lane::{self, Attempt, Broken, Memory, remembered};
use super::question::{Question, Wanted};
use super::shared::{Counted, Shared};
use super::tell::{self, Numbered};
use crate::history::{
    End, Entry, Event, Failure, Format, Prompt, events, last_signal, machine_ahead,
};
use crate::machine::seen::{Ends, Seen};
use crate::machine::{self, Answer, ExecutionStatus, Graph, Request, State, WaveState, WaveStatus};
use crate::observe::Notice;
use crate::sandbox::Limits;
use crate::store::{Standing, StoreError};
use crate::text::plain;

/// A longer panic message is cut.
const LONGEST_PANIC: usize = 500;

type Lane = LocalBoxFuture<'static, (usize, u32, Result<End, Broken>)>;
type Asking = LocalBoxFuture<'static, (String, Option<Given>)>;
type Watching<'d> = LocalBoxFuture<'d, Result<Numbered, StoreError>>;

/// What a drive waits for.
enum Happened {
    /// A program wants an answer, or none any more.
    Wanted(Wanted),
    /// An attempt of a node has ended.
    Ended(usize, u32, Result<End, Broken>),
    /// Who was asked a prompt here has answered, or cannot.
    Given(String, Option<Given>),
    /// The time for a prompt is over.
    TimeIsOver,
    /// The lease was renewed.
    Renewed,
    /// There are signals in the store.
    Signalled(Numbered),
}

/// One drive: the state, and what is in flight for it.
pub(super) struct Drive<'d> {
    pub(super) driver: &'d Driver,
    pub(super) shared: Rc<Shared>,
    pub(super) graph: Graph,
    pub(super) state: State,
    /// What the machine asked for and nobody has begun yet.
    pub(super) requests: Vec<Request>,
    asked: mpsc::UnboundedReceiver<Wanted>,
    lanes: FuturesUnordered<Lane>,
    asking: FuturesUnordered<Asking>,
    /// Programs that wait for an answer, by prompt id.
    waiting: BTreeMap<String, oneshot::Sender<(Answer, Counted)>>,
    /// How to stop each node's program.
    stops: BTreeMap<usize, watch::Sender<bool>>,
    pub(super) signals_seen: u64,
    /// Who waits for signals, and behind which number: whatever else happens, it goes on.
    watching: Option<(u64, Watching<'d>)>,
    /// The number of the last signal that was journaled: one that was read may still wait in this process.
    pub(super) signals_taken: u64,
    /// Where the list has the execution, as far as this drive has said.
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

impl<'d> Drive<'d> {
    /// Goes on where the entries end.
    pub(super) fn new(
        driver: &'d Driver,
        shared: Rc<Shared>,
        entries: &[Entry],
        asked: mpsc::UnboundedReceiver<Wanted>,
    ) -> Drive<'d> {
        let graph = Graph::of(&shared.execution);
        let state = machine::fold(&graph, events(entries));
        shared.decided.replace(state.answers.clone());
        Drive {
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

    /// Tells the machine what was said while nobody drove, and that the execution begins, unless it has
    /// begun before: a pause or a cancel counts before anything starts. What silence has answered meanwhile
    /// counts before anybody is asked again.
    pub(super) async fn begin(&mut self) -> Result<(), DriveError> {
        self.note_clock().await?;
        self.note_limits().await?;
        Box::pin(self.find_cut_off()).await?;
        self.take_signals().await?;
        self.time_out().await?;
        if !self.state.started {
            self.tell(&Event::Started).await?;
        }
        self.requests = machine::outstanding(&self.graph, &self.state);
        Ok(())
    }

    /// The prompts that are open.
    pub(super) fn prompts(&self) -> Vec<Prompt> {
        self.state.prompts.values().cloned().collect()
    }

    /// Whether the end of the execution was requested.
    pub(super) fn is_finishing(&self) -> bool {
        self.requests.iter().any(|request| matches!(request, Request::Finish { .. }))
    }

    /// Begins everything that was requested; returns the status if that was the end.
    pub(super) fn perform_requests(&mut self) -> Option<ExecutionStatus> {
        for request in std::mem::take(&mut self.requests) {
            match request {
                Request::Run { node, attempt } => self.run(node, attempt),
                Request::Ask { prompt } => {
                    let answers = Rc::clone(&self.driver.answers);
                    self.asking.push(Box::pin(async move {
                        let given = answers.answer(&prompt).await;
                        (prompt.id, given)
                    }));
                }
                Request::Hand { prompt } => self.hand(&prompt),
                Request::Stop { node } => {
                    if let Some(stop) = self.stops.get(&node) {
                        stop.send_replace(true);
                    }
                }
                // Somebody may have changed their mind about a failure in the same breath.
                Request::Finish { .. } if !self.state.status().is_terminal() => {}
                Request::Finish { status } => {
                    self.shared.notice(&Notice::Execution { status });
                    return Some(status);
                }
            }
        }
        None
    }

    fn run(&mut self, node: usize, attempt: u32) {
        let shared = Rc::clone(&self.shared);
        let stop = watch::Sender::new(false);
        self.stops.insert(node, stop.clone());
        let seen = self.seen(node);
        let attempt = Attempt {
            wave: self.graph.nodes()[node].name.clone(),
            number: attempt,
            unit: context::unit(&self.graph, node, seen.mend.as_deref()),
            mend: seen.mend.clone(),
            limits: self.limits_of(&seen),
            context: context::of(&shared.execution, &self.graph, &self.ends, node, &seen),
            memory: Memory::default(),
            stop,
        };
        let (knew, memory) = (attempt.previous(), Rc::clone(&attempt.memory));
        let secrets = Rc::clone(&shared);
        self.lanes.push(Box::pin(async move {
            let number = attempt.number;
            let run = AssertUnwindSafe(lane::run(shared, attempt)).catch_unwind();
            let end = run
                .await
                .unwrap_or_else(|panic| Ok(panicked(panic.as_ref(), remembered(&memory, &knew))));
            // However it ended: this is where its words leave it.
            let end = end.map(|mut end| {
                secrets.door.secrets.hide_in_end(&mut end);
                end
            });
            (node, number, end)
        }));
    }

    /// What the attempt of a node that runs sees: what there was when it started, in format 1 what there is now.
    fn seen(&self, node: usize) -> Arc<Seen> {
        let seen = self.state.waves[node].seen.as_ref();
        match seen.filter(|_| self.shared.execution.format >= Format(2)) {
            Some(seen) => Arc::clone(seen),
            None => Arc::new(Seen::all(&self.graph, &self.state, node)),
        }
    }

    /// What the attempt that sees this may use.
    fn limits_of(&self, seen: &Seen) -> Limits {
        let read = self.driver.changes.read.as_ref();
        match read.filter(|_| self.shared.execution.keeps_changes()) {
            Some(read) => read(&seen.limits),
            None => self.shared.limits.clone(),
        }
    }

    fn hand(&mut self, prompt: &str) {
        let answer = self.state.answers.get(prompt).cloned();
        if let Some((answer, program)) = answer.zip(self.waiting.remove(prompt)) {
            let _ = program.send((answer, Counted::new(&self.shared.handed)));
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

    /// Waits for the next thing to happen, and tells the machine. While that is journaled no wave is looked
    /// after, which is no time of theirs.
    pub(super) async fn next(&mut self) -> Result<(), DriveError> {
        let deadline = self.deadlines.first();
        let clock = self.driver.clock.as_ref();
        let seen = self.signals_seen;
        let id = &self.shared.execution.id;
        let news = match self.watching.take().filter(|(behind, _)| *behind == seen) {
            Some((_, watching)) => watching,
            None => Box::pin(tell::news(self.driver, id.clone(), seen)),
        };
        let (_, news) = self.watching.insert((seen, news));
        let happened = tokio::select! {
            biased;
            Some(wanted) = self.asked.recv() => Happened::Wanted(wanted),
            Some((node, attempt, end)) = self.lanes.next() => Happened::Ended(node, attempt, end),
            Some((prompt, given)) = self.asking.next() => Happened::Given(prompt, given),
            () = deadline::until(clock, deadline) => Happened::TimeIsOver,
            () = self.driver.pulse.beyond(self.hearing.heard()) => Happened::Renewed,
            signals = news => Happened::Signalled(signals?),
        };
        if matches!(happened, Happened::Signalled(_)) {
            self.watching = None;
        }
        let blind = self.shared.door.blind.clone();
        blind.during_for_all(clock, self.take_in(happened)).await
    }

    async fn take_in(&mut self, happened: Happened) -> Result<(), DriveError> {
        match happened {
            Happened::Wanted(Wanted::Answer(question)) => self.question(*question).await,
            Happened::Wanted(Wanted::Nothing(prompt)) => self.withdraw(prompt).await,
            Happened::Ended(node, attempt, end) => {
                self.stops.remove(&node);
                // A pause that was sent before this wave ended holds the next one.
                self.look_for_signals().await?;
                let wave = self.graph.nodes()[node].name.clone();
                self.tell(&Event::Ended { wave, attempt, end: end? }).await
            }
            Happened::Given(prompt, Some(given)) => self.answer(prompt, given).await,
            Happened::Given(_, None) => Ok(()),
            Happened::Renewed => Box::pin(self.hear()).await,
            Happened::TimeIsOver => Box::pin(self.time_out()).await.map(drop),
            Happened::Signalled(signals) => self.take(signals).await,
        }
    }

    async fn question(&mut self, question: Question) -> Result<(), DriveError> {
        let Question { prompt, answer } = question;
        let id = prompt.id.clone();
        self.waiting.insert(id.clone(), answer);
        if self.state.answers.contains_key(&id) {
            self.hand(&id);
        } else if !self.state.prompts.contains_key(&id) {
            self.tell(&Event::Asked { prompt }).await?;
        }
        Ok(())
    }
}

/// The end of an attempt in which Moontide itself panicked. What it had sent may have happened, so nobody
/// may retry it without a look. What the attempt knew is not lost.
fn panicked(panic: &(dyn Any + Send), details: Value) -> End {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    End::Failed {
        failure: Failure {
            code: "Internal".to_owned(),
            message: plain(&format!("a defect of Moontide: {text}"), LONGEST_PANIC),
            trace: Vec::new(),
            details,
            decision: None,
            uncertain: true,
            limit: None,
        },
    }
}
