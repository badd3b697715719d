//! Keeps the values of secret params out of the journal, the log and the screen.
//!
//! A program receives the real value; what leaves the door towards the journal carries `«name»` in its
//! place, and so does what comes back, live and in replay alike.

use std::collections::BTreeMap;

use serde_json::Value;

/// The secrets of an execution. Its `Debug` shows names only.
#[derive(Clone, Default)]
pub struct Secrets {
    /// Secret text and what stands in for it, longest first.
    replacements: Vec<(String, String)>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.replacements.iter().map(|(_, name)| name)).finish()
    }
}

/// Shorter values are not looked for: blanking every `1` would hide the journal, not the secret.
const SHORTEST: usize = 4;

impl Secrets {
    /// The secrets with these names and values; only texts of four characters or more can be hidden.
    pub fn new(values: &BTreeMap<String, Value>) -> Secrets {
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let mut replacements: Vec<(String, String)> = values
            .iter()
            .map(|(name, value)| (text(value), format!("«{name}»")))
            .filter(|(secret, _)| secret.len() >= SHORTEST)
            .collect();
        replacements.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
        Secrets { replacements }
    }

    /// The text with every secret replaced by its name.
    pub fn hide(&self, text: &str) -> String {
        let hide_one = |text: String, (secret, name): &(String, String)| text.replace(secret, name);
        self.replacements.iter().fold(text.to_owned(), hide_one)
    }

    /// Replaces every secret in every text of the value.
    pub fn hide_in(&self, value: &mut Value) {
        if self.replacements.is_empty() {
            return;
        }
        match value {
            Value::String(text) => *text = self.hide(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.hide_in(item)),
            Value::Object(fields) => {
                let old = std::mem::take(fields);
                for (name, mut field) in old {
                    self.hide_in(&mut field);
                    fields.insert(self.hide(&name), field);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_secret_is_replaced_wherever_it_stands() {
        let params = BTreeMap::from([("password".to_owned(), json!("hunter22"))]);
        let secrets = Secrets::new(&params);
        let mut value = json!({"commands": ["login hunter22", "date"], "hunter22": 1});
        secrets.hide_in(&mut value);
        assert_eq!(value, json!({"commands": ["login «password»", "date"], "«password»": 1}));
        assert_eq!(format!("{secrets:?}"), "[\"«password»\"]");
    }
}
