//! Trouble in the middle of a poll goes to the door at the first look that fails, and is soon over.

use std::time::Duration;

use moontide_aws::Settings;
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::{Finding, Unavailable, World};
use serde_json::{Value, json};

use crate::support::{Answer, Request, Script, TestClock, error, perform, reconcile, value, world};
use crate::support::{at, call, find, world_with};

/// What polls, and what it polls for.
fn polls() -> [(&'static str, Value); 3] {
    let ids = json!(["i-1"]);
    [
        ("drs.await_jobs", json!({ "job_ids": ["drsjob-1"] })),
        ("ec2.await_running", json!({ "instance_ids": ids })),
        ("ssm.await_command", json!({ "command_id": "c-1", "instance_ids": ids })),
    ]
}

const EXPIRED: &str = "<Response><Errors><Error><Code>RequestExpired</Code>\
    <Message>expired</Message></Error></Errors><RequestID>r</RequestID></Response>";

/// Nothing has ended yet.
fn goes_on(request: &Request) -> Answer {
    match request.operation.as_str() {
        "DescribeJobs" => Answer::Json(json!({ "items": [{
            "jobID": "drsjob-1", "type": "LAUNCH", "creationDateTime": at(0), "status": "STARTED",
        }] })),
        "DescribeInstanceStatus" => Answer::Xml(
            "<DescribeInstanceStatusResponse><instanceStatusSet></instanceStatusSet>\
             </DescribeInstanceStatusResponse>"
                .to_owned(),
        ),
        _ => Answer::Json(json!({ "CommandInvocations": [] })),
    }
}

#[tokio::test(start_paused = true)]
async fn credentials_and_the_network_are_handed_to_the_door_at_the_first_look_that_fails() {
    for (operation, asked) in polls() {
        for unavailable in [Unavailable::Credentials, Unavailable::Network] {
            let aws = Script::new(move |request| match request.at {
                ..100.0 => goes_on(request),
                _ if unavailable == Unavailable::Network => Answer::Refused,
                _ if request.operation == "DescribeInstanceStatus" => Answer::Raw(400, EXPIRED),
                _ => Answer::No(400, "ExpiredTokenException", "expired"),
            });
            let clock = TestClock::new();
            let unseen = error(perform(&world(&aws), operation, asked.clone()).await);
            let after = clock.monotonic().as_secs();
            assert_eq!(unseen.unavailable, Some(unavailable), "{operation}");
            assert!((100..140).contains(&after), "{operation}, {unavailable:?}: after {after} s");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_look_up_that_cannot_see_says_so_at_once() {
    let servers = json!({ "source_servers": [{ "source_server_id": "s-1" }], "is_drill": true });
    let command = json!({ "document_name": "Doc", "instance_ids": ["i-1"] });
    let instances = json!({ "recovery_instance_ids": ["i-1"] });
    for (operation, asked) in [
        ("drs.start_recovery", servers),
        ("drs.terminate_recovery_instances", instances),
        ("ssm.send_command", command),
    ] {
        let aws = Script::new(|_| Answer::Refused);
        let clock = TestClock::new();
        let found = reconcile(&world(&aws), operation, asked).await;
        let after = clock.monotonic().as_secs();
        assert!(matches!(found, Finding::Unseen(_)), "{operation}: {found:?}");
        assert!(after < 20, "{operation}: after {after} s");
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_throttle_no_look_waits_longer_than_about_a_minute() {
    let aws = Script::new(|request| match request.operation.as_str() {
        "DescribeJobs" if (60.0..170.0).contains(&request.at) => {
            Answer::No(429, "ThrottlingException", "slow down")
        }
        "DescribeJobs" => Answer::Json(json!({ "items": [{
            "jobID": "drsjob-1", "type": "LAUNCH", "creationDateTime": at(0),
            "status": if request.at < 60.0 { "STARTED" } else { "COMPLETED" },
        }] })),
        _ => Answer::Json(json!({ "items": [] })),
    });
    let clock = TestClock::new();
    let world = world_with(&aws, Settings::default());
    value(perform(&world, "drs.await_jobs", json!({ "job_ids": ["drsjob-1"] })).await);
    let after = clock.monotonic().saturating_sub(Duration::from_secs(170));
    assert!(after < Duration::from_secs(70), "{after:?}");
}

#[tokio::test(start_paused = true)]
async fn trouble_on_the_way_gives_a_call_no_more_time_of_its_own() {
    for (operation, mut asked) in polls() {
        asked["timeout"] = json!("5m");
        // Every other look fails; of a job that does not show nothing is known after five minutes anyway.
        let mut looks = 0;
        let aws = Script::new(move |request| {
            looks += 1;
            if looks % 2 == 0 { Answer::Refused } else { goes_on(request) }
        });
        let (clock, world) = (TestClock::new(), world(&aws));
        let call = call(&world, operation, &asked);
        // As the door keeps it.
        let sight = world.sight(&call.key);
        let end = loop {
            let error = error(find(&world, operation).perform(&call).await);
            if error.unavailable.is_none() {
                break error;
            }
            clock.sleep(Duration::from_secs(2)).await;
        };
        let after = clock.monotonic().as_secs();
        assert!(sight.used() >= Duration::from_mins(4), "{operation}: {:?}", sight.used());
        assert!(
            ["Timeout", "InstanceTerminated"].contains(&end.code.as_str()),
            "{operation}: {end}"
        );
        assert!((300..700).contains(&after), "{operation}: after {after} s");
    }
}
