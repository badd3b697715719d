//! Typed arguments, read and written back complete.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::words;
use crate::history::EffectError;

/// Reads `arguments` for `operation`. An empty list stands for no arguments: Lua cannot tell `{}` and
/// `{}` apart.
pub fn read<T: DeserializeOwned>(operation: &str, arguments: &Value) -> Result<T, EffectError> {
    read_beside(operation, &[], arguments)
}

/// The same for a part of the arguments: `others` are read elsewhere, and are suggested like the fields of `T`.
pub fn read_beside<T: DeserializeOwned>(
    operation: &str,
    others: &[&str],
    arguments: &Value,
) -> Result<T, EffectError> {
    let empty = Value::Object(serde_json::Map::new());
    let none = arguments.is_null() || arguments.as_array().is_some_and(Vec::is_empty);
    let arguments = if none { &empty } else { arguments };
    serde_path_to_error::deserialize(arguments).map_err(|error| {
        let place = words::place(error.path());
        refuse(operation, &words::complaint(&place, &error.inner().to_string(), others))
    })
}

/// Reads `arguments` as a `T` and writes them back complete: what an operation's `check` returns.
pub fn check<T: DeserializeOwned + Serialize>(
    operation: &str,
    arguments: &Value,
) -> Result<Value, EffectError> {
    let read: T = read(operation, arguments)?;
    serde_json::to_value(read).map_err(|error| refuse(operation, &error.to_string()))
}

pub(super) fn refuse(operation: &str, complaint: &str) -> EffectError {
    EffectError::new("InvalidArguments", format!("`{operation}`: {complaint}"))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Input {
        instance_ids: Vec<String>,
        #[serde(default)]
        force: bool,
    }

    fn error(arguments: &Value) -> String {
        check::<Input>("ec2.stop", arguments).expect_err("must be refused").message
    }

    #[test]
    fn defaults_are_filled_in() {
        let checked = check::<Input>("ec2.stop", &json!({"instance_ids": ["i-1"]})).expect("valid");
        assert_eq!(checked, json!({"instance_ids": ["i-1"], "force": false}));
    }

    #[test]
    fn a_misspelled_field_is_answered_with_the_right_one() {
        assert_eq!(
            error(&json!({"instance_id": ["i-1"]})),
            "`ec2.stop`: there is no `instance_id`, did you mean `instance_ids`?"
        );
    }

    #[test]
    fn what_is_read_elsewhere_is_suggested_too_but_not_in_a_table_within() {
        let beside = |arguments| {
            let read = read_beside::<Input>("ec2.stop", &["region"], &arguments);
            read.expect_err("must be refused").message
        };
        assert_eq!(
            beside(json!({"regoin": "x"})),
            "`ec2.stop`: there is no `regoin`, did you mean `region`?"
        );
        assert_eq!(
            beside(json!({"colour": "x"})),
            "`ec2.stop`: there is no `colour`: it takes `instance_ids`, `force`, `region`"
        );
        let within: Result<Vec<Input>, _> =
            read_beside("ec2.stop", &["region"], &json!([{"colour": 1}]));
        let message = within.expect_err("must be refused").message;
        assert!(!message.contains("region"), "{message}");
    }

    #[test]
    fn an_empty_table_is_an_object_without_fields() {
        assert_eq!(error(&json!([])), "`ec2.stop`: `instance_ids` is missing");
    }
}
