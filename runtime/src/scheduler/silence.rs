//! When silence answers: where the time is over, the store would have taken another answer until then, and every
//! answer that it has taken is seen.

use std::sync::Arc;

use jiff::SignedDuration;

use super::deadline;
use super::driver::DriveError;
use super::in_flight::InFlight;
use crate::history::{Event, Prompt};

impl InFlight<'_> {
    /// Answers the prompts whose time is over; returns whether there were any.
    pub(super) async fn time_out(&mut self) -> Result<bool, DriveError> {
        loop {
            let Some(last) = self.last_over(&|_| true) else { return Ok(false) };
            if !self.hearing.is_proven(last) {
                Box::pin(self.prove()).await?;
                // An answer that was given in time may not have been seen yet.
                self.take_signals().await?;
            }
            if self.answer_in_silence(&|_| true).await? {
                return Ok(true);
            }
        }
    }

    /// Answers those of these prompts whose time is over here, before an answer that came too late is taken: whose
    /// clock goes ahead does not end it earlier.
    pub(super) async fn time_out_those(
        &mut self,
        these: impl Fn(&Prompt) -> bool,
    ) -> Result<(), DriveError> {
        while let Some(last) = self.last_over(&these) {
            if self.hearing.is_proven(last) {
                self.answer_in_silence(&these).await?;
                break;
            }
            Box::pin(self.prove()).await?;
        }
        Ok(())
    }

    async fn answer_in_silence(
        &mut self,
        these: &dyn Fn(&Prompt) -> bool,
    ) -> Result<bool, DriveError> {
        let is_silent = |prompt: &&Prompt| {
            let end = self.deadlines.end(&prompt.id);
            these(prompt) && end.is_some_and(|end| self.hearing.is_proven(end))
        };
        let expired = self.state.prompts.values().filter(is_silent);
        let expired: Vec<String> = expired.map(|prompt| prompt.id.clone()).collect();
        let any = !expired.is_empty();
        for prompt in expired {
            // The one before it may have ended everything.
            match self.tell(&Event::TimedOut { prompt }).await {
                Err(DriveError::Refused(_)) => {}
                told => told?,
            }
        }
        Ok(any)
    }

    /// When the time was over of the last of these prompts of which it is; `None` if it is of none.
    fn last_over(&mut self, these: &dyn Fn(&Prompt) -> bool) -> Option<SignedDuration> {
        let clock = Arc::clone(&self.driver.clock);
        self.deadlines.watch(self.state.prompts.values(), clock.as_ref());
        let ends = self.state.prompts.values().filter(|prompt| these(prompt));
        let ends = ends.filter_map(|prompt| self.deadlines.end(&prompt.id));
        ends.filter(|end| *end <= deadline::now(clock.as_ref())).max()
    }

    /// The prompts whose time is over.
    pub(super) fn over(&self) -> Vec<String> {
        let clock = self.driver.clock.as_ref();
        let over = self.state.prompts.keys().filter(|prompt| self.deadlines.is_over(prompt, clock));
        over.cloned().collect()
    }
}
