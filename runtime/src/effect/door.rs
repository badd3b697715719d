//! The one door. Whatever a program does to the outside passes here, is judged here, and is journaled
//! here: the intent before the call, the outcome after it.
//!
//! ```text
//! new, pure or read:  ───────────────────────────► perform ─► outcome
//! new, mutating:      judge ─► intent ─► (ours?) ► perform ─► outcome
//! cut off:            reconcile ─► (happened) ──────────────► outcome, adopted
//!                               ─► (absent) judge ─► intent ─► (ours?) ► perform ─► outcome
//!                               ─► (undecided) ─────────────► outcome `unknown`
//! not seen:           wait, and do the same again; out of patience, the runner stops
//! ```
//!
//! A call whose end was not seen (`unknown`) is reconciled on the spot, by the same road: `sending` walks it, and
//! [`verdict`](super::verdict) decides. What is refused when it is sent again, under the same token or because a
//! person wants it, says nothing of the earlier call: that stays `unknown`.
//!
//! `(ours?)`: after an intent was journaled nothing leaves unless the lease was certainly renewed a moment ago.

use std::cell::RefCell;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::watch;

use super::builtin::ReplaceInput;
use super::elapsed::Blind;
use super::launches::Launches;
use super::policy::{GivenUpBy, Rules};
use super::redact::Secrets;
use super::sending::Sending;
use super::waiting::{OutOfPatience, Waiting};
use super::{Call, Consequences, Operation, Origin, Replaced, Reply, Sight, World};
use crate::clock::Clock;
use crate::history::{Body, EffectError, Key, Lane, Outcome, Step, Unavailable, canonical};
use crate::journal::Writer;
use crate::observe::{Notice, Observer};
use crate::plan::suggest;
use crate::retry_budget::RetryBudget;
use crate::store::{Pulse, StoreError};

/// Everything needed to let effects out.
pub struct Door {
    /// The execution whose effects pass here.
    pub execution: String,
    /// What tells it from another one of the same id.
    pub nonce: String,
    /// What the keys of its effects derive from.
    pub identity: String,
    /// Where they go.
    pub world: Rc<dyn World>,
    /// The engine's own operations.
    pub builtins: Vec<Box<dyn Operation>>,
    /// What is refused.
    pub rules: Rules,
    /// What must not be journaled.
    pub secrets: Secrets,
    /// Whose time the back-off takes.
    pub clock: Arc<dyn Clock>,
    /// How long it waits for the end of the runner's own troubles.
    pub patience: RetryBudget,
    /// Whether the lease is certainly still ours: nothing leaves when it may not be.
    pub pulse: Pulse,
    /// The observer that is told what the door waits for.
    pub observer: Rc<dyn Observer>,
    /// The instances that the operator has given up by name, when the execution started.
    pub named: Vec<ReplaceInput>,
    /// The instances that people who were asked have given up in this execution.
    pub given_up: RefCell<Vec<ReplaceInput>>,
    /// The jobs that this execution has launched.
    pub launches: Launches,
    /// How long each wave could not see the world.
    pub blind: Blind,
    /// What calls of this process are about to launch, by their keys.
    pub held: RefCell<Vec<(Key, Origin, Vec<String>)>>,
}

/// What surrounds an effect on its way through the door.
pub struct Passage<'a> {
    /// Where its intents go.
    pub journal: &'a Writer,
    /// Whether its attempt is to stop.
    pub stop: watch::Receiver<bool>,
    /// Whether a person has decided about it meanwhile.
    pub decided: &'a dyn Fn() -> bool,
}

impl Passage<'_> {
    pub(super) fn is_stopping(&self) -> bool {
        *self.stop.borrow()
    }

    /// Lets time pass, unless the attempt is told to stop.
    pub(super) async fn sleep(&self, door: &Door, pause: Duration) {
        let mut stop = self.stop.clone();
        let stopped = pin!(stop.wait_for(|stop| *stop));
        select(door.clock.sleep(pause), stopped).await;
    }
}

/// Why an effect could not be brought to an end: the runner stops, and the journal is in order.
#[derive(Debug, thiserror::Error)]
pub enum Halt {
    /// The journal cannot be written.
    #[error(transparent)]
    Store(StoreError),
    /// The world could not be seen for too long.
    #[error(transparent)]
    OutOfPatience(Box<OutOfPatience>),
}

/// An effect that has been read and found well formed.
pub struct Prepared<'d> {
    pub(super) operation: &'d dyn Operation,
    /// The request as the operation sees it.
    pub call: Call,
    /// How the journal writes it.
    pub step: Step,
}

impl Prepared<'_> {
    /// What it returns, as an example: see [`Operation::returns`].
    pub fn returns(&self) -> Option<&'static str> {
        self.operation.returns()
    }
}

/// What is known of an effect that is about to be sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Attempted {
    /// It is new.
    New,
    /// It was about to be sent when the process died: find out first.
    CutOff {
        /// How often it was about to be sent.
        attempts: u32,
        /// When it was about to be sent the first time.
        intended_at: Timestamp,
    },
    /// A person wants it sent once more.
    Again {
        /// How often it was sent.
        attempts: u32,
        /// When it was about to be sent the first time.
        intended_at: Timestamp,
    },
}

impl Attempted {
    /// How often it was about to be sent, and when for the first time.
    pub(super) fn past(self) -> (u32, Option<Timestamp>) {
        match self {
            Attempted::New => (0, None),
            Attempted::CutOff { attempts, intended_at }
            | Attempted::Again { attempts, intended_at } => (attempts, Some(intended_at)),
        }
    }
}

/// An effect that has ended but is not journaled yet.
pub struct Settled {
    /// How it ended, without secrets.
    pub reply: Reply,
    /// Which intent it belongs to; 0 if there was none.
    pub attempt: u32,
    /// Whether an earlier call was adopted.
    pub adopted: bool,
    /// When it was about to be sent the first time; `None` if it never was.
    pub intended_at: Option<Timestamp>,
    /// Whether a person has had their say: they wanted it sent again, and it was not let out.
    pub person_decided: bool,
}

impl Settled {
    /// The end of an effect that was sent in this process, at this attempt.
    pub fn of(reply: Reply, attempt: u32) -> Settled {
        Settled { reply, attempt, adopted: false, intended_at: None, person_decided: false }
    }
}

impl Door {
    /// Reads what a program asks for. An error means that nothing was asked of the world: it goes straight
    /// back to the program and is the same in every replay.
    pub fn prepare(
        &self,
        lane: &Lane,
        position: u32,
        operation: &str,
        arguments: &Value,
        site: &str,
    ) -> Result<Prepared<'_>, EffectError> {
        let own = self.builtins.iter().find(|known| known.name() == operation);
        let known = own.map(Box::as_ref).or_else(|| self.world.operation(operation));
        let found = known.ok_or_else(|| self.no_such(operation))?;
        let arguments = found.check(arguments)?;
        let mut shown = arguments.clone();
        self.secrets.hide_in_arguments(&mut shown);
        let key = Key::of(&self.identity, lane, position);
        let step = Step {
            lane: lane.clone(),
            position,
            operation: operation.to_owned(),
            class: found.class(),
            hash: canonical::hash(&shown),
            key: key.clone(),
            site: site.to_owned(),
            arguments: Some(shown),
        };
        let root = lane.root();
        let wave = root.as_str().split('#').next().unwrap_or_default().to_owned();
        let call = Call {
            execution: self.execution.clone(),
            nonce: self.nonce.clone(),
            wave,
            lane: lane.clone(),
            position,
            operation: operation.to_owned(),
            arguments,
            key,
        };
        Ok(Prepared { operation: found, call, step })
    }

    fn no_such(&self, operation: &str) -> EffectError {
        let nearest = suggest::nearest(operation, self.world.names());
        let hint = nearest.map(|name| format!(", did you mean `{name}`?")).unwrap_or_default();
        let message = format!("there is no operation `{operation}`{hint}");
        EffectError::new("UnknownOperation", message)
    }

    /// Lets a prepared effect out, or finds out what became of it. What it returns is not journaled yet:
    /// see [`Door::record`]. Once the passage is stopping, nothing is sent any more, also not again; an effect
    /// that was cut off is still looked up. If nothing is found of that one, it is sent again, unless a
    /// person has decided about it meanwhile: then it stays `unknown`, and what they said counts.
    pub async fn send(
        &self,
        prepared: &Prepared<'_>,
        way: Attempted,
        passage: &Passage<'_>,
    ) -> Result<Settled, Halt> {
        let mut settled = if way == Attempted::New && !prepared.step.class.needs_intent() {
            self.read(prepared, passage).await?
        } else {
            Sending::new(self, prepared, passage, way).run().await?
        };
        self.secrets.hide_in_outcome(&mut settled.reply.outcome);
        Ok(settled)
    }

    /// Performs what changes nothing, as often as it takes to see an answer.
    async fn read(&self, prepared: &Prepared<'_>, passage: &Passage<'_>) -> Result<Settled, Halt> {
        let mut waiting = Waiting::new(self.patience.world);
        let sight = self.world.sight(&prepared.call.key);
        loop {
            waiting.look(self.clock.monotonic());
            let reply = match self.judge(prepared).await {
                Ok(_) => self.watch(prepared, &sight, &mut waiting).await,
                Err(error) => Reply::failed(error),
            };
            match &reply.outcome {
                Outcome::Failed { error } if error.unavailable.is_some() => {
                    self.wait(&mut waiting, prepared, error, passage).await?;
                }
                _ => {
                    self.seen_again(&mut waiting, prepared);
                    return Ok(Settled::of(reply, 0));
                }
            }
        }
    }

    /// Performs what may look again and again. What it sees on its way ends the trouble there and then.
    async fn watch(&self, prepared: &Prepared<'_>, sight: &Sight, waiting: &mut Waiting) -> Reply {
        let mut perform = pin!(prepared.operation.perform(&prepared.call));
        let reply = loop {
            match select(perform.as_mut(), pin!(sight.news())).await {
                Either::Left((reply, _)) => break reply,
                Either::Right(_) if sight.looking_since().is_none() => {
                    self.seen_again(waiting, prepared);
                }
                Either::Right(_) => {}
            }
        };
        if let Some(since) = sight.looking_since() {
            waiting.look(since);
        }
        reply
    }

    /// Waits for the end of trouble that kept an effect from being seen, and says so.
    pub(super) async fn wait(
        &self,
        waiting: &mut Waiting,
        prepared: &Prepared<'_>,
        error: &EffectError,
        passage: &Passage<'_>,
    ) -> Result<(), Halt> {
        let now = self.clock.monotonic();
        let (operation, unavailable) =
            (prepared.step.operation.clone(), error.unavailable.unwrap_or(Unavailable::Network));
        let pause = waiting.pause(now);
        let waited = waiting.waited(now);
        let mut error = error.clone();
        self.secrets.hide_in_error(&mut error);
        let message = format!("{}: {}", error.code, error.message);
        let Some(pause) = pause else {
            return Err(Halt::OutOfPatience(Box::new(OutOfPatience {
                operation,
                unavailable,
                error,
                waited,
            })));
        };
        if waiting.tells(now) {
            let (wave, patience) = (prepared.call.wave.clone(), self.patience.world);
            let notice =
                Notice::Waiting { wave, operation, unavailable, message, waited, patience };
            self.observer.notice(self.clock.now(), &notice);
        }
        passage.sleep(self, pause).await;
        Ok(())
    }

    /// The world answers again.
    pub(super) fn seen_again(&self, waiting: &mut Waiting, prepared: &Prepared<'_>) {
        let now = self.clock.monotonic();
        let Some((waited, told)) = waiting.over(now) else { return };
        self.blind.add(&prepared.call.lane, now, waited);
        if !told {
            return;
        }
        let (wave, operation) = (prepared.call.wave.clone(), prepared.step.operation.clone());
        let notice = Notice::WentOn { wave, operation, waited };
        self.observer.notice(self.clock.now(), &notice);
    }

    /// Policy: the operation itself for every class; what it would do for those that change anything. Returns
    /// the servers that it would launch.
    pub(super) async fn judge(&self, prepared: &Prepared<'_>) -> Result<Vec<String>, EffectError> {
        self.rules.judge_operation(&prepared.step.operation)?;
        refuse_secrets(prepared)?;
        let mut what = self.look(prepared).await?;
        let (class, call) = (prepared.step.class, &prepared.call);
        // A person takes their time: what they were shown is not what is there by then.
        if class.needs_intent() && self.world.consent(class, call, &what).await? {
            what = self.look(prepared).await?;
        }
        let launches = what.touches.into_iter().filter(|touch| touch.launch.is_some());
        Ok(launches.map(|touch| touch.what.id().to_owned()).collect())
    }

    /// Looks at what a call would do, and lets it pass or refuses it.
    async fn look(&self, prepared: &Prepared<'_>) -> Result<Consequences, EffectError> {
        let mut what = prepared.operation.consequences(&prepared.call).await?;
        self.launches.add(&prepared.call, &mut what);
        self.add_held(&prepared.call, &mut what);
        let given_up = |server: &str, instance: &str| {
            let is_it =
                |known: &ReplaceInput| known.server == server && known.instance_id == instance;
            let is_named = self.named.iter().any(is_it);
            let is_answered = || self.given_up.borrow().iter().any(is_it);
            let answered = || is_answered().then_some(GivenUpBy::Answer);
            is_named.then_some(GivenUpBy::Name).or_else(answered)
        };
        self.rules.judge(&prepared.call, &what, &given_up)?;
        Ok(what)
    }

    /// Adds what other waves are about to launch in this process: the world does not show it yet.
    fn add_held(&self, call: &Call, what: &mut Consequences) {
        let held = self.held.borrow();
        for touch in &mut what.touches {
            let Some(launch) = &mut touch.launch else { continue };
            let others = held.iter().filter(|(key, origin, servers)| {
                *key != call.key
                    && origin.wave != call.wave
                    && servers.iter().any(|server| server == touch.what.id())
            });
            launch.replaces.extend(others.map(|(_, origin, _)| Replaced {
                instance: String::new(),
                job: String::new(),
                drill: launch.drill,
                origin: Some(origin.clone()),
                is_hidden: false,
            }));
        }
    }

    /// A call that was judged is about to launch these servers, until it is let go.
    pub(super) fn hold(&self, call: &Call, servers: Vec<String>) {
        self.let_go(&call.key);
        if !servers.is_empty() {
            let origin = Origin {
                execution: call.execution.clone(),
                nonce: call.nonce.clone(),
                wave: call.wave.clone(),
            };
            self.held.borrow_mut().push((call.key.clone(), origin, servers));
        }
    }

    /// The call with this key has ended.
    pub(super) fn let_go(&self, key: &Key) {
        self.held.borrow_mut().retain(|(held, ..)| held != key);
    }

    /// What the store takes is no time of the wave.
    pub(super) async fn unhurried<T>(&self, lane: &Lane, waits: impl Future<Output = T>) -> T {
        self.blind.during(lane, self.clock.as_ref(), waits).await
    }

    /// Journals how an effect ended; only then may the program see it.
    pub async fn record(
        &self,
        step: &Step,
        settled: &Settled,
        journal: &Writer,
    ) -> Result<(), StoreError> {
        self.launches.note(step, &settled.reply.outcome);
        let (mut step, lane) = (step.clone(), step.lane.clone());
        if settled.attempt > 0 {
            step.arguments = None;
        }
        let body = Body::Outcome {
            step,
            attempt: settled.attempt,
            outcome: settled.reply.outcome.clone(),
            request_id: settled.reply.request_id.clone(),
            adopted: settled.adopted,
        };
        self.unhurried(&lane, journal.append(body)).await.map(drop)
    }
}

/// What is kept where others read it holds no secret: journaled it would be hidden, and read it is not.
fn refuse_secrets(prepared: &Prepared<'_>) -> Result<(), EffectError> {
    let is_hidden = || prepared.step.arguments.as_ref() != Some(&prepared.call.arguments);
    if prepared.operation.is_kept() && is_hidden() {
        let message = format!(
            "`{}` was given the value of a secret param, which nothing keeps in the open",
            prepared.step.operation
        );
        return Err(EffectError::new("SecretRefused", message));
    }
    Ok(())
}

/// The error code of an effect that was not sent because its execution is being cancelled.
pub const CANCELLED: &str = "Cancelled";
