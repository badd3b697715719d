//! What a rehearsed runbook remembers of its earlier executions: any values by key. No service of AWS knows of them, so
//! the simulator only hands them on.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::Value;

/// The values by key, as JSON: a date is the text that it was written as.
pub(super) fn read<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<BTreeMap<String, Value>, D::Error> {
    let table = toml::Table::deserialize(from)?;
    Ok(table.into_iter().map(|(key, value)| (key, json(value))).collect())
}

fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(is_so) => is_so.into(),
        toml::Value::Datetime(date) => date.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(json).collect(),
        toml::Value::Table(fields) => {
            fields.into_iter().map(|(name, field)| (name, json(field))).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::Scenario;

    #[test]
    fn whatever_toml_can_say_is_a_value() {
        let scenario = "version = 1\naccount = \"111122223333\"\nregion = \"us-west-2\"\nservers = []\n\
                     [state]\ndrills = 41\n\"last drill\" = { at = 2026-11-20T08:00:00Z, took = [1.5, true, \"x\"] }";
        let scenario = Scenario::parse(scenario, "world.toml").unwrap();
        let state = json!(scenario.state());
        let last = json!({ "at": "2026-11-20T08:00:00Z", "took": [1.5, true, "x"] });
        assert_eq!(state, json!({ "drills": 41, "last drill": last }));
    }
}
