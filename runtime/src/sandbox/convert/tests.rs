use std::time::Duration;

use mlua::Lua;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Refusal, from_json};
use crate::sandbox::guard::Guard;
use crate::sandbox::limits::Budget;

const BUDGET: Budget = Budget { nodes: 1_000, bytes: 10_000, depth: 64 };

/// The JSON of a value, with all the time in the world.
fn to_json(value: &mlua::Value, budget: Budget) -> Result<Value, Refusal> {
    super::to_json(value, budget, &Guard::new(Duration::from_hours(1), u64::MAX))
}

/// What a Lua expression looks like from outside.
fn seen(expression: &str) -> Result<Value, String> {
    let lua = Lua::new();
    let value = lua.load(expression).eval().unwrap();
    to_json(&value, BUDGET).map_err(|refusal| refusal.to_string())
}

fn refused(expression: &str) -> String {
    seen(expression).unwrap_err()
}

#[test]
fn tables_are_lists_or_objects_and_whole_numbers_are_integers() {
    assert_eq!(
        seen("{ ids = { 's-1', 's-2' }, share = 0.5, count = 3, flag = true, none = nil }"),
        Ok(json!({"ids": ["s-1", "s-2"], "share": 0.5, "count": 3, "flag": true}))
    );
    assert_eq!(seen("nil"), Ok(Value::Null));
    assert_eq!(seen("-0"), Ok(json!(0)));
    assert_eq!(seen("2^53"), Ok(json!(9_007_199_254_740_992_i64)));
}

#[test]
fn an_empty_table_is_an_empty_list() {
    assert_eq!(seen("{}"), Ok(json!([])));
    assert_eq!(seen("{ parameters = {} }"), Ok(json!({"parameters": []})));
}

#[test]
fn a_refusal_names_the_place() {
    assert_eq!(
        refused("{ filters = { { values = { print } } } }"),
        "at `filters.1.values.1`: a function cannot leave the runbook"
    );
    assert_eq!(refused("{ n = 0/0 }"), "at `n`: the number is not finite");
    assert_eq!(refused("math.huge"), "the number is not finite");
    assert_eq!(refused("2^53 + 2"), "the whole number is beyond 2^53: write it as a string");
    assert_eq!(refused("{ name = '\\255' }"), "at `name`: the string is not valid UTF-8");
    assert_eq!(refused("{ '\\255' }"), "at `1`: the string is not valid UTF-8");
    assert_eq!(refused("{ [1e9] = true }"), "the list has no item 1, but an item 1000000000");
    assert_eq!(refused("{ [1] = 1, [1.5] = 2 }"), "keys are strings or 1 to n, not a number");
    assert_eq!(refused("{ 1, a = 2 }"), "the table mixes a list and named fields");
    assert!(refused("{ coroutine.create(print) }").contains("a thread cannot leave"));
    assert!(refused("{ buffer.create(8) }").contains("a buffer cannot leave"));
}

#[test]
fn a_cycle_and_a_table_that_doubles_at_every_level_end_at_once() {
    assert_eq!(
        refused("(function() local t = {}; t.self = { t }; return t end)()"),
        "at `self.1`: the table holds itself"
    );
    let doubling = "(function() local t = {}; for _ = 1, 27 do t = { t, t } end return t end)()";
    assert!(refused(doubling).contains("more than 1000 values"), "{}", refused(doubling));
    let shared = "(function() local t = { a = 1 }; return { t, t } end)()";
    assert_eq!(seen(shared), Ok(json!([{"a": 1}, {"a": 1}])));
}

#[test]
fn depth_and_text_are_bounded_both_ways() {
    let nested = |depth: usize| format!("{}{}", "{".repeat(depth), "}".repeat(depth));
    assert!(seen(&nested(64)).is_ok());
    assert!(refused(&nested(66)).contains("nested more than 64 deep"));
    assert!(refused("string.rep('x', 10001)").contains("more than 9 KiB of text"));

    let lua = Lua::new();
    let deep = (0..70).fold(json!(1), |inner, _| json!([inner]));
    let refusal = from_json(&lua, &deep, BUDGET).unwrap_err().to_string();
    assert!(refusal.contains("nested more than 64 deep"), "{refusal}");
}

#[test]
fn null_is_a_missing_field_and_refused_in_a_list() {
    let lua = Lua::new();
    let table = from_json(&lua, &json!({"a": null, "b": 1}), BUDGET).unwrap();
    assert_eq!(to_json(&table, BUDGET), Ok(json!({"b": 1})));
    let refusal = from_json(&lua, &json!({"l": [1, null]}), BUDGET).unwrap_err();
    assert_eq!(refusal.to_string(), "at `l.2`: a list cannot hold `null`");
    let refusal = from_json(&lua, &json!(u64::MAX), BUDGET).unwrap_err();
    assert_eq!(refusal.to_string(), "the whole number is beyond 2^53");
}

/// JSON without `null`, without empty objects, with whole numbers that Lua can hold.
fn survivor() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (-1e9_f64..1e9).prop_map(|n| if n.fract() == 0.0 { json!(0.5) } else { json!(n) }),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,6}", inner, 1..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_goes_in_comes_out_again(value in survivor()) {
        let lua = Lua::new();
        let table = from_json(&lua, &value, BUDGET).unwrap();
        prop_assert_eq!(to_json(&table, BUDGET).unwrap(), value);
    }
}
