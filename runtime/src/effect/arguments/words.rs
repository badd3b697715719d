//! What serde complains about, in an author's words: Luau's types, and the place in the table that was given.

use serde_path_to_error::{Path, Segment};

use crate::plan::suggest;

/// serde's words for what it wants and finds, and Luau's. The longer ones first.
const TYPES: [(&str, &str); 26] = [
    ("a sequence", "a list"),
    ("a map", "a table"),
    ("map", "a table"),
    ("sequence", "a list"),
    ("null", "nil"),
    ("unit value", "nil"),
    ("unit", "nil"),
    ("a borrowed string", "a string"),
    ("a string", "a string"),
    ("a boolean", "true or false"),
    ("boolean ", ""),
    ("floating point ", "the number "),
    ("integer ", "the number "),
    ("string ", "the string "),
    ("f64", "a number"),
    ("f32", "a number"),
    ("i8", "a whole number"),
    ("i16", "a whole number"),
    ("i32", "a whole number"),
    ("i64", "a whole number"),
    ("usize", "a whole number from 0"),
    ("u8", "a whole number from 0 to 255"),
    ("u16", "a whole number from 0"),
    ("u32", "a whole number from 0"),
    ("u64", "a whole number from 0"),
    ("a nonzero", "a whole number from 1"),
];

/// The place in the arguments, such as `parameters.commands[2]`; empty for all of them.
pub(super) fn place(path: &Path) -> String {
    let mut place = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => place.extend(["[", &(index + 1).to_string(), "]"]),
            Segment::Map { key } if place.is_empty() => place.push_str(key),
            Segment::Map { key } => place.extend([".", key]),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    place
}

/// The complaint about what stands at this place. `others` are fields of the whole that `said` does not know.
pub(super) fn complaint(place: &str, said: &str, others: &[&str]) -> String {
    let within = |name: &str| match place.strip_suffix(name).and_then(|rest| rest.strip_suffix('.'))
    {
        _ if place.is_empty() || place == name => String::new(),
        Some(rest) => format!("{rest}."),
        None => format!("{place}."),
    };
    if let Some(name) = quoted(said, "missing field `") {
        return format!("`{}{name}` is missing", within(name));
    }
    if let Some(name) = quoted(said, "unknown field `") {
        let within = within(name);
        let others = if within.is_empty() { others } else { &[] };
        return unknown("there is no", &format!("{within}{name}"), name, said, others);
    }
    if let Some(name) = quoted(said, "unknown variant `") {
        let (what, known) = (format!("`{place}` cannot be"), name);
        return unknown(&what, known, name, said, &[]);
    }
    let found = ["invalid type: ", "invalid value: ", "invalid length "];
    let found = found.iter().find_map(|kind| said.strip_prefix(kind)?.rsplit_once(", expected "));
    match found {
        Some((found, wanted)) if !place.is_empty() => {
            format!("`{place}` must be {}, and is {}", in_luau(wanted), in_luau(found))
        }
        Some((found, wanted)) => format!("takes {}, not {}", in_luau(wanted), in_luau(found)),
        None if place.is_empty() => said.to_owned(),
        None => format!("`{place}`: {said}"),
    }
}

/// The name behind these words.
fn quoted<'s>(said: &'s str, words: &str) -> Option<&'s str> {
    said.strip_prefix(words)?.split_once('`').map(|(name, _)| name)
}

/// A name that is not known, with the nearest of those that are, or all of them.
fn unknown(what: &str, whole: &str, name: &str, said: &str, others: &[&str]) -> String {
    let known = said.split('`').skip(3).step_by(2);
    let known: Vec<&str> = known.chain(others.iter().copied()).collect();
    let hint = match suggest::nearest(name, known.iter().copied()) {
        Some(nearest) => format!(", did you mean `{nearest}`?"),
        None if known.is_empty() => ": it takes nothing".to_owned(),
        None => format!(": it takes `{}`", known.join("`, `")),
    };
    format!("{what} `{whole}`{hint}")
}

fn in_luau(words: &str) -> String {
    for (serde, luau) in TYPES {
        if words == serde {
            return luau.to_owned();
        }
        if let Some(rest) = words.strip_prefix(serde).filter(|_| serde.ends_with(' ')) {
            return format!("{luau}{}", rest.replace('`', ""));
        }
    }
    if words.starts_with("struct ") || words.starts_with("internally tagged") {
        return "a table with names".to_owned();
    }
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json};

    use crate::effect::arguments::check;

    #[derive(Debug, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Input {
        instance_ids: Vec<String>,
        #[serde(default)]
        parameters: BTreeMap<String, Vec<String>>,
        #[serde(default)]
        timeout_seconds: Option<u32>,
        #[serde(default)]
        filters: Vec<Filter>,
    }

    #[derive(Debug, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Filter {
        name: String,
        kind: Option<Kind>,
    }

    #[derive(Debug, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Tag,
        State,
    }

    fn said(arguments: &Value) -> String {
        check::<Input>("ssm.send", arguments).expect_err("must be refused").message
    }

    #[test]
    fn complaints_name_the_place_and_luaus_types() {
        for (arguments, message) in [
            (
                json!({ "instance_ids": ["i-1"], "parameters": { "commands": "pg_isready" } }),
                "`parameters.commands` must be a list, and is the string \"pg_isready\"",
            ),
            (
                json!({ "instance_ids": "i-1" }),
                "`instance_ids` must be a list, and is the string \"i-1\"",
            ),
            (
                json!({ "instance_ids": [1] }),
                "`instance_ids[1]` must be a string, and is the number 1",
            ),
            (
                json!({ "instance_ids": { "a": 1 } }),
                "`instance_ids` must be a list, and is a table",
            ),
            (
                json!({ "instance_ids": [], "timeout_seconds": -1 }),
                "`timeout_seconds` must be a whole number from 0, and is the number -1",
            ),
            (
                json!({ "instance_ids": [], "timeout_seconds": 1.5 }),
                "`timeout_seconds` must be a whole number from 0, and is the number 1.5",
            ),
            (json!({ "instance_ids": [true] }), "`instance_ids[1]` must be a string, and is true"),
            (json!({ "instance_ids": [], "filters": [{}] }), "`filters[1].name` is missing"),
            (
                json!({ "instance_ids": [], "filters": [{ "nmae": "x" }] }),
                "there is no `filters[1].nmae`, did you mean `name`?",
            ),
            (
                json!({ "instance_ids": [], "filters": [{ "name": "x", "kind": "tga" }] }),
                "`filters[1].kind` cannot be `tga`, did you mean `tag`?",
            ),
            (
                json!({ "colour": 1 }),
                "there is no `colour`: it takes `instance_ids`, `parameters`, `timeout_seconds`, `filters`",
            ),
            (json!("i-1"), "takes a table with names, not the string \"i-1\""),
            (json!({}), "`instance_ids` is missing"),
        ] {
            assert_eq!(said(&arguments), format!("`ssm.send`: {message}"), "{arguments}");
        }
    }
}
