//! What a rehearsal answers when nobody said otherwise: people go on, and give up on failures.

use async_trait::async_trait;
use moontide_runtime::scheduler::{Answers, Given, Prompt, PromptKind};

/// Who is named as having answered.
pub(crate) const BY: &str = "the rehearsal";

/// The answers of a rehearsal.
pub(crate) struct Assumed;

#[async_trait(?Send)]
impl Answers for Assumed {
    async fn answer(&self, prompt: &Prompt) -> Option<Given> {
        let preferred = match prompt.kind {
            PromptKind::Failure => "abort",
            PromptKind::Pause | PromptKind::Question => "continue",
        };
        let preferred = prompt.choices.iter().find(|choice| choice.as_str() == preferred);
        let choice = preferred.or(prompt.choices.first())?;
        Some(Given { choice: choice.to_string(), by: BY.to_owned(), comment: String::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::prompt;

    #[tokio::test]
    async fn a_rehearsal_goes_on_gives_up_and_takes_the_first() {
        for (kind, choices, expected) in [
            (PromptKind::Pause, ["skip", "continue"], "continue"),
            (PromptKind::Failure, ["retry", "abort"], "abort"),
            (PromptKind::Question, ["blue", "green"], "blue"),
        ] {
            let given = Assumed.answer(&prompt("web", kind, &choices)).await.unwrap();
            assert_eq!((given.choice.as_str(), given.by.as_str()), (expected, BY));
        }
    }
}
