//! What a person may say to a prompt, as it is typed and as it is listed.

use moontide_runtime::scheduler::{Choice, Prompt};

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
pub(super) fn prompt(
    id: &str,
    kind: moontide_runtime::scheduler::PromptKind,
    choices: &[&str],
) -> Prompt {
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
