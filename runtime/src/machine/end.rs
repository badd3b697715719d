//! Ends: of an attempt, and of the whole by cancellation.

use super::step::{Step, holds_program};
use super::{Abort, Refusal, Request, WaveStatus};
use crate::history::{End, Failure, Format, Prompt, PromptKind, Signal};
use crate::plan::FailurePolicy;

impl Step<'_> {
    pub(super) fn ended(&mut self, wave: &str, attempt: u32, end: &End) -> Result<(), Refusal> {
        let refusal = || Refusal::NotRunning { wave: wave.to_owned(), attempt };
        let node = self.graph.index(wave).ok_or_else(refusal)?;
        let running = holds_program(self.graph, &self.state, node);
        if !running || self.state.waves[node].attempt != attempt {
            return Err(refusal());
        }
        self.state.prompts.retain(|_, prompt| prompt.wave != wave);
        self.state.waves[node].stopping = false;
        match end {
            End::Completed { result } => {
                self.state.waves[node].result = result.clone();
                self.state.waves[node].failure = None;
                self.state.waves[node].known_by = None;
                self.state.waves[node].last_failed = None;
                self.set(node, WaveStatus::Completed, None);
            }
            End::Failed { failure } => self.failed(node, failure),
            End::Cancelled { details } => {
                if !details.is_null() {
                    self.state.waves[node].known_by = Some(attempt);
                }
                let by = self.state.cancelled_by.clone().unwrap_or_default();
                self.set(node, WaveStatus::Cancelled, Some(format!("cancelled by {by}")));
            }
        }
        // A person who wants a wave again has not said that a hook may send again what may have happened.
        let uncertain = matches!(end, End::Failed { failure } if failure.uncertain);
        let again = std::mem::take(&mut self.state.waves[node].again) && !uncertain;
        if again && self.state.cancelled_by.is_none() {
            self.set(node, WaveStatus::Pending, None);
        }
        Ok(())
    }

    fn failed(&mut self, node: usize, failure: &Failure) {
        self.state.waves[node].failure = Some(failure.clone());
        let attempt = self.state.waves[node].attempt;
        self.state.waves[node].known_by = Some(attempt);
        self.state.waves[node].last_failed = Some(attempt);
        let ending = self.state.cancelled_by.is_some() || !self.state.aborts.is_empty();
        let declared = failure.decision.or(self.node(node).on_failure);
        let policy = match declared {
            // What may have happened is not sent again: a person looks first.
            Some(FailurePolicy::Retry) if failure.uncertain => Some(FailurePolicy::Ask),
            Some(FailurePolicy::Retry) if attempt >= self.node(node).max_attempts => None,
            other => other,
        };
        match policy {
            Some(FailurePolicy::Retry) if !ending => {
                self.state.waves[node].approved = true;
                self.set(node, WaveStatus::Pending, None);
            }
            Some(FailurePolicy::Ask) if !ending => {
                self.set(node, WaveStatus::Waiting, None);
                let name = self.node(node).name.clone();
                self.open(Prompt {
                    opened_at: self.at,
                    ..Prompt::new(
                        format!("{name}#{attempt}.failure"),
                        &name,
                        PromptKind::Failure,
                        format!("Wave `{name}` failed: {}. What now?", failure.message),
                        &["retry", "skip", "abort"],
                    )
                });
            }
            Some(FailurePolicy::Skip) => {
                self.set(node, WaveStatus::Skipped, Some("skipped by its policy".to_owned()));
            }
            Some(FailurePolicy::Abort) => {
                self.set(node, WaveStatus::Failed, None);
                let at = self.node(node).name.clone();
                let reason = format!("aborted by the policy of `{at}`");
                self.abort(Abort { at, is_answer: false, reason });
            }
            _ => self.set(node, WaveStatus::Failed, None),
        }
    }

    /// Stops what runs. A second cancel stops what runs because of the first, if its sender has `seen` that one
    /// taken; otherwise it is the first once more.
    pub(super) fn cancel(&mut self, seen: u32, signal: &Signal) -> Result<(), Refusal> {
        if self.graph.rules >= Format(3) && seen < self.state.cancels {
            self.check_not_cancelled()?;
        }
        let running: Vec<usize> = (0..self.graph.len())
            .filter(|node| holds_program(self.graph, &self.state, *node))
            .filter(|node| !self.state.waves[*node].stopping)
            .collect();
        match &self.state.cancelled_by {
            Some(by) if running.is_empty() => return Err(Refusal::Cancelled(by.clone())),
            Some(_) => {}
            None => self.state.cancelled_by = Some(signal.by.clone()),
        }
        self.state.cancels += 1;
        for node in running {
            self.state.waves[node].stopping = true;
            self.requests.push(Request::Stop { node });
        }
        self.state.prompts.retain(|_, prompt| prompt.kind != PromptKind::Hold);
        self.give_up_failed();
        Ok(())
    }

    /// What waits for a decision about its failure stays failed.
    pub(super) fn give_up_failed(&mut self) {
        for node in 0..self.graph.len() {
            let waits = self.state.waves[node].status == WaveStatus::Waiting;
            if waits && !holds_program(self.graph, &self.state, node) {
                let reason = self.state.waves[node].reason.clone();
                self.set(node, WaveStatus::Failed, reason);
            }
        }
    }
}
