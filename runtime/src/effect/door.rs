//! The one door. Whatever a program does to the outside passes here, is judged here, and is journaled
//! here: the intent before the call, the outcome after it.
//!
//! ```text
//! new, pure or read:  ───────────────────────────► perform ─► outcome
//! new, mutating:      judge ─► intent ───────────► perform ─► outcome
//! cut off:            reconcile ─► (happened) ──────────────► outcome, adopted
//!                               ─► (absent) judge ─► intent ─► perform ─► outcome
//!                               ─► (undecided) ─────────────► outcome `unknown`
//! ```
//!
//! A call whose end nobody saw (`unknown`) is reconciled on the spot, by the same road. What is refused when it
//! is sent again, under the same token or because a person wants it, says nothing of the earlier call: that
//! stays `unknown`.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::policy::Rules;
use super::redact::Secrets;
use super::{Call, EffectError, Evidence, Finding, Key, Lane, Operation, Outcome, Reply, World};
use crate::clock::Clock;
use crate::journal::{Body, Step, Writer, canonical};
use crate::plan::suggest;
use crate::store::StoreError;

/// How often one effect is sent at most, rejections and lost replies together.
const MOST_ATTEMPTS: u32 = 8;
/// The pause before the second attempt after a definite, retryable rejection; doubles up to a minute.
const FIRST_BACKOFF: Duration = Duration::from_secs(2);

/// Everything needed to let effects out.
pub struct Door {
    /// The execution whose effects pass here.
    pub execution: String,
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
}

/// An effect that has been read and found well formed.
pub struct Prepared<'d> {
    operation: &'d dyn Operation,
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
pub enum Way {
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

impl Way {
    /// How often it was about to be sent, and when for the first time.
    fn past(self) -> (u32, Option<Timestamp>) {
        match self {
            Way::New => (0, None),
            Way::CutOff { attempts, intended_at } | Way::Again { attempts, intended_at } => {
                (attempts, Some(intended_at))
            }
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
    pub is_said: bool,
}

impl Settled {
    /// The end of an effect that was sent in this process, at this attempt.
    pub fn of(reply: Reply, attempt: u32) -> Settled {
        Settled { reply, attempt, adopted: false, intended_at: None, is_said: false }
    }
}

impl Door {
    /// Reads what a program asks for. An error means that nothing was asked of anybody: it goes straight
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
        self.secrets.hide_in(&mut shown);
        let key = Key::of(&self.execution, lane, position);
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
    /// see [`Door::record`]. Once it is `stopping`, nothing is sent any more, also not again; an effect
    /// that was cut off is still looked up. If nothing is found of that one, it is sent again, unless a
    /// person has `decided` about it meanwhile: then it stays `unknown`, and what they said counts.
    pub async fn send(
        &self,
        prepared: &Prepared<'_>,
        way: Way,
        journal: &Writer,
        stopping: &dyn Fn() -> bool,
        decided: &dyn Fn() -> bool,
    ) -> Result<Settled, StoreError> {
        let mut intended_at = way.past().1;
        let first = &mut intended_at;
        let mut settled = match way {
            Way::New if !prepared.step.class.needs_intent() => match self.judge(prepared).await {
                Ok(()) => Settled::of(prepared.operation.perform(&prepared.call).await, 0),
                Err(error) => Settled::of(Reply::failed(error), 0),
            },
            Way::New | Way::Again { .. } => {
                self.attempt(prepared, way, false, first, journal, stopping).await?
            }
            Way::CutOff { attempts, intended_at } => {
                match prepared.operation.reconcile(&prepared.call, intended_at).await {
                    Finding::Happened(reply) => {
                        Settled { adopted: true, ..Settled::of(reply, attempts) }
                    }
                    Finding::Undecided(evidence) => Settled::of(Reply::unknown(evidence), attempts),
                    Finding::Absent | Finding::Harmless if decided() => {
                        Settled::of(not_found(), attempts)
                    }
                    finding => {
                        let has_looked = finding == Finding::Absent;
                        self.attempt(prepared, way, has_looked, first, journal, stopping).await?
                    }
                }
            }
        };
        settled.intended_at = intended_at;
        self.hide(&mut settled.reply.outcome);
        Ok(settled)
    }

    /// Sends a mutating effect until it has a definite end, journaling each intent first. If it was sent
    /// before, nobody saw how that ended; `has_looked`: somebody has looked for it, and found nothing.
    /// `intended_at`: when it was about to be sent the first time, once it was.
    async fn attempt(
        &self,
        prepared: &Prepared<'_>,
        way: Way,
        mut has_looked: bool,
        intended_at: &mut Option<Timestamp>,
        journal: &Writer,
        stopping: &dyn Fn() -> bool,
    ) -> Result<Settled, StoreError> {
        let (mut attempts, _) = way.past();
        let (mut backoff, mut looks) = (FIRST_BACKOFF, 1);
        let mut in_doubt = attempts > 0;
        loop {
            let judged = self.judge(prepared).await;
            if stopping() {
                // That a repetition is harmless does not mean that nothing happened.
                let is_open = in_doubt && !has_looked;
                let reply = if is_open { left_open() } else { Reply::failed(cancelled()) };
                return Ok(Settled::of(reply, attempts));
            }
            match judged {
                Ok(()) => {}
                // The world was too busy to be looked at.
                Err(error) if error.retryable && looks < MOST_ATTEMPTS => {
                    looks += 1;
                    self.back_off(&mut backoff).await;
                    continue;
                }
                Err(error) => {
                    let is_open = in_doubt && !has_looked;
                    let reply =
                        if is_open { refused(&error, &Value::Null) } else { Reply::failed(error) };
                    let is_said =
                        matches!(way, Way::Again { attempts: before, .. } if before == attempts);
                    return Ok(Settled { is_said, ..Settled::of(reply, attempts) });
                }
            }
            attempts += 1;
            let body = Body::Intent { step: prepared.step.clone(), attempt: attempts };
            let at = journal.append(body).await?;
            let first = *intended_at.get_or_insert(at);
            let reply = prepared.operation.perform(&prepared.call).await;
            match &reply.outcome {
                Outcome::Failed { error } if error.retryable && attempts < MOST_ATTEMPTS => {
                    self.back_off(&mut backoff).await;
                    continue;
                }
                // In doubt, a refusal may only say that it is happening already.
                Outcome::Failed { .. } if in_doubt => {}
                Outcome::Ok { .. } | Outcome::Failed { .. } => {
                    return Ok(Settled::of(reply, attempts));
                }
                Outcome::Unknown { .. } => {}
            }
            match (prepared.operation.reconcile(&prepared.call, first).await, &reply.outcome) {
                (Finding::Happened(reply), _) => {
                    return Ok(Settled { adopted: true, ..Settled::of(reply, attempts) });
                }
                (Finding::Undecided(evidence), Outcome::Failed { error }) => {
                    return Ok(Settled::of(refused(error, &evidence.found), attempts));
                }
                (Finding::Undecided(evidence), _) => {
                    return Ok(Settled::of(Reply::unknown(evidence), attempts));
                }
                (finding, Outcome::Unknown { .. }) if attempts < MOST_ATTEMPTS => {
                    (in_doubt, has_looked) = (true, finding == Finding::Absent);
                    self.back_off(&mut backoff).await;
                }
                (_, Outcome::Unknown { evidence }) => {
                    let evidence = gave_up(evidence, attempts);
                    return Ok(Settled::of(Reply::unknown(evidence), attempts));
                }
                (Finding::Harmless, Outcome::Failed { error }) => {
                    return Ok(Settled::of(refused(error, &Value::Null), attempts));
                }
                (Finding::Absent | Finding::Harmless, _) => {
                    return Ok(Settled::of(reply, attempts));
                }
            }
        }
    }

    async fn back_off(&self, pause: &mut Duration) {
        self.clock.sleep(*pause).await;
        *pause = (*pause * 2).min(Duration::from_mins(1));
    }

    /// Policy: the operation itself for every class; what it would do for those that change anything.
    async fn judge(&self, prepared: &Prepared<'_>) -> Result<(), EffectError> {
        let name = &prepared.step.operation;
        self.rules.judge_operation(name)?;
        let what = prepared.operation.consequences(&prepared.call).await?;
        self.rules.judge(name, &what)
    }

    /// Journals how an effect ended; only then may the program see it.
    pub async fn record(
        &self,
        step: &Step,
        settled: &Settled,
        journal: &Writer,
    ) -> Result<(), StoreError> {
        let mut step = step.clone();
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
        journal.append(body).await.map(drop)
    }

    fn hide(&self, outcome: &mut Outcome) {
        match outcome {
            Outcome::Ok { value } => self.secrets.hide_in(value),
            Outcome::Failed { error } => {
                error.message = self.secrets.hide(&error.message);
                self.secrets.hide_in(&mut error.details);
            }
            Outcome::Unknown { evidence } => {
                evidence.message = self.secrets.hide(&evidence.message);
                self.secrets.hide_in(&mut evidence.found);
            }
        }
    }
}

/// The error code of an effect that was not sent because its execution is being cancelled.
pub const CANCELLED: &str = "Cancelled";

fn cancelled() -> EffectError {
    EffectError::new(CANCELLED, "the execution was cancelled before this was sent")
}

fn left_open() -> Reply {
    Reply::unknown(Evidence::new(
        "the execution was cancelled before it could be found out whether an earlier call happened",
    ))
}

/// The last call was refused, which says nothing of an earlier one. `found`: what a look at the world did.
fn refused(error: &EffectError, found: &Value) -> Reply {
    let message = format!(
        "an earlier call may have happened; sent again, it was refused: {}: {}",
        error.code, error.message
    );
    let found = json!({ "code": error.code, "details": error.details, "found": found });
    Reply::unknown(Evidence { message, found })
}

fn not_found() -> Reply {
    Reply::unknown(Evidence::new("nothing was found of it, and a person has decided already"))
}

fn gave_up(evidence: &Evidence, attempts: u32) -> Evidence {
    let message =
        format!("sent {attempts} times without an answer; the last: {}", evidence.message);
    Evidence { message, found: evidence.found.clone() }
}
