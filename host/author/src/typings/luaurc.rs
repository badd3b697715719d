//! The `.luaurc` beside a runbook: JSON, in which everything but our alias is the author's, comments and order too.

use serde_json::Value;

use super::layout::ALIAS;
use super::text::{self, Field, Object};

/// Its name.
pub const FILE: &str = ".luaurc";

/// Why a file is not touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is no JSON.
    NoJson,
    /// Its `aliases`, or the alias, is something else.
    NoAliases,
}

/// What the alias says in this text, if it says anything.
pub fn alias(text: &str) -> Option<String> {
    let whole = text::object(text, 0)?;
    let aliases = named(&whole, |name| name == "aliases")?;
    let aliases = text::object(text, aliases.value.start)?;
    serde_json::from_str(&text[is_ours(&aliases)?.value.clone()]).ok()
}

/// The text with the alias in it; of a file that is not there, a new one.
pub fn merged(text: Option<&str>, path: &str) -> Result<String, Refused> {
    let value = Value::from(path).to_string();
    let ours = format!("\"{ALIAS}\": {value}");
    let bare = text.map(|text| text.trim_start_matches('\u{feff}').trim()).unwrap_or_default();
    let (Some(text), false) = (text, bare.is_empty()) else {
        return Ok(format!(
            "{{\n  \"aliases\": {{\n    {ours}\n  }},\n  \"languageMode\": \"strict\"\n}}\n"
        ));
    };
    let whole = text::object(text, 0).ok_or(Refused::NoJson)?;
    let Some(aliases) = named(&whole, |name| name == "aliases") else {
        let field = format!("\n  \"aliases\": {{\n    {ours}\n  }}");
        return Ok(with_first(text, &whole, &field, "\n"));
    };
    let aliases = text::object(text, aliases.value.start)
        .filter(|object| aliases.value.contains(&object.inside.saturating_sub(1)))
        .ok_or(Refused::NoAliases)?;
    match is_ours(&aliases) {
        Some(Field { value: known, .. }) => match serde_json::from_str(&text[known.clone()]) {
            Ok(Value::String(known)) if known == path => Ok(text.to_owned()),
            Ok(Value::String(_)) => {
                Ok(format!("{}{value}{}", &text[..known.start], &text[known.end..]))
            }
            _ => Err(Refused::NoAliases),
        },
        None => Ok(with_first(text, &aliases, &format!("\n    {ours}"), "\n  ")),
    }
}

/// An alias is found whatever its case.
fn is_ours(aliases: &Object) -> Option<&Field> {
    named(aliases, |name| name.eq_ignore_ascii_case(ALIAS))
}

fn named(object: &Object, is_it: impl Fn(&str) -> bool) -> Option<&Field> {
    object.fields.iter().find(|field| is_it(&field.name))
}

/// The text with one more field, before the others; what stands behind it begins as it did. `end` is what stands
/// before the closing brace if it is the only one.
fn with_first(text: &str, object: &Object, field: &str, end: &str) -> String {
    let (before, behind) = text.split_at(object.inside);
    let (comma, end) = if object.fields.is_empty() { ("", end) } else { (",", "") };
    format!("{before}{field}{comma}{end}{behind}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_authors_stays_in_its_order_and_with_its_comments() {
        for (text, expected) in [
            (
                "{\n  \"lint\": { \"LocalUnused\": false }, // mine\n  \"aliases\": { \"shared\": \"../shared\" }\n}\n",
                "{\n  \"lint\": { \"LocalUnused\": false }, // mine\n  \"aliases\": {\n    \"moontide\": \"~/types\", \"shared\": \"../shared\" }\n}\n",
            ),
            (
                "\u{feff}{ \"zeta\": 1, \"aliases\": { \"MoonTide\": \"old\", \"b\": \"c\" }, \"alpha\": 2 }",
                "\u{feff}{ \"zeta\": 1, \"aliases\": { \"MoonTide\": \"~/types\", \"b\": \"c\" }, \"alpha\": 2 }",
            ),
            (
                "-- ours\n{ \"lint\": {} }",
                "-- ours\n{\n  \"aliases\": {\n    \"moontide\": \"~/types\"\n  }, \"lint\": {} }",
            ),
            ("{}", "{\n  \"aliases\": {\n    \"moontide\": \"~/types\"\n  }\n}"),
            ("{ \"aliases\": {} }", "{ \"aliases\": {\n    \"moontide\": \"~/types\"\n  } }"),
        ] {
            let now = merged(Some(text), "~/types").expect("it is taken");
            assert_eq!(now, expected);
            assert_eq!(alias(&now).as_deref(), Some("~/types"));
            assert_eq!(merged(Some(&now), "~/types").expect("it is taken"), now);
        }
    }

    #[test]
    fn a_file_that_is_right_keeps_its_own_form() {
        let text = "{\"aliases\":{\"Moontide\":\"x\"}}";
        assert_eq!(merged(Some(text), "x").unwrap(), text);
    }

    #[test]
    fn a_file_that_is_no_json_is_not_touched() {
        for text in ["{ // mine", "[]", "nonsense"] {
            assert_eq!(merged(Some(text), "x"), Err(Refused::NoJson), "{text}");
        }
        for text in ["{\"aliases\": 3}", "{\"aliases\": { \"moontide\": 3 }}"] {
            assert_eq!(merged(Some(text), "x"), Err(Refused::NoAliases), "{text}");
        }
        let new = "{\n  \"aliases\": {\n    \"moontide\": \"x\"\n  },\n  \"languageMode\": \"strict\"\n}\n";
        for nothing in [None, Some(""), Some("\u{feff} \n")] {
            assert_eq!(merged(nothing, "x").unwrap(), new);
        }
    }
}
