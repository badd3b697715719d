//! Answers of a process without a person, and of a person who goes by another name.

use std::rc::Rc;

use async_trait::async_trait;
use moontide_runtime::scheduler::{Answers, Given, Prompt};

/// No person is here.
pub struct Unattended;

#[async_trait(?Send)]
impl Answers for Unattended {
    async fn answer(&self, _prompt: &Prompt) -> Option<Given> {
        None
    }
}

/// Answers of a person who goes by another name.
pub struct Signed {
    /// The answers.
    pub answers: Rc<dyn Answers>,
    /// The real sender; empty: just that person.
    pub sender: String,
}

#[async_trait(?Send)]
impl Answers for Signed {
    async fn answer(&self, prompt: &Prompt) -> Option<Given> {
        let given = self.answers.answer(prompt).await?;
        Some(Given { sender: self.sender.clone(), ..given })
    }
}
