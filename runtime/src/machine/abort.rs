//! Aborts: what keeps every further wave from starting, and the answer that takes it back. The answer `abort` to a
//! question stands until just that is retried, or left out after it had failed: at a pause point by one of its
//! approvers, who are asked again.
//! What the policy of a failed wave said is taken back by a retry or a skip of any wave that failed.

use super::graph::Turn;
use super::step::Step;
use super::{Abort, Refusal, WaveStatus};
use crate::history::{Format, Signal};

impl Step<'_> {
    /// No further wave starts, and no person is asked any more what to do about those that failed.
    pub(super) fn abort(&mut self, abort: Abort) {
        // Under older rules any retry takes it back.
        let is_answer = abort.is_answer && self.graph.rules >= Format(3);
        self.state.aborts.push(Abort { is_answer, ..abort });
        self.give_up_failed();
    }

    /// Whether its pause point was answered with `abort`, so that it never began.
    pub(super) fn was_declined(&self, wave: &str) -> bool {
        self.state.standing().is_some_and(|abort| abort.at == wave)
            && self.graph.index(wave).is_some_and(|node| {
                self.state.waves[node].status == WaveStatus::Cancelled
                    && self.node(node).pause.is_some()
            })
    }

    /// Asks again at a pause point that was answered with `abort`.
    pub(super) fn ask_again(&mut self, node: usize, signal: &Signal) -> Result<(), Refusal> {
        if let Some(pause) = &self.node(node).pause {
            self.check_approver(&pause.approvers, &signal.by)?;
        }
        self.lift_aborts(node)?;
        self.state.waves[node].approved = false;
        self.want(node);
        self.call_back(node);
        Ok(())
    }

    /// The place of the abort with which a person's pause of that id was answered.
    pub(super) fn aborted_pause(&self, id: &str) -> Option<usize> {
        let is_pause = self.graph.rules >= Format(3) && self.graph.index(id).is_none();
        self.state.aborts.iter().position(|abort| abort.at == id).filter(|_| is_pause)
    }

    /// Takes the abort back with which a person's pause was answered.
    pub(super) fn lift_pause(&mut self, place: usize) {
        self.state.aborts.remove(place);
        // A cancel stands beside it: what that has called off waits for a retry of a wave.
        if self.state.aborts.is_empty() && self.state.cancelled_by.is_none() {
            self.call_all_back();
        }
    }

    /// Refuses while the answer to another question stands.
    pub(super) fn check_not_aborted(&self, wave: &str) -> Result<(), Refusal> {
        match self.state.standing().filter(|abort| abort.at != wave) {
            Some(Abort { at, reason, .. }) => {
                Err(Refusal::Aborted { at: at.clone(), reason: reason.clone() })
            }
            None => Ok(()),
        }
    }

    /// Takes back what stands, for a wave that an operator wants again or left out. A hook needs nothing of that: it
    /// runs after an abort too.
    pub(super) fn lift_aborts(&mut self, decided: usize) -> Result<(), Refusal> {
        if self.node(decided).turn == Turn::Ordinary {
            self.check_not_aborted(&self.node(decided).name)?;
            self.state.aborts.clear();
        }
        Ok(())
    }

    /// After an operator has changed their mind about a wave: what had been called off waits for its turn again. A
    /// hook's own failure had called off nothing.
    pub(super) fn call_back(&mut self, decided: usize) {
        if self.node(decided).turn == Turn::Ordinary {
            self.call_all_back();
        }
    }

    /// What had been called off waits for its turn again, and hooks that ran because it was over, or run right
    /// now, will run once more when it is.
    fn call_all_back(&mut self) {
        for node in 0..self.graph.len() {
            if self.is_hook_alive(node) {
                self.state.waves[node].again = true;
                continue;
            }
            let wave = &self.state.waves[node];
            let was_called_off = wave.status == WaveStatus::Cancelled && wave.attempt == 0;
            let runs_after = self.node(node).turn != Turn::Ordinary && wave.status.is_terminal();
            // What it put away stays so until its wave runs once more.
            let is_done = match self.node(node).turn {
                Turn::AfterCancel { of: Some(of) } if self.graph.rules >= Format(4) => {
                    wave.status == WaveStatus::Completed
                        && self.state.waves[of].status.is_terminal()
                }
                _ => false,
            };
            if is_done {
                continue;
            }
            if was_called_off || runs_after {
                self.state.waves[node].approved = false;
                self.set(node, WaveStatus::Pending, None);
            }
        }
    }
}
