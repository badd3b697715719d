//! Every rule for one field or one wave, and the sentence about it.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::{complaints, complaints_about, complaints_about_wave};

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
    colour: unknown field `colour`; a runbook has `name`, `description`, `region`, `regions`, `source_region`, `account`, `objectives`, `params`, `waves`, `max_parallel_waves`, `outside`, `start`, `on_start`, `on_cancel` and `on_finish`
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
    objectives.rto: `rto` must be a duration such as "90s" or "2h30m" (`m` is minutes; there are no months), or a number of seconds, and is the string `soon`
    objectives.rpo: `rpo` must be a duration such as "90s" or "2h30m" (`m` is minutes; there are no months), or a number of seconds, and is the number -1
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
fn a_server_is_named_by_one_wave_and_a_function_may_choose() {
    let id = "s-0123456789abcdef0";
    let wave = |name: &str, after: Value| json!({ "name": name, "depends_on": after, "servers": { "ids": [id] } });
    assert_snapshot!(complaints(&json!({
        "name": "shop", "waves": [wave("db", json!([])), wave("web", json!(["db"]))],
    })), @"waves[2].servers.ids[1]: `s-0123456789abcdef0` is also in the wave `db`, and a launch by `web` would delete the instance that the other launched: name it in one of them");
}

#[test]
fn a_timeout_is_longer_than_nothing() {
    assert_snapshot!(complaints_about_wave(json!({ "timeout": 0 })), @"waves[1].timeout: `timeout` must be longer than nothing");
    for long in [json!("100000h"), json!(1e9)] {
        let said = complaints_about_wave(json!({ "timeout": long }));
        assert!(
            said.starts_with("waves[1].timeout: `timeout` must be at most 3660 days, and is"),
            "{said}"
        );
    }
    assert_snapshot!(complaints_about_wave(json!({ "timeout": "soon" })), @r#"waves[1].timeout: `timeout` must be a duration such as "90s" or "2h30m" (`m` is minutes; there are no months), or a number of seconds, and is the string `soon`"#);
}

#[test]
fn a_pause_asks_something_of_a_person() {
    assert_snapshot!(complaints_about_wave(json!({ "pause": "" })), @"waves[1].pause: `pause` must not be empty");
    assert_snapshot!(complaints_about_wave(json!({ "pause": {
        "approvers": [], "timeout": 0, "on_timeout": "abrot",
    } })), @"
    waves[1].pause: `pause` needs `message`
    waves[1].pause.approvers: `approvers` names no person; leave it out to let any person answer
    waves[1].pause.timeout: `timeout` must not be zero; leave it out to wait for ever
    waves[1].pause.on_timeout: `abrot` is not one of `continue`, `skip` or `abort`, did you mean `abort`?
    ");
    assert_snapshot!(complaints_about_wave(json!({ "pause": {
        "message": "Go on?",
        "approvers": ["dba", "dba; answered: continue by ann, 2 of 2", "*ann", "x".repeat(257)],
    } })), @r"
    waves[1].pause.approvers[2]: `dba; answered: continue by ann, 2 of 2` is no approver: a name is made of letters, digits and `_.-@/:+=\`
    waves[1].pause.approvers[3]: `*ann` is no approver: `*` stands for the rest of a name, so it stands at its end
    waves[1].pause.approvers[4]: `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…` is no approver: a name has at most 256 characters
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
    assert_snapshot!(complaints_about(json!({ "source_region": "Virginia" })), @"source_region: `Virginia` is not the name of a Region, such as `us-west-2`");
    assert_snapshot!(complaints_about(json!({ "region": "us-west-2", "regions": ["us-west-2"] })), @"regions: a runbook has either `region` or `regions`, not both");
}

#[test]
fn lists_and_tables_say_what_is_in_them() {
    assert_snapshot!(complaints_about(json!({ "params": {
        "a": { "type": "list" },
        "b": { "type": "table" },
        "c": { "type": "list", "fields": { "x": { "type": "string" } } },
        "d": { "type": "table", "items": { "type": "string" }, "fields": { "x": { "type": "string" } } },
        "e": { "type": "string", "items": { "type": "string" } },
        "f": { "type": "list", "items": { "type": "string", "secret": true } },
        "g": { "type": "list", "items": { "type": "string" }, "allowed": [["x"]] },
        "h": { "type": "list", "items": { "type": "number" }, "default": [1, "two"] },
        "i": { "type": "table", "fields": { "x": { "type": "string" } }, "default": { "y": "1" } },
        "j": { "type": "list", "items": { "type": "string", "allowed": ["a"] }, "default": ["b"] },
        "k": { "type": "list", "items": "string" },
        "l": { "type": "list", "secret": true, "items": { "type": "string" } },
    } })), @r#"
    params.a: a list needs `items`, such as `items = { type = "string" }`
    params.b: a table needs `fields`, or `items` if its names are any
    params.c.fields: `fields` are of a `table`, and stand instead of `items`
    params.d.fields: `fields` are of a `table`, and stand instead of `items`
    params.e.items: `items` is of a `list` or a `table`: this is a string
    params.f.items: a secret is a param by itself: what is in a list or a table is no secret
    params.g.allowed: `allowed` is of what is in a list or a table, not of the whole
    params.h.default[2]: item 2 of `default` must be a number, and is the string `two`
    params.i.default.y: the table has no field `y`
    params.i.default: the table needs `x`
    params.j.default[1]: item 1 of `default` is not among `allowed`
    params.k.items: `items` must be a table, and is a string
    params.l.secret: a secret is a string or a number: nothing else can be told from other text, and hidden
    "#);
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
        "h": { "type": "duration", "secret": true },
    } })), @r#"
    params.a: a param needs `type`
    params.b.type: `text` is not one of `string`, `number`, `boolean`, `duration`, `list` or `table`
    params.c.allowed[2]: item 2 of `allowed` must be a number, and is the string `two`
    params.c.default: `default` must be a number, and is the string `one`
    params.d.default: `default` is not among `allowed`
    params.f.default: a secret has no `default`, because the runbook is kept with every execution
    params["g-1"]: a param's name is made of letters, digits and `_`, does not begin with a digit, and `g-1` is not such a name
    params["g-1"].allowed: `allowed` allows nothing; leave it out to allow everything
    params.h.secret: a secret is a string or a number: nothing else can be told from other text, and hidden
    "#);
}
