//! Values for params, as they come from the command line.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use moontide_runtime::plan::Plan;
use serde_json::json;

use crate::{lines, node};

/// A plan with one param of each kind.
pub(crate) fn plan() -> Plan {
    Plan::check(&node(&json!({
        "name": "x",
        "waves": [{ "name": "a", "run": "function" }],
        "params": {
            "environment": { "type": "string", "allowed": ["production", "staging"], "default": "staging" },
            "patience": { "type": "duration", "default": "90s" },
            "servers": { "type": "number", "description": "How many to launch" },
            "token": { "type": "number", "secret": true },
            "loud": { "type": "boolean", "default": false },
        },
    })))
    .unwrap()
}

/// What becomes of params given on a command line.
fn bind(given: &[(&str, &str)]) -> String {
    let given: BTreeMap<String, String> =
        given.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    match plan().bind(&given) {
        Ok(values) => json!(values).to_string(),
        Err(errors) => lines(&errors),
    }
}

#[test]
fn params_get_their_types_and_defaults() {
    assert_snapshot!(bind(&[("servers", "3"), ("token", "700700")]), @r#"{"environment":"staging","loud":false,"patience":90,"servers":3,"token":700700}"#);
    assert_snapshot!(bind(&[
        ("servers", " 1.5 "), ("token", "-2e5"), ("environment", "production"), ("patience", "2h30m"),
        ("loud", "true"),
    ]), @r#"{"environment":"production","loud":true,"patience":9000,"servers":1.5,"token":-200000}"#);
    assert_snapshot!(bind(&[("servers", "3"), ("token", "700700"), ("patience", "1.5")]), @r#"{"environment":"staging","loud":false,"patience":1.5,"servers":3,"token":700700}"#);
}

/// What becomes of a list and of tables, given as JSON.
fn bind_inside(given: &[(&str, &str)]) -> String {
    let plan = Plan::check(&node(&json!({
        "name": "x",
        "waves": [{ "name": "a", "run": "function" }],
        "params": {
            "servers": { "type": "list", "items": { "type": "string" }, "default": ["s-1"] },
            "weights": { "type": "table", "items": { "type": "number" }, "default": [] },
            "target": {
                "type": "table",
                "fields": {
                    "region": { "type": "string", "allowed": ["us-west-2", "eu-west-1"] },
                    "patience": { "type": "duration", "default": "10m" },
                    "loud": { "type": "boolean", "default": false },
                },
                "default": { "region": "us-west-2", "loud": true },
            },
            "steps": {
                "type": "list",
                "items": { "type": "table", "fields": { "ids": { "type": "list", "items": { "type": "number" } } } },
                "default": [],
            },
        },
    })))
    .unwrap();
    let given: BTreeMap<String, String> =
        given.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    // What was checked is kept with every execution.
    let kept: Plan = serde_json::from_value(json!(plan)).unwrap();
    assert_eq!(kept, plan);
    match kept.bind(&given) {
        Ok(values) => json!(values).to_string(),
        Err(errors) => lines(&errors),
    }
}

#[test]
fn lists_and_tables_are_json_and_what_is_in_them_has_its_type() {
    assert_snapshot!(bind_inside(&[]), @r#"{"servers":["s-1"],"steps":[],"target":{"loud":true,"patience":600,"region":"us-west-2"},"weights":{}}"#);
    assert_snapshot!(bind_inside(&[
        ("servers", " [] "), ("weights", r#"{"web-1": 1.50, "": 2}"#), ("steps", r#"[{"ids": [1, 2.0]}, {"ids": []}]"#),
        ("target", r#"{"region": "eu-west-1", "patience": "2h"}"#),
    ]), @r#"{"servers":[],"steps":[{"ids":[1,2]},{"ids":[]}],"target":{"loud":false,"patience":7200,"region":"eu-west-1"},"weights":{"":2,"web-1":1.5}}"#);
}

#[test]
fn lists_and_tables_that_do_not_fit_are_explained_with_the_place() {
    let said: Vec<String> = [
        ("servers", "s-1,s-2"),
        ("servers", r#"["s-1", 7]"#),
        ("servers", r#"{"a": "s-1"}"#),
        ("weights", r#"{"web-1": "heavy"}"#),
        ("weights", r#"{"web-1": 1e300}"#),
        ("target", r#"{"regoin": "eu-west-1"}"#),
        ("target", r#"{"colour": "red"}"#),
        ("target", r#"{"loud": true}"#),
        ("target", r#"{"region": "mars"}"#),
        ("target", r#"{"region": "us-west-2", "patience": "1M"}"#),
        ("target", "null"),
        ("steps", r#"[{"ids": [1]}, {"ids": [1, null]}]"#),
    ]
    .into_iter()
    .map(|given| bind_inside(&[given]))
    .collect();
    assert_snapshot!(said.join("\n"), @r#"
    `servers` must be a list, written in JSON as ["a", "b"] (expected value at line 1 column 1), and is `s-1,s-2`
    `servers[2]` must be a string, and is `7`
    `servers` must be a list, and is `{"a":"s-1"}`
    `weights.web-1` must be a number, and is `"heavy"`
    `weights.web-1` must be a number, and is `1e+300`
    `target` has no field `regoin`, did you mean `region`?
    `target` has no field `colour`; it has `loud`, `patience` and `region`
    `target` needs `region`, a string
    `target.region` must be `"us-west-2"` or `"eu-west-1"`, and is `"mars"`
    `target.patience` must be a duration such as "90s" or "2h30m", or a number of seconds, at most 3660 days, and is `"1M"`
    `target` must be a table, and is `null`
    `steps[2].ids[2]` must be a number, and is `null`
    "#);
}

#[test]
fn params_that_do_not_fit_are_explained_and_secrets_stay_unsaid() {
    assert_snapshot!(bind(&[]), @"
    `servers` must be set, because it has no default: How many to launch
    `token` must be set, because it has no default
    ");
    assert_snapshot!(bind(&[
        ("servers", "NaN"), ("token", "hunter2"), ("environment", "stagin"), ("patience", "soon"),
        ("loud", "yes"),
    ]), @r#"
    `environment` must be `production` or `staging`, and is `stagin`, did you mean `staging`?
    `loud` must be `true` or `false`, and is `yes`
    `patience` must be a duration such as "90s" or "2h30m", or a number of seconds, at most 3660 days, and is `soon`
    `servers` must be a number, and is `NaN`
    `token` must be a number
    "#);
    assert_snapshot!(bind(&[("servers", "3"), ("token", "7")]), @"`token` is a secret, and shorter than 6 characters: it could not be told from other text, and hidden");
    assert_snapshot!(bind(&[("server", "3"), ("tokn", "hunter2"), ("colour", "red")]), @"
    the runbook has no param `colour`; it has `environment`, `loud`, `patience`, `servers` and `token`
    the runbook has no param `server`, did you mean `servers`?
    the runbook has no param `tokn`, did you mean `token`?
    ");
}
