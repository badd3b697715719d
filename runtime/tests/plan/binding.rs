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
