//! What authors are told about a runbook that is not right, and what becomes of one that is.
#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests")]
#![expect(clippy::needless_pass_by_value, reason = "`json!` reads better without `&`")]

use std::collections::BTreeMap;
use std::time::Duration;

use insta::{assert_json_snapshot, assert_snapshot};
use moontide_runtime::plan::{Node, Plan};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A declared table, written as JSON; the string `function` stands for a function.
fn node(value: &Value) -> Node {
    match value {
        Value::Null => Node::Nil,
        Value::Bool(boolean) => Node::Boolean(*boolean),
        Value::Number(number) => Node::Number(number.as_f64().unwrap()),
        Value::String(text) if text == "function" => Node::Function,
        Value::String(text) => Node::Text(text.clone()),
        Value::Array(items) => Node::List(items.iter().map(node).collect()),
        Value::Object(fields) if fields.is_empty() => Node::List(Vec::new()),
        Value::Object(fields) => {
            Node::Record(fields.iter().map(|(name, value)| (name.clone(), node(value))).collect())
        }
    }
}

/// Everything that is wrong with a runbook, one complaint a line.
fn complaints(runbook: &Value) -> String {
    match Plan::check(&node(runbook)) {
        Ok(_) => "nothing".to_owned(),
        Err(complaints) => lines(&complaints),
    }
}

/// One a line.
fn lines(things: &[impl ToString]) -> String {
    things.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Everything that is wrong with a runbook of one good wave and these fields.
fn complaints_about(fields: Value) -> String {
    let mut runbook = json!({ "name": "x", "waves": [{ "name": "a", "run": "function" }] });
    runbook.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    complaints(&runbook)
}

/// Everything that is wrong with a wave of these fields.
fn complaints_about_wave(fields: Value) -> String {
    let mut wave = json!({ "name": "a", "servers": { "tags": { "App": "shop" } } });
    wave.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    complaints(&json!({ "name": "x", "waves": [wave] }))
}

/// Everything that is wrong between waves of these names and dependencies.
fn complaints_between(waves: &[(&str, &[&str])]) -> String {
    let wave = |(name, depends_on): &(&str, &[&str])| json!({ "name": name, "run": "function", "depends_on": depends_on });
    complaints(&json!({ "name": "x", "waves": waves.iter().map(wave).collect::<Vec<_>>() }))
}

#[test]
fn a_complete_runbook_becomes_a_plan() {
    let plan = Plan::check(&node(&json!({
        "name": "three-tier",
        "description": "Database, then web",
        "regions": ["us-west-2", "us-east-1"],
        "account": "012345678901",
        "objectives": { "rto": "2h", "rpo": 900 },
        "max_parallel_waves": 2,
        "on_start": "function",
        "params": {
            "environment": { "type": "string", "allowed": ["production", "staging"], "default": "staging" },
            "patience": { "type": "duration", "default": "90s", "description": "How long to wait" },
            "token": { "type": "string", "secret": true },
        },
        "waves": [
            {
                "name": "database",
                "servers": { "tags": { "Tier": "database" }, "ids": ["s-0123456789abcdef0"], "optional": ["replica"] },
                "min_success": "75%",
                "verify": "function",
                "on_failure": "retry",
                "max_attempts": 5,
            },
            {
                "name": "web",
                "depends_on": ["database"],
                "pause": { "message": "Is it consistent?", "approvers": ["dba"], "timeout": "4h", "on_timeout": "skip" },
                "run": "function",
                "on_failure": "function",
            },
            { "name": "last", "pause": "Really?", "run": "function" },
        ],
    })))
    .unwrap();
    assert_json_snapshot!(plan, @r#"
    {
      "name": "three-tier",
      "description": "Database, then web",
      "regions": [
        "us-west-2",
        "us-east-1"
      ],
      "account": "012345678901",
      "rto": {
        "secs": 7200,
        "nanos": 0
      },
      "rpo": {
        "secs": 900,
        "nanos": 0
      },
      "params": {
        "environment": {
          "type": "string",
          "description": "",
          "allowed": [
            "production",
            "staging"
          ],
          "default": "staging",
          "secret": false
        },
        "patience": {
          "type": "duration",
          "description": "How long to wait",
          "allowed": [],
          "default": 90,
          "secret": false
        },
        "token": {
          "type": "string",
          "description": "",
          "allowed": [],
          "default": null,
          "secret": true
        }
      },
      "waves": [
        {
          "name": "database",
          "depends_on": [],
          "pause": null,
          "servers": {
            "tags": {
              "Tier": "database"
            },
            "ids": [
              "s-0123456789abcdef0"
            ],
            "optional": [
              "replica"
            ]
          },
          "min_success": {
            "percent": 75.0
          },
          "on_failure": "retry",
          "max_attempts": 5,
          "hooks": [
            "verify"
          ]
        },
        {
          "name": "web",
          "depends_on": [
            "database"
          ],
          "pause": {
            "message": "Is it consistent?",
            "approvers": [
              "dba"
            ],
            "timeout": {
              "secs": 14400,
              "nanos": 0
            },
            "on_timeout": "skip"
          },
          "servers": null,
          "min_success": null,
          "on_failure": null,
          "max_attempts": 3,
          "hooks": [
            "run",
            "on_failure"
          ]
        },
        {
          "name": "last",
          "depends_on": [],
          "pause": {
            "message": "Really?",
            "approvers": [],
            "timeout": null,
            "on_timeout": "abort"
          },
          "servers": null,
          "min_success": null,
          "on_failure": null,
          "max_attempts": 3,
          "hooks": [
            "run"
          ]
        }
      ],
      "max_parallel_waves": 2,
      "on_start": true,
      "on_finish": false
    }
    "#);
}

#[test]
fn a_runbook_is_a_table_with_a_name_and_waves() {
    assert_snapshot!(complaints(&json!("three-tier")), @"a runbook must be a table, and is a string");
    assert_snapshot!(complaints(&json!({})), @"
    a runbook needs `name`
    a runbook needs `waves`
    ");
    assert_snapshot!(complaints(&json!({ "name": "", "waves": [] })), @"
    name: `name` must not be empty
    waves: a runbook needs at least one wave
    ");
    assert_snapshot!(complaints(&json!({ "nmae": "x", "waves": { "a": {} }, "colour": 1 })), @"
    colour: unknown field `colour`; a runbook has `name`, `description`, `region`, `regions`, `account`, `objectives`, `params`, `waves`, `max_parallel_waves`, `on_start` and `on_finish`
    nmae: unknown field `nmae`, did you mean `name`?
    waves: `waves` must be a list, and is a table
    ");
}

#[test]
fn names_are_plain() {
    assert_snapshot!(complaints_about(json!({ "name": "Three Tier" })), @"name: a runbook's name is made of lower-case letters, digits, `-` and `_`, and `Three Tier` is not");
    assert_snapshot!(complaints_about(json!({ "name": "\u{1b}[2J" })), @"name: `name` must not hold control characters");
    assert_snapshot!(complaints_about_wave(json!({ "name": "a wave/1" })), @"waves[1].name: a wave's name is made of letters from a to z, digits, `-` and `_`, and `a wave/1` is not");
    assert_snapshot!(complaints_about_wave(json!({ "name": "@start" })), @"waves[1].name: `@start` cannot name a wave, because names that begin with `@` belong to Moontide");
    assert_snapshot!(complaints_about_wave(json!({ "name": "w".repeat(65) })), @"waves[1].name: `wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww` is longer than 64 characters");
    assert_snapshot!(complaints_about_wave(json!({ "name": null })), @"waves[1]: a wave needs `name`");
}

#[test]
fn unknown_fields_are_named_with_what_was_meant() {
    assert_snapshot!(complaints_about_wave(json!({ "depend_on": ["b"], "on-failure": "ask" })), @r#"
    waves[1].depend_on: unknown field `depend_on`, did you mean `depends_on`?
    waves[1]["on-failure"]: unknown field `on-failure`, did you mean `on_failure`?
    "#);
    assert_snapshot!(complaints_about_wave(json!({ "pause": { "massage": "Go on?" } })), @"waves[1].pause.massage: unknown field `massage`, did you mean `message`?");
    assert_snapshot!(complaints_about(json!({ "objectives": { "mttr": "1h" } })), @"objectives.mttr: unknown field `mttr`; `objectives` has `rto` and `rpo`");
    assert_snapshot!(complaints(&json!({ "name": "x", "waves": [{ "name": "a", "server": {} }] })), @"waves[1].server: unknown field `server`, did you mean `servers`?");
}

#[test]
fn types_are_as_they_must_be() {
    assert_snapshot!(complaints_about(json!({
        "description": 7, "params": "none", "on_start": "now", "max_parallel_waves": 0.5,
        "objectives": { "rto": "soon", "rpo": -1 },
    })), @r#"
    description: `description` must be a string, and is a number
    objectives.rto: `rto` must be a duration such as "90s" or "2h30m", or a number of seconds, and is the string `soon`
    objectives.rpo: `rpo` must be a duration such as "90s" or "2h30m", or a number of seconds, and is the number -1
    params: `params` must be a table, and is a string
    max_parallel_waves: `max_parallel_waves` must be a whole number from 1 to 10000, and is the number 0.5
    on_start: `on_start` must be a function, and is a string
    "#);
    assert_snapshot!(complaints_about_wave(json!({
        "depends_on": "b", "verify": true, "min_success": "many", "on_failure": "agin",
        "pause": ["Go on?"],
    })), @r#"
    waves[1].depends_on: `depends_on` must be a list, and is a string
    waves[1].pause: `pause` must be a table, and is a list
    waves[1].min_success: `min_success` must be a number of servers, or a share such as "75%", and is the string `many`
    waves[1].on_failure: `agin` is not one of `ask`, `retry`, `skip` or `abort`
    waves[1].verify: `verify` must be a function, and is a boolean
    "#);
    assert_snapshot!(complaints(&json!({ "name": "x", "waves": ["database", 2] })), @"
    waves[1]: item 1 of `waves` must be a table, and is a string
    waves[2]: item 2 of `waves` must be a table, and is a number
    ");
}

#[test]
fn a_wave_has_servers_or_a_program() {
    assert_snapshot!(complaints_about_wave(json!({ "run": "function" })), @"waves[1]: a wave has either `servers` or `run`, not both; put what surrounds a recovery into `before`, `verify` and `after`");
    assert_snapshot!(complaints_about_wave(json!({ "servers": null })), @"waves[1]: a wave needs `servers` to recover, or `run`, a function of its own");
    assert_snapshot!(complaints(&json!({ "name": "x", "waves": [
        { "name": "a", "run": "function", "min_success": 1 },
    ] })), @"waves[1].min_success: `min_success` counts servers, and this wave has no `servers`");
}

#[test]
fn servers_are_selected_by_something() {
    assert_snapshot!(complaints_about_wave(json!({ "servers": {} })), @"waves[1].servers: `servers` needs `tags` or `ids`");
    assert_snapshot!(complaints_about_wave(json!({ "servers": { "tags": {}, "ids": [] } })), @"
    waves[1].servers.tags: `tags` needs at least one tag, because no tags would mean every server
    waves[1].servers.ids: `ids` needs at least one source server
    ");
    assert_snapshot!(complaints_about_wave(json!({ "servers": { "tags": { "App": 1, "": "x" } } })), @r#"
    waves[1].servers.tags[""]: a tag needs a name
    waves[1].servers.tags.App: `App` must be a string, and is a number
    "#);
    assert_snapshot!(complaints_about_wave(json!({ "servers": { "ids": [
        "s-0123456789abcdef0", "s-0123456789abcdef0", "i-0123456789abcdef0", 3,
    ] } })), @"
    waves[1].servers.ids[2]: `s-0123456789abcdef0` is named twice
    waves[1].servers.ids[4]: item 4 of `ids` must be a string, and is a number
    waves[1].servers.ids[3]: `i-0123456789abcdef0` is not the id of a source server: `s-` and 17 letters or digits
    ");
    assert_snapshot!(complaints_about_wave(json!({ "servers": {
        "ids": ["s-0123456789abcdef0"], "optional": ["s-0123456789abcdef1", "a name"],
    } })), @"waves[1].servers.optional[1]: `s-0123456789abcdef1` is optional, but not among `ids`");
}

#[test]
fn a_pause_asks_something_of_somebody() {
    assert_snapshot!(complaints_about_wave(json!({ "pause": "" })), @"waves[1].pause: `pause` must not be empty");
    assert_snapshot!(complaints_about_wave(json!({ "pause": {
        "approvers": [], "timeout": 0, "on_timeout": "abrot",
    } })), @"
    waves[1].pause: `pause` needs `message`
    waves[1].pause.approvers: `approvers` names nobody; leave it out to let anybody answer
    waves[1].pause.timeout: `timeout` must not be zero; leave it out to wait for ever
    waves[1].pause.on_timeout: `abrot` is not one of `continue`, `skip` or `abort`, did you mean `abort`?
    ");
    assert_snapshot!(complaints_about_wave(json!({ "pause": {
        "message": "Go on?", "on_timeout": "skip",
    } })), @"waves[1].pause.on_timeout: `on_timeout` never happens without a `timeout`");
}

#[test]
fn attempts_belong_to_a_retry() {
    assert_snapshot!(complaints_about_wave(json!({ "max_attempts": 2 })), @r#"waves[1].max_attempts: `max_attempts` needs `on_failure = "retry"`"#);
    assert_snapshot!(complaints_about_wave(json!({ "max_attempts": 2, "on_failure": "ask" })), @r#"waves[1].max_attempts: `max_attempts` counts only with `on_failure = "retry"`"#);
    assert_snapshot!(complaints_about_wave(json!({ "max_attempts": 0, "on_failure": "retry" })), @"waves[1].max_attempts: `max_attempts` must be a whole number from 1 to 100, and is the number 0");
    assert_snapshot!(complaints_about_wave(json!({ "max_attempts": 2, "on_failure": "function" })), @"nothing");
}

#[test]
fn places_are_regions_and_accounts() {
    assert_snapshot!(complaints_about(json!({ "region": "us-west-2a", "account": 12_345_678_901_u64 })), @"
    region: `us-west-2a` is not the name of a Region, such as `us-west-2`, did you mean `us-west-2`?
    account: `account` must be a string of 12 digits, and is the number 12345678901
    ");
    assert_snapshot!(complaints_about(json!({ "regions": ["Oregon", "US-EAST-1"], "account": "1234" })), @"
    regions[1]: `Oregon` is not the name of a Region, such as `us-west-2`
    regions[2]: `US-EAST-1` is not the name of a Region, such as `us-west-2`, did you mean `us-east-1`?
    account: an account has 12 digits, and `1234` has not
    ");
    assert_snapshot!(complaints_about(json!({ "region": "us-west-2", "regions": ["us-west-2"] })), @"regions: a runbook has either `region` or `regions`, not both");
}

#[test]
fn params_have_a_type_and_keep_to_it() {
    assert_snapshot!(complaints_about(json!({ "params": {
        "a": { "default": 1 },
        "b": { "type": "text" },
        "c": { "type": "number", "default": "one", "allowed": [1, "two"] },
        "d": { "type": "string", "default": "dev", "allowed": ["prod"] },
        "e": { "type": "duration", "default": "60s", "allowed": ["1m"] },
        "f": { "type": "string", "secret": true, "default": "hunter2" },
        "g-1": { "type": "boolean", "allowed": [] },
    } })), @r#"
    params.a: a param needs `type`
    params.b.type: `text` is not one of `string`, `number`, `boolean` or `duration`
    params.c.allowed[2]: item 2 of `allowed` must be a number, and is the string `two`
    params.c.default: `default` must be a number, and is the string `one`
    params.d.default: `default` is not among `allowed`
    params.f.default: a secret has no `default`, because the runbook is kept with every execution
    params["g-1"]: a param's name is made of letters, digits and `_`, does not begin with a digit, and `g-1` is not such a name
    params["g-1"].allowed: `allowed` allows nothing; leave it out to allow everything
    "#);
}

#[test]
fn waves_depend_on_waves_that_exist() {
    assert_snapshot!(complaints_between(&[
        ("database", &[]),
        ("web", &["datbase", "web", "mail", "database", "database"]),
        ("web", &[]),
    ]), @"
    waves[2].depends_on[5]: `database` is named twice
    waves[3].name: `web` is already the name of waves[2]
    waves[2].depends_on[1]: there is no wave `datbase`, did you mean `database`?
    waves[2].depends_on[2]: `web` waits for itself
    waves[2].depends_on[3]: there is no wave `mail`
    ");
}

#[test]
fn waves_do_not_wait_for_each_other() {
    assert_snapshot!(complaints_between(&[
        ("start", &[]),
        ("web", &["start", "app"]),
        ("app", &["db"]),
        ("db", &["web", "start"]),
        ("last", &["web", "again"]),
        ("again", &["last"]),
    ]), @"
    waves[2].depends_on: waves wait for each other: web → app → db → web
    waves[5].depends_on: waves wait for each other: last → again → last
    ");
}

/// A plan with one param of each kind.
fn plan() -> Plan {
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
    assert_snapshot!(bind(&[("servers", "3"), ("token", "7")]), @r#"{"environment":"staging","loud":false,"patience":90,"servers":3,"token":7}"#);
    assert_snapshot!(bind(&[
        ("servers", " 1.5 "), ("token", "-2e3"), ("environment", "production"), ("patience", "2h30m"),
        ("loud", "true"),
    ]), @r#"{"environment":"production","loud":true,"patience":9000,"servers":1.5,"token":-2000}"#);
    assert_snapshot!(bind(&[("servers", "3"), ("token", "7"), ("patience", "1.5")]), @r#"{"environment":"staging","loud":false,"patience":1.5,"servers":3,"token":7}"#);
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
    `patience` must be a duration such as "90s" or "2h30m", or a number of seconds, and is `soon`
    `servers` must be a number, and is `NaN`
    `token` must be a number
    "#);
    assert_snapshot!(bind(&[("server", "3"), ("tokn", "hunter2"), ("colour", "red")]), @"
    the runbook has no param `colour`; it has `environment`, `loud`, `patience`, `servers` and `token`
    the runbook has no param `server`, did you mean `servers`?
    the runbook has no param `tokn`, did you mean `token`?
    ");
}

/// Words that a declaration is made of, so that random tables come close to real ones.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "name",
            "waves",
            "depends_on",
            "pause",
            "servers",
            "run",
            "before",
            "verify",
            "after",
            "min_success",
            "on_failure",
            "max_attempts",
            "params",
            "type",
            "default",
            "allowed",
            "secret",
            "region",
            "regions",
            "account",
            "objectives",
            "rto",
            "rpo",
            "tags",
            "ids",
            "optional",
            "message",
            "approvers",
            "timeout",
            "on_timeout",
            "max_parallel_waves",
            "a",
            "b",
            "string",
            "number",
            "duration",
            "retry",
            "75%",
            "us-west-2",
            "90s",
            "",
        ])
        .prop_map(str::to_owned),
        ".{0,8}",
    ]
}

fn any_node() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        Just(Node::Nil),
        any::<bool>().prop_map(Node::Boolean),
        any::<f64>().prop_map(Node::Number),
        (0..5_i32).prop_map(|number| Node::Number(number.into())),
        word().prop_map(Node::Text),
        Just(Node::Function),
        Just(Node::Foreign("a thread")),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Node::List),
            prop::collection::btree_map(word(), inner, 0..7)
                .prop_map(|fields| Node::Record(fields.into_iter().collect())),
        ]
    })
}

/// Runbooks that are right but for their dependencies.
fn any_waves() -> impl Strategy<Value = Vec<(usize, Vec<usize>)>> {
    prop::collection::vec((0..8_usize, prop::collection::vec(0..8_usize, 0..3)), 1..8)
}

proptest! {
    #[test]
    fn no_table_can_make_the_check_panic(node in any_node()) {
        if let Err(complaints) = Plan::check(&node) {
            prop_assert!(!complaints.is_empty());
            for complaint in complaints {
                prop_assert!(!complaint.to_string().chars().any(char::is_control), "{complaint:?}");
            }
        }
    }

    #[test]
    fn a_plan_that_passes_can_be_run_to_its_end(waves in any_waves()) {
        let wave = |(name, depends_on): &(usize, Vec<usize>)| {
            let depends_on: Vec<_> = depends_on.iter().map(|name| format!("w{name}")).collect();
            json!({ "name": format!("w{name}"), "run": "function", "depends_on": depends_on })
        };
        let waves: Vec<_> = waves.iter().map(wave).collect();
        let Ok(plan) = Plan::check(&node(&json!({ "name": "x", "waves": waves }))) else {
            return Ok(());
        };
        let mut done: Vec<&str> = Vec::new();
        for _ in &plan.waves {
            let ready = plan.waves.iter().find(|wave| {
                !done.contains(&wave.name.as_str())
                    && wave.depends_on.iter().all(|name| done.contains(&name.as_str()))
            });
            prop_assert!(ready.is_some(), "stuck after {done:?}");
            done.extend(ready.map(|wave| wave.name.as_str()));
        }
        prop_assert_eq!(done.len(), plan.waves.len());
    }
}

#[test]
fn a_plan_survives_the_journal() {
    let plan = Plan { rto: Some(Duration::from_millis(1500)), ..plan() };
    let text = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan);
}
