//! Whether people could be heard. That the store takes what they send shows in the renewals of the lease, which are
//! writes too: where it took none of those, prompts get that time back; and before silence answers, one renewal is
//! seen through that began after the deadline.
//!
//! Where the runner itself was gone without a word, it is not known; then there is a last word too. One that has left
//! in good order has said until when there is time.

use std::ops::Range;
use std::pin::pin;
use std::time::Duration;

use jiff::SignedDuration;

use super::deadline;
use super::driver::DriveError;
use super::in_flight::InFlight;
use crate::backoff::Backoff;
use crate::history::{Event, Format, Prompt, Unheard};
use crate::observe::Notice;

/// So long people can answer at least once they are heard again, where the prompt gave them that much time at all.
const LAST_WORD: Duration = Duration::from_mins(5);

/// An answer that was sent in time is in the store so much later at most.
const ON_ITS_WAY: Duration = Duration::from_secs(1);

/// The same where the store is busy: so long a sender waits until it takes something.
const LONG_ON_ITS_WAY: Duration = Duration::from_secs(6);

/// What takes longer shows that it is busy.
const AT_ONCE: Duration = Duration::from_millis(100);

/// The first pause until the runner says what it waits for, and the longest.
const UNTOLD: Range<Duration> = Duration::from_secs(5)..Duration::from_mins(1);

impl InFlight<'_> {
    /// A renewal of the lease has succeeded: looks whether the store was away before.
    pub(super) async fn hear(&mut self) -> Result<(), DriveError> {
        let (pulse, clock) = (&self.driver.pulse, self.driver.clock.as_ref());
        self.hearing.heard = pulse.shown();
        let outages = pulse.outages();
        let count = outages.len();
        let (now, here) = (pulse.now(), deadline::now(clock));
        // On the execution's clock, which may run faster.
        let moment = |then: Duration| {
            let ago = clock.scaled(now.saturating_sub(then));
            here.saturating_sub(SignedDuration::try_from(ago).unwrap_or(SignedDuration::MAX))
        };
        let outages = outages.into_iter().map(|outage| moment(outage.start)..moment(outage.end));
        for outage in outages.collect::<Vec<_>>() {
            for prompt in self.timed() {
                self.give_back(prompt, &outage).await?;
            }
        }
        self.driver.pulse.reckoned(count);
        Ok(())
    }

    /// Before silence answers: returns once the store has taken a renewal that begins from now on, and what was
    /// sent in time is there.
    pub(super) async fn prove(&mut self) -> Result<(), DriveError> {
        let (driver, prompts) = (self.driver, self.over());
        let (pulse, patience) = (&driver.pulse, driver.patience.store);
        let begun = (pulse.now(), deadline::now(driver.clock.as_ref()));
        let mut proven = pin!(pulse.proven());
        let mut backoff = Backoff::doubling(UNTOLD.start, UNTOLD.end);
        loop {
            tokio::select! {
                biased;
                () = &mut proven => break,
                () = pulse.sleep(backoff.pause()) => {}
            }
            let (prompts, waited) = (prompts.clone(), pulse.now().saturating_sub(begun.0));
            self.shared.notice(&Notice::Unheard { prompts, waited, patience });
        }
        if pulse.is_watched() {
            let is_busy = pulse.now().saturating_sub(begun.0) > AT_ONCE;
            pulse.sleep(if is_busy { LONG_ON_ITS_WAY } else { ON_ITS_WAY }).await;
        }
        self.hearing.proven = Some(begun.1);
        self.hear().await
    }

    /// The runner before this one went without a word: what it asked may have stayed without an answer because of
    /// that.
    pub(super) async fn find_cut_off(&mut self) -> Result<(), DriveError> {
        if !self.driver.pulse.is_cut_off() {
            return Ok(());
        }
        for prompt in self.timed() {
            let now = deadline::now(self.driver.clock.as_ref());
            self.extend(prompt, now, Unheard::RunnerGone).await?;
        }
        self.driver.pulse.is_taken_up();
        Ok(())
    }

    /// Before it leaves what waits for people: whether there is news. What kept them from answering is known by then.
    pub(super) async fn last_look(&mut self) -> Result<bool, DriveError> {
        if !self.timed().is_empty() {
            self.prove().await?;
        }
        Ok(self.take_signals().await? || self.time_out().await?)
    }

    /// The open prompts whose time ends.
    fn timed(&mut self) -> Vec<Prompt> {
        if self.shared.execution.format < Format(5) {
            return Vec::new();
        }
        self.deadlines.watch(self.state.prompts.values(), self.driver.clock.as_ref());
        let prompts = self.state.prompts.values();
        prompts.filter(|prompt| prompt.deadline.is_some()).cloned().collect()
    }

    /// Gives a prompt the time back in which it could not be answered.
    async fn give_back(
        &mut self,
        prompt: Prompt,
        outage: &Range<SignedDuration>,
    ) -> Result<(), DriveError> {
        let Some(end) = self.deadlines.end(&prompt.id).filter(|end| outage.start < *end) else {
            return Ok(());
        };
        let open = prompt.deadline.map(|deadline| prompt.opened_at.duration_until(deadline));
        let opened = end.saturating_sub(open.unwrap_or_default());
        let lost = outage.end.saturating_sub(outage.start.max(opened));
        if lost.is_positive() {
            self.extend(prompt, end.saturating_add(lost), Unheard::StoreAway).await?;
        }
        Ok(())
    }

    /// Lets the time of a prompt last until this moment of the monotonic clock, and for a last word from now on.
    async fn extend(
        &mut self,
        prompt: Prompt,
        until: SignedDuration,
        cause: Unheard,
    ) -> Result<(), DriveError> {
        let (Some(end), Some(time)) = (self.deadlines.end(&prompt.id), prompt.time()) else {
            return Ok(());
        };
        let last_word = SignedDuration::try_from(LAST_WORD.min(time)).unwrap_or_default();
        let last = deadline::now(self.driver.clock.as_ref()).saturating_add(last_word);
        let by = until.max(last).saturating_sub(end);
        let Ok(by) = u64::try_from(by.as_millis()) else { return Ok(()) };
        if by == 0 {
            return Ok(());
        }
        self.tell(&Event::Extended { prompt: prompt.id.clone(), by, cause }).await?;
        if let Some(prompt) = self.state.prompts.get(&prompt.id) {
            self.shared.notice(&Notice::Extended { prompt: prompt.clone(), cause });
        }
        Ok(())
    }
}
