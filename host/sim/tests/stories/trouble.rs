//! Faults: what goes wrong between a call and its reply, and what has happened all the same.

use serde_json::json;

use crate::story::Story;

const TWO: &str = "[[servers]]\nname = \"db-{n}\"\ncount = 2\n";

fn world(fault: &str) -> String {
    format!("{TWO}[[faults]]\n{fault}\n")
}

#[tokio::test(start_paused = true)]
async fn a_throttle_has_no_effect_and_says_when_to_come_back() {
    let story = Story::begin(&world(
        "kind = \"throttle\"\noperation = \"drs:StartRecovery\"\nretry_after = \"7s\"",
    ));
    let ids = story.server_ids().await;
    let body = json!({ "sourceServers": [{ "sourceServerID": ids[0] }] });
    let reply = story.drs("StartRecovery", body).await;
    assert_eq!((reply.status, reply.error.as_deref()), (429, Some("ThrottlingException")));
    assert_eq!(reply.retry_after.as_deref(), Some("7"));
    story.drill(&[&ids[0]]).await;
}

#[tokio::test(start_paused = true)]
async fn a_reply_dropped_after_the_effect_leaves_a_job_behind() {
    let story = Story::begin(&world("kind = \"drop_reply\"\noperation = \"drs:StartRecovery\""));
    let ids = story.server_ids().await;
    let body = json!({ "sourceServers": [{ "sourceServerID": ids[0] }], "isDrill": true });
    let reply = story.drs("StartRecovery", body).await;
    assert!(reply.dropped);
    story.wait(10).await;
    let jobs = story.drs("DescribeJobs", json!({})).await.json();
    let job = jobs["items"][0]["jobID"].as_str().unwrap();

    let call = &story.simulator.calls()[1];
    assert_eq!((call.operation.as_str(), call.status), ("StartRecovery", None));
    assert_eq!(call.detail, format!("{job}: drill of 1 servers"));
}

#[tokio::test(start_paused = true)]
async fn a_request_dropped_before_the_effect_leaves_nothing_behind() {
    let story = Story::begin(&world(
        "kind = \"drop_reply\"\noperation = \"drs:StartRecovery\"\neffect = false",
    ));
    let ids = story.server_ids().await;
    let body = json!({ "sourceServers": [{ "sourceServerID": ids[0] }] });
    assert!(story.drs("StartRecovery", body).await.dropped);
    story.wait(10).await;
    assert_eq!(story.drs("DescribeJobs", json!({})).await.json()["items"], json!([]));
    assert_eq!(story.simulator.calls()[1].detail, "lost before it had an effect");
}

#[tokio::test(start_paused = true)]
async fn a_500_may_hide_a_success() {
    let story =
        Story::begin(&world("kind = \"internal_error\"\noperation = \"drs:StartRecovery\""));
    let ids = story.server_ids().await;
    let body = json!({ "sourceServers": [{ "sourceServerID": ids[0] }] });
    let reply = story.drs("StartRecovery", body).await;
    assert_eq!((reply.status, reply.error.as_deref()), (500, Some("InternalServerException")));
    assert!(reply.retry_after.is_some());
    story.wait(10).await;
    assert_eq!(story.drs("DescribeJobs", json!({})).await.json()["items"][0]["status"], "STARTED");
}

#[tokio::test(start_paused = true)]
async fn a_late_job_hides_and_works() {
    let story = Story::begin(&world("kind = \"late_job\"\nby = \"90s\""));
    let ids = story.server_ids().await;
    let job = story.drill(&[&ids[0]]).await;
    story.wait(89).await;
    assert!(story.job(&job).await.is_null());
    story.wait(1).await;
    assert_eq!(story.job(&job).await["status"], "STARTED");

    let next = story.drill(&[&ids[1]]).await;
    story.wait(2).await;
    assert_eq!(story.job(&next).await["jobID"], next.as_str(), "only one job is late");
}

#[tokio::test(start_paused = true)]
async fn other_peoples_jobs_use_up_the_quota_for_a_while() {
    let story = Story::begin(&world("kind = \"quota_in_use\"\njobs = 20\nfor = \"10m\""));
    let ids = story.server_ids().await;
    let body = json!({ "sourceServers": [{ "sourceServerID": ids[0] }] });
    assert_eq!(story.drs("StartRecovery", body).await.status, 402);
    story.wait(600).await;
    story.drill(&[&ids[0]]).await;
}
