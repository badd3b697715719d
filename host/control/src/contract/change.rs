//! Whether a change of a schema is additive, or breaks readers: those that rely on what the old schema promised.
//!
//! A reader passes over fields that it does not know. So a new field is additive, required or not, and a word more in a
//! text that is no closed choice. A field that goes away, may be absent or null where it could not, or may hold what it
//! could not, breaks readers: it takes a new version.

use std::collections::BTreeSet;

use serde_json::Value;

/// So deep are shapes that hold themselves looked into.
const DEEPEST: usize = 12;

/// Why a reader of `old` may fail on a document of `new`; empty: all that was added is additive.
pub fn breaks(old: &Value, new: &Value) -> Vec<String> {
    let mut found = BTreeSet::new();
    Pair { old, new, found: &mut found }.compare(old, new, "", 0);
    found.into_iter().collect()
}

struct Pair<'s> {
    old: &'s Value,
    new: &'s Value,
    found: &'s mut BTreeSet<String>,
}

impl Pair<'_> {
    fn say(&mut self, at: &str, what: &str) {
        let place = if at.is_empty() { "the document" } else { at };
        self.found.insert(format!("{place} {what}"));
    }

    fn compare(&mut self, old: &Value, new: &Value, at: &str, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        let (old, new) = (resolved(old, self.old).clone(), resolved(new, self.new).clone());
        if is_anything(&old) {
            return;
        }
        if is_anything(&new) {
            return self.say(at, "may hold anything now");
        }
        let (before, after) = (ways(&old), ways(&new));
        if before.is_empty() && after.is_empty() {
            return self.shape(&old, &new, at, depth);
        }
        // Each way in which it is written now must be one in which it was written.
        let (before, after) = (or_itself(before, &old), or_itself(after, &new));
        for (number, way) in after.iter().enumerate() {
            let fits = before.iter().any(|known| {
                let mut found = BTreeSet::new();
                let mut pair = Pair { old: self.old, new: self.new, found: &mut found };
                pair.compare(known, way, at, depth + 1);
                found.is_empty()
            });
            if !fits {
                let what = match way.get("const") {
                    Some(word) => format!("may be {word} now"),
                    None => format!("may be written in another way now: number {}", number + 1),
                };
                self.say(at, &what);
            }
        }
        self.fields(&old, &new, at, depth);
    }

    fn shape(&mut self, old: &Value, new: &Value, at: &str, depth: usize) {
        let (before, after) = (types(old), types(new));
        for name in after.difference(&before) {
            // A whole number is a number.
            let is_narrower = name == "integer" && before.contains("number");
            if !is_narrower && !before.is_empty() {
                self.say(at, &format!("may be of type {name} now"));
            }
        }
        if after.is_empty() && !before.is_empty() {
            self.say(at, "may be of any type now");
        }
        let (before, after) = (words(old), words(new));
        if let Some(before) = before {
            match after {
                None => self.say(at, "is no closed choice of words any more"),
                Some(after) => {
                    for word in after.iter().filter(|word| !before.contains(word)) {
                        self.say(at, &format!("may be {word} now"));
                    }
                }
            }
        }
        self.fields(old, new, at, depth);
        for part in ["items", "additionalProperties"] {
            match (old.get(part), new.get(part)) {
                (Some(old), Some(new)) => self.compare(old, new, &format!("{at}[]"), depth + 1),
                (Some(old), None) if !is_anything(old) => {
                    self.say(&format!("{at}[]"), "may hold anything now");
                }
                _ => {}
            }
        }
        let parts = |it: &Value| it["prefixItems"].as_array().cloned().unwrap_or_default();
        let (before, after) = (parts(old), parts(new));
        if before.len() > after.len() {
            self.say(at, "has fewer parts");
        }
        for (number, (old, new)) in before.iter().zip(&after).enumerate() {
            self.compare(old, new, &format!("{at}[{number}]"), depth + 1);
        }
    }

    fn fields(&mut self, old: &Value, new: &Value, at: &str, depth: usize) {
        let Some(before) = old["properties"].as_object() else { return };
        let (was_required, is_required) = (required(old), required(new));
        for (name, old) in before {
            let field = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
            match new["properties"].get(name) {
                None => self.say(&field, "is gone"),
                Some(new) => {
                    if was_required.contains(name) && !is_required.contains(name) {
                        self.say(&field, "may be absent now");
                    }
                    self.compare(old, new, &field, depth + 1);
                }
            }
        }
    }
}

/// What a reference means.
fn resolved<'s>(schema: &'s Value, root: &'s Value) -> &'s Value {
    let name = schema["$ref"].as_str().and_then(|it| it.strip_prefix('#'));
    name.and_then(|pointer| root.pointer(pointer)).unwrap_or(schema)
}

/// Whether nothing is said about it.
fn is_anything(schema: &Value) -> bool {
    const SAYS: [&str; 9] =
        ["type", "properties", "oneOf", "anyOf", "allOf", "const", "enum", "$ref", "items"];
    match schema {
        Value::Object(fields) => !SAYS.iter().any(|it| fields.contains_key(*it)),
        other => *other == Value::Bool(true) || other.is_null(),
    }
}

/// The ways in which it may be written.
fn ways(schema: &Value) -> Vec<Value> {
    let lists = ["oneOf", "anyOf"].into_iter().filter_map(|it| schema[it].as_array());
    lists.flatten().cloned().collect()
}

fn or_itself(ways: Vec<Value>, schema: &Value) -> Vec<Value> {
    if ways.is_empty() { vec![schema.clone()] } else { ways }
}

fn strings(value: &Value) -> BTreeSet<String> {
    match value {
        Value::String(one) => [one.clone()].into(),
        Value::Array(all) => all.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect(),
        _ => BTreeSet::new(),
    }
}

fn types(schema: &Value) -> BTreeSet<String> {
    strings(&schema["type"])
}

fn required(schema: &Value) -> BTreeSet<String> {
    strings(&schema["required"])
}

/// The only values that there are.
fn words(schema: &Value) -> Option<Vec<Value>> {
    let one = schema.get("const").map(|it| vec![it.clone()]);
    one.or_else(|| schema["enum"].as_array().cloned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn old() -> Value {
        json!({
            "type": "object",
            "properties": {
                "id": { "type": "string" },
                "seconds": { "type": ["integer", "null"] },
                "note": { "type": "string" },
                "status": { "$ref": "#/$defs/Status" },
                "waves": { "type": "array", "items": { "$ref": "#/$defs/Wave" } },
            },
            "required": ["id", "seconds", "status", "waves"],
            "$defs": {
                "Status": { "oneOf": [{ "const": "failed", "type": "string" }, { "const": "completed", "type": "string" }] },
                "Wave": { "type": "object", "properties": { "name": { "type": "string" } }, "required": ["name"] },
            },
        })
    }

    fn changed(pointer: &str, value: Value) -> Vec<String> {
        let mut new = old();
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        let parent = new.pointer_mut(parent).expect("it is there");
        if value.is_null() {
            parent.as_object_mut().expect("an object").remove(name);
        } else {
            parent[name] = value;
        }
        breaks(&old(), &new)
    }

    #[test]
    fn what_a_reader_passes_over_is_additive() {
        let nothing: [String; 0] = [];
        assert_eq!(breaks(&old(), &old()), nothing);
        assert_eq!(changed("/properties/more", json!({ "type": "string" })), nothing);
        let all = json!(["id", "seconds", "status", "waves", "note"]);
        assert_eq!(changed("/required", all), nothing, "what was there sometimes is there always");
        assert_eq!(changed("/properties/seconds/type", json!("integer")), nothing);
        assert_eq!(changed("/properties/id/description", json!("its id")), nothing);
        let fewer = json!([{ "const": "failed", "type": "string" }]);
        assert_eq!(changed("/$defs/Status/oneOf", fewer), nothing);
        let wave = json!({ "type": "integer" });
        assert_eq!(changed("/$defs/Wave/properties/attempt", wave), nothing);
    }

    #[test]
    fn what_a_reader_relied_on_is_breaking() {
        let of = |pointer, value| changed(pointer, value).join("; ");
        assert_eq!(of("/properties/note", Value::Null), "note is gone");
        assert_eq!(of("/required", json!(["id", "status", "waves"])), "seconds may be absent now");
        assert_eq!(
            of("/properties/id/type", json!(["string", "null"])),
            "id may be of type null now"
        );
        assert_eq!(of("/properties/id/type", json!("integer")), "id may be of type integer now");
        assert_eq!(of("/properties/id", json!(true)), "id may hold anything now");
        let more = json!([
            { "const": "failed", "type": "string" },
            { "const": "completed", "type": "string" },
            { "const": "lost", "type": "string" },
        ]);
        assert_eq!(of("/$defs/Status/oneOf", more), "status may be \"lost\" now");
        assert_eq!(of("/$defs/Wave/properties/name", Value::Null), "waves[].name is gone");
        assert_eq!(of("/$defs/Wave/required", json!([])), "waves[].name may be absent now");
    }
}
