//! How much of a journal an entry takes, without writing it: the same before it is stored and after it was
//! read, so that a budget means the same in every process.

use serde_json::Value;

use super::{Body, End, Event, Outcome};

/// What an entry takes beside its values: names, numbers, hashes.
const FRAME: u64 = 400;

/// Values, and bytes of text, about as JSON has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    /// Values in all.
    pub nodes: u64,
    /// Bytes of them, with what separates them.
    pub bytes: u64,
}

impl Weight {
    /// The weight of a value.
    pub fn of(value: &Value) -> Weight {
        let mut weight = Weight::default();
        weight.add(value);
        weight
    }

    fn add(&mut self, value: &Value) {
        self.nodes += 1;
        self.bytes += 2;
        match value {
            Value::Null | Value::Bool(_) => self.bytes += 4,
            Value::Number(_) => self.bytes += 8,
            Value::String(text) => self.bytes += text.len() as u64,
            Value::Array(items) => items.iter().for_each(|item| self.add(item)),
            Value::Object(fields) => {
                for (name, field) in fields {
                    self.bytes += name.len() as u64 + 3;
                    self.add(field);
                }
            }
        }
    }
}

/// The bytes that this takes in a journal, roughly.
pub(crate) fn of_body(body: &Body) -> u64 {
    let value = |value: &Value| Weight::of(value).bytes;
    // A signal of a person, and what the machine says of it, is no effect.
    let frame = if matches!(body, Body::Event { event } if !matches!(event, Event::Ended { .. })) {
        0
    } else {
        FRAME
    };
    frame
        + match body {
            Body::Intent { step, .. } => step.arguments.as_ref().map_or(0, value),
            Body::Outcome { step, outcome, .. } => {
                let arguments = step.arguments.as_ref().map_or(0, value);
                let end = match outcome {
                    Outcome::Ok { value: end } => value(end),
                    Outcome::Failed { error } => error.message.len() as u64 + value(&error.details),
                    Outcome::Unknown { evidence } => {
                        evidence.message.len() as u64 + value(&evidence.found)
                    }
                };
                arguments + end
            }
            Body::Event { event: Event::Ended { end, .. } } => match end {
                End::Completed { result } => value(result),
                End::Failed { failure } => failure.message.len() as u64 + value(&failure.details),
                End::Cancelled { details } => value(details),
            },
            Body::Event { .. } => 0,
        }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_weighs_about_what_its_text_does() {
        let value = json!({ "ids": ["s-1", "s-2"], "text": "x".repeat(1000), "n": 12, "no": null });
        let (weight, text) = (Weight::of(&value), value.to_string().len() as u64);
        assert_eq!(weight.nodes, 7);
        assert!(weight.bytes.abs_diff(text) < text / 10, "{weight:?}, and its text is {text}");
    }
}
