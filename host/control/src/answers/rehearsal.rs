//! What a rehearsal answers unless the operator said otherwise, so that it shows how the drill goes if people are
//! there and do the ordinary thing:
//!
//! - a pause point or a question: `continue`, else the first choice;
//! - a failure: `abort`, because a wave that fails in a rehearsal is news;
//! - a pause of a person: `resume`; only a test of the engine could meet one;
//! - an effect that may or may not have happened: `did-not`. The rehearsal cannot look. Taking
//!   it for done would let the rest of the runbook succeed on an effect that may be missing; sending it
//!   again might duplicate it. `did-not` sends nothing, and shows what the runbook does about the error.
//!   `--answer WAVE=happened` and `--answer WAVE=try-again` rehearse the other two; the former only where
//!   no person has to say what the call returned.
//!
//! Where a runbook names approvers, the rehearsal answers in the name of the first of them, and of several
//! people where it takes several.

use std::rc::Rc;

use async_trait::async_trait;
use moontide_runtime::effect::builtin::replace;
use moontide_runtime::scheduler::prompt::unknown;
use moontide_runtime::scheduler::{Answers, Given, Graph, Prompt, PromptKind};

use super::people::stand_in;

/// The name under which a rehearsal answers.
pub const BY: &str = "the rehearsal";

/// The answers of a rehearsal.
pub struct Assumed {
    people: Rc<Graph>,
}

impl Assumed {
    /// Answers in the name of these people.
    pub fn new(people: Rc<Graph>) -> Assumed {
        Assumed { people }
    }
}

#[async_trait(?Send)]
impl Answers for Assumed {
    async fn answer(&self, prompt: &Prompt) -> Option<Given> {
        let preferred = match prompt.kind {
            PromptKind::Failure => "abort",
            PromptKind::Pause | PromptKind::Question => "continue",
            PromptKind::Hold => "resume",
            // A rehearsal is there to be gone through: what stands in the way is launched again.
            PromptKind::Replace => replace::REPLACE,
            PromptKind::Unknown => unknown::DID_NOT,
        };
        let preferred = prompt.choices.iter().find(|choice| choice.as_str() == preferred);
        let agreed = prompt.given.first().map(|given| &given.choice);
        let choice = agreed.or(preferred).or(prompt.choices.first())?.to_string();
        given(&self.people, prompt, choice, BY)
    }
}

/// An answer in the name of a person who may give it; `really` names the one who did.
pub(super) fn given(
    people: &Graph,
    prompt: &Prompt,
    choice: String,
    really: &str,
) -> Option<Given> {
    let by = stand_in(people, prompt, really)?;
    let comment = if by.starts_with(really) { String::new() } else { really.to_owned() };
    Some(Given { choice, by, comment, ..Given::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::prompt;

    async fn answer(prompt: &Prompt) -> (String, String) {
        let people = Rc::new(Graph::of_nodes(Vec::new(), 1));
        let given = Assumed::new(people).answer(prompt).await.unwrap();
        (given.choice, given.by)
    }

    #[tokio::test]
    async fn a_rehearsal_goes_on_gives_up_and_takes_the_first() {
        for (kind, choices, expected) in [
            (PromptKind::Pause, &["skip", "continue"][..], "continue"),
            (PromptKind::Failure, &["retry", "abort"], "abort"),
            (PromptKind::Question, &["blue", "green"], "blue"),
            (PromptKind::Hold, &["abort", "resume"], "resume"),
            (PromptKind::Unknown, &["happened", "did-not", "try-again"], "did-not"),
        ] {
            let given = answer(&prompt("web", kind, choices)).await;
            assert_eq!(given, (expected.to_owned(), BY.to_owned()));
        }
    }

    #[tokio::test]
    async fn a_rehearsal_answers_as_the_approvers() {
        let mut asked = prompt("web", PromptKind::Pause, &["continue", "abort"]);
        asked.approvers = vec!["ann".into()];
        assert_eq!(answer(&asked).await.1, "ann");
    }
}
