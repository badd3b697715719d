//! What to do about an error.

use crate::next::Next;

/// A sentence, in which a next step may stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The sentence, as far as the step.
    before: String,
    /// The step, and the rest of the sentence.
    step: Option<(Next, String)>,
}

impl Hint {
    /// A sentence around a step.
    pub fn step(before: impl Into<String>, next: Next, after: impl Into<String>) -> Hint {
        Hint { before: before.into(), step: Some((next, after.into())) }
    }

    /// Whether the sentence begins with these words.
    pub fn begins_with(&self, words: &str) -> bool {
        self.before.starts_with(words)
    }

    /// The sentence, with the step as the face writes it.
    pub fn text(&self, step: impl Fn(&Next) -> String) -> String {
        match &self.step {
            Some((next, after)) => format!("{}{}{after}", self.before, step(next)),
            None => self.before.clone(),
        }
    }
}

impl<T: Into<String>> From<T> for Hint {
    fn from(sentence: T) -> Hint {
        Hint { before: sentence.into(), step: None }
    }
}

/// A sentence without a step is its text.
impl PartialEq<&str> for Hint {
    fn eq(&self, sentence: &&str) -> bool {
        self.step.is_none() && self.before == *sentence
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_stands_in_its_sentence_as_the_face_writes_it() {
        let next = Next::GiveSecret { execution: "x".into(), param: "key".into() };
        let hint = Hint::step("type `", next, "` to go on");
        assert_eq!(hint.text(|_| "moontide resume x".into()), "type `moontide resume x` to go on");
        assert_eq!(Hint::from("wait"), "wait");
        assert!(hint != "type `");
    }
}
