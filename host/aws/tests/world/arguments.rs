//! What is refused before anything is sent, and what is filled in.

use moontide_runtime::effect::{Class, World};
use serde_json::{Value, json};

use crate::support::{Script, find, world};

fn nothing() -> Script {
    Script::new(|request| panic!("{} was not expected", request.operation))
}

fn refusal(operation: &str, arguments: &Value) -> String {
    let error = find(&world(&nothing()), operation).check(arguments).unwrap_err();
    assert_eq!(error.code, "InvalidArguments");
    error.message
}

#[tokio::test(start_paused = true)]
async fn a_field_that_is_left_away_launches_nothing_for_real() {
    let asked = json!({ "source_servers": [{ "source_server_id": "s-1" }] });
    assert!(refusal("drs.start_recovery", &asked).contains("is_drill"));
}

#[tokio::test(start_paused = true)]
async fn a_misspelled_field_comes_with_a_suggestion() {
    let asked = json!({ "filters": { "source_server_id": ["s-1"] } });
    let message = refusal("drs.describe_source_servers", &asked);
    assert!(message.contains("did you mean `source_server_ids`?"), "{message}");
}

#[tokio::test(start_paused = true)]
async fn the_region_and_the_page_are_arguments_of_those_operations_that_have_them() {
    let said = |operation, asked: Value| refusal(operation, &asked);
    for (operation, asked, hint) in [
        ("drs.await_jobs", json!({ "regoin": "x" }), "did you mean `region`?"),
        ("drs.describe_jobs", json!({ "next_tokn": "x" }), "did you mean `next_token`?"),
        ("drs.describe_jobs", json!({ "max_results": "many" }), "must be a whole number"),
        ("drs.await_jobs", json!({ "job_ids": [], "next_token": "x" }), "there is no `next_token`"),
        ("ec2.reboot_instances", json!([["i-1"]]), "takes a table with names"),
        ("ec2.reboot_instances", json!({ "instance_ids": [], "region": 1 }), "must be a string"),
    ] {
        let message = said(operation, asked);
        assert!(message.contains(hint), "{message}");
    }
    let message = said("sts.get_caller_identity", json!({ "colour": "x" }));
    assert!(message.ends_with("it takes `region`"), "{message}");
}

#[tokio::test(start_paused = true)]
async fn no_servers_foreign_tags_and_odd_durations_are_refused() {
    refusal("drs.start_recovery", &json!({ "source_servers": [], "is_drill": true }));
    let asked = json!({
        "source_servers": [{ "source_server_id": "s-1" }], "is_drill": true,
        "tags": { "moontide:key": "stolen" },
    });
    assert!(refusal("drs.start_recovery", &asked).contains("moontide:key"));
    refusal("drs.await_jobs", &json!({ "job_ids": ["drsjob-1"], "timeout": "soon" }));
    refusal("drs.await_jobs", &json!({ "job_ids": ["drsjob-1"], "timeout": -1 }));
}

#[tokio::test(start_paused = true)]
async fn defaults_are_filled_in_and_checking_twice_changes_nothing() {
    let world = world(&nothing());
    for (operation, asked, complete) in [
        ("drs.describe_source_servers", json!([]), json!({ "filters": {} })),
        (
            "drs.start_recovery",
            json!({ "source_servers": [{ "source_server_id": "s-1" }], "is_drill": false, "tags": [] }),
            json!({ "source_servers": [{ "source_server_id": "s-1" }], "is_drill": false, "tags": {} }),
        ),
        (
            "drs.await_jobs",
            json!({ "job_ids": ["drsjob-1"], "timeout": "2h30m" }),
            json!({ "job_ids": ["drsjob-1"], "timeout": 9000 }),
        ),
        (
            "drs.describe_jobs",
            json!({ "filters": { "from_date": 1_795_219_200 } }),
            json!({ "filters": { "from_date": "2026-11-21T00:00:00Z" } }),
        ),
        (
            "drs.describe_jobs",
            json!({ "region": "eu-central-1", "max_results": 5, "next_token": "t" }),
            json!({ "filters": {}, "region": "eu-central-1", "max_results": 5, "next_token": "t" }),
        ),
        (
            "ec2.await_running",
            json!({ "instance_ids": ["i-1"] }),
            json!({ "instance_ids": ["i-1"], "timeout": 1800, "status_checks": true }),
        ),
    ] {
        let operation = find(&world, operation);
        assert_eq!(operation.check(&asked).unwrap(), complete);
        assert_eq!(operation.check(&complete).unwrap(), complete);
    }
}

#[tokio::test(start_paused = true)]
async fn the_list_of_operations_has_no_doubles_and_every_class() {
    let world = world(&nothing());
    let mut names = world.names();
    assert!(names.is_sorted(), "{names:?}");
    names.dedup();
    assert_eq!(names.len(), world.names().len());
    let classes: Vec<Class> = names.iter().map(|it| find(&world, it).class()).collect();
    for class in [Class::Read, Class::Convergent, Class::Token, Class::Tagged, Class::Once] {
        assert!(classes.contains(&class), "{class:?}");
    }
    assert!(world.operation("drs.delete_source_server").is_none());
}
