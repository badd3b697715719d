//! One mutating effect on its way out: judged, intended, sent, looked for, until it has an end.
//!
//! What follows from what is [`decide`](super::verdict::decide)d; here is what has to be awaited in between.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::door::{Attempted, CANCELLED, Door, Halt, Passage, Prepared, Settled};
use super::verdict::{Heard, Known, Looked, Verdict, decide};
use super::waiting::{NO_BLIP, Waiting};
use super::{Finding, Reply};
use crate::backoff::Backoff;
use crate::history::{Body, EffectError, Evidence, Outcome, Unavailable};
use crate::observe::Notice;

/// How often one effect is sent at most, rejections and lost replies together.
const MOST_ATTEMPTS: u32 = 8;
/// The pause before the second attempt after a definite, retryable rejection; doubles up to [`LONGEST_BACKOFF`].
const FIRST_BACKOFF: Duration = Duration::from_secs(2);
/// No pause is longer.
const LONGEST_BACKOFF: Duration = Duration::from_mins(1);
/// What a rule was told of the world is old after so long.
const JUDGED_FOR: Duration = Duration::from_secs(3);

/// One effect, between its first look outside and its end.
pub(super) struct Sending<'a> {
    door: &'a Door,
    prepared: &'a Prepared<'a>,
    passage: &'a Passage<'a>,
    way: Attempted,
    /// How often it was about to be sent.
    attempts: u32,
    /// When it was about to be sent the first time.
    intended_at: Option<Timestamp>,
    /// Whether the end of a call was not seen.
    in_doubt: bool,
    /// Whether it was looked for since, long enough, and not found.
    is_absent: bool,
    /// How often this process has sent it.
    sent: u32,
    backoff: Backoff,
    waiting: Waiting,
}

impl Drop for Sending<'_> {
    fn drop(&mut self) {
        self.door.let_go(&self.prepared.call.key);
    }
}

impl<'a> Sending<'a> {
    pub(super) fn new(
        door: &'a Door,
        prepared: &'a Prepared<'a>,
        passage: &'a Passage<'a>,
        way: Attempted,
    ) -> Sending<'a> {
        let (attempts, intended_at) = way.past();
        Sending {
            door,
            prepared,
            passage,
            way,
            attempts,
            intended_at,
            in_doubt: attempts > 0,
            is_absent: false,
            sent: 0,
            backoff: Backoff::doubling(FIRST_BACKOFF, LONGEST_BACKOFF),
            waiting: Waiting::new(door.patience.world),
        }
    }

    /// Brings it to its end.
    pub(super) async fn run(mut self) -> Result<Settled, Halt> {
        let mut settled = self.walk().await?;
        settled.intended_at = self.intended_at;
        Ok(settled)
    }

    async fn walk(&mut self) -> Result<Settled, Halt> {
        let mut reply = Reply::unknown(Evidence::new("its runner died before it saw a reply"));
        let mut found = Finding::Harmless;
        let mut verdict = match self.way {
            // A person who wants it sent again may not see what the world shows by now.
            Attempted::CutOff { .. } | Attempted::Again { .. } => Verdict::Look,
            Attempted::New => Verdict::Send,
        };
        loop {
            verdict = match verdict {
                Verdict::Stands => return Ok(Settled::of(reply, self.attempts)),
                Verdict::Adopt => {
                    let reply = match found {
                        Finding::Happened(found) => found,
                        _ => reply,
                    };
                    return Ok(Settled { adopted: true, ..Settled::of(reply, self.attempts) });
                }
                Verdict::Doubt => {
                    return Ok(Settled::of(self.doubt(&reply, found), self.attempts));
                }
                Verdict::Send => {
                    if self.sent > 0 {
                        self.back_off().await;
                    }
                    if let Some(end) = self.let_out().await? {
                        return Ok(end);
                    }
                    (reply, verdict) = self.call().await;
                    verdict
                }
                Verdict::WaitAndSend => {
                    self.wait(reply_error(&reply)).await?;
                    if let Some(end) = self.let_out().await? {
                        return Ok(end);
                    }
                    (reply, verdict) = self.call().await;
                    verdict
                }
                Verdict::Look => {
                    (found, verdict) = self.look(&reply).await;
                    // Where it cannot be told, a person has decided.
                    let is_wanted = matches!(self.way, Attempted::Again { .. }) && self.sent == 0;
                    if verdict == Verdict::Doubt && is_wanted {
                        verdict = Verdict::Send;
                    }
                    if verdict == Verdict::Send && self.sent == 0 && (self.passage.decided)() {
                        return Ok(Settled::of(not_found(), self.attempts));
                    }
                    verdict
                }
                Verdict::WaitAndLook => {
                    if let Finding::Unseen(error) = &found {
                        self.wait(Some(error)).await?;
                    }
                    if self.passage.is_stopping() {
                        return Ok(Settled::of(left_open(), self.attempts));
                    }
                    Verdict::Look
                }
            };
        }
    }

    fn known(&self) -> Known {
        Known { in_doubt: self.in_doubt, may_send: self.sent == 0 || self.attempts < MOST_ATTEMPTS }
    }

    /// Makes the call.
    async fn call(&mut self) -> (Reply, Verdict) {
        self.sent += 1;
        self.looks();
        let reply = self.prepared.operation.perform(&self.prepared.call).await;
        let heard = heard(&reply);
        let verdict = decide(self.known(), heard, Looked::NotYet);
        if heard != Heard::Unsent {
            self.seen_again();
        }
        if heard == Heard::Unseen {
            (self.in_doubt, self.is_absent) = (true, false);
        }
        (reply, verdict)
    }

    /// Looks for it in the world.
    async fn look(&mut self, reply: &Reply) -> (Finding, Verdict) {
        let first = self.intended_at.unwrap_or(Timestamp::UNIX_EPOCH);
        self.looks();
        let found = self.prepared.operation.reconcile(&self.prepared.call, first).await;
        let looked = looked(&found);
        if looked != Looked::Unseen {
            self.seen_again();
        }
        self.is_absent = looked == Looked::Absent;
        let verdict = decide(self.known(), heard(reply), looked);
        (found, verdict)
    }

    /// Judges it, and journals that it is about to be sent. Returns its end if it is not to be.
    async fn let_out(&mut self) -> Result<Option<Settled>, Halt> {
        if let Some(end) = self.judged().await? {
            return Ok(Some(end));
        }
        self.attempts += 1;
        let body = Body::Intent { step: self.prepared.step.clone(), attempt: self.attempts };
        let pulse = &self.door.pulse;
        let mut rounds = 0;
        let begun = pulse.now();
        let appended = self.unhurried(self.passage.journal.append(body)).await;
        let at = appended.map_err(Halt::Store)?;
        self.intended_at.get_or_insert(at);
        // Whatever was judged before the append may have changed, if that took its time; and a runner that
        // was stopped meanwhile may not be the only one any more.
        let mut is_old = pulse.now().saturating_sub(begun) > JUDGED_FOR;
        while is_old || !pulse.is_fresh() {
            self.unhurried(self.fresh()).await;
            let begun = pulse.now();
            if let Some(end) = self.judged().await? {
                return Ok(Some(end));
            }
            is_old = pulse.now().saturating_sub(begun) > JUDGED_FOR * 10;
            rounds += 1;
            if is_old && rounds % MOST_ATTEMPTS == 0 {
                let slow = "it takes too long to look at what this call would do";
                let busy = EffectError::new("Busy", slow).as_unavailable(Unavailable::Busy);
                self.wait(Some(&busy)).await?;
            }
        }
        if self.passage.is_stopping() {
            return Ok(Some(self.stopped()));
        }
        Ok(None)
    }

    /// It was told to stop before it was sent. That a repetition is harmless does not mean that nothing happened.
    fn stopped(&self) -> Settled {
        let is_open = self.in_doubt && !self.is_absent;
        let reply = if is_open { left_open() } else { Reply::failed(cancelled()) };
        Settled::of(reply, self.attempts)
    }

    /// Asks the rules, once the world can be seen. Returns its end if it is not let out.
    async fn judged(&mut self) -> Result<Option<Settled>, Halt> {
        let mut looks = 1;
        loop {
            self.looks();
            let judged = self.door.judge(self.prepared).await;
            if self.passage.is_stopping() {
                return Ok(Some(self.stopped()));
            }
            let error = match judged {
                Ok(servers) => {
                    self.door.hold(&self.prepared.call, servers);
                    self.seen_again();
                    return Ok(None);
                }
                Err(error) => error,
            };
            if error.unavailable.is_some() {
                self.wait(Some(&error)).await?;
            } else if error.retryable && looks < MOST_ATTEMPTS {
                looks += 1;
                self.back_off().await;
            } else {
                return Ok(Some(self.refused(error)));
            }
        }
    }

    /// The rules do not let it out, which says nothing of an earlier call.
    fn refused(&self, error: EffectError) -> Settled {
        let person_decided =
            matches!(self.way, Attempted::Again { attempts, .. } if attempts == self.attempts);
        let reply =
            if self.in_doubt { refused(&error, &Value::Null) } else { Reply::failed(error) };
        Settled { person_decided, ..Settled::of(reply, self.attempts) }
    }

    /// Why it cannot be told.
    fn doubt(&self, reply: &Reply, found: Finding) -> Reply {
        match (&reply.outcome, found) {
            (Outcome::Failed { error }, Finding::Undecided(evidence)) => {
                refused(error, &evidence.found)
            }
            (Outcome::Failed { error }, _) => refused(error, &Value::Null),
            (_, Finding::Undecided(evidence)) => Reply::unknown(evidence),
            (Outcome::Unknown { evidence }, _) => Reply::unknown(gave_up(evidence, self.attempts)),
            (Outcome::Ok { .. }, _) => reply.clone(),
        }
    }

    async fn back_off(&mut self) {
        self.passage.sleep(self.door, self.backoff.pause()).await;
    }

    async fn wait(&mut self, error: Option<&EffectError>) -> Result<(), Halt> {
        match error {
            // The lease renewal asks for as long as the operator's patience with the store lasts.
            Some(EffectError { unavailable: Some(Unavailable::Lease), .. }) => {
                self.unhurried(self.fresh()).await;
                Ok(())
            }
            Some(error) => {
                self.door.wait(&mut self.waiting, self.prepared, error, self.passage).await
            }
            None => Ok(()),
        }
    }

    /// Returns once the lease is certainly still ours, and says what it waits for.
    async fn fresh(&self) {
        let (door, pulse) = (self.door, &self.door.pulse);
        let (wave, operation) = (&self.prepared.call.wave, &self.prepared.step.operation);
        let (begun, mut told) = (pulse.now(), false);
        let mut backoff = Backoff::doubling(NO_BLIP, LONGEST_BACKOFF);
        let waited = || pulse.now().saturating_sub(begun);
        while let Either::Right(_) =
            select(pin!(pulse.fresh()), pin!(pulse.sleep(backoff.pause()))).await
        {
            door.observer.notice(
                door.clock.now(),
                &Notice::Waiting {
                    wave: wave.clone(),
                    operation: operation.clone(),
                    unavailable: Unavailable::Lease,
                    message: "the store does not renew it".to_owned(),
                    waited: waited(),
                    patience: door.patience.store,
                },
            );
            told = true;
        }
        if told {
            let (wave, operation, waited) = (wave.clone(), operation.clone(), waited());
            door.observer.notice(door.clock.now(), &Notice::WentOn { wave, operation, waited });
        }
    }

    /// What the store takes is no time of the wave.
    async fn unhurried<T>(&self, waits: impl Future<Output = T>) -> T {
        self.door.unhurried(&self.prepared.call.lane, waits).await
    }

    /// It is about to look at the world.
    fn looks(&mut self) {
        self.waiting.look(self.door.clock.monotonic());
    }

    fn seen_again(&mut self) {
        self.door.seen_again(&mut self.waiting, self.prepared);
    }
}

fn heard(reply: &Reply) -> Heard {
    match &reply.outcome {
        Outcome::Ok { .. } => Heard::Ok,
        Outcome::Failed { error } if error.unavailable.is_some() => Heard::Unsent,
        Outcome::Failed { error } if error.retryable => Heard::Busy,
        Outcome::Failed { .. } => Heard::Refused,
        Outcome::Unknown { .. } => Heard::Unseen,
    }
}

fn looked(found: &Finding) -> Looked {
    match found {
        Finding::Happened(_) => Looked::Happened,
        Finding::Absent => Looked::Absent,
        Finding::Harmless => Looked::Harmless,
        Finding::Undecided(_) => Looked::Undecided,
        Finding::Unseen(_) => Looked::Unseen,
    }
}

fn reply_error(reply: &Reply) -> Option<&EffectError> {
    match &reply.outcome {
        Outcome::Failed { error } => Some(error),
        _ => None,
    }
}

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
