//! A drill, from the servers to the cleanup, as DRS tells it.

use crate::story::Story;
use serde_json::json;

const TWO: &str = "[[servers]]\nname = \"db-{n}\"\ncount = 2\n";

#[tokio::test(start_paused = true)]
async fn two_jobs_of_two_servers_take_exactly_as_long_as_the_recorded_ones() {
    let story = Story::begin(TWO);
    let ids = story.server_ids().await;
    let both: Vec<&str> = ids.iter().map(String::as_str).collect();

    let first = story.drill(&both).await;
    story.wait(600).await;
    assert_eq!(
        story.log(&first).await,
        [
            (0.357, "JOB_START"),
            (0.761, "SNAPSHOT_START"),
            (0.787, "SNAPSHOT_START"),
            (0.952, "SNAPSHOT_END"),
            (0.978, "SNAPSHOT_END"),
            (52.92, "CONVERSION_START"),
            (52.946, "CONVERSION_START"),
            (250.434, "CONVERSION_END"),
            (250.496, "CONVERSION_END"),
            (251.008, "LAUNCH_START"),
            (251.197, "LAUNCH_START"),
            (529.126, "LAUNCH_END"),
            (530.528, "LAUNCH_END"),
            (533.335, "JOB_END"),
        ]
        .map(|(at, event)| (at, event.to_owned()))
    );
}

#[tokio::test(start_paused = true)]
async fn a_job_goes_from_pending_to_completed_and_its_servers_launch() {
    let story = Story::begin(&format!(
        "{TWO}[timing]\njitter = 0\njob_visible_after = \"0s\"\nlatency = \"0s\"\n"
    ));
    let ids = story.server_ids().await;
    let job = story.drill(&[&ids[0]]).await;

    let view = story.job(&job).await;
    assert_eq!(view["status"], "PENDING");
    assert_eq!(view["participatingServers"][0]["launchStatus"], "PENDING");
    story.wait(1).await;
    let view = story.job(&job).await;
    assert_eq!(view["status"], "STARTED");
    assert_eq!(
        view["participatingServers"][0]["launchStatus"],
        "IN_PROGRESS"
    );
    story.wait(540).await;
    let view = story.job(&job).await;
    assert_eq!(view["status"], "COMPLETED");
    assert_eq!(view["participatingServers"][0]["launchStatus"], "LAUNCHED");

    let instances = story
        .drs("DescribeRecoveryInstances", json!({}))
        .await
        .json();
    let instance = &instances["items"][0];
    assert_eq!(instance["jobID"], job.as_str());
    assert_eq!(instance["isDrill"], true);
    assert_eq!(instance["ec2InstanceState"], "RUNNING");
    assert_eq!(
        view["participatingServers"][0]["recoveryInstanceID"],
        instance["recoveryInstanceID"]
    );
}
