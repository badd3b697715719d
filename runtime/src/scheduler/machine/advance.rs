//! After every event: what can start now, what never will, and whether it is over.

use super::{Request, Step, holds_program};
use crate::plan::PromptTimeout;
use crate::scheduler::prompt::{Choice, Prompt, PromptKind};
use crate::scheduler::state::WaveStatus;

impl Step<'_> {
    /// Moves every wave that can move, then says whether it is over.
    pub(super) fn advance(&mut self) {
        self.call_off();
        for node in 0..self.graph.len() {
            let approved = self.state.waves[node].approved;
            if self.state.waves[node].status != WaveStatus::Pending || !self.is_ready(node) {
                continue;
            }
            if self.node(node).pause.is_some() && !approved {
                self.pause(node);
            } else if self.running() < self.graph.max_parallel {
                let attempt = self.state.waves[node].attempt + 1;
                self.state.waves[node].attempt = attempt;
                self.set(node, WaveStatus::Running, None);
                self.requests.push(Request::Run { node, attempt });
            }
        }
        let status = self.state.status();
        if status.is_terminal() {
            self.requests.push(Request::Finish { status });
        }
    }

    /// Cancels what can no longer start: after an abort or a cancel, or behind a wave that failed.
    fn call_off(&mut self) {
        let ending = match (&self.state.cancelled_by, &self.state.aborted) {
            (Some(by), _) => Some(format!("cancelled by {by}")),
            (None, Some(reason)) => Some(reason.clone()),
            (None, None) => None,
        };
        loop {
            let off = (0..self.graph.len()).find_map(|node| {
                let status = self.state.waves[node].status;
                let waits = matches!(status, WaveStatus::Pending | WaveStatus::Paused);
                if !waits || self.node(node).last {
                    return None;
                }
                ending.clone().or_else(|| self.blocked_by(node)).map(|reason| (node, reason))
            });
            let Some((node, reason)) = off else { return };
            // A retry that was waiting for its turn has a failure to show.
            let status = match self.state.waves[node].failure {
                Some(_) => WaveStatus::Failed,
                None => WaveStatus::Cancelled,
            };
            self.set(node, status, Some(reason));
        }
    }

    fn blocked_by(&self, node: usize) -> Option<String> {
        let ended = |at: &&usize| {
            let status = self.state.waves[**at].status;
            status.is_terminal() && !status.satisfies()
        };
        let blocker = *self.node(node).depends_on.iter().find(ended)?;
        let word = match self.state.waves[blocker].status {
            WaveStatus::Failed => "failed",
            _ => "was cancelled",
        };
        Some(format!("`{}`, which it depends on, {word}", self.node(blocker).name))
    }

    fn is_ready(&self, node: usize) -> bool {
        if self.node(node).last {
            let others = self.state.waves.iter().enumerate().filter(|(at, _)| *at != node);
            return others.into_iter().all(|(_, wave)| wave.status.is_terminal());
        }
        self.node(node).depends_on.iter().all(|at| self.state.waves[*at].status.satisfies())
    }

    fn running(&self) -> usize {
        (0..self.graph.len()).filter(|node| holds_program(self.graph, &self.state, *node)).count()
    }

    fn pause(&mut self, node: usize) {
        let Some(pause) = self.node(node).pause.clone() else {
            return;
        };
        let name = self.node(node).name.clone();
        let silence = match pause.on_timeout {
            PromptTimeout::Continue => "continue",
            PromptTimeout::Skip => "skip",
            PromptTimeout::Abort => "abort",
        };
        let deadline = pause.timeout.and_then(|timeout| self.at.checked_add(timeout).ok());
        self.set(node, WaveStatus::Paused, None);
        self.open(Prompt {
            id: name.clone(),
            wave: name,
            kind: PromptKind::Pause,
            message: pause.message,
            choices: Choice::all(&["continue", "skip", "abort"]),
            approvers: pause.approvers,
            opened_at: self.at,
            on_timeout: deadline.map(|_| Choice::new(silence)),
            deadline,
        });
    }
}
