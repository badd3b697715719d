//! Ends: of an attempt, and of the whole by cancellation.

use super::{Refusal, Request, Step, holds_program};
use crate::plan::FailurePolicy;
use crate::scheduler::prompt::{Choice, Prompt, PromptKind};
use crate::scheduler::state::WaveStatus;
use crate::scheduler::{End, Failure};

impl Step<'_> {
    pub(super) fn ended(&mut self, wave: &str, attempt: u32, end: &End) -> Result<(), Refusal> {
        let refusal = || Refusal::NotRunning { wave: wave.to_owned(), attempt };
        let node = self.graph.index(wave).ok_or_else(refusal)?;
        let running = holds_program(self.graph, &self.state, node);
        if !running || self.state.waves[node].attempt != attempt {
            return Err(refusal());
        }
        self.state.prompts.retain(|_, prompt| prompt.wave != wave);
        match end {
            End::Completed { result } => {
                self.state.waves[node].result = result.clone();
                self.state.waves[node].failure = None;
                self.set(node, WaveStatus::Completed, None);
            }
            End::Failed { failure } => self.failed(node, failure),
            End::Cancelled => {
                let by = self.state.cancelled_by.clone().unwrap_or_default();
                self.set(node, WaveStatus::Cancelled, Some(format!("cancelled by {by}")));
            }
        }
        Ok(())
    }

    fn failed(&mut self, node: usize, failure: &Failure) {
        self.state.waves[node].failure = Some(failure.clone());
        let attempt = self.state.waves[node].attempt;
        let ending = self.state.cancelled_by.is_some() || self.state.aborted.is_some();
        let declared = failure.decision.or(self.node(node).on_failure);
        let policy = match declared {
            // Nobody may send again what may have happened: a person looks first.
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
                    id: format!("{name}#{attempt}.failure"),
                    message: format!("Wave `{name}` failed: {}. What now?", failure.message),
                    wave: name,
                    kind: PromptKind::Failure,
                    choices: Choice::all(&["retry", "skip", "abort"]),
                    approvers: Vec::new(),
                    opened_at: self.at,
                    deadline: None,
                    on_timeout: None,
                });
            }
            Some(FailurePolicy::Skip) => {
                let reason = format!("skipped by its policy: {}", failure.message);
                self.set(node, WaveStatus::Skipped, Some(reason));
            }
            Some(FailurePolicy::Abort) => {
                self.set(node, WaveStatus::Failed, None);
                let name = &self.node(node).name;
                self.state.aborted = Some(format!("aborted by the policy of `{name}`"));
            }
            _ => self.set(node, WaveStatus::Failed, None),
        }
    }

    pub(super) fn cancel(&mut self, by: &str) -> Result<(), Refusal> {
        if let Some(by) = &self.state.cancelled_by {
            return Err(Refusal::Cancelled(by.clone()));
        }
        self.state.cancelled_by = Some(by.to_owned());
        for node in 0..self.graph.len() {
            if holds_program(self.graph, &self.state, node) {
                self.state.waves[node].stopping = true;
                self.requests.push(Request::Stop { node });
            } else if self.state.waves[node].status == WaveStatus::Waiting {
                self.set(node, WaveStatus::Failed, None);
            }
        }
        Ok(())
    }
}
