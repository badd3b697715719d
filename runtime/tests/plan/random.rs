//! Whatever the declaration: no panic, and a plan that survives the journal.

use std::time::Duration;

use moontide_runtime::plan::{Node, Plan};
use proptest::prelude::*;
use serde_json::json;

use crate::binding::plan;
use crate::node;

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
            "source_region",
            "account",
            "objectives",
            "rto",
            "rpo",
            "tags",
            "ids",
            "optional",
            "message",
            "approvers",
            "approvals",
            "on_cancel",
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
