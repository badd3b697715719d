//! Several Regions in one world, and a Region that is down.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::story::{Reply, Story};

const TWO: &str = "regions = [\"us-east-1\"]\n[timing]\njitter = 0\n\
    [[servers]]\nname = \"db\"\nrecovery_instance = { drill = true }\n\
    [[servers]]\nname = \"db\"\nregion = \"us-east-1\"\nrecovery_instance = { drill = true }\n";

async fn ssm_in(story: &Story, region: &str, operation: &str, body: Value) -> Reply {
    let scope = format!("AWS4-HMAC-SHA256 Credential=AKID/20261120/{region}/ssm/aws4_request");
    let request = Request::post("/")
        .header("authorization", scope)
        .header("x-amz-target", format!("AmazonSSM.{operation}"))
        .body(Body::from(body.to_string()));
    story.call(request.unwrap()).await
}

/// The ids of the one server of a Region, and of its instance.
async fn ids(story: &Story, region: &str) -> (String, String) {
    let servers = story.drs_in(region, "DescribeSourceServers", json!({})).await.json();
    let instances = story.drs_in(region, "DescribeRecoveryInstances", json!({})).await.json();
    assert_eq!(servers["items"].as_array().unwrap().len(), 1);
    let arn = servers["items"][0]["arn"].as_str().unwrap();
    assert!(arn.contains(&format!(":{region}:")), "{arn}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (
        text(&servers["items"][0]["sourceServerID"]),
        text(&instances["items"][0]["recoveryInstanceID"]),
    )
}

#[tokio::test(start_paused = true)]
async fn what_is_in_one_region_does_not_exist_in_another() {
    let story = Story::begin(TWO);
    let here = ids(&story, "us-west-2").await;
    let there = ids(&story, "us-east-1").await;
    assert!(here.0 != there.0 && here.1 != there.1, "{here:?} {there:?}");

    let wanted = json!({ "sourceServers": [{ "sourceServerID": there.0 }], "isDrill": true });
    let reply = story.drs("StartRecovery", wanted.clone()).await;
    assert_eq!(reply.error.as_deref(), Some("ResourceNotFoundException"));
    let started = story.drs_in("us-east-1", "StartRecovery", wanted).await;
    assert_eq!(started.status, 202, "{}", started.text);
    story.wait(10).await;
    let jobs = |region| story.drs_in(region, "DescribeJobs", json!({}));
    assert_eq!(jobs("us-west-2").await.json()["items"].as_array().unwrap().len(), 1);
    assert_eq!(jobs("us-east-1").await.json()["items"].as_array().unwrap().len(), 2);

    let named = format!("InstanceId.1={}", there.1);
    let reply = story.ec2("DescribeInstances", &named).await;
    assert!(reply.text.contains("InvalidInstanceID.NotFound"), "{}", reply.text);
    let reply = story.ec2_in("us-east-1", "DescribeInstances", &named).await;
    assert!(reply.text.contains("<availabilityZone>us-east-1a<"), "{}", reply.text);
    let third = story.drs_in("eu-west-1", "DescribeJobs", json!({})).await;
    assert_eq!(third.error.as_deref(), Some("UninitializedAccountException"));
}

#[tokio::test(start_paused = true)]
async fn scripts_and_documents_may_be_of_one_region() {
    let story = Story::begin(&format!(
        "{TWO}[[commands]]\ndocument = \"Shop-Check\"\nregion = \"us-east-1\"\nstdout = \"east\"\n\
         [[commands]]\ndocument = \"AWS-RunShellScript\"\nregion = \"us-west-2\"\nstdout = \"west\"\n\
         [[automations]]\ndocument = \"Shop-Open\"\nregion = \"us-east-1\"\n"
    ));
    let regions = ["us-west-2", "us-east-1"];
    let mut said = Vec::new();
    for region in regions {
        let (_, instance) = ids(&story, region).await;
        for document in ["Shop-Check", "AWS-RunShellScript"] {
            let order = json!({
                "InstanceIds": [instance], "DocumentName": document,
                "Parameters": { "commands": ["true"] },
            });
            let sent = ssm_in(&story, region, "SendCommand", order).await;
            if sent.status != 200 {
                said.push(sent.error.unwrap());
                continue;
            }
            story.wait(10).await;
            let command = &sent.json()["Command"]["CommandId"];
            let body = json!({ "CommandId": command, "InstanceId": instance });
            let seen = ssm_in(&story, region, "GetCommandInvocation", body).await.json();
            said.push(seen["StandardOutputContent"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(said, ["InvalidDocument", "west", "east", ""]);
    let open = json!({ "DocumentName": "Shop-Open" });
    let statuses =
        regions.map(|region| ssm_in(&story, region, "StartAutomationExecution", open.clone()));
    let [west, east] = statuses;
    assert_eq!((west.await.status, east.await.status), (400, 200));
}

#[tokio::test(start_paused = true)]
async fn a_fault_of_one_region_spares_the_others_and_a_fault_of_none_counts_them_together() {
    let throttle = "[[faults]]\nkind = \"throttle\"\noperation = \"drs:DescribeJobs\"\n";
    let statuses = async |more: &str| {
        let story = Story::begin(&format!("{TWO}{throttle}{more}"));
        let mut statuses = Vec::new();
        for region in ["us-west-2", "us-east-1", "us-east-1"] {
            statuses.push(story.drs_in(region, "DescribeJobs", json!({})).await.status);
        }
        statuses
    };
    assert_eq!(statuses("region = \"us-east-1\"\n").await, [200, 429, 200]);
    assert_eq!(statuses("").await, [429, 200, 200]);
}

#[tokio::test(start_paused = true)]
async fn a_region_that_is_down_answers_nothing_and_every_call_into_it_shows() {
    let story = Story::begin(&format!(
        "{TWO}[[faults]]\nkind = \"throttle\"\noperation = \"drs:DescribeJobs\"\n\
         [[faults]]\nkind = \"region_down\"\nregion = \"us-east-1\"\nafter = \"1m\"\nfor = \"10m\"\n"
    ));
    let (server, instance) = ids(&story, "us-east-1").await;
    story.wait(60).await;
    for _ in 0..2 {
        assert!(story.drs_in("us-east-1", "DescribeJobs", json!({})).await.dropped);
    }
    let launch = json!({ "sourceServers": [{ "sourceServerID": server }] });
    assert!(story.drs_in("us-east-1", "StartRecovery", launch).await.dropped);
    let named = format!("InstanceId.1={instance}");
    assert!(story.ec2_in("us-east-1", "TerminateInstances", &named).await.dropped);
    assert!(ssm_in(&story, "us-east-1", "ListCommands", json!({})).await.dropped);
    assert_eq!(
        story.drs("DescribeJobs", json!({})).await.status,
        429,
        "the throttle is still there"
    );
    assert_eq!(story.drs("DescribeJobs", json!({})).await.status, 200);

    let told = story.simulator.assumptions(&str::to_owned);
    let told: Vec<&str> =
        told.iter().filter(|it| it.kind == "region_down").map(|it| it.message.as_str()).collect();
    assert_eq!(
        told,
        [
            "us-east-1 was down when drs:DescribeJobs was called there, 2 times",
            "us-east-1 was down when drs:StartRecovery was called there, once",
            "us-east-1 was down when ec2:TerminateInstances was called there, once",
            "us-east-1 was down when ssm:ListCommands was called there, once",
        ]
    );
    let into = story.simulator.calls().into_iter().filter(|call| call.region == "us-east-1");
    assert_eq!(into.filter(|call| call.status.is_none()).count(), 5);

    story.wait(600).await;
    assert_eq!(ids(&story, "us-east-1").await.1, instance, "nothing of it has happened");
}

#[tokio::test(start_paused = true)]
async fn a_region_of_which_the_world_knows_nothing_else_may_be_down_and_say_so() {
    let story = Story::begin(&format!(
        "{TWO}[[faults]]\nkind = \"region_down\"\nregion = \"eu-west-1\"\nanswers = \"unavailable\"\n"
    ));
    let reply = story.drs_in("eu-west-1", "DescribeSourceServers", json!({})).await;
    assert_eq!((reply.status, reply.error.as_deref()), (503, Some("ServiceUnavailable")));
    let reply = story.ec2_in("eu-west-1", "DescribeInstances", "").await;
    assert_eq!(reply.status, 503);
    assert!(reply.text.contains("<Code>ServiceUnavailable</Code>"), "{}", reply.text);
    let reply = ssm_in(&story, "eu-west-1", "ListCommands", json!({})).await;
    assert_eq!((reply.status, reply.error.as_deref()), (503, Some("ServiceUnavailable")));
    assert_eq!(story.drs_in("us-east-1", "DescribeSourceServers", json!({})).await.status, 200);
}
