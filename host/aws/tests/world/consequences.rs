//! What the policy is told about a call before it is made.

use moontide_runtime::effect::{Consequences, Destruction, Launch};
use serde_json::{Value, json};

use crate::support::{Answer, Script, call, find, world};

const IDENTITY: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult>\
    <Account>111122223333</Account><Arn>arn:aws:iam::111122223333:role/dr</Arn><UserId>U</UserId>\
    </GetCallerIdentityResult></GetCallerIdentityResponse>";

fn aws(instances: Value) -> Script {
    Script::new(move |request| match request.operation.as_str() {
        "DescribeRecoveryInstances" => Answer::Json(json!({ "items": instances })),
        "GetCallerIdentity" => Answer::Xml(IDENTITY.into()),
        other => panic!("{other} was not expected"),
    })
}

async fn of(aws: &Script, operation: &str, arguments: Value) -> Consequences {
    let world = world(aws);
    let call = call(&world, operation, &arguments);
    find(&world, operation).consequences(&call).await.unwrap()
}

fn instance(id: &str, server: &str, state: &str, drill: Option<bool>) -> Value {
    json!({
        "recoveryInstanceID": id, "sourceServerID": server, "ec2InstanceState": state, "isDrill": drill,
    })
}

#[tokio::test(start_paused = true)]
async fn a_launch_names_the_live_instance_it_would_delete() {
    let aws = aws(json!([
        instance("i-1", "s-live", "RUNNING", Some(false)),
        instance("i-2", "s-drilled", "RUNNING", Some(true)),
        instance("i-3", "s-gone", "TERMINATED", Some(false)),
        instance("i-4", "s-silent", "STOPPED", None),
    ]));
    let servers = ["s-live", "s-drilled", "s-gone", "s-silent", "s-never"];
    let asked = json!({
        "is_drill": true,
        "source_servers": servers.map(|it| json!({ "source_server_id": it })),
    });
    let consequences = of(&aws, "drs.start_recovery", asked).await;
    let launch = |server: &str, replaces: Option<&str>| Launch {
        server: server.into(),
        drill: true,
        replaces: replaces.map(str::to_owned),
    };
    let expected = Consequences {
        account: Some("111122223333".into()),
        region: Some("us-west-2".into()),
        launches: vec![
            launch("s-live", Some("i-1")),
            launch("s-drilled", None),
            launch("s-gone", None),
            launch("s-silent", Some("i-4")),
            launch("s-never", None),
        ],
        destroys: vec![],
    };
    assert_eq!(consequences, expected);
}

#[tokio::test(start_paused = true)]
async fn a_termination_says_what_is_a_drill_and_trusts_nothing_unknown() {
    let there = json!([
        instance("i-1", "s-1", "RUNNING", Some(true)),
        instance("i-2", "s-2", "RUNNING", Some(false)),
    ]);
    let ids = json!(["i-1", "i-2", "i-unknown"]);
    for (operation, field) in [
        ("drs.terminate_recovery_instances", "recovery_instance_ids"),
        ("ec2.terminate_instances", "instance_ids"),
    ] {
        let consequences = of(&aws(there.clone()), operation, json!({ field: ids })).await;
        let destruction =
            |target: &str, drill| Destruction { target: target.into(), verb: "terminate", drill };
        let expected =
            [destruction("i-1", true), destruction("i-2", false), destruction("i-unknown", false)];
        assert_eq!(consequences.destroys, expected, "{operation}");
    }
}

#[tokio::test(start_paused = true)]
async fn rebooting_a_drill_takes_nothing_away() {
    let aws = aws(json!([instance("i-1", "s-1", "RUNNING", Some(true))]));
    let asked = json!({ "instance_ids": ["i-1", "i-2"] });
    let consequences = of(&aws, "ec2.reboot_instances", asked).await;
    let other = Destruction { target: "i-2".into(), verb: "reboot", drill: false };
    assert_eq!(consequences.destroys, [other]);
}

#[tokio::test(start_paused = true)]
async fn a_call_can_name_its_region_and_the_account_is_asked_once() {
    let aws = aws(json!([]));
    let world = world(&aws);
    let asked = json!({ "recovery_instance_ids": ["i-1"], "region": "eu-central-1" });
    let call = call(&world, "drs.terminate_recovery_instances", &asked);
    for _ in 0..2 {
        let consequences = find(&world, &call.operation).consequences(&call).await.unwrap();
        assert_eq!(consequences.region.as_deref(), Some("eu-central-1"));
    }
    let request = &aws.requests("DescribeRecoveryInstances")[0];
    assert_eq!(request.host, "drs.eu-central-1.amazonaws.com");
    assert_eq!(aws.count("GetCallerIdentity"), 1);
}

#[tokio::test(start_paused = true)]
async fn without_sts_the_account_is_not_known() {
    let aws = Script::new(|request| match request.operation.as_str() {
        "GetCallerIdentity" => Answer::Dropped,
        _ => Answer::Json(json!({ "items": [] })),
    });
    let tags = json!({ "resources": ["i-1"], "tags": {} });
    assert_eq!(of(&aws, "ec2.create_tags", tags).await.account, None);
}

#[tokio::test(start_paused = true)]
async fn who_may_not_look_gets_no_consequences() {
    let aws = Script::new(|_| Answer::No(403, "AccessDeniedException", "no"));
    let world = world(&aws);
    let asked = json!({ "recovery_instance_ids": ["i-1"] });
    let call = call(&world, "drs.terminate_recovery_instances", &asked);
    let error = find(&world, &call.operation).consequences(&call).await.unwrap_err();
    assert_eq!(error.code, "AccessDeniedException");
}
