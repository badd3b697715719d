//! What the machine is told while it is driven: signals from the store, answers, time-outs. Everything is
//! journaled first; also what the machine refuses, so that no signal is taken twice. What a signal does follows the
//! rules of [`outlook`], which every view of an execution goes by too.

use std::time::Duration;

use jiff::Timestamp;

use super::driver::{Changes, DriveError, Given};
use super::in_flight::InFlight;
use super::news::Numbered;
use super::retold;
use crate::history::{Body, Event, Format, Prompt, Signal, SignalKind};
use crate::machine::{self, ExecutionStatus, Request, State, outlook};
use crate::observe::Notice;
use crate::store::{Standing, StoreError};

/// The pause before a store that is only busy is looked into again.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// A smaller change of how wrong a machine's clock is, in milliseconds, is not journaled again.
const CLOCK_NEWS: u64 = 4_000;

impl InFlight<'_> {
    /// Takes the signals that no runner has taken yet; returns whether there were any.
    pub(super) async fn take_signals(&mut self) -> Result<bool, DriveError> {
        let id = &self.shared.execution.id;
        let signals = self.patient_signals(id).await?;
        let any = !signals.is_empty();
        self.take(signals).await?;
        Ok(any)
    }

    /// The signals, from a store that is asked again for as long as the operator's patience lasts.
    pub(super) async fn patient_signals(&self, id: &str) -> Result<Numbered, StoreError> {
        let (pulse, patience) = (&self.driver.pulse, self.driver.patience.store);
        let begun = pulse.now();
        loop {
            let error = match self.driver.store.signals(id, self.signals_seen).await {
                Err(error @ StoreError::Unusable { transient: true, .. }) => error,
                looked => return looked,
            };
            let waited = pulse.now().saturating_sub(begun);
            let left = patience.saturating_sub(waited);
            if left.is_zero() {
                return Err(error);
            }
            let message = error.to_string();
            self.shared.notice(&Notice::StoreWaits { message, waited, patience });
            pulse.sleep(LOOK_AGAIN.min(left)).await;
        }
    }

    /// The same, when nothing depends on it: a store that is only busy is asked again soon.
    pub(super) async fn look_for_signals(&mut self) -> Result<(), DriveError> {
        let id = &self.shared.execution.id;
        match self.driver.store.signals(id, self.signals_seen).await {
            Ok(signals) => self.take(signals).await,
            Err(StoreError::Unusable { transient: true, .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes these signals.
    pub(super) async fn take(&mut self, signals: Numbered) -> Result<(), DriveError> {
        // What is asked on the way was not open when these signals were sent.
        let asked: Vec<String> = self.state.prompts.keys().cloned().collect();
        for (number, signal) in signals {
            self.signals_seen = number;
            // An answer that came too late finds that silence has answered, whether or not a runner watched. No time
            // is over before it is by the runner's own clock.
            let late =
                |prompt: &Prompt| outlook::comes_late(&signal, prompt, asked.contains(&prompt.id));
            self.time_out_those(late).await?;
            self.take_one(signal, Some(number)).await?;
        }
        Ok(())
    }

    /// Takes an answer that was given in this process.
    pub(super) async fn answer(&mut self, prompt: String, given: Given) -> Result<(), DriveError> {
        if self.deadlines.is_over(&prompt, self.driver.clock.as_ref()) {
            // The person who was asked took longer than there was time; another may have answered in time.
            self.time_out().await?;
        }
        let Given { choice, by, sender, comment, value } = given;
        let fingerprint = String::new();
        let wish = SignalKind::Answer { prompt, choice, fingerprint, value };
        let at = self.driver.clock.now();
        self.take_one(Signal { wish, by, sender, comment, at }, None).await
    }

    /// Takes a signal, or journals that the machine refuses it.
    async fn take_one(
        &mut self,
        mut signal: Signal,
        number: Option<u64>,
    ) -> Result<(), DriveError> {
        // People may write what the runbook knows.
        signal.comment = self.shared.door.secrets.hide(&signal.comment);
        let at = self.driver.clock.now();
        let taken = outlook::take(&self.graph, &self.state, at, signal.clone(), number);
        match taken.applied {
            Ok(next) => self.go(at, &taken.event, next).await,
            Err(refusal) => {
                self.append(at, taken.event, self.state.status()).await?;
                self.shared.notice(&Notice::Refused { signal, why: refusal.to_string() });
                Ok(())
            }
        }
    }

    /// Journals how wrong the machine's clock is, where that has changed.
    pub(super) async fn note_clock(&mut self) -> Result<(), DriveError> {
        let ahead = self.driver.clock.machine_ahead().as_millis();
        let ahead = i64::try_from(ahead).unwrap_or_default();
        let is_news = ahead.abs_diff(self.machine_ahead) > CLOCK_NEWS;
        if is_news && self.shared.execution.format >= Format(2) {
            self.machine_ahead = ahead;
            self.tell(&Event::Clock { ahead }).await?;
        }
        Ok(())
    }

    /// Journals what the operator changes about the limits: it holds for every later runner too.
    pub(super) async fn note_limits(&mut self) -> Result<(), DriveError> {
        let Changes { news, by, .. } = &self.driver.changes;
        if news.is_empty() || !self.shared.execution.keeps_changes() {
            return Ok(());
        }
        self.tell(&Event::Limited { limits: news.clone(), by: by.clone() }).await
    }

    /// Closes a prompt that needs no answer any more.
    pub(super) async fn withdraw(&mut self, prompt: String) -> Result<(), DriveError> {
        if !self.state.prompts.contains_key(&prompt) {
            return Ok(());
        }
        self.tell(&Event::Withdrawn { prompt }).await
    }

    /// Journals an event, then lets the machine act on it.
    pub(super) async fn tell(&mut self, event: &Event) -> Result<(), DriveError> {
        let at = self.driver.clock.now();
        let next = machine::apply(&self.graph, self.state.clone(), at, event)?;
        self.go(at, event, next).await
    }

    /// Journals an event that the machine takes, then goes where it leads.
    async fn go(
        &mut self,
        at: Timestamp,
        event: &Event,
        (state, requests): (State, Vec<Request>),
    ) -> Result<(), DriveError> {
        self.append(at, event.clone(), state.status()).await?;
        self.notice(&state, event);
        self.ends.note(event);
        self.state = state;
        self.deadlines.watch(self.state.prompts.values(), self.driver.clock.as_ref());
        if let Event::Signalled { signal, .. } = event
            && let SignalKind::Answer { prompt, .. } = &signal.wish
            && let Some(answer) = self.state.answers.get(prompt)
        {
            self.shared.decided.borrow_mut().insert_mut(prompt.clone(), answer.clone());
        }
        self.requests.extend(requests);
        Ok(())
    }

    /// Journals an event, and where the execution stands behind it.
    async fn append(
        &mut self,
        at: Timestamp,
        event: Event,
        status: ExecutionStatus,
    ) -> Result<(), StoreError> {
        if let Event::Signalled { number: Some(number), .. } = &event {
            self.signals_taken = *number;
        }
        let standing = Standing { status, seen: self.signals_taken };
        let news = (self.standing.replace(standing) != Some(standing)).then_some(standing);
        self.shared.journal.append_standing(at, Body::Event { event }, news).await
    }

    fn notice(&self, next: &State, event: &Event) {
        for notice in retold::moves(&self.graph, &self.state, next, event) {
            self.shared.notice(&notice);
        }
    }
}
