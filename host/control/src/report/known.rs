//! What is known, and what is not: then the reason stands in the place of the value, and never a zero.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A value, or why there is none. As JSON it is the value itself, or `{"unknown": "the reason"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
#[serde(untagged)]
pub enum Known<T> {
    /// It is not known.
    Unknown {
        /// Why.
        unknown: String,
    },
    /// It is known.
    Known(T),
}

impl<T> Known<T> {
    /// Not known, for this reason.
    pub fn unknown(why: impl Into<String>) -> Known<T> {
        Known::Unknown { unknown: why.into() }
    }

    /// The value if there is one, else the reason.
    pub fn or_why(value: Option<T>, why: &str) -> Known<T> {
        value.map_or_else(|| Known::unknown(why), Known::Known)
    }

    /// The value, if it is known.
    pub fn value(&self) -> Option<&T> {
        match self {
            Known::Known(value) => Some(value),
            Known::Unknown { .. } => None,
        }
    }

    /// Why it is not known, if so.
    pub fn why(&self) -> Option<&str> {
        match self {
            Known::Known(_) => None,
            Known::Unknown { unknown } => Some(unknown),
        }
    }

    /// What is made of the value, or the same reason.
    pub fn map<U>(&self, make: impl FnOnce(&T) -> U) -> Known<U> {
        match self {
            Known::Known(value) => Known::Known(make(value)),
            Known::Unknown { unknown } => Known::unknown(unknown.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_known_is_written_with_its_reason_and_read_again() {
        for (known, written) in [
            (Known::Known(0), json!(0)),
            (Known::unknown("AWS did not say"), json!({ "unknown": "AWS did not say" })),
        ] {
            assert_eq!(serde_json::to_value(&known).unwrap(), written);
            assert_eq!(serde_json::from_value::<Known<u64>>(written).unwrap(), known);
        }
    }
}
