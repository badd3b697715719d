//! What a schema says of fields that may be absent or null, in the words of JSON.
//!
//! A field that holds nothing is left out, or is null, and never both: types alone do not say so.

use serde_json::{Map, Value};

/// Says of each field of each object when it is absent, or null.
pub(super) fn explain(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.contains_key("properties") {
                properties(fields);
            }
            fields.values_mut().for_each(explain);
        }
        Value::Array(parts) => parts.iter_mut().for_each(explain),
        _ => {}
    }
}

fn properties(object: &mut Map<String, Value>) {
    let required = object.get("required").cloned().unwrap_or_default();
    let is_required = |name: &String| {
        required.as_array().is_some_and(|all| all.iter().any(|it| it == name.as_str()))
    };
    let Some(Value::Object(fields)) = object.get_mut("properties") else { return };
    for (name, field) in fields.iter_mut() {
        let Value::Object(field) = field else { continue };
        let is_there = is_required(name);
        let is_nullable = is_nullable(field);
        if !is_there && is_nullable {
            forbid_null(field);
        }
        let Some(Value::String(words)) = field.get("description") else { continue };
        let word = if is_there { "null" } else { "absent" };
        let mut words = words.replace("`None`", word);
        let says = |it: &str| words.to_lowercase().contains(it);
        let is = |it: &str| field.get("type").is_some_and(|kind| kind == it);
        if is_there && is_nullable && !says("null") {
            words += " Null: there is none.";
        } else if !is_there && !says("absent") {
            words += match () {
                () if is_nullable => " Absent: there is none.",
                () if is("boolean") => " Absent: false.",
                () if is("string") || is("array") => " Absent: empty.",
                () if is("integer") => " Absent: 0.",
                () => " Absent: there is nothing to say.",
            };
        }
        field.insert("description".to_owned(), words.into());
    }
}

fn is_null(schema: &Value) -> bool {
    schema["type"] == "null"
}

fn is_nullable(field: &Map<String, Value>) -> bool {
    let among = |name: &str, test: fn(&Value) -> bool| {
        field.get(name).and_then(Value::as_array).is_some_and(|all| all.iter().any(test))
    };
    among("type", |it| it == "null") || among("anyOf", is_null)
}

fn forbid_null(field: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = field.get_mut("type") {
        types.retain(|it| it != "null");
        if let [one] = types.as_slice() {
            let one = one.clone();
            field.insert("type".to_owned(), one);
        }
    }
    if let Some(Value::Array(ways)) = field.get_mut("anyOf") {
        ways.retain(|it| !is_null(it));
        // A reference may have words beside it.
        if let [Value::Object(one)] = ways.as_slice() {
            let one = one.clone();
            field.remove("anyOf");
            for (name, value) in one {
                field.entry(name).or_insert(value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::Serialize;
    use serde_json::json;

    #[derive(Serialize, JsonSchema)]
    struct Inner {
        /// Its name.
        name: String,
    }

    #[derive(Serialize, JsonSchema)]
    struct Shape {
        /// How long; `None`: it is not over.
        seconds: Option<u64>,
        /// The runner.
        #[serde(skip_serializing_if = "Option::is_none")]
        runner: Option<String>,
        /// The inner one.
        #[serde(skip_serializing_if = "Option::is_none")]
        inner: Option<Inner>,
        /// Whether.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        hidden: bool,
    }

    #[test]
    fn a_field_is_null_or_absent_and_says_when() {
        let schema = crate::contract::schema::bare::<Shape>();
        let fields = &schema["properties"];
        let seconds = &fields["seconds"];
        assert_eq!(seconds["description"], "How long; null: it is not over.");
        assert_eq!(seconds["type"], json!(["integer", "null"]));
        let runner =
            json!({ "description": "The runner. Absent: there is none.", "type": "string" });
        assert_eq!(fields["runner"], runner);
        let inner = json!({ "description": "The inner one. Absent: there is none.", "$ref": "#/$defs/Inner" });
        assert_eq!(fields["inner"], inner);
        assert_eq!(fields["hidden"]["description"], "Whether. Absent: false.");
    }
}
