//! The event loop: begins what the machine requests, waits for the next thing to happen, and tells the machine.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use futures_util::{FutureExt, StreamExt};
use serde_json::Value;
use tokio::sync::watch;

use super::attempt::{Attempt, Memory, remembered};
use super::counted::Counted;
use super::driver::{DriveError, Ended, Given};
use super::in_flight::InFlight;
use super::lane::{self, Broken};
use super::news::{self, Numbered};
use super::wanted::{Question, Wanted};
use super::{context, deadline};
use crate::history::{End, Event, Failure};
use crate::machine::{self, ExecutionStatus, Request};
use crate::observe::Notice;
use crate::text::plain;

/// A longer panic message is cut.
const LONGEST_PANIC: usize = 500;

/// What the loop waits for.
enum Happened {
    /// A program wants an answer, or none any more.
    Wanted(Wanted),
    /// An attempt of a node has ended.
    Ended(usize, u32, Result<End, Broken>),
    /// The person who was asked a prompt here has answered, or cannot.
    Given(String, Option<Given>),
    /// The time for a prompt is over.
    TimeIsOver,
    /// The lease was renewed.
    Renewed,
    /// There are signals in the store.
    Signalled(Numbered),
}

/// Drives it until it is over, or nothing can go on before a person has answered.
pub(super) async fn run(flight: &mut InFlight<'_>) -> Result<Ended, DriveError> {
    flight.begin().await?;
    loop {
        if flight.is_finishing() {
            // An operator may want a failed wave again: look before leaving.
            flight.look_for_signals().await?;
        }
        if let Some(status) = flight.perform_requests() {
            return Ok(Ended::Finished(status));
        }
        if flight.is_quiet() {
            // An answer may have arrived since, or the time for one run out: look before leaving.
            if Box::pin(flight.last_look()).await? {
                continue;
            }
            return Ok(Ended::Waiting(flight.prompts()));
        }
        flight.next().await?;
    }
}

impl InFlight<'_> {
    /// Tells the machine what was said while no runner drove, and that the execution begins, unless it has
    /// begun before: a pause or a cancel counts before anything starts. What silence has answered meanwhile
    /// counts before a person is asked again.
    pub(super) async fn begin(&mut self) -> Result<(), DriveError> {
        self.note_clock().await?;
        self.note_limits().await?;
        Box::pin(self.find_cut_off()).await?;
        self.take_signals().await?;
        self.time_out().await?;
        if !self.state.started {
            self.tell(&Event::Started).await?;
        }
        self.requests = machine::outstanding(&self.graph, &self.state);
        Ok(())
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
                // An operator may have changed their mind about a failure in the same breath.
                Request::Finish { .. } if !self.state.status().is_terminal() => {}
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
        let seen = self.seen(node);
        let wave = self.graph.nodes()[node].name.clone();
        let mend = self.driver.changes.mends.get(&wave).or(seen.mend.as_ref()).cloned();
        let attempt = Attempt {
            wave,
            number: attempt,
            unit: context::unit(&self.graph, node, mend.as_deref()),
            mend,
            limits: self.limits_of(&seen),
            context: context::of(&shared.execution, &self.graph, &self.ends, node, &seen),
            memory: Memory::default(),
            stop,
        };
        let (knew, memory) = (attempt.previous(), Rc::clone(&attempt.memory));
        let secrets = Rc::clone(&shared);
        self.lanes.push(Box::pin(async move {
            let number = attempt.number;
            let run = AssertUnwindSafe(lane::run(shared, attempt)).catch_unwind();
            let end = run
                .await
                .unwrap_or_else(|panic| Ok(panicked(panic.as_ref(), remembered(&memory, &knew))));
            // However it ended: this is where its words leave it.
            let end = end.map(|mut end| {
                secrets.door.secrets.hide_in_end(&mut end);
                end
            });
            (node, number, end)
        }));
    }

    fn hand(&mut self, prompt: &str) {
        let answer = self.state.answers.get(prompt).cloned();
        if let Some((answer, program)) = answer.zip(self.waiting.remove(prompt)) {
            let _ = program.send((answer, Counted::new(&self.shared.handed)));
        }
    }

    /// Waits for the next thing to happen, and tells the machine. While that is journaled no wave is looked
    /// after, which is no time of theirs.
    pub(super) async fn next(&mut self) -> Result<(), DriveError> {
        let deadline = self.deadlines.first();
        let clock = self.driver.clock.as_ref();
        let seen = self.signals_seen;
        let id = &self.shared.execution.id;
        let news = match self.watching.take().filter(|(behind, _)| *behind == seen) {
            Some((_, watching)) => watching,
            None => Box::pin(news::next(self.driver, id.clone(), seen)),
        };
        let (_, news) = self.watching.insert((seen, news));
        let happened = tokio::select! {
            biased;
            Some(wanted) = self.asked.recv() => Happened::Wanted(wanted),
            Some((node, attempt, end)) = self.lanes.next() => Happened::Ended(node, attempt, end),
            Some((prompt, given)) = self.asking.next() => Happened::Given(prompt, given),
            () = deadline::until(clock, deadline) => Happened::TimeIsOver,
            () = self.driver.pulse.beyond(self.hearing.heard()) => Happened::Renewed,
            signals = news => Happened::Signalled(signals?),
        };
        if matches!(happened, Happened::Signalled(_)) {
            self.watching = None;
        }
        let blind = self.shared.door.blind.clone();
        blind.during_for_all(clock, self.take_in(happened)).await
    }

    async fn take_in(&mut self, happened: Happened) -> Result<(), DriveError> {
        match happened {
            Happened::Wanted(Wanted::Answer(question)) => self.question(*question).await,
            Happened::Wanted(Wanted::Nothing(prompt)) => self.withdraw(prompt).await,
            Happened::Ended(node, attempt, end) => {
                self.stops.remove(&node);
                // A pause that was sent before this wave ended holds the next one.
                self.look_for_signals().await?;
                let wave = self.graph.nodes()[node].name.clone();
                self.tell(&Event::Ended { wave, attempt, end: end? }).await
            }
            Happened::Given(prompt, Some(given)) => self.answer(prompt, given).await,
            Happened::Given(_, None) => Ok(()),
            Happened::Renewed => Box::pin(self.hear()).await,
            Happened::TimeIsOver => Box::pin(self.time_out()).await.map(drop),
            Happened::Signalled(signals) => self.take(signals).await,
        }
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
}

/// The end of an attempt in which Moontide itself panicked. What it had sent may have happened, so no person
/// may retry it without a look. What the attempt knew is not lost.
fn panicked(panic: &(dyn Any + Send), details: Value) -> End {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    End::Failed {
        failure: Failure {
            code: "Internal".to_owned(),
            message: plain(&format!("a defect of Moontide: {text}"), LONGEST_PANIC),
            trace: Vec::new(),
            details,
            decision: None,
            uncertain: true,
            limit: None,
        },
    }
}
