//! What people want: an answer, a cancellation, a pause, another attempt, to do without a wave.

use std::sync::Arc;

use super::graph::{START, Turn};
use super::step::{Step, holds_program, was_cut_off};
use super::{Refusal, WaveStatus};
use crate::history::{Format, Mend, Prompt, PromptKind, Signal, SignalKind};

/// What an execution is that takes no notes.
const NO_NOTES: &str = "of an earlier release, whose journals hold no notes";

/// What an execution is that runs from one set of sources.
const NO_MENDS: &str =
    "of an earlier release, whose waves all run from the sources that it began with";

impl Step<'_> {
    pub(super) fn signalled(
        &mut self,
        signal: &Signal,
        number: Option<u64>,
    ) -> Result<(), Refusal> {
        match &signal.wish {
            // What comes from another process says which question its sender has read.
            SignalKind::Answer { prompt, fingerprint, .. }
                if fingerprint.is_empty() && number.is_some() && self.graph.rules >= Format(5) =>
            {
                self.prompt(prompt)?;
                Err(Refusal::OtherQuestion(prompt.clone()))
            }
            SignalKind::Answer { prompt, choice, fingerprint, value } => {
                self.answered(prompt, choice, fingerprint, value, signal)
            }
            // A runner of format 1 could not read it.
            SignalKind::Note if self.graph.rules < Format(2) => Err(Refusal::Status(NO_NOTES)),
            SignalKind::Note => Ok(()),
            SignalKind::Cancel { seen } => self.cancel(*seen, signal),
            SignalKind::Pause => self.hold(signal),
            SignalKind::Resume => self.let_go(signal),
            SignalKind::Retry { mend: Some(_), .. } if self.graph.rules < Format(2) => {
                Err(Refusal::Status(NO_MENDS))
            }
            SignalKind::Retry { wave, mend } => {
                self.retry(wave, signal)?;
                self.mend(wave, mend.as_ref());
                Ok(())
            }
            SignalKind::Skip { wave } => self.skip(wave, signal),
        }
    }

    /// Opens the prompt that keeps every further wave from starting.
    fn hold(&mut self, signal: &Signal) -> Result<(), Refusal> {
        self.check_not_cancelled()?;
        if self.held().is_some() {
            return Err(Refusal::Held);
        }
        self.state.pauses += 1;
        self.open(Prompt {
            opened_at: self.at,
            ..Prompt::new(
                format!("@pause.{}", self.state.pauses),
                "",
                PromptKind::Hold,
                format!("Paused by {}. Go on?", self.author(signal)),
                &["resume", "abort"],
            )
        });
        Ok(())
    }

    fn let_go(&mut self, signal: &Signal) -> Result<(), Refusal> {
        let id = self.held().map(|prompt| prompt.id.clone()).ok_or(Refusal::NotHeld)?;
        self.answered(&id, "resume", "", &serde_json::Value::Null, signal)
    }

    /// The prompt of a person who has paused the execution.
    pub(super) fn held(&self) -> Option<&Prompt> {
        self.state.prompts.values().find(|prompt| prompt.kind == PromptKind::Hold)
    }

    /// From its next attempt on a wave runs from these sources. A retry that brings none changes nothing
    /// about them.
    fn mend(&mut self, wave: &str, mend: Option<&Mend>) {
        if let Some((node, mend)) = self.graph.index(wave).zip(mend) {
            self.state.waves[node].mend = Some(Arc::new(mend.clone()));
        }
    }

    fn retry(&mut self, wave: &str, signal: &Signal) -> Result<(), Refusal> {
        if let Some(pause) = self.aborted_pause(wave) {
            self.lift_pause(pause);
            return Ok(());
        }
        if self.graph.rules >= Format(2)
            && self.state.cancelled_by.is_some()
            && self.state.status().is_terminal()
        {
            return self.lift_cancel(wave, signal);
        }
        let node = self.decidable(wave)?;
        match self.state.waves[node].status {
            WaveStatus::Cancelled if self.was_declined(wave) => self.ask_again(node, signal),
            WaveStatus::Cancelled if was_cut_off(self.graph, &self.state, node) => {
                self.attempt_again(node)
            }
            WaveStatus::Cancelled => {
                self.check_not_aborted(wave)?;
                Err(Refusal::NotFailed { wave: wave.to_owned(), status: WaveStatus::Cancelled })
            }
            WaveStatus::Failed => self.attempt_again(node),
            WaveStatus::Waiting => self.answer_for(node, "retry", signal),
            status => Err(Refusal::NotFailed { wave: wave.to_owned(), status }),
        }
    }

    /// Goes on after a cancel, from a wave that it cut off: that one is attempted again, and what was called
    /// off waits for its turn again. A wave behind another that was cut off waits until that one is retried. What
    /// runs after a cancel is attempted again under it.
    fn lift_cancel(&mut self, wave: &str, signal: &Signal) -> Result<(), Refusal> {
        let node = self.graph.index(wave).ok_or_else(|| Refusal::NoWave(wave.to_owned()))?;
        let status = self.state.waves[node].status;
        let turn = self.node(node).turn;
        let was_cut_off = matches!(status, WaveStatus::Cancelled | WaveStatus::Failed);
        let satisfied = |at: usize| self.state.waves[at].status.satisfies();
        let is_known = turn == Turn::Ordinary || self.graph.rules >= Format(4);
        if !is_known || !was_cut_off {
            return Err(Refusal::NotFailed { wave: wave.to_owned(), status });
        }
        if let Some(on) = self.node(node).depends_on.iter().find(|at| !satisfied(**at)) {
            let on = self.node(*on).name.clone();
            return Err(Refusal::Behind { wave: wave.to_owned(), on });
        }
        // A hook alone does not take the cancel back while there is a wave that it stopped.
        let is_stopped = |at: usize| self.node(at).turn == Turn::Ordinary && !satisfied(at);
        let is_left = (0..self.graph.len()).any(is_stopped);
        if turn == Turn::Ordinary || (turn == Turn::Last && !is_left) {
            self.state.cancelled_by = None;
        }
        if self.was_declined(wave) {
            return self.ask_again(node, signal);
        }
        self.attempt_again(node)
    }

    /// The wave waits for its turn again, and so does what had been called off.
    fn attempt_again(&mut self, node: usize) -> Result<(), Refusal> {
        self.lift_aborts(node)?;
        // The pause point of a wave that never began was never granted.
        self.state.waves[node].approved = self.state.waves[node].attempt > 0;
        self.want(node);
        self.call_back(node);
        Ok(())
    }

    /// A wave that a person wants is not left out, though they had said so before.
    pub(super) fn want(&mut self, node: usize) {
        if self.graph.rules >= Format(3) && !self.node(node).left_out {
            self.state.waves[node].skip = None;
        }
        self.set(node, WaveStatus::Pending, None);
    }

    fn skip(&mut self, wave: &str, signal: &Signal) -> Result<(), Refusal> {
        let node = self.decidable(wave)?;
        if wave == START && self.node(node).pause.is_some() {
            let status = self.state.waves[node].status;
            return Err(Refusal::NotSkippable { wave: wave.to_owned(), status });
        }
        let reason = format!("skipped by {}", self.author(signal));
        match self.state.waves[node].status {
            WaveStatus::Pending => {
                if let Some(pause) = &self.node(node).pause {
                    self.check_approver(&pause.approvers, &signal.by)?;
                    if pause.approvals > 1 {
                        return Err(Refusal::NotAlone { wave: wave.to_owned() });
                    }
                }
                self.state.waves[node].skip = Some(reason);
            }
            WaveStatus::Paused | WaveStatus::Waiting => self.answer_for(node, "skip", signal)?,
            WaveStatus::Failed => {
                self.lift_aborts(node)?;
                self.set(node, WaveStatus::Skipped, Some(reason));
                self.call_back(node);
            }
            status => return Err(Refusal::NotSkippable { wave: wave.to_owned(), status }),
        }
        Ok(())
    }

    /// The wave of that name, if a person may decide about it now.
    fn decidable(&self, wave: &str) -> Result<usize, Refusal> {
        let node = self.graph.index(wave).ok_or_else(|| Refusal::NoWave(wave.to_owned()))?;
        self.check_not_cancelled()?;
        let status = self.state.waves[node].status;
        if holds_program(self.graph, &self.state, node) {
            return Err(Refusal::NotFailed { wave: wave.to_owned(), status });
        }
        Ok(node)
    }

    /// The sender, for people. Format 2 told only the name.
    pub(super) fn author(&self, signal: &Signal) -> String {
        if self.graph.rules >= Format(3) { signal.signed() } else { signal.author() }
    }

    pub(super) fn check_not_cancelled(&self) -> Result<(), Refusal> {
        match &self.state.cancelled_by {
            Some(by) => Err(Refusal::Cancelled(by.clone())),
            None => Ok(()),
        }
    }

    /// Answers the open prompt of a wave, by one of its approvers.
    fn answer_for(&mut self, node: usize, choice: &str, signal: &Signal) -> Result<(), Refusal> {
        let name = &self.node(node).name;
        let prompt = self.state.prompts.values().find(|prompt| prompt.wave == *name);
        let id = prompt.map(|prompt| prompt.id.clone());
        let id = id.ok_or_else(|| Refusal::NoPrompt(name.clone()))?;
        self.answered(&id, choice, "", &serde_json::Value::Null, signal)
    }
}
