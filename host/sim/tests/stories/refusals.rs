//! What DRS refuses, and in which words.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::story::{Reply, Story};

const THREE: &str = "[[servers]]\nname = \"db-{n}\"\ncount = 3\n";

fn servers(ids: &[&str]) -> Value {
    let servers: Vec<_> = ids.iter().map(|id| json!({ "sourceServerID": id })).collect();
    json!({ "sourceServers": servers, "isDrill": true })
}

/// The reply is this error, in its header as in its body.
fn assert_refused(reply: &Reply, status: u16, error: &str) {
    assert_eq!((reply.status, reply.error.as_deref()), (status, Some(error)), "{}", reply.text);
    assert_eq!(reply.json()["code"], error);
    assert!(reply.json()["message"].is_string());
}

#[tokio::test(start_paused = true)]
async fn a_server_is_in_one_job_at_a_time() {
    let story = Story::begin(THREE);
    let ids = story.server_ids().await;
    let job = story.drill(&[&ids[0], &ids[1]]).await;
    let reply = story.drs("StartRecovery", servers(&[&ids[2], &ids[1]])).await;
    assert_refused(&reply, 409, "ConflictException");
    assert_eq!(reply.json()["resourceId"], ids[1].as_str());
    assert_eq!(reply.json()["resourceType"], "SourceServer");
    assert!(reply.json()["message"].as_str().unwrap().contains(&job));

    assert_eq!(story.server(&ids[2]).await["lastLaunchResult"], "NOT_STARTED");
    story.wait(600).await;
    assert_eq!(story.drs("StartRecovery", servers(&[&ids[1]])).await.status, 202);
}

#[tokio::test(start_paused = true)]
async fn quotas_are_402_and_name_themselves() {
    let story = Story::begin(&format!("{THREE}[quotas]\nservers_per_job = 2\n"));
    let ids = story.server_ids().await;
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let reply = story.drs("StartRecovery", servers(&ids)).await;
    assert_refused(&reply, 402, "ServiceQuotaExceededException");
    assert_eq!(reply.json()["quotaCode"], "L-B827C881");
    assert_eq!(reply.json()["serviceCode"], "drs");
    assert_eq!(reply.json()["resourceType"], "Account");
    assert_eq!(reply.json()["resourceId"], "123456789012");

    let story = Story::begin(&format!("{THREE}[quotas]\nconcurrent_jobs = 1\n"));
    story.drill(&ids[..1]).await;
    let reply = story.drs("StartRecovery", servers(&ids[1..2])).await;
    assert_refused(&reply, 402, "ServiceQuotaExceededException");
    assert_eq!(reply.json()["quotaCode"], "L-D88FAC3A");
    story.wait(600).await;
    assert_eq!(story.drs("StartRecovery", servers(&ids[1..2])).await.status, 202);

    let story = Story::begin(&format!("{THREE}[quotas]\nservers_in_active_jobs = 2\n"));
    story.drill(&ids[..2]).await;
    let reply = story.drs("StartRecovery", servers(&ids[2..])).await;
    assert_refused(&reply, 402, "ServiceQuotaExceededException");
    assert_eq!(reply.json()["quotaCode"], "L-05AFA8C6");
}

#[tokio::test(start_paused = true)]
async fn malformed_requests_name_the_field() {
    let story = Story::begin(THREE);
    let id = story.server_ids().await.remove(0);
    let too_many = vec![id.as_str(); 201];
    let cases = [
        ("StartRecovery", json!({}), "sourceServers"),
        ("StartRecovery", servers(&[]), "sourceServers"),
        ("StartRecovery", servers(&too_many), "sourceServers"),
        ("StartRecovery", servers(&[&id, &id]), "sourceServers"),
        ("StartRecovery", servers(&["db-1"]), "sourceServers.sourceServerID"),
        ("DescribeJobLogItems", json!({ "jobID": "drsjob-1" }), "jobID"),
        ("DescribeJobs", json!({ "maxResults": 0 }), "maxResults"),
        ("DescribeJobs", json!({ "nextToken": "xyz" }), "nextToken"),
        ("DescribeJobs", json!({ "filters": { "fromDate": "today" } }), "filters.fromDate"),
        ("TerminateRecoveryInstances", json!({ "recoveryInstanceIDs": [] }), "recoveryInstanceIDs"),
    ];
    for (operation, body, field) in cases {
        let reply = story.drs(operation, body.clone()).await;
        assert_refused(&reply, 400, "ValidationException");
        assert_eq!(reply.json()["reason"], "fieldValidationFailed");
        assert_eq!(reply.json()["fieldList"][0]["name"], field, "{operation} {body}");
    }
    let reply = story.drs("StartRecovery", json!("hello")).await;
    assert_refused(&reply, 400, "ValidationException");
    assert_eq!(reply.json()["reason"], "cannotParse");
}

#[tokio::test(start_paused = true)]
async fn unknown_things_are_404() {
    let story = Story::begin(THREE);
    let server = "s-00000000000000000";
    let cases = [
        ("StartRecovery", servers(&[server])),
        ("GetLaunchConfiguration", json!({ "sourceServerID": server })),
        ("DescribeRecoverySnapshots", json!({ "sourceServerID": server })),
        ("DescribeJobLogItems", json!({ "jobID": "drsjob-00000000000000000" })),
        ("TerminateRecoveryInstances", json!({ "recoveryInstanceIDs": ["i-00000000000000000"] })),
        ("DisconnectRecoveryInstance", json!({ "recoveryInstanceID": "i-00000000000000000" })),
    ];
    for (operation, body) in cases {
        assert_refused(&story.drs(operation, body).await, 404, "ResourceNotFoundException");
    }
    assert_refused(
        &story.drs("DeleteEverything", json!({})).await,
        404,
        "UnknownOperationException",
    );
}

#[tokio::test(start_paused = true)]
async fn in_every_other_region_there_is_nothing() {
    let story = Story::begin(THREE);
    let reply = story.drs_in("eu-west-1", "DescribeSourceServers", json!({})).await;
    assert_refused(&reply, 400, "UninitializedAccountException");
}

#[tokio::test(start_paused = true)]
async fn what_belongs_to_no_service_is_turned_away_without_a_call() {
    let story = Story::begin(THREE);
    let request = Request::put("/").body(Body::from("hello")).unwrap();
    assert_eq!(story.call(request).await.status, 404);
    assert!(story.simulator.calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn pages_hold_as_many_items_as_the_world_says() {
    let story = Story::begin("page_size = 2\n[[servers]]\nname = \"db-{n}\"\ncount = 5\n");
    let mut token = Value::Null;
    let mut sizes = Vec::new();
    loop {
        let mut body = json!({ "maxResults": 1000 });
        if !token.is_null() {
            body["nextToken"] = token;
        }
        let page = story.drs("DescribeSourceServers", body).await.json();
        sizes.push(page["items"].as_array().unwrap().len());
        token = page["nextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    assert_eq!(sizes, [2, 2, 1]);
}

#[tokio::test(start_paused = true)]
async fn what_no_xml_may_hold_is_not_repeated() {
    let story = Story::begin(THREE);
    let reply = story.ec2("Describe%01%00%FF%EF%BF%BF%3Cb%3E", "").await;
    assert_eq!(reply.status, 400);
    assert!(
        reply.text.contains("Describe\u{fffd}\u{fffd}\u{fffd}\u{fffd}&lt;b&gt;"),
        "{}",
        reply.text
    );
}
