//! What to do about an error.

use serde::Serialize;

use crate::next::Next;

/// A sentence, in which next steps may stand. As data it is the list of its parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Hint {
    parts: Vec<Part>,
}

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Part {
    Words(String),
    Step(Next),
}

impl Hint {
    /// A sentence around a step.
    pub fn step(before: impl Into<String>, next: Next, after: impl Into<String>) -> Hint {
        Hint { parts: Vec::new() }.say(before).then(next).say(after)
    }

    /// The sentence, and more words.
    #[must_use]
    pub fn say(mut self, words: impl Into<String>) -> Hint {
        let words = words.into();
        match self.parts.last_mut() {
            _ if words.is_empty() => {}
            Some(Part::Words(before)) => before.push_str(&words),
            _ => self.parts.push(Part::Words(words)),
        }
        self
    }

    /// The sentence behind these words.
    #[must_use]
    pub fn behind(self, words: impl Into<String>) -> Hint {
        let before = Hint::from(words.into());
        self.parts.into_iter().fold(before, |hint, part| match part {
            Part::Words(words) => hint.say(words),
            Part::Step(next) => hint.then(next),
        })
    }

    /// The sentence, and a step.
    #[must_use]
    pub fn then(mut self, next: Next) -> Hint {
        self.parts.push(Part::Step(next));
        self
    }

    /// Whether the sentence begins with these words.
    pub fn begins_with(&self, words: &str) -> bool {
        matches!(self.parts.first(), Some(Part::Words(first)) if first.starts_with(words))
    }

    /// The sentence, with its steps as the face writes them.
    pub fn text(&self, step: impl Fn(&Next) -> String) -> String {
        let text = |part: &Part| match part {
            Part::Words(words) => words.clone(),
            Part::Step(next) => step(next),
        };
        self.parts.iter().map(text).collect()
    }

    /// The steps in it.
    pub fn steps(&self) -> impl Iterator<Item = &Next> {
        self.parts.iter().filter_map(|part| match part {
            Part::Step(next) => Some(next),
            Part::Words(_) => None,
        })
    }
}

impl From<String> for Hint {
    fn from(sentence: String) -> Hint {
        Hint { parts: Vec::new() }.say(sentence)
    }
}

impl From<&str> for Hint {
    fn from(sentence: &str) -> Hint {
        Hint::from(sentence.to_owned())
    }
}

/// Nothing but the step.
impl From<Next> for Hint {
    fn from(next: Next) -> Hint {
        Hint { parts: vec![Part::Step(next)] }
    }
}

/// A sentence without a step is its text.
impl PartialEq<&str> for Hint {
    fn eq(&self, sentence: &&str) -> bool {
        matches!(self.parts.as_slice(), [Part::Words(words)] if words == sentence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_stand_in_their_sentence_as_the_face_writes_them() {
        let hint = Hint::step("type `", Next::cancel("x"), "`, then `").then(Next::resume("x"));
        let hint = hint.say("`");
        let face = |next: &Next| match next {
            Next::Cancel { execution } => format!("stop {execution}"),
            _ => "go".to_owned(),
        };
        assert_eq!(hint.text(face), "type `stop x`, then `go`");
        assert_eq!(hint.steps().collect::<Vec<_>>(), [&Next::cancel("x"), &Next::resume("x")]);
        let behind = Hint::from(Next::cancel("x")).behind("now: ");
        assert_eq!(behind, Hint::step("now: ", Next::cancel("x"), ""));
        assert_eq!(Hint::from("a moment").behind("wait "), "wait a moment");
        assert_eq!(Hint::from("wait"), "wait");
        assert!(hint != "type `" && hint.begins_with("type"));
    }
}
