//! Who answers prompts in this process, besides a person who is asked there and then.
//!
//! - [`flags`]: `--answer`, given beforehand.
//! - [`rehearsal`]: what a rehearsal assumes.
//! - [`people`]: who may answer.

pub mod flags;
pub mod people;
pub mod rehearsal;

use std::rc::Rc;

use async_trait::async_trait;
use moontide_runtime::scheduler::{Answers, Choice, Given, Prompt};

/// Nobody is here.
pub struct Nobody;

#[async_trait(?Send)]
impl Answers for Nobody {
    async fn answer(&self, _prompt: &Prompt) -> Option<Given> {
        None
    }
}

/// Answers of a person who goes by another name.
pub struct Signed {
    /// Who answers.
    pub answers: Rc<dyn Answers>,
    /// Who that really is; empty: just that person.
    pub sender: String,
}

#[async_trait(?Send)]
impl Answers for Signed {
    async fn answer(&self, prompt: &Prompt) -> Option<Given> {
        let given = self.answers.answer(prompt).await?;
        Some(Given { sender: self.sender.clone(), ..given })
    }
}

/// The prompt's choice that these letters mean: the word itself, or its only beginning.
pub fn choice<'p>(prompt: &'p Prompt, letters: &str) -> Option<&'p Choice> {
    let exact = prompt.choices.iter().find(|choice| choice.as_str() == letters);
    let mut begin = prompt.choices.iter().filter(|choice| choice.as_str().starts_with(letters));
    match (exact, begin.next(), begin.next()) {
        (Some(exact), ..) => Some(exact),
        (None, Some(only), None) if !letters.is_empty() => Some(only),
        _ => None,
    }
}

/// A prompt's choices as a sentence lists them.
pub fn choices(prompt: &Prompt) -> String {
    let words: Vec<&str> = prompt.choices.iter().map(Choice::as_str).collect();
    words.join(", ")
}

#[cfg(test)]
fn prompt(id: &str, kind: moontide_runtime::scheduler::PromptKind, choices: &[&str]) -> Prompt {
    let wave = id.split(['#', '.']).next().unwrap_or_default();
    Prompt::new(id.to_owned(), wave, kind, "Go on?".to_owned(), choices)
}

#[cfg(test)]
mod tests {
    use moontide_runtime::scheduler::PromptKind;

    use super::*;

    #[test]
    fn a_beginning_is_enough_if_it_is_the_only_one() {
        let prompt = prompt("web", PromptKind::Question, &["retry", "revert", "abort"]);
        assert_eq!(choice(&prompt, "a").map(Choice::as_str), Some("abort"));
        assert_eq!(choice(&prompt, "ret").map(Choice::as_str), Some("retry"));
        assert_eq!(choice(&prompt, "re"), None);
        assert_eq!(choice(&prompt, ""), None);
    }
}
