//! The schemas: pinned, sound, and raised when they break readers.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use moontide_control::contract::change::breaks;
use serde_json::Value;

use crate::support::{Home, contract, repository};

/// The schemas of the binary, by what documents say that they are.
pub(crate) fn printed() -> BTreeMap<String, Value> {
    static ALL: OnceLock<BTreeMap<String, Value>> = OnceLock::new();
    // What it prints of schemas that are not kept yet is no mistake here.
    let ask = |arguments: &[&str]| -> Value {
        let output = Home::new().moontide(arguments).output().expect("moontide starts");
        serde_json::from_slice(&output.stdout).expect("JSON")
    };
    let all = || {
        let all = ask(&["schema", "--output", "json"]);
        let each = all["documents"].as_array().expect("a list").iter();
        each.map(|it| {
            let name = it["name"].as_str().expect("a name");
            let asked = ask(&["schema", name, "--output", "json"]);
            (it["document"].as_str().expect("its version").to_owned(), asked["schema"].clone())
        })
        .collect()
    };
    ALL.get_or_init(all).clone()
}

/// `moontide.status/1` has its schema in `status.1.json`.
fn file(document: &str) -> std::path::PathBuf {
    let name = document.strip_prefix("moontide.").expect("a document").replace('/', ".");
    contract::folder().join(format!("{name}.json"))
}

fn pretty(schema: &Value) -> String {
    serde_json::to_string_pretty(schema).expect("JSON") + "\n"
}

#[test]
fn each_schema_is_the_one_that_is_kept() {
    let kept = contract::kept();
    let mut wrong = Vec::new();
    for (document, schema) in printed() {
        match kept.get(&document) {
            None => wrong.push(format!("{document} is new: keep its schema")),
            Some(old) if *old == schema => {}
            Some(old) => wrong.push(match breaks(old, &schema).as_slice() {
                [] => format!("{document} has changed, and no reader breaks: keep the schema anew"),
                why => format!("{document} breaks readers, raise its version: {}", why.join("; ")),
            }),
        }
    }
    let how = "cargo test -p moontide --test contract -- --ignored record";
    assert!(wrong.is_empty(), "{}\nto keep a schema anew: {how}", wrong.join("\n"));
}

#[test]
#[ignore = "it writes the schemas that are kept"]
fn record() {
    std::fs::create_dir_all(contract::folder()).expect("a folder");
    let kept = contract::kept();
    let mut broken = Vec::new();
    for (document, schema) in printed() {
        let why = kept.get(&document).map(|old| breaks(old, &schema)).unwrap_or_default();
        if why.is_empty() {
            std::fs::write(file(&document), pretty(&schema)).expect("it is written");
        } else {
            broken.push(format!("{document}: {}", why.join("; ")));
        }
    }
    assert!(broken.is_empty(), "these break readers, raise their versions:\n{}", broken.join("\n"));
}

#[test]
fn each_schema_is_one_that_another_reader_takes() {
    let all = printed();
    assert!(all.len() > 50, "only {} documents", all.len());
    for (document, schema) in all {
        assert!(jsonschema::meta::is_valid(&schema), "{document}");
        assert!(schema.get("$ref").is_none(), "{document} is a reference");
        let says = contract::validator(&schema);
        let other = serde_json::json!({ "document": "moontide.other/1", "version": 1 });
        assert!(!says.is_valid(&other), "{document} takes another document");
        assert!(schema["description"].is_string(), "{document} is not explained");
    }
}

#[test]
fn each_field_is_explained() {
    fn look(schema: &Value, at: &str, bare: &mut Vec<String>) {
        if !schema.is_object() {
            return;
        }
        let fields = schema["properties"].as_object().into_iter().flatten();
        for (name, field) in fields {
            let place = format!("{at}.{name}");
            // What tells one way from another is explained with the way.
            let is_tag = field.get("const").is_some() || at.ends_with("#Does");
            if !field["description"].is_string() && !is_tag && !at.ends_with("#Duration") {
                bare.push(place.clone());
            }
            look(field, &place, bare);
        }
        for (name, part) in schema["$defs"].as_object().into_iter().flatten() {
            look(part, &format!("{at}#{name}"), bare);
        }
        for list in ["oneOf", "anyOf", "allOf"] {
            let ways = schema[list].as_array().into_iter().flatten();
            ways.for_each(|way| look(way, at, bare));
        }
        for part in ["items", "additionalProperties"] {
            look(&schema[part], &format!("{at}[]"), bare);
        }
    }
    let mut bare = Vec::new();
    for (document, schema) in printed() {
        look(&schema, &document, &mut bare);
    }
    assert!(bare.is_empty(), "without a word: {bare:#?}");
}

#[test]
fn the_guide_names_documents_that_there_are() {
    let guide = repository("host/cli/guides/machines.md");
    let guide = std::fs::read_to_string(guide).expect("the guide");
    let part = guide.split("\n## Documents\n").nth(1).expect("its chapter");
    let part = part.split("\n## ").next().expect("its text").replace('\n', " ");
    let known = printed();
    let named: Vec<&str> = part.split('`').skip(1).step_by(2).collect();
    let named = named.into_iter().filter(|it| !it.contains(' ')).collect::<Vec<_>>();
    assert!(named.len() > 15, "the guide names {named:?}");
    for name in named {
        assert!(known.contains_key(&format!("moontide.{name}/1")), "there is no `{name}`");
    }
}

#[test]
fn the_guide_says_what_each_word_of_a_status_means() {
    let guide = repository("host/cli/guides/machines.md");
    let guide = std::fs::read_to_string(guide).expect("the guide");
    let row = |line: &str| -> Option<(String, String)> {
        let (word, rest) = line.strip_prefix("| `")?.split_once("` | ")?;
        Some((word.to_owned(), rest.split_once(" | ")?.0.to_owned()))
    };
    let written: Vec<(String, String)> = guide.lines().filter_map(row).collect();
    let schema = printed().remove("moontide.status/1").expect("the document");
    let words = schema["$defs"]["ExecutionStatus"]["oneOf"].as_array().expect("a choice");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let known: Vec<_> =
        words.iter().map(|it| (text(&it["const"]), text(&it["description"]))).collect();
    assert_eq!(written, known);
}

#[test]
fn a_change_that_breaks_readers_is_seen_in_a_real_schema() {
    let schema = printed().remove("moontide.status/1").expect("the document");
    let mut new = schema.clone();
    new["properties"].as_object_mut().expect("fields").remove("status");
    assert_eq!(breaks(&schema, &new), ["status is gone"]);
    let mut more = schema.clone();
    more["properties"]["colour"] = serde_json::json!({ "type": "string" });
    assert_eq!(breaks(&schema, &more), [""; 0]);
}

#[test]
fn a_field_that_no_schema_explains_is_seen_and_a_reader_passes_over_it() {
    let schema = printed().remove("moontide.schemas/1").expect("the document");
    let (open, closed) = (contract::validator(&schema), contract::closed(&schema));
    let closed = contract::validator(&closed);
    let mut document = Home::new().run(&["schema", "--output", "json"]).expect(0).json();
    assert_eq!(contract::mistakes(&closed, &document), [""; 0]);
    document["documents"][3]["colour"] = "blue".into();
    assert_eq!(contract::mistakes(&open, &document), [""; 0]);
    assert_eq!(contract::mistakes(&closed, &document).len(), 1);
    document["documents"][3]["name"] = 7.into();
    assert_eq!(contract::mistakes(&open, &document).len(), 1);
}
