//! Prompts: opened by programs, answered by people, flags and time-outs.

use super::Request;
use super::{Refusal, Step, holds_program};
use crate::scheduler::prompt::{Choice, Prompt, PromptKind};
use crate::scheduler::state::{Answer, WaveStatus};

impl Step<'_> {
    pub(super) fn asked(&mut self, prompt: &Prompt) -> Result<(), Refusal> {
        let refusal = || Refusal::NotRunning { wave: prompt.wave.clone(), attempt: 0 };
        let node = self.graph.index(&prompt.wave).ok_or_else(refusal)?;
        if !holds_program(self.graph, &self.state, node) || prompt.kind != PromptKind::Question {
            return Err(refusal());
        }
        self.set(node, WaveStatus::Waiting, None);
        self.open(prompt.clone());
        Ok(())
    }

    pub(super) fn answered(
        &mut self,
        id: &str,
        choice: &str,
        by: &str,
        comment: &str,
    ) -> Result<(), Refusal> {
        let no_prompt = || Refusal::NoPrompt(id.to_owned());
        let prompt = self.state.prompts.get(id).cloned().ok_or_else(no_prompt)?;
        if !prompt.choices.iter().any(|known| known.as_str() == choice) {
            let choices: Vec<&str> = prompt.choices.iter().map(Choice::as_str).collect();
            return Err(Refusal::NoChoice {
                prompt: id.to_owned(),
                choices: choices.join(", "),
                choice: choice.to_owned(),
            });
        }
        let node = self.graph.index(&prompt.wave).ok_or_else(no_prompt)?;
        self.state.prompts.remove(id);
        let said = if comment.is_empty() { String::new() } else { format!(": {comment}") };
        match (prompt.kind, choice) {
            (PromptKind::Question, _) => {
                let answer = Answer {
                    choice: Choice::new(choice),
                    by: by.to_owned(),
                    comment: comment.to_owned(),
                };
                self.state.answers.insert(id.to_owned(), answer);
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
                self.set(node, WaveStatus::Skipped, Some(format!("skipped by {by}{said}")));
            }
            (kind, _) => {
                let status = match kind {
                    PromptKind::Failure => WaveStatus::Failed,
                    _ => WaveStatus::Cancelled,
                };
                let reason = format!("aborted by {by}{said}");
                self.set(node, status, Some(reason.clone()));
                self.state.aborted = Some(reason);
            }
        }
        Ok(())
    }
}
