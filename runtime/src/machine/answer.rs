//! Prompts: opened by programs, answered by people, flags and time-outs.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::step::{Step, holds_program};
use super::{Abort, Answer, Refusal, Request, WaveStatus};
use crate::history::{Approval, Choice, Prompt, PromptKind, Signal};

impl Step<'_> {
    pub(super) fn asked(&mut self, prompt: &Prompt) -> Result<(), Refusal> {
        let refusal = || Refusal::NotRunning { wave: prompt.wave.clone(), attempt: 0 };
        let node = self.graph.index(&prompt.wave).ok_or_else(refusal)?;
        if !holds_program(self.graph, &self.state, node) || !prompt.kind.is_of_program() {
            return Err(refusal());
        }
        self.set(node, WaveStatus::Waiting, None);
        self.open(prompt.clone());
        Ok(())
    }

    /// A person answers.
    pub(super) fn answered(
        &mut self,
        id: &str,
        choice: &str,
        fingerprint: &str,
        value: &Value,
        signal: &Signal,
    ) -> Result<(), Refusal> {
        let prompt = self.prompt(id)?;
        if !fingerprint.is_empty() && fingerprint != prompt.fingerprint {
            return Err(Refusal::OtherQuestion(id.to_owned()));
        }
        let Some(choice) = prompt.choices.iter().find(|known| known.as_str() == choice) else {
            let choices: Vec<&str> = prompt.choices.iter().map(Choice::as_str).collect();
            return Err(Refusal::NoChoice {
                prompt: id.to_owned(),
                choices: choices.join(", "),
                choice: choice.to_owned(),
            });
        };
        if let Some(returns) = prompt.returns.clone()
            && prompt.takes_value(choice.as_str())
            && value.is_null()
        {
            return Err(Refusal::NoValue { prompt: id.to_owned(), returns });
        }
        self.check_approver(&prompt.approvers, &signal.by)?;
        self.check_not_stopping(&prompt)?;
        let answer = Answer {
            choice: choice.clone(),
            by: signal.by.clone(),
            comment: signal.comment.clone(),
            value: value.clone(),
        };
        let stops = choice.as_str() == "abort";
        if prompt.approvals > 1 && !stops && !self.is_last_approval(prompt, &answer, signal)? {
            // Another person may be here too.
            let prompt = Box::new(self.prompt(id)?);
            self.requests.push(Request::Ask { prompt });
            return Ok(());
        }
        self.settle(id, answer, &format!("by {}", self.author(signal)));
        Ok(())
    }

    /// Applies the choice that the prompt names for silence.
    pub(super) fn timed_out(&mut self, id: &str) -> Result<(), Refusal> {
        let prompt = self.prompt(id)?;
        let choice = prompt.on_timeout.ok_or_else(|| Refusal::NoPrompt(id.to_owned()))?;
        let (by, comment, value) = (String::new(), String::new(), Value::Null);
        self.settle(id, Answer { choice, by, comment, value }, "by the time-out");
        Ok(())
    }

    /// Silence answers later than was said.
    pub(super) fn extended(&mut self, id: &str, by: u64) -> Result<(), Refusal> {
        let no_prompt = || Refusal::NoPrompt(id.to_owned());
        let prompt = self.state.prompts.get_mut(id).ok_or_else(no_prompt)?;
        let deadline = prompt.deadline.ok_or_else(no_prompt)?;
        let later = deadline.checked_add(Duration::from_millis(by));
        prompt.deadline = Some(later.unwrap_or(Timestamp::MAX));
        prompt.extended = prompt.extended.saturating_add(by);
        Ok(())
    }

    /// A program needs no answer any more.
    pub(super) fn withdrawn(&mut self, id: &str) -> Result<(), Refusal> {
        let no_prompt = || Refusal::NoPrompt(id.to_owned());
        let prompt = self.prompt(id)?;
        let node = self.graph.index(&prompt.wave).filter(|_| prompt.kind.is_of_program());
        let node = node.ok_or_else(no_prompt)?;
        self.state.prompts.remove(id);
        if !holds_program(self.graph, &self.state, node) {
            self.set(node, WaveStatus::Running, None);
        }
        Ok(())
    }

    pub(super) fn prompt(&self, id: &str) -> Result<Prompt, Refusal> {
        let prompt = self.state.prompts.get(id).cloned();
        prompt.ok_or_else(|| Refusal::NoPrompt(id.to_owned()))
    }

    /// Refuses an answer to a program that was told to stop: it would never hear it.
    fn check_not_stopping(&self, prompt: &Prompt) -> Result<(), Refusal> {
        match &self.state.cancelled_by {
            Some(by) if self.state.ignores_answers(self.graph, prompt) => {
                Err(Refusal::Cancelled(by.clone()))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a person who is not among the approvers.
    pub(super) fn check_approver(&self, approvers: &[String], by: &str) -> Result<(), Refusal> {
        if self.graph.approves(approvers, by) {
            return Ok(());
        }
        Err(Refusal::NotApprover { by: by.to_owned(), approvers: approvers.join(", ") })
    }

    /// Counts an approval; returns whether enough people have said the same now.
    fn is_last_approval(
        &mut self,
        mut prompt: Prompt,
        answer: &Answer,
        signal: &Signal,
    ) -> Result<bool, Refusal> {
        let Signal { by, sender, .. } = signal.clone();
        let approval = Approval { by, sender, choice: answer.choice.clone() };
        if prompt.given.iter().any(|it| it.by == approval.by && it.choice == approval.choice) {
            return Err(Refusal::SamePerson { by: approval.by, missing: prompt.missing() });
        }
        // A person who changes their mind has one approval all the same.
        prompt.given.retain(|given| given.by != approval.by);
        prompt.given.push(approval);
        let enough = prompt.missing() == 0;
        self.state.prompts.insert(prompt.id.clone(), prompt);
        Ok(enough)
    }

    /// Closes a prompt with its answer.
    fn settle(&mut self, id: &str, answer: Answer, reason: &str) {
        let Some(prompt) = self.state.prompts.remove(id) else { return };
        let choice = answer.choice.clone();
        let Some(node) = self.graph.index(&prompt.wave) else {
            // An operator, the one who paused it or another, lets it go on or gives it up.
            if choice.as_str() == "abort" {
                let reason = format!("aborted {reason}");
                self.abort(Abort { at: id.to_owned(), is_answer: true, reason });
            }
            return;
        };
        match (prompt.kind, choice.as_str()) {
            (kind, _) if kind.is_of_program() => {
                self.state.answers.insert_mut(id.to_owned(), answer);
                self.requests.push(Request::Hand { prompt: id.to_owned() });
                if !holds_program(self.graph, &self.state, node) {
                    self.set(node, WaveStatus::Running, None);
                }
            }
            (_, "continue" | "retry") => {
                self.state.waves[node].approved = true;
                self.set(node, WaveStatus::Pending, None);
            }
            (_, "skip") => {
                self.set(node, WaveStatus::Skipped, Some(format!("skipped {reason}")));
            }
            (kind, _) => {
                let status = match kind {
                    PromptKind::Failure => WaveStatus::Failed,
                    _ => WaveStatus::Cancelled,
                };
                let reason = format!("aborted {reason}");
                self.set(node, status, Some(reason.clone()));
                self.abort(Abort { at: prompt.wave, is_answer: true, reason });
            }
        }
    }
}
