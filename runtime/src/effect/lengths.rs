//! Lengths of time in arguments: a number of seconds has the bounds of a text such as `2h30m`.
//!
//! In every operation a field named `duration` or `timeout` is such a length. Operations read numbers of any size,
//! because executions of earlier formats may have given them; this holds the others back before they are asked.

use serde_json::Value;

use crate::history::EffectError;
use crate::plan::duration;

/// Refuses a number of seconds that no text could say.
pub(crate) fn check(operation: &str, arguments: &Value) -> Result<(), EffectError> {
    for field in ["duration", "timeout"] {
        let seconds = arguments.get(field).and_then(Value::as_f64);
        if let Some(seconds) = seconds.filter(|it| duration::of_seconds(*it).is_none()) {
            let message = format!(
                "`{operation}`: `{field}` is {seconds} seconds, and no length of time is negative or longer than \
                 ten years"
            );
            return Err(EffectError::new("InvalidArguments", message));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_of_seconds_has_the_bounds_of_a_text() {
        for good in [json!({"timeout": 3.1e8}), json!({"duration": "9000y"}), json!({}), json!([])]
        {
            assert_eq!(check("x", &good), Ok(()), "{good}");
        }
        for wrong in [json!({"timeout": 3.3e8}), json!({"duration": -1}), json!({"duration": 1e15})]
        {
            assert_eq!(check("x", &wrong).unwrap_err().code, "InvalidArguments", "{wrong}");
        }
    }
}
