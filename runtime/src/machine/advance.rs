//! After every event: what can start now, what never will, and whether it is over.

use std::sync::Arc;

use super::graph::{Node, START, Turn};
use super::seen::Seen;
use super::step::{Step, holds_program};
use super::{Request, WaveStatus};
use crate::history::{Choice, Prompt, PromptKind};
use crate::plan::PromptTimeout;

impl Step<'_> {
    /// Moves every wave that can move, then says whether it is over.
    pub(super) fn advance(&mut self) {
        if !self.state.started {
            return;
        }
        self.call_off();
        self.leave_out();
        let held = self.held().is_some();
        for node in 0..self.graph.len() {
            let approved = self.state.waves[node].approved;
            if held || self.state.waves[node].status != WaveStatus::Pending || !self.is_ready(node)
            {
                continue;
            }
            if self.node(node).pause.is_some() && !approved {
                self.pause(node);
            } else if self.running() < self.graph.max_parallel {
                let attempt = self.state.waves[node].attempt + 1;
                self.state.waves[node].attempt = attempt;
                let seen = Seen::now(self.graph, &self.state, node);
                self.state.waves[node].seen = Some(Arc::new(seen));
                self.set(node, WaveStatus::Running, None);
                self.requests.push(Request::Run { node, attempt });
            } else if self.graph.is_capped {
                let most = self.graph.max_parallel;
                let why = format!("waits for its turn: at most {most} at once (`waves_at_once`)");
                self.state.waves[node].reason = Some(why);
            }
        }
        let status = self.state.status();
        if status.is_terminal() {
            self.state.prompts.clear();
            self.requests.push(Request::Finish { status });
        }
    }

    /// Skips what a person wants left out when its turn comes, and hooks that have nothing to do.
    fn leave_out(&mut self) {
        loop {
            let out = (0..self.graph.len()).find_map(|node| {
                let wave = &self.state.waves[node];
                if wave.status != WaveStatus::Pending || !self.is_ready(node) {
                    return None;
                }
                wave.skip.clone().or_else(|| self.is_idle(node)).map(|reason| (node, reason))
            });
            let Some((node, reason)) = out else { return };
            self.state.waves[node].skip = None;
            self.set(node, WaveStatus::Skipped, Some(reason));
        }
    }

    /// Why a hook that is ready has nothing to do.
    fn is_idle(&self, node: usize) -> Option<String> {
        let Turn::AfterCancel { of } = self.node(node).turn else { return None };
        if self.state.cancelled_by.is_none() {
            return Some("nothing was cancelled".to_owned());
        }
        let wave = &self.state.waves[of?];
        let begun = wave.attempt > 0 && wave.status != WaveStatus::Completed;
        (!begun).then(|| "its wave left nothing half done".to_owned())
    }

    /// Cancels what can no longer start: after an abort or a cancel, or behind a wave that failed.
    fn call_off(&mut self) {
        let ending = match (&self.state.cancelled_by, self.state.aborts.last()) {
            (Some(by), _) => Some(format!("cancelled by {by}")),
            (None, Some(abort)) => Some(abort.reason.clone()),
            (None, None) => None,
        };
        loop {
            let off = (0..self.graph.len()).find_map(|node| {
                let status = self.state.waves[node].status;
                let waits = matches!(status, WaveStatus::Pending | WaveStatus::Paused);
                if !waits || self.node(node).turn != Turn::Ordinary {
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
        let is_over = |others: &dyn Fn(&Node) -> bool| {
            let mut pairs = self.graph.nodes().iter().zip(&self.state.waves);
            pairs.all(|(node, wave)| !others(node) || wave.status.is_terminal())
        };
        match self.node(node).turn {
            // Nor beside a hook that cleans up after the waves.
            Turn::Ordinary => {
                let satisfied = |at: &usize| self.state.waves[*at].status.satisfies();
                self.node(node).depends_on.iter().all(satisfied)
                    && !(0..self.graph.len()).any(|other| self.is_hook_alive(other))
            }
            Turn::AfterCancel { .. } => is_over(&|node| node.turn == Turn::Ordinary),
            Turn::Last => is_over(&|node| node.turn != Turn::Last),
        }
    }

    /// Whether this is a hook that runs after the waves, and its program is alive.
    pub(super) fn is_hook_alive(&self, node: usize) -> bool {
        self.node(node).turn != Turn::Ordinary && holds_program(self.graph, &self.state, node)
    }

    /// How many waves hold one of the places. Under the operator's own cap a program that waits for a person holds
    /// none: the others must not wait for that person too.
    fn running(&self) -> usize {
        let is_capped = self.graph.is_capped;
        let holds = |node: &usize| match self.state.waves[*node].status {
            WaveStatus::Running => true,
            _ => !is_capped && holds_program(self.graph, &self.state, *node),
        };
        (0..self.graph.len()).filter(holds).count()
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
        self.state.waves[node].pauses += 1;
        let id = match self.state.waves[node].pauses {
            1 => name.clone(),
            again => format!("{name}.{again}"),
        };
        // Whether it starts at all cannot be left open.
        let choices: &[&str] =
            if name == START { &["continue", "abort"] } else { &["continue", "skip", "abort"] };
        self.open(Prompt {
            approvers: pause.approvers,
            approvals: pause.approvals,
            opened_at: self.at,
            on_timeout: deadline.map(|_| Choice::new(silence)),
            deadline,
            ..Prompt::new(id, &name, PromptKind::Pause, pause.message, choices)
        });
    }
}
