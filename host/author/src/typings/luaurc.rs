//! The `.luaurc` beside a runbook: JSON, in which everything but our alias is the author's.

use serde_json::{Map, Value};

use super::layout::ALIAS;

/// Its name.
pub const FILE: &str = ".luaurc";

/// Why a file is not touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is no JSON.
    NoJson(String),
    /// It, or its `aliases`, is no object.
    NoObject,
}

/// The text with the alias in it; of a file that is not there, a new one.
pub fn merged(text: Option<&str>, path: &str) -> Result<String, Refused> {
    let mut whole = match text.filter(|text| !text.trim().is_empty()) {
        None => Value::Object(Map::new()),
        Some(text) => {
            serde_json::from_str(text).map_err(|error| Refused::NoJson(error.to_string()))?
        }
    };
    let object = whole.as_object_mut().ok_or(Refused::NoObject)?;
    let aliases = object.entry("aliases").or_insert_with(|| Value::Object(Map::new()));
    let aliases = aliases.as_object_mut().ok_or(Refused::NoObject)?;
    // An alias is found whatever its case.
    let other = aliases.keys().find(|name| name.eq_ignore_ascii_case(ALIAS)).cloned();
    let name = other.unwrap_or_else(|| ALIAS.to_owned());
    if aliases.get(&name).and_then(Value::as_str) == Some(path)
        && let Some(text) = text
    {
        return Ok(text.to_owned());
    }
    aliases.insert(name, Value::from(path));
    if text.is_none() {
        object.insert("languageMode".to_owned(), Value::from("strict"));
    }
    let pretty = serde_json::to_string_pretty(&whole).unwrap_or_default();
    Ok(pretty + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_authors_stays() {
        let text =
            "{ \"lint\": { \"LocalUnused\": false }, \"aliases\": { \"shared\": \"../shared\" } }";
        let merged = merged(Some(text), "~/types").unwrap();
        let read: Value = serde_json::from_str(&merged).unwrap();
        assert_eq!(read["lint"]["LocalUnused"], false);
        assert_eq!(read["aliases"]["shared"], "../shared");
        assert_eq!(read["aliases"]["moontide"], "~/types");
        assert!(read.get("languageMode").is_none());
    }

    #[test]
    fn a_file_that_is_right_keeps_its_own_form() {
        let text = "{\"aliases\":{\"Moontide\":\"x\"}}";
        assert_eq!(merged(Some(text), "x").unwrap(), text);
    }

    #[test]
    fn a_file_that_is_no_json_is_not_touched() {
        assert!(matches!(merged(Some("{ // mine\n}"), "x"), Err(Refused::NoJson(_))));
        assert_eq!(merged(Some("[]"), "x"), Err(Refused::NoObject));
        assert_eq!(merged(Some("{\"aliases\": 3}"), "x"), Err(Refused::NoObject));
        assert_eq!(
            merged(None, "x").unwrap(),
            "{\n  \"aliases\": {\n    \"moontide\": \"x\"\n  },\n  \"languageMode\": \"strict\"\n}\n"
        );
    }
}
