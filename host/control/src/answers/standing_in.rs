//! Answers of a process without a person, and of a person who goes by another name.

use std::rc::Rc;

use async_trait::async_trait;
use moontide_runtime::scheduler::{Answers, Given, Prompt};

use crate::whoami::Person;

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
    /// The person, who is the sender of what is said in another name.
    pub person: Person,
}

#[async_trait(?Send)]
impl Answers for Signed {
    async fn answer(&self, prompt: &Prompt) -> Option<Given> {
        let given = self.answers.answer(prompt).await?;
        let Person { name, sender } = &self.person;
        // A schedule answers in its own name, by the process of this person.
        let sender = if given.by == *name { sender } else { self.person.real() };
        Some(Given { sender: sender.to_owned(), ..given })
    }
}
