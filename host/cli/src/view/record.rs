//! An execution as the store has it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use moontide_control::clocks::SystemClock;
use moontide_control::error::{CommandError, Result};
use moontide_runtime::clock::Clock;
use moontide_runtime::journal::{Body, Entry, Execution, Format};
use moontide_runtime::plan::{Mode, suggest};
use moontide_runtime::scheduler::graph::{Node, Turn};
use moontide_runtime::scheduler::{
    Choice, Event, ExecutionStatus, Graph, Prompt, PromptKind, Refusal, State, WaveState,
    WaveStatus, Wish, limited, machine, machine_ahead,
};
use moontide_runtime::store::obligations::What;
use moontide_runtime::store::{LeaseRecord, Obligation, Seal, Signal, Store, StoreError};

use super::closing::{self, Closing, Closings};
use super::{refused, signal};
use crate::commands::cleanup::begun::Begun;
use crate::commands::cleanup::launched::Launched;

/// Head and journal, the state that the journal adds up to, who drives it and what they will find.
pub(crate) struct Record {
    /// What runs.
    pub(crate) execution: Execution,
    /// What has happened.
    pub(crate) entries: Vec<Entry>,
    /// Which of the journaled signals were refused, and why, by the entry's sequence.
    pub(crate) refused: BTreeMap<u64, Refusal>,
    /// Who drives it, unless they are known to be dead, or it is over.
    pub(crate) runner: Option<String>,
    /// The lease under which they do.
    pub(crate) lease: Option<LeaseRecord>,
    /// Signals that nobody has taken yet, in the order in which they will be.
    pub(crate) pending: Vec<Pending>,
    /// The nodes of its plan.
    pub(crate) graph: Graph,
    /// Where it stands.
    pub(crate) state: State,
    /// Where it will stand once the pending signals are taken, and silence has answered what is overdue.
    pub(crate) ahead: State,
    /// Where the next signal finds it: behind those that are pending, and where it has not begun, before it does.
    pub(crate) behind: State,
    /// Whether it is a drill that is over, whose instances may live.
    pub(crate) has_instances: bool,
    /// What has become of it in this store.
    pub(crate) seal: Option<Seal>,
    /// What is to be done after its end.
    pub(crate) obligation: Option<Obligation>,
    /// The executions that have what the door has refused to this one, as they stand in this store.
    pub(crate) owners: BTreeMap<String, Owner>,
    /// What operators have changed about its limits.
    pub(crate) limits: BTreeMap<String, String>,
    /// What closed each prompt that is open no more, or will.
    closings: Closings,
}

/// A signal that waits for a runner.
pub(crate) struct Pending {
    /// Its number in the store.
    pub(crate) number: u64,
    /// What it wants.
    pub(crate) signal: Signal,
    /// Why it will be refused.
    pub(crate) refusal: Option<Refusal>,
}

/// How an execution stands that has what another one wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// It is not over: no cleanup is taken yet.
    GoesOn,
    /// It is a drill that is over, whose instances may live.
    HasInstances,
    /// There is nothing for a cleanup to do.
    IsClean,
    /// It goes on in another store.
    Moved(String),
}

impl Owner {
    fn of(other: &Record) -> Owner {
        match other.moved_to() {
            Some(to) => Owner::Moved(to.to_owned()),
            None if !other.is_over() => Owner::GoesOn,
            None if other.has_instances => Owner::HasInstances,
            None => Owner::IsClean,
        }
    }
}

impl Record {
    /// Loads an execution. An unknown id is answered with the one that was probably meant.
    pub(crate) async fn load(store: &dyn Store, id: &str) -> Result<Record> {
        let mut record = Record::load_alone(store, id).await?;
        for owner in refused::owners(&record) {
            // What cannot be read is as if it were in another store.
            if let Ok(other) = Record::load_alone(store, &owner).await {
                record.owners.insert(owner, Owner::of(&other));
            }
        }
        Ok(record)
    }

    /// The same, without a look at others.
    async fn load_alone(store: &dyn Store, id: &str) -> Result<Record> {
        let execution = match store.execution(id).await {
            Ok(execution) => execution,
            Err(error @ StoreError::NotFound(_)) => return Err(unknown(store, id, error).await),
            Err(error) => return Err(error.into()),
        };
        execution
            .format
            .readable()
            .map_err(|source| StoreError::Format { place: format!("execution {id}"), source })?;
        let entries = store.journal(id, 1).await?;
        let seal = match store.archive() {
            Some(archive) => archive.seal(id).await?,
            None => None,
        };
        let limits = limited(&entries);
        let graph = Graph::of(&execution);
        let mut closings = Closings::new();
        let (state, refused) = fold(&graph, &entries, &mut closings);
        let signals = store.signals(id, last_signal(&entries)).await?;
        let is_left = state.status().is_terminal() || is_left(store, &execution).await?;
        let (behind, ahead, pending) = look_ahead(
            &graph,
            &state,
            (execution.created_at, is_left.then(|| now(&entries))),
            signals,
            &mut closings,
        );
        let (runner, lease, has_instances) = (None, None, false);
        let mut record = Record {
            execution,
            entries,
            refused,
            runner,
            lease,
            pending,
            graph,
            state,
            ahead,
            behind,
            has_instances,
            seal,
            obligation: None,
            owners: BTreeMap::new(),
            limits,
            closings,
        };
        record.obligation = record.what_is_owed(store).await?;
        // Whoever drove it to its end may have died before giving the lease back.
        if record.is_over() || record.seal.is_some() {
            record.has_instances = record.is_to_be_cleaned_up(store).await?;
        } else {
            record.lease = kept(store, id).await?;
            record.runner = record.lease.as_ref().map(|lease| lease.holder.clone());
        }
        Ok(record)
    }

    /// The number of the last signal that is known here, taken or waiting.
    pub(crate) fn heard(&self) -> u64 {
        let waiting = self.pending.iter().map(|it| it.number).max();
        last_signal(&self.entries).max(waiting.unwrap_or_default())
    }

    /// Its obligation, unless that has left for another store with it.
    async fn what_is_owed(&self, store: &dyn Store) -> Result<Option<Obligation>> {
        let Execution { mode, acts_for, .. } = &self.execution;
        let is_moved = matches!(self.seal, Some(Seal::Moved(_)));
        if *mode != Mode::Drill || acts_for.is_some() || is_moved {
            return Ok(None);
        }
        Ok(Obligation::of(store, &self.execution, What::Cleanup).await?)
    }

    /// Whether a drill has launched something of which no cleanup knows that it is gone.
    async fn is_to_be_cleaned_up(&self, store: &dyn Store) -> Result<bool> {
        let Execution { id, mode, acts_for, regions, .. } = &self.execution;
        if *mode != Mode::Drill || acts_for.is_some() {
            return Ok(false);
        }
        let home = regions.first().map(String::as_str).unwrap_or_default();
        for launched in Launched::by_region(&self.entries, home) {
            let last = Begun::of(store, id).await?.last_in(launched.region());
            let Some(cleanup) = last.filter(|cleanup| launched.is_known_to(cleanup)) else {
                return Ok(true);
            };
            if !is_completed(store, &cleanup).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The prompt of the person who has paused it, or will have when the pending signals are taken.
    pub(crate) fn hold(&self) -> Option<&Prompt> {
        self.ahead.prompts.values().find(|prompt| prompt.kind == PromptKind::Hold)
    }

    /// The signal that opened that prompt: the last pause that was, or will be, taken.
    pub(crate) fn pause(&self) -> Option<&Signal> {
        let taken = self.entries.iter().filter_map(|entry| match &entry.body {
            Body::Event { event: Event::Signalled { signal, .. } } => {
                (!self.refused.contains_key(&entry.sequence)).then_some(signal)
            }
            _ => None,
        });
        let pending = self.pending.iter().filter(|pending| pending.refusal.is_none());
        let mut signals = taken.chain(pending.map(|pending| &pending.signal)).rev();
        self.hold().and(signals.find(|signal| signal.wish == Wish::Pause))
    }

    /// Where it stands as a whole.
    pub(crate) fn status(&self) -> ExecutionStatus {
        self.state.status()
    }

    /// Where it goes on, if it was moved from this store.
    pub(crate) fn moved_to(&self) -> Option<&str> {
        match &self.seal {
            Some(Seal::Moved(moved)) => Some(&moved.to),
            _ => None,
        }
    }

    /// Whether there is nothing left to drive, nor to take: a skip of what failed last ends it another way.
    pub(crate) fn is_over(&self) -> bool {
        let decides = |wish: &Wish| matches!(wish, Wish::Retry { .. } | Wish::Skip { .. });
        let is_decided =
            self.pending.iter().any(|it| it.refusal.is_none() && decides(&it.signal.wish));
        self.status().is_terminal() && self.ahead.status().is_terminal() && !is_decided
    }

    /// The answer that silence has given to a prompt, and when, if nobody has noticed yet.
    pub(crate) fn overdue(&self, asked: &str) -> Option<(&Choice, Timestamp)> {
        let deadline = self.state.prompts.get(asked)?.deadline?;
        let choice = self.closed_by(asked).filter(|closing| closing.entry.is_none())?.silence()?;
        Some((choice, deadline))
    }

    /// Whether the time of a prompt is over by this machine's clock.
    pub(crate) fn is_past(&self, prompt: &Prompt) -> bool {
        prompt.deadline.is_some_and(|end| end <= now(&self.entries))
    }

    /// What becomes of one more signal behind those that are pending.
    pub(crate) fn would_take(&self, signal: &Signal) -> Result<(), Refusal> {
        take(&self.graph, &self.behind, signal).map(drop)
    }

    /// Why the signal with this number was refused, or will be.
    pub(crate) fn refusal_of(&self, number: u64) -> Option<Refusal> {
        let ahead = self.pending.iter().find(|pending| pending.number == number);
        if let Some(pending) = ahead {
            return pending.refusal.clone();
        }
        let entry = self.entries.iter().find(|entry| match &entry.body {
            Body::Event { event: Event::Signalled { number: taken, .. } } => *taken == Some(number),
            _ => false,
        });
        self.refused.get(&entry?.sequence).cloned()
    }

    /// The answers that somebody has left for a prompt, and that will be taken.
    pub(crate) fn answers_to(&self, asked: &str) -> Vec<(&str, &Signal)> {
        let taken = self.pending.iter().filter(|pending| pending.refusal.is_none());
        taken.filter_map(|pending| signal::answer_to(asked, &pending.signal)).collect()
    }

    /// What closed a prompt, or will.
    pub(crate) fn closed_by(&self, asked: &str) -> Option<&Closing> {
        if self.ahead.prompts.contains_key(asked) {
            return None;
        }
        self.closings.get(asked)
    }

    /// The waves and hooks that are worth a line: not the hooks of a cancel that never came.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = (usize, &Node, &WaveState)> {
        let pairs = self.graph.nodes().iter().zip(&self.state.waves);
        let all = pairs.enumerate().map(|(at, (node, wave))| (at, node, wave));
        all.filter(|(_, node, wave)| !(is_of_cancel(node) && wave.attempt == 0))
    }
}

/// Whether all waves of a cleanup are completed. One that was skipped has looked at nothing.
pub(crate) async fn is_completed(store: &dyn Store, cleanup: &Execution) -> Result<bool> {
    let entries = store.journal(&cleanup.id, 1).await?;
    let (state, _) = fold(&Graph::of(cleanup), &entries, &mut Closings::new());
    let is_done = |wave: &WaveState| wave.status == WaveStatus::Completed;
    Ok(state.waves.iter().all(is_done))
}

/// Whether a node runs only after a cancel.
fn is_of_cancel(node: &Node) -> bool {
    matches!(node.turn, Turn::AfterCancel { .. })
}

/// The state that a journal adds up to, and what was refused on the way.
fn fold(
    graph: &Graph,
    entries: &[Entry],
    closings: &mut Closings,
) -> (State, BTreeMap<u64, Refusal>) {
    let (mut state, mut refused) = (State::new(graph), BTreeMap::new());
    for entry in entries {
        let Body::Event { event } = &entry.body else { continue };
        match machine::apply(graph, state.clone(), entry.at, event) {
            Ok((next, _)) => {
                closing::note(closings, (&state, &next), event, Some(entry.sequence));
                state = next;
            }
            Err(refusal) => drop(refused.insert(entry.sequence, refusal)),
        }
    }
    (state, refused)
}

/// The time, by this machine's clock, set right as the last runner's was: an execution in a file is driven and
/// answered on one machine.
pub(crate) fn now(entries: &[Entry]) -> Timestamp {
    let now = SystemClock::new().now();
    let ahead = SignedDuration::from_millis(machine_ahead(entries));
    now.checked_sub(ahead).unwrap_or(now)
}

/// What the pending signals will lead to: the next runner begins, and takes one after another. Silence has answered
/// by `silent_at`, if a clock says so at all.
fn look_ahead(
    graph: &Graph,
    state: &State,
    (created_at, silent_at): (Timestamp, Option<Timestamp>),
    signals: Vec<(u64, Signal)>,
    closings: &mut Closings,
) -> (State, State, Vec<Pending>) {
    // What is not open yet gets its time from whoever opens it. A clock that goes ahead ends nothing earlier.
    let is_over = |prompt: &Prompt, at: Timestamp| {
        let journaled = state.prompts.get(&prompt.id).and_then(|prompt| prompt.deadline);
        let end = journaled.filter(|end| journaled == prompt.deadline && *end <= at);
        end.is_some_and(|end| silent_at.is_some_and(|now| end <= now))
    };
    let mut ahead = state.clone();
    let mut pending = Vec::new();
    for (number, signal) in signals {
        ahead = timed_out(graph, ahead, signal.at, closings, |prompt| {
            signal.wish.answers(prompt) && is_over(prompt, signal.at)
        });
        let refusal = match take(graph, &ahead, &signal) {
            Ok(next) => {
                let event = Event::Signalled {
                    signal: signal.clone(),
                    number: Some(number),
                    refused: None,
                };
                closing::note(closings, (&ahead, &next), &event, None);
                ahead = next;
                None
            }
            Err(refusal) => Some(refusal),
        };
        pending.push(Pending { number, signal, refusal });
    }
    if let Some(now) = silent_at {
        ahead = timed_out(graph, ahead, now, closings, |prompt| is_over(prompt, now));
    }
    // A runner takes what waits before it begins.
    let begun = machine::apply(graph, ahead.clone(), created_at, &Event::Started);
    match begun {
        Ok((begun, _)) => (ahead, begun, pending),
        Err(_) => (ahead.clone(), ahead, pending),
    }
}

/// The state once silence has answered those prompts whose time is over.
fn timed_out(
    graph: &Graph,
    mut state: State,
    at: Timestamp,
    closings: &mut Closings,
    is_over: impl Fn(&Prompt) -> bool,
) -> State {
    let expired: Vec<Prompt> = state.prompts.values().filter(|it| is_over(it)).cloned().collect();
    for Prompt { id: prompt, .. } in expired {
        let event = Event::TimedOut { prompt };
        if let Ok((next, _)) = machine::apply(graph, state.clone(), at, &event) {
            closing::note(closings, (&state, &next), &event, None);
            state = next;
        }
    }
    state
}

fn take(graph: &Graph, state: &State, signal: &Signal) -> Result<State, Refusal> {
    // As one that comes through the store, whatever its number.
    let event = Event::Signalled { signal: signal.clone(), number: Some(0), refused: None };
    machine::apply(graph, state.clone(), signal.at, &event).map(|(next, _)| next)
}

/// The number of the last signal that a runner has taken.
fn last_signal(entries: &[Entry]) -> u64 {
    let number = |(_, event)| match event {
        &Event::Signalled { number, .. } => number,
        _ => None,
    };
    events(entries).filter_map(number).max().unwrap_or_default()
}

/// Whether its last runner has left in good order, so that silence answers by the clock. One that is there says
/// itself what silence means, and after one that was cut off the next one gives a last word.
async fn is_left(store: &dyn Store, execution: &Execution) -> Result<bool> {
    let lease = store.lease(&execution.id).await?;
    Ok(match lease.filter(|lease| !lease.is_free()) {
        None => true,
        // There was no last word then.
        Some(lease) if execution.format < Format(5) => {
            store.holder_is_gone(&execution.id, &lease).await?
        }
        Some(_) => false,
    })
}

/// Who drives the execution, unless they are known to be dead.
pub(crate) async fn alive(store: &dyn Store, execution: &str) -> Result<Option<String>> {
    Ok(kept(store, execution).await?.map(|lease| lease.holder))
}

/// The lease of who drives the execution, unless they are known to be dead.
pub(crate) async fn kept(store: &dyn Store, execution: &str) -> Result<Option<LeaseRecord>> {
    let lease = store.lease(execution).await?.filter(|lease| !lease.is_free());
    Ok(match lease {
        Some(lease) if !store.holder_is_gone(execution, &lease).await? => Some(lease),
        _ => None,
    })
}

/// The events of a journal and when they happened.
pub(crate) fn events(entries: &[Entry]) -> impl Iterator<Item = (Timestamp, &Event)> {
    entries.iter().filter_map(|entry| match &entry.body {
        Body::Event { event } => Some((entry.at, event)),
        Body::Intent { .. } | Body::Outcome { .. } => None,
    })
}

async fn unknown(store: &dyn Store, id: &str, error: StoreError) -> CommandError {
    let complaint = CommandError::from(error);
    let Ok(listed) = store.list().await else { return complaint };
    let ids = || listed.iter().map(|listed| listed.id.as_str());
    match suggest::nearest(id, ids()) {
        Some(nearest) => {
            CommandError { hints: vec![format!("did you mean `{nearest}`?").into()], ..complaint }
        }
        None => complaint,
    }
}
