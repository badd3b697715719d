//! Walks one attempt of a wave from effect to effect: asks the program what it wants, replays or sends
//! it, journals how it ended, and hands the outcome back.
//!
//! Branches of `parallel` send side by side, but outcomes are journaled and handed over one after
//! another, in one order; replay hands them over in the same order.

use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use futures_util::StreamExt;
use futures_util::future::{self, LocalBoxFuture};
use futures_util::stream::FuturesUnordered;
use serde_json::Value;

use super::attempt::Attempt;
use super::counted::Counted;
use super::sent::Sent;
use super::shared::Shared;
use super::{question, retold};
use crate::effect::builtin::{ASK, REPLACE, ReplaceInput};
use crate::effect::door::{Attempted, CANCELLED, Halt, Passage, Prepared, Settled};
use crate::effect::lengths;
use crate::effect::waiting::OutOfPatience;
use crate::history::{End, Failure, Format, Lane, Outcome, Step};
use crate::journal::Mismatch;
use crate::journal::cursor::Next;
use crate::observe::Notice;
use crate::sandbox::{Ask, Program, Said, ScriptError, Spent, Vm};
use crate::store::StoreError;

/// Why an attempt could not be brought to any end.
pub(super) enum Broken {
    /// The journal cannot be written.
    Store(StoreError),
    /// The world could not be seen for too long.
    OutOfPatience(Box<OutOfPatience>),
    /// The program and its journal disagree.
    Mismatch(Box<Mismatch>),
}

impl From<Halt> for Broken {
    fn from(halt: Halt) -> Broken {
        match halt {
            Halt::Store(error) => Broken::Store(error),
            Halt::OutOfPatience(error) => Broken::OutOfPatience(error),
        }
    }
}

impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Broken {
        Broken::Store(error)
    }
}

/// An effect that has left, or a question that has been asked.
type Sending<'s> = LocalBoxFuture<'s, Result<Sent<'s>, Halt>>;

/// Runs an attempt to its end.
pub(super) async fn run(shared: Rc<Shared>, attempt: Attempt) -> Result<End, Broken> {
    let lane = Lane::of_wave(&attempt.wave, attempt.number);
    let mut program = match open(&shared, &attempt, &lane) {
        Ok(program) => program,
        Err(error) => {
            let uncertain = shared.past.borrow().is_cut_off(&lane);
            return Ok(End::Failed { failure: failure(error, uncertain, &attempt) });
        }
    };
    let mut walk = Walk {
        shared: &shared,
        attempt: &attempt,
        lane: &lane,
        refused: VecDeque::new(),
        replays: BTreeMap::new(),
        sending: FuturesUnordered::new(),
        busy: Rc::default(),
        out: Rc::default(),
        uncertain: false,
        spent: None,
    };
    let silent = shared.past.borrow().remains(&lane);
    let mut progress = program.begin(silent);
    loop {
        if let Some(ended) = progress.ended {
            return walk.end(ended).await;
        }
        for ask in progress.asks {
            walk.take(ask)?;
        }
        if let Some((spent, site)) = walk.spent.take() {
            progress = program.give_up(spent, &site);
            continue;
        }
        match walk.next().await? {
            Some(Delivery { lane, outcome, replayed }) => {
                progress = program.deliver(&lane, &outcome, replayed);
            }
            None => return Ok(walk.cancelled()),
        }
    }
}

fn open(shared: &Rc<Shared>, attempt: &Attempt, lane: &Lane) -> Result<Program, ScriptError> {
    let execution = &shared.execution;
    let mended = attempt.mend.as_ref().map(|mend| mend.of(&execution.bundle));
    let bundle = mended.as_ref().unwrap_or(&execution.bundle);
    let mut vm = Vm::open_as(execution.format, bundle, &attempt.limits, execution.seed)?;
    if shared.has_budgets() {
        vm = vm.among(&shared.pool);
    }
    *attempt.memory.borrow_mut() = Some(vm.remembered());
    let (teller, wave) = (Rc::clone(shared), attempt.wave.clone());
    let said = Rc::new(move |said: Said| teller.tell(&wave, said));
    vm.start(attempt.unit, lane.clone(), &attempt.context, said)
}

/// An outcome on its way back to the program.
struct Delivery {
    lane: Lane,
    outcome: Outcome,
    replayed: bool,
}

struct Walk<'s> {
    shared: &'s Shared,
    attempt: &'s Attempt,
    lane: &'s Lane,
    /// Asks that were not even well formed; their errors go straight back.
    refused: VecDeque<Delivery>,
    /// Recorded outcomes that the program waits for, by journal sequence.
    replays: BTreeMap<u64, Delivery>,
    sending: FuturesUnordered<Sending<'s>>,
    /// How many of `sending` are not questions.
    busy: Rc<Cell<usize>>,
    /// How many of them change something outside.
    out: Rc<Cell<usize>>,
    /// Whether an outcome was `unknown`.
    uncertain: bool,
    /// What of the journal is used up, and where the runbook asked for the effect that finds no room in it.
    spent: Option<(Spent, String)>,
}

impl<'s> Walk<'s> {
    fn stopping(&self) -> bool {
        *self.attempt.stop.borrow()
    }

    /// Takes what the program asks for: to be refused, replayed, or sent.
    fn take(&mut self, ask: Ask) -> Result<(), Broken> {
        let Ask { lane, position, operation, arguments, site } = ask;
        let is_bounded = self.shared.execution.format >= Format(5);
        let within = if is_bounded { lengths::check(&operation, &arguments) } else { Ok(()) };
        let prepare = || self.shared.door.prepare(&lane, position, &operation, &arguments, &site);
        let prepared = match within.and_then(|()| prepare()) {
            Ok(prepared) => prepared,
            Err(error) => {
                let replayed = self.shared.past.borrow().remains(self.lane);
                let outcome = Outcome::Failed { error };
                self.refused.push_back(Delivery { lane, outcome, replayed });
                return Ok(());
            }
        };
        let next = self.shared.past.borrow_mut().next(&prepared.step).map_err(Broken::Mismatch)?;
        let way = match next {
            Next::Replay { sequence, outcome } => {
                self.replays.insert(sequence, Delivery { lane, outcome, replayed: true });
                return Ok(());
            }
            Next::Perform if self.stopping() => return Ok(()),
            // What is journaled is replayed whatever a budget says; only what is new is held to it.
            Next::Perform
                if let Some(spent) = self.shared.spent(&self.attempt.wave, &prepared.step) =>
            {
                self.spent.get_or_insert((spent, prepared.step.site));
                return Ok(());
            }
            Next::Perform => Attempted::New,
            Next::Reconcile { attempts, intended_at } => {
                Attempted::CutOff { attempts, intended_at }
            }
        };
        match prepared.step.operation.as_str() {
            ASK => {
                let ask = question::ask(self.shared, self.attempt, prepared);
                self.sending.push(Box::pin(ask));
            }
            REPLACE => {
                let ask = question::replace(self.shared, self.attempt, prepared);
                self.sending.push(Box::pin(ask));
            }
            _ => self.send(prepared, way),
        }
        Ok(())
    }

    /// Sends an effect. One that changes nothing outside is dropped when the attempt is to stop.
    fn send(&self, prepared: Prepared<'s>, way: Attempted) {
        let needs_intent = prepared.step.class.needs_intent();
        let busy = Counted::new(&self.busy);
        let out = needs_intent.then(|| Counted::new(&self.out));
        let shared = self.shared;
        let mut stop = self.attempt.stop.subscribe();
        let watched = stop.clone();
        self.sending.push(Box::pin(async move {
            let decided = || question::is_decided(shared, &prepared.step, way);
            let passage = Passage { journal: &shared.journal, stop: watched, decided: &decided };
            let sent = shared.door.send(&prepared, way, &passage);
            let settled = if needs_intent {
                Some(sent.await?)
            } else {
                let stopped = stop.wait_for(|stop| *stop);
                match future::select(Box::pin(sent), Box::pin(stopped)).await {
                    future::Either::Left((settled, _)) => Some(settled?),
                    future::Either::Right(_) => None,
                }
            };
            drop((busy, out));
            if let (Attempted::CutOff { attempts, .. }, Some(settled)) = (way, &settled)
                && !matches!(settled.reply.outcome, Outcome::Unknown { .. })
            {
                question::found_out(shared, &prepared.step, attempts);
            }
            Ok(settled.map_or(Sent::Stopped, |settled| Sent::Ended(prepared, settled)))
        }));
    }

    /// The next outcome to hand over; `None` when the attempt was stopped.
    async fn next(&mut self) -> Result<Option<Delivery>, Broken> {
        if let Some(refused) = self.refused.pop_front() {
            return Ok(Some(refused));
        }
        if let Some((_, delivery)) = self.replays.pop_first() {
            self.uncertain |= matches!(delivery.outcome, Outcome::Unknown { .. });
            return Ok(Some(delivery));
        }
        loop {
            let idle = self.busy.get() == 0 && !self.sending.is_empty();
            let idle = idle.then(|| Counted::new(&self.shared.idle));
            let sent = self.sending.next().await;
            drop(idle);
            let Some(sent) = sent else { return Ok(None) };
            let (prepared, settled) = match sent? {
                Sent::Stopped => continue,
                Sent::Again(prepared, way) => {
                    self.send(prepared, way);
                    continue;
                }
                Sent::Ended(prepared, settled) => (prepared, settled),
            };
            let is_unknown = matches!(settled.reply.outcome, Outcome::Unknown { .. });
            let (shared, attempt) = (self.shared, self.attempt);
            let has_verdict =
                || question::verdict(shared, &prepared.step, settled.attempt).is_some();
            let may_ask = !self.stopping() && !settled.person_decided;
            if is_unknown && (may_ask || has_verdict()) {
                let decide = question::decide(shared, attempt, prepared, settled);
                self.sending.push(Box::pin(decide));
                continue;
            }
            let (door, step) = (&self.shared.door, prepared.step);
            door.record(&step, &settled, &self.shared.journal).await?;
            self.tell(&step, &settled);
            if let Outcome::Ok { value } = &settled.reply.outcome
                && step.operation == REPLACE
            {
                let asked = step.arguments.as_ref().unwrap_or(&Value::Null);
                let given_up = ReplaceInput::given_up(asked, value);
                self.shared.door.given_up.borrow_mut().extend(given_up);
            }
            let outcome = settled.reply.outcome;
            self.uncertain |= is_unknown;
            return Ok(Some(Delivery { lane: step.lane, outcome, replayed: false }));
        }
    }

    fn tell(&self, step: &Step, settled: &Settled) {
        self.shared.notice(&Notice::Effect {
            wave: self.attempt.wave.clone(),
            operation: step.operation.clone(),
            status: retold::word(&settled.reply.outcome),
            adopted: settled.adopted,
        });
    }

    /// The end of an attempt that returned, if there is room for its result beside those of the others.
    fn completed(&self, result: Value) -> End {
        let (shared, wave) = (self.shared, &self.attempt.wave);
        let taken = shared.returned.borrow_mut().take(wave, &result, &self.attempt.limits);
        match taken {
            Err(problem) if shared.has_budgets() => {
                let error = ScriptError::new("InvalidResult", problem);
                End::Failed { failure: failure(error, self.uncertain, self.attempt) }
            }
            _ => End::Completed { result },
        }
    }

    /// The end of an attempt that was stopped.
    fn cancelled(&self) -> End {
        End::Cancelled { details: self.attempt.knows() }
    }

    /// Whether the program left effects behind of which it did not see whether they happened. Only one
    /// that was poisoned can.
    fn is_cut_off(&self) -> bool {
        let unknown = |it: &Delivery| matches!(it.outcome, Outcome::Unknown { .. });
        self.out.get() > 0
            || self.replays.values().any(unknown)
            || self.shared.past.borrow().is_cut_off(self.lane)
    }

    /// A program that was poisoned may end before its branches: what they have sent is still seen to its
    /// end and journaled, or the journal would not say what it left in the world.
    async fn end(mut self, ended: Result<Value, ScriptError>) -> Result<End, Broken> {
        let (stopping, cut_off) = (self.stopping(), self.is_cut_off());
        self.attempt.stop.send_replace(true);
        self.replays.clear();
        self.refused.clear();
        while self.next().await?.is_some() {}
        let poisoned = ended.as_ref().is_err_and(|error| error.poisoned);
        if !poisoned && let Some(mismatch) = self.shared.past.borrow().leftover(self.lane) {
            return Err(Broken::Mismatch(mismatch));
        }
        Ok(match ended {
            Ok(result) => self.completed(result),
            Err(error) if stopping && error.code == CANCELLED => self.cancelled(),
            Err(error) => {
                let vouched = question::is_vouched_for(self.shared, self.lane);
                let uncertain = self.uncertain || cut_off || vouched;
                End::Failed { failure: failure(error, uncertain, self.attempt) }
            }
        })
    }
}

/// A failure that says nothing of what is known passes on what its predecessor knew.
fn failure(error: ScriptError, uncertain: bool, attempt: &Attempt) -> Failure {
    let mut failure = Failure { uncertain, ..Failure::from(error) };
    if failure.details.is_null() {
        failure.details = attempt.knows();
    }
    failure
}
