//! Labels of executions: what an operator puts on one to find it by.

use std::collections::BTreeMap;

use crate::error::{CommandError, Result, code};

/// So many at most, each name and value no longer than a tag of AWS.
const MOST: usize = 50;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

/// Reads `KEY=VALUE`; for clap.
pub fn parse(text: &str) -> std::result::Result<(String, String), String> {
    let (key, value) =
        text.split_once('=').ok_or_else(|| "a label is written like `team=payments`".to_owned())?;
    let (key, value) = (key.trim(), value.trim());
    let is_plain = |it: char| it.is_alphanumeric() || "_.:/-+@".contains(it);
    if key.is_empty() || !key.chars().all(is_plain) {
        return Err("the name of a label is of letters, digits and `_.:/-+@`".to_owned());
    }
    if value.chars().any(char::is_control) {
        return Err("the value of a label is one line of text".to_owned());
    }
    for (what, text, most) in [("name", key, LONGEST_KEY), ("value", value, LONGEST_VALUE)] {
        if text.chars().count() > most {
            return Err(format!("the {what} of a label has {most} characters at most"));
        }
    }
    Ok((key.to_owned(), value.to_owned()))
}

/// All that were given, each once.
pub fn all(given: &[(String, String)]) -> Result<BTreeMap<String, String>> {
    let mut labels = BTreeMap::new();
    for (key, value) in given {
        if labels.insert(key.clone(), value.clone()).is_some_and(|before| before != *value) {
            let message = format!("the label `{key}` is given twice, with two values");
            return Err(CommandError::new(code::BAD_ARGUMENT, message));
        }
    }
    if labels.len() > MOST {
        let message = format!("an execution has {MOST} labels at most");
        return Err(CommandError::new(code::BAD_ARGUMENT, message));
    }
    Ok(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_a_plain_name_and_a_line() {
        let label = |key: &str, value: &str| Ok((key.to_owned(), value.to_owned()));
        assert_eq!(parse("team=payments"), label("team", "payments"));
        assert_eq!(parse("cost/center = a=b c "), label("cost/center", "a=b c"));
        assert_eq!(parse("exercise="), label("exercise", ""));
        for wrong in ["team", "=x", "a b=c", "a=b\nc", &format!("{}=", "x".repeat(129))] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_label_has_one_value() {
        let given = |values: [&str; 2]| values.map(|value| ("team".to_owned(), value.to_owned()));
        assert_eq!(all(&given(["a", "a"])).unwrap().len(), 1);
        assert!(all(&given(["a", "b"])).unwrap_err().message.contains("given twice"));
    }
}
