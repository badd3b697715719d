//! Every document that the binary prints in a test is held against its schema, by another reader than ours.
//!
//! The schemas that users have are open. Here they are closed: a field that no schema explains is a defect.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::repository;

/// Where the schemas of all versions are kept.
pub(crate) fn folder() -> PathBuf {
    repository("tests/contract/schemas")
}

/// The schemas that are kept, by what documents say that they are.
pub(crate) fn kept() -> BTreeMap<String, Value> {
    let files = std::fs::read_dir(folder()).into_iter().flatten();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a schema that is kept");
        let schema: Value = serde_json::from_str(&text).expect("JSON");
        (schema["title"].as_str().expect("its document").to_owned(), schema)
    };
    files.map(|file| read(file.expect("a file").path())).collect()
}

/// A schema that knows of no further fields.
pub(crate) fn closed(schema: &Value) -> Value {
    let mut closed = schema.clone();
    close(&mut closed, schema, true);
    closed
}

/// Closes an object, and everything in it. What one of several ways adds to an object is closed with the object.
fn close(schema: &mut Value, root: &Value, is_whole: bool) {
    let Value::Object(fields) = schema else { return };
    let ways = ["oneOf", "anyOf", "allOf"];
    let has_fields = fields.contains_key("properties");
    // What is meant is a part of an object that has more fields: it is closed with them.
    if has_fields && let Some(meant) = meant(fields.get("$ref"), root) {
        fields.remove("$ref");
        fields.insert("allOf".to_owned(), json!([meant]));
    }
    let is_open = fields.contains_key("additionalProperties");
    for (name, part) in fields.iter_mut() {
        match (name.as_str(), part) {
            ("properties" | "$defs" | "patternProperties", Value::Object(parts)) => {
                parts.values_mut().for_each(|part| close(part, root, true));
            }
            ("items" | "additionalProperties", part) => close(part, root, true),
            ("prefixItems", Value::Array(parts)) => {
                for part in parts {
                    close(part, root, true);
                }
            }
            (name, Value::Array(parts)) if ways.contains(&name) => {
                for part in parts {
                    let is_alone = part.get("properties").is_none();
                    if has_fields
                        && is_alone
                        && let Some(meant) = meant(part.get("$ref"), root)
                    {
                        *part = meant;
                    }
                    close(part, root, !has_fields);
                }
            }
            _ => {}
        }
    }
    if has_fields && is_whole && !is_open {
        fields.insert("unevaluatedProperties".to_owned(), json!(false));
    }
}

/// What a reference stands for.
fn meant(reference: Option<&Value>, root: &Value) -> Option<Value> {
    root.pointer(reference?.as_str()?.strip_prefix('#')?).cloned()
}

/// What another reader holds against a document; empty: nothing.
pub(crate) fn mistakes(schema: &Validator, document: &Value) -> Vec<String> {
    let each = schema.iter_errors(document);
    each.map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Reads a schema.
pub(crate) fn validator(schema: &Value) -> Validator {
    jsonschema::options().should_validate_formats(true).build(schema).expect("a schema")
}

/// Holds each line that is a document against its schema.
pub(crate) fn check(printed: &str) {
    static KNOWN: OnceLock<BTreeMap<String, Validator>> = OnceLock::new();
    for line in printed.lines().filter(|line| line.starts_with('{')) {
        let Ok(document) = serde_json::from_str::<Value>(line) else { continue };
        let Some(name) = document["document"].as_str() else { continue };
        let known = KNOWN.get_or_init(|| {
            let kept = kept().into_iter();
            kept.map(|(name, schema)| (name, validator(&closed(&schema)))).collect()
        });
        let schema = known.get(name).unwrap_or_else(|| panic!("no schema of {name} is kept"));
        let mistakes = mistakes(schema, &document);
        assert!(mistakes.is_empty(), "{name}: {}\n{line}", mistakes.join("\n"));
    }
}
