//! Whether people can be heard: silence is an answer only where the store would have taken another one.
//!
//! That the store takes what people send shows in the renewals of the lease, which are writes too. While they
//! come, the time of a prompt runs. Where one stayed away, the prompts get that time back; and before silence
//! answers, one renewal is seen through that began after the deadline.
//!
//! What no runner watches cannot be seen: where the runner itself is gone, the journaled deadline counts.

use std::time::Duration;

use super::drive::Drive;
use super::driver::DriveError;
use super::event::Event;
use super::prompt::Prompt;
use crate::clock::Clock;
use crate::journal::Format;
use crate::observe::Notice;
use crate::store::Pulse;

/// So long people can answer at least once the store is back, where the prompt gave them that much time at all.
const LAST_WORD: Duration = Duration::from_mins(5);

/// How long the renewal before silence answers may take until the runner says what it waits for.
const UNTOLD: Duration = Duration::from_secs(5);

/// What is known of the store's readiness to take what people send.
#[derive(Debug)]
pub(super) struct Hearing {
    /// The last renewal of which this knows, on the clock of the lease.
    renewed: Duration,
    /// When that was seen, on the monotonic clock of the execution.
    seen: Duration,
    /// After this moment a renewal has begun that succeeded, on the same clock.
    proven: Option<Duration>,
}

impl Hearing {
    /// It has just been taken.
    pub(super) fn new(pulse: &Pulse, clock: &dyn Clock) -> Hearing {
        Hearing { renewed: pulse.shown(), seen: clock.monotonic(), proven: None }
    }

    /// The renewal behind which the next one is news.
    pub(super) fn renewed(&self) -> Duration {
        self.renewed
    }

    /// Takes note of the last renewal; returns how long, on the execution's clock, nobody was heard before it.
    fn note(&mut self, pulse: &Pulse, clock: &dyn Clock) -> Duration {
        let (shown, now) = (pulse.shown(), clock.monotonic());
        let gap = shown.saturating_sub(self.renewed);
        let is_long = pulse.longest_gap().is_some_and(|longest| gap > longest);
        let away = now.saturating_sub(self.seen);
        if !gap.is_zero() {
            (self.renewed, self.seen) = (shown, now);
        }
        if is_long { away } else { Duration::ZERO }
    }
}

impl Drive<'_> {
    /// A renewal of the lease has succeeded: the store takes what people send, now.
    pub(super) async fn hear(&mut self) -> Result<(), DriveError> {
        let away = self.hearing.note(&self.driver.pulse, self.driver.clock.as_ref());
        if away.is_zero() || self.shared.execution.format < Format(5) {
            return Ok(());
        }
        let timed = |prompt: &&Prompt| prompt.deadline.is_some();
        let open: Vec<String> =
            self.state.prompts.values().filter(timed).map(|prompt| prompt.id.clone()).collect();
        for prompt in open {
            self.extend(prompt, away).await?;
        }
        Ok(())
    }

    /// Before silence answers what was open until `end`: returns once the store has taken a renewal that began
    /// after that.
    pub(super) async fn prove(&mut self, end: Duration) -> Result<(), DriveError> {
        if self.hearing.proven.is_some_and(|proven| proven > end) {
            return Ok(());
        }
        let now = self.driver.clock.monotonic();
        let pulse = &self.driver.pulse;
        let begun = pulse.now();
        let mut proven = std::pin::pin!(pulse.proven());
        let mut pause = UNTOLD;
        loop {
            tokio::select! {
                biased;
                () = &mut proven => break,
                () = pulse.sleep(pause) => {}
            }
            let waited = pulse.now().saturating_sub(begun);
            let message =
                "the store does not renew the lease; silence answers nothing meanwhile".to_owned();
            let patience = self.driver.patience.store;
            self.shared.notice(&Notice::StoreWaits { message, waited, patience });
            pause = (pause * 2).min(Duration::from_mins(1));
        }
        self.hearing.proven = Some(now);
        self.hear().await
    }

    /// Gives a prompt the time back in which nobody could answer.
    async fn extend(&mut self, prompt: String, away: Duration) -> Result<(), DriveError> {
        let now = self.driver.clock.monotonic();
        self.deadlines.watch(self.state.prompts.values(), self.driver.clock.as_ref());
        let (Some(end), Some(open)) =
            (self.deadlines.end(&prompt), self.state.prompts.get(&prompt))
        else {
            return Ok(());
        };
        let whole = open.deadline.map(|deadline| open.opened_at.duration_until(deadline));
        let whole = whole.and_then(|whole| Duration::try_from(whole).ok()).unwrap_or_default();
        let later = end
            .saturating_add(away)
            // One that was opened meanwhile.
            .min(now.saturating_add(whole))
            .max(now.saturating_add(LAST_WORD.min(whole)));
        let by = u64::try_from(later.saturating_sub(end).as_millis()).unwrap_or(u64::MAX);
        self.tell(&Event::Extended { prompt: prompt.clone(), by }).await?;
        if let Some(prompt) = self.state.prompts.get(&prompt) {
            self.shared.notice(&Notice::Extended { prompt: prompt.clone(), away });
        }
        Ok(())
    }
}
