//! What the policy is told about a call before it is made.

use moontide_runtime::effect::{Consequences, Maker, Origin, Replaced, Thing, Touch, Unavailable};
use serde_json::{Value, json};

use crate::support::{Answer, Script, call, find, world};

const IDENTITY: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult>\
    <Account>111122223333</Account><Arn>arn:aws:iam::111122223333:role/dr</Arn><UserId>U</UserId>\
    </GetCallerIdentityResult></GetCallerIdentityResponse>";

/// An AWS with these recovery instances, source servers and jobs.
fn aws_with(instances: Value, servers: Value, jobs: Value) -> Script {
    Script::new(move |request| match request.operation.as_str() {
        "DescribeRecoveryInstances" => Answer::Json(json!({ "items": instances })),
        "DescribeSourceServers" => Answer::Json(json!({ "items": servers })),
        "DescribeJobs" => Answer::Json(json!({ "items": jobs })),
        "DescribeInstances" => Answer::Xml(TAGGED.into()),
        "GetCallerIdentity" => Answer::Xml(IDENTITY.into()),
        other => panic!("{other} was not expected"),
    })
}

fn aws(instances: Value) -> Script {
    let ours = job("drsjob-ours", "COMPLETED", Some(("x", "db")));
    let console = job("drsjob-of-the-console", "COMPLETED", None);
    aws_with(instances, json!([]), json!([ours, console]))
}

const DENIED: &str = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";

/// EC2 knows of one instance that it is a bastion.
const TAGGED: &str = "<DescribeInstancesResponse><reservationSet><item><instancesSet><item>\
    <instanceId>i-2</instanceId><tagSet><item><key>Role</key><value>bastion</value></item></tagSet>\
    </item></instancesSet></item></reservationSet></DescribeInstancesResponse>";

async fn of(aws: &Script, operation: &str, arguments: Value) -> Consequences {
    let world = world(aws);
    let call = call(&world, operation, &arguments);
    find(&world, operation).consequences(&call).await.unwrap()
}

fn instance(id: &str, server: &str, state: &str, drill: Option<bool>) -> Value {
    launched(id, server, state, drill, "drsjob-ours")
}

fn launched(id: &str, server: &str, state: &str, drill: Option<bool>, job: &str) -> Value {
    json!({
        "recoveryInstanceID": id, "sourceServerID": server, "ec2InstanceState": state,
        "isDrill": drill, "jobID": job,
    })
}

fn job(id: &str, status: &str, origin: Option<(&str, &str)>) -> Value {
    let tags = origin
        .map(|(execution, wave)| json!({ "moontide:execution": execution, "moontide:wave": wave }));
    json!({ "jobID": id, "status": status, "tags": tags.unwrap_or(json!({})) })
}

#[expect(clippy::unnecessary_wraps, reason = "it is what a job has or lacks")]
fn origin(execution: &str, wave: &str) -> Option<Origin> {
    Some(Origin { execution: execution.into(), nonce: String::new(), wave: wave.into() })
}

fn replaced(instance: &str, drill: bool, job: &str, origin: Option<Origin>) -> Replaced {
    Replaced { instance: instance.into(), job: job.into(), drill, origin, is_hidden: false }
}

/// The same where the job does not show.
fn hidden(instance: &str, drill: bool, job: &str) -> Replaced {
    Replaced { is_hidden: true, ..replaced(instance, drill, job, None) }
}

/// What launching these servers as a drill would delete, by server.
async fn replaces(aws: &Script, servers: &[&str]) -> Vec<(String, Vec<Replaced>)> {
    let servers: Vec<_> = servers.iter().map(|it| json!({ "source_server_id": it })).collect();
    let asked = json!({ "is_drill": true, "source_servers": servers });
    let consequences = of(aws, "drs.start_recovery", asked).await;
    assert_eq!(consequences.account.as_deref(), Some("111122223333"));
    assert_eq!(consequences.region(), Some("us-west-2"));
    let launch = |touch: Touch| {
        let launch = touch.launch.expect("it launches");
        assert!(launch.drill);
        (touch.what.id().to_owned(), launch.replaces)
    };
    consequences.touches.into_iter().map(launch).collect()
}

#[tokio::test(start_paused = true)]
async fn a_launch_names_the_instances_it_would_delete_and_who_launched_them() {
    let instances = json!([
        launched("i-1", "s-live", "RUNNING", Some(false), "drsjob-1"),
        launched("i-2", "s-ours", "RUNNING", Some(true), "drsjob-2"),
        launched("i-3", "s-gone", "TERMINATED", Some(false), "drsjob-3"),
        launched("i-4", "s-silent", "STOPPED", None, "drsjob-4"),
        launched("i-5", "s-going", "SHUTTING-DOWN", Some(true), "drsjob-2"),
    ]);
    let jobs = json!([
        job("drsjob-1", "COMPLETED", None),
        job("drsjob-2", "COMPLETED", Some(("spring-drill", "data_base"))),
    ]);
    let found = replaces(
        &aws_with(instances, json!([]), jobs),
        &["s-live", "s-ours", "s-gone", "s-silent", "s-going", "s-never"],
    )
    .await;
    let expected = [
        ("s-live", vec![replaced("i-1", false, "drsjob-1", None)]),
        ("s-ours", vec![replaced("i-2", true, "drsjob-2", origin("spring-drill", "data_base"))]),
        ("s-gone", vec![]),
        // What does not say that it is a drill may carry production.
        ("s-silent", vec![hidden("i-4", false, "drsjob-4")]),
        // Nothing brings back what shuts down.
        ("s-going", vec![]),
        ("s-never", vec![]),
    ];
    assert_eq!(found, expected.map(|(server, replaces)| (server.to_owned(), replaces)));
}

#[tokio::test(start_paused = true)]
async fn a_launch_names_the_job_that_is_launching_its_server() {
    let server = |id: &str, job: &str| {
        let initiated = json!({ "jobID": job, "apiCallDateTime": "2026-11-20T08:00:00Z" });
        json!({ "sourceServerID": id, "lifeCycle": { "lastLaunch": { "initiated": initiated } } })
    };
    let unseen = |id: &str, result: &str| {
        let mut server = server(id, "drsjob-unseen");
        server["lastLaunchResult"] = result.into();
        server
    };
    let servers = json!([
        server("s-1", "drsjob-runs"),
        server("s-2", "drsjob-ended"),
        unseen("s-3", "PENDING"),
        unseen("s-4", "SUCCEEDED"),
        server("s-5", "drsjob-runs"),
        unseen("s-6", "PENDING"),
    ]);
    let jobs = json!([
        job("drsjob-runs", "STARTED", Some(("other", "web"))),
        job("drsjob-ended", "COMPLETED", Some(("other", "web"))),
    ]);
    let asked = ["s-1", "s-2", "s-3", "s-4", "s-5", "s-6"];
    // Of these jobs one server is up, and another is not yet.
    let instances = json!([
        launched("i-5", "s-5", "RUNNING", Some(true), "drsjob-runs"),
        launched("i-6", "s-6", "RUNNING", Some(true), "drsjob-unseen"),
    ]);
    let found = replaces(&aws_with(instances, servers, jobs), &asked).await;
    let launching = replaced("", true, "drsjob-runs", origin("other", "web"));
    let expected = [
        ("s-1", vec![launching]),
        ("s-2", vec![]),
        // What does not show may run all the same.
        ("s-3", vec![hidden("", true, "drsjob-unseen")]),
        ("s-4", vec![]),
        ("s-5", vec![replaced("i-5", true, "drsjob-runs", origin("other", "web"))]),
        ("s-6", vec![hidden("i-6", true, "drsjob-unseen")]),
    ];
    assert_eq!(found, expected.map(|(server, replaces)| (server.to_owned(), replaces)));
}

#[tokio::test(start_paused = true)]
async fn a_change_says_who_made_what_it_touches_and_trusts_nothing_unknown() {
    let there = json!([
        instance("i-1", "s-1", "RUNNING", Some(true)),
        instance("i-2", "s-2", "RUNNING", Some(false)),
        launched("i-3", "s-3", "RUNNING", Some(true), "drsjob-of-the-console"),
        launched("i-4", "s-4", "RUNNING", Some(true), "drsjob-unseen"),
    ]);
    let ids = json!(["i-1", "i-2", "i-3", "i-4", "i-unknown"]);
    for (operation, field, verb, more) in [
        ("drs.terminate_recovery_instances", "recovery_instance_ids", "terminate", json!({})),
        ("ec2.terminate_instances", "instance_ids", "terminate", json!({})),
        ("ec2.reboot_instances", "instance_ids", "reboot", json!({})),
        ("ec2.create_tags", "resources", "tag", json!({ "tags": {} })),
        ("ssm.send_command", "instance_ids", "run a command on", json!({ "document_name": "D" })),
    ] {
        let mut asked = more;
        asked[field] = ids.clone();
        let touches = of(&aws(there.clone()), operation, asked).await.touches;
        let touch = |id: &str, tags: &[(&str, &str)], maker| {
            let tags = tags.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
            Touch::of(verb, Thing::Instance { id: id.into(), tags }, maker)
        };
        let expected = [
            touch("i-1", &[], Maker::Drill(origin("x", "db").unwrap())),
            touch("i-2", &[("Role", "bastion")], Maker::Production),
            touch("i-3", &[], Maker::ForeignDrill),
            touch("i-4", &[], Maker::HiddenDrill { job: "drsjob-unseen".into() }),
            touch("i-unknown", &[], Maker::Production),
        ];
        assert_eq!(touches, expected, "{operation}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_automation_touches_its_document_because_what_it_does_is_not_seen() {
    let asked = json!({ "document_name": "Shop-CutOver" });
    let touches = of(&aws(json!([])), "ssm.start_automation_execution", asked).await.touches;
    let document = Thing::Document("Shop-CutOver".into());
    assert_eq!(touches, [Touch::of("start", document, Maker::Production)]);
}

#[tokio::test(start_paused = true)]
async fn a_volume_is_no_instance_and_no_drill_made_it() {
    let asked = json!({ "resources": ["vol-1"], "tags": {} });
    let touches = of(&aws(json!([])), "ec2.create_tags", asked).await.touches;
    let volume = Thing::Resource("vol-1".into());
    assert_eq!(touches, [Touch::of("tag", volume, Maker::Production)]);
}

#[tokio::test(start_paused = true)]
async fn a_call_can_name_its_region_and_the_account_is_asked_once() {
    let aws = aws(json!([]));
    let world = world(&aws);
    let asked = json!({ "recovery_instance_ids": ["i-1"], "region": "eu-central-1" });
    let call = call(&world, "drs.terminate_recovery_instances", &asked);
    for _ in 0..2 {
        let consequences = find(&world, &call.operation).consequences(&call).await.unwrap();
        assert_eq!(consequences.region(), Some("eu-central-1"));
    }
    let request = &aws.requests("DescribeRecoveryInstances")[0];
    assert_eq!(request.host, "drs.eu-central-1.amazonaws.com");
    assert_eq!(aws.count("GetCallerIdentity"), 1);
}

#[tokio::test(start_paused = true)]
async fn an_account_that_sts_does_not_tell_is_not_known_and_one_that_cannot_be_asked_is_trouble() {
    for (answer, expected) in [(false, None), (true, Some(Unavailable::Network))] {
        let aws = Script::new(move |request| match request.operation.as_str() {
            "GetCallerIdentity" if answer => Answer::Dropped,
            "GetCallerIdentity" => Answer::Raw(403, DENIED),
            "DescribeInstances" => Answer::Xml(TAGGED.into()),
            _ => Answer::Json(json!({ "items": [] })),
        });
        let world = world(&aws);
        let call = call(&world, "ec2.create_tags", &json!({ "resources": ["i-1"], "tags": {} }));
        let looked = find(&world, &call.operation).consequences(&call).await;
        match expected {
            None => assert_eq!(looked.unwrap().account, None),
            unavailable => assert_eq!(looked.unwrap_err().unavailable, unavailable),
        }
    }
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
