//! One drive: the machine's state and everything that is in flight for it in this process.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot, watch};

use super::context;
use super::driver::{DriveError, Driver, Given};
use super::event::{End, Event};
use super::graph::Graph;
use super::lane::{self, Attempt, Broken};
use super::machine::{self, Request};
use super::prompt::Prompt;
use super::question::{OnItsWay, Question};
use super::shared::Shared;
use super::state::{Answer, ExecutionStatus, State, WaveState, WaveStatus};
use crate::clock::Clock;
use crate::journal::{Body, Entry};
use crate::observe::Notice;
use crate::store::{Signal, Store, StoreError, Wish};

type Lane = LocalBoxFuture<'static, (usize, u32, Result<End, Broken>)>;
type Asking = LocalBoxFuture<'static, (String, Option<Given>)>;

/// One drive: the state, and what is in flight for it.
pub(super) struct Drive<'d> {
    driver: &'d Driver,
    shared: Rc<Shared>,
    graph: Graph,
    state: State,
    /// What the machine asked for and nobody has begun yet.
    requests: Vec<Request>,
    asked: mpsc::UnboundedReceiver<Question>,
    lanes: FuturesUnordered<Lane>,
    asking: FuturesUnordered<Asking>,
    /// Programs that wait for an answer, by prompt id.
    waiting: BTreeMap<String, oneshot::Sender<(Answer, OnItsWay)>>,
    /// How to stop each node's program.
    stops: BTreeMap<usize, watch::Sender<bool>>,
    signals_seen: u64,
}

impl<'d> Drive<'d> {
    /// Goes on where the entries end.
    pub(super) fn new(
        driver: &'d Driver,
        shared: Rc<Shared>,
        entries: &[Entry],
        asked: mpsc::UnboundedReceiver<Question>,
    ) -> Drive<'d> {
        let graph = Graph::of(&shared.execution.plan);
        let state = machine::fold(&graph, events(entries));
        Drive {
            driver,
            shared,
            requests: machine::outstanding(&graph, &state),
            graph,
            state,
            asked,
            lanes: FuturesUnordered::new(),
            asking: FuturesUnordered::new(),
            waiting: BTreeMap::new(),
            stops: BTreeMap::new(),
            signals_seen: 0,
        }
    }

    /// Tells the machine that the execution begins, unless it has begun before.
    pub(super) async fn begin(&mut self) -> Result<(), DriveError> {
        if self.state.started { Ok(()) } else { self.tell(&Event::Started).await }
    }

    /// The prompts that are open.
    pub(super) fn prompts(&self) -> Vec<Prompt> {
        self.state.prompts.values().cloned().collect()
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
        let attempt = Attempt {
            wave: self.graph.nodes()[node].name.clone(),
            number: attempt,
            unit: context::unit(&self.graph, node),
            context: context::of(&shared.execution, &self.graph, &self.state, node),
            stop,
        };
        self.lanes.push(Box::pin(async move {
            let number = attempt.number;
            (node, number, lane::run(shared, attempt).await)
        }));
    }

    fn hand(&mut self, prompt: &str) {
        let answer = self.state.answers.get(prompt).cloned();
        if let Some((answer, program)) = answer.zip(self.waiting.remove(prompt)) {
            let _ = program.send((answer, OnItsWay::new(&self.shared.handed)));
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

    /// Waits for the next thing to happen, and tells the machine.
    pub(super) async fn next(&mut self) -> Result<(), DriveError> {
        let deadline = self.state.prompts.values().filter_map(|prompt| prompt.deadline).min();
        let clock = &self.driver.clock;
        let (signals, seen) = (self.driver.signals_every, self.signals_seen);
        let (store, id) = (&self.driver.store, &self.shared.execution.id);
        tokio::select! {
            biased;
            Some(question) = self.asked.recv() => self.question(question).await,
            Some((node, attempt, end)) = self.lanes.next() => {
                self.stops.remove(&node);
                let wave = self.graph.nodes()[node].name.clone();
                self.tell(&Event::Ended { wave, attempt, end: end? }).await
            }
            Some((prompt, given)) = self.asking.next() => match given {
                Some(Given { choice, by, comment }) => {
                    self.tell_if_it_fits(&Event::Answered { prompt, choice, by, comment }).await
                }
                None => Ok(()),
            },
            () = until(clock.as_ref(), deadline) => self.time_out().await.map(drop),
            arrived = arrived(clock.as_ref(), store.as_ref(), id, signals, seen) => {
                arrived?;
                self.take_signals().await.map(drop)
            }
        }
    }

    /// Passes on the signals that nobody has taken yet; returns whether there were any.
    pub(super) async fn take_signals(&mut self) -> Result<bool, DriveError> {
        let id = &self.shared.execution.id;
        let signals = self.driver.store.signals(id, self.signals_seen).await?;
        let any = !signals.is_empty();
        for (number, signal) in signals {
            self.signals_seen = number;
            self.tell_if_it_fits(&event_of(signal)).await?;
        }
        Ok(any)
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

    /// Answers the prompts whose time is over; returns whether there were any.
    pub(super) async fn time_out(&mut self) -> Result<bool, DriveError> {
        let now = self.driver.clock.now();
        let over = |prompt: &&Prompt| prompt.deadline.is_some_and(|deadline| deadline <= now);
        let expired: Vec<Prompt> = self.state.prompts.values().filter(over).cloned().collect();
        let any = !expired.is_empty();
        for prompt in expired {
            let choice = prompt.on_timeout.map(|choice| choice.to_string()).unwrap_or_default();
            let by = "time-out".to_owned();
            let comment = String::new();
            // The silence at another one may have ended this one too.
            let answered = Event::Answered { prompt: prompt.id, choice, by, comment };
            self.tell_if_it_fits(&answered).await?;
        }
        Ok(any)
    }

    /// Tells the machine what somebody outside wants; what does not fit any more is dropped.
    async fn tell_if_it_fits(&mut self, event: &Event) -> Result<(), DriveError> {
        match self.tell(event).await {
            Err(DriveError::Refused(_)) => Ok(()),
            other => other,
        }
    }

    /// Journals an event, then lets the machine act on it.
    async fn tell(&mut self, event: &Event) -> Result<(), DriveError> {
        let at = self.driver.clock.now();
        let (state, requests) = machine::apply(&self.graph, self.state.clone(), at, event)?;
        self.shared.journal.append_at(at, Body::Event { event: event.clone() }).await?;
        self.notice(&state, event);
        self.state = state;
        self.requests.extend(requests);
        Ok(())
    }

    fn notice(&self, next: &State, event: &Event) {
        if let Event::Answered { prompt, choice, by, .. } = event {
            let (prompt, choice, by) = (prompt.clone(), choice.clone(), by.clone());
            self.shared.notice(&Notice::Answered { prompt, choice, by });
        }
        for ((node, was), is) in self.graph.nodes().iter().zip(&self.state.waves).zip(&next.waves) {
            if (was.status, was.attempt) != (is.status, is.attempt) {
                let failure = is.failure.as_ref().map(|failure| failure.message.clone());
                self.shared.notice(&Notice::Wave {
                    wave: node.name.clone(),
                    attempt: is.attempt,
                    status: is.status,
                    reason: is.reason.clone(),
                    failure,
                });
            }
        }
        let new = next.prompts.iter().filter(|(id, _)| !self.state.prompts.contains_key(*id));
        for (_, prompt) in new {
            self.shared.notice(&Notice::Asked { prompt: prompt.clone() });
        }
    }
}

async fn until(clock: &dyn Clock, deadline: Option<Timestamp>) {
    match deadline {
        None => std::future::pending().await,
        Some(deadline) => {
            let left = clock.now().duration_until(deadline);
            clock.sleep(Duration::try_from(left).unwrap_or_default()).await;
        }
    }
}

/// Returns when there are signals after number `seen`.
async fn arrived(
    clock: &dyn Clock,
    store: &dyn Store,
    id: &str,
    every: Option<Duration>,
    seen: u64,
) -> Result<(), StoreError> {
    let Some(every) = every else {
        return std::future::pending().await;
    };
    while store.signals(id, seen).await?.is_empty() {
        clock.sleep(every).await;
    }
    Ok(())
}

fn event_of(signal: Signal) -> Event {
    let Signal { wish, by, comment, .. } = signal;
    match wish {
        Wish::Answer { prompt, choice } => Event::Answered { prompt, choice, by, comment },
        Wish::Cancel => Event::CancelRequested { by, comment },
    }
}

fn events(entries: &[Entry]) -> impl Iterator<Item = (Timestamp, &Event)> {
    entries.iter().filter_map(|entry| match &entry.body {
        Body::Event { event } => Some((entry.at, event)),
        _ => None,
    })
}
