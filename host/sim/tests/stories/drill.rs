//! Drills, as DRS tells them.

use serde_json::json;

use crate::story::Story;

const TWO: &str = "[[servers]]\nname = \"db-{n}\"\ncount = 2\n";

fn told(events: &[(f64, &str)]) -> Vec<(f64, String)> {
    events.iter().map(|(at, event)| (*at, (*event).to_owned())).collect()
}

#[tokio::test(start_paused = true)]
async fn two_jobs_of_two_servers_take_exactly_as_long_as_the_recorded_ones() {
    let story = Story::begin(&format!("{TWO}[[servers]]\nname = \"app-{{n}}\"\ncount = 2\n"));
    let ids = story.server_ids().await;

    let first = story.drill(&[&ids[0], &ids[1]]).await;
    story.wait(600).await;
    assert_eq!(
        story.log(&first).await,
        told(&[
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
        ])
    );

    let second = story.drill(&[&ids[2], &ids[3]]).await;
    story.wait(600).await;
    assert_eq!(story.log(&second).await.last().unwrap(), &(539.32, "JOB_END".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_job_goes_from_pending_to_completed_and_its_server_launches() {
    let timing = "[timing]\njitter = 0\njob_visible_after = \"0s\"\nlatency = \"0s\"\n";
    let story = Story::begin(&format!("{TWO}{timing}"));
    let ids = story.server_ids().await;
    let job = story.drill(&[&ids[0]]).await;

    for (wait, status, launch_status) in
        [(0, "PENDING", "PENDING"), (1, "STARTED", "IN_PROGRESS"), (540, "COMPLETED", "LAUNCHED")]
    {
        story.wait(wait).await;
        let view = story.job(&job).await;
        assert_eq!(view["status"], status);
        assert_eq!(view["participatingServers"][0]["launchStatus"], launch_status);
    }

    let instances = story.drs("DescribeRecoveryInstances", json!({})).await.json();
    let instance = &instances["items"][0];
    assert_eq!(instance["jobID"], job.as_str());
    assert_eq!(instance["isDrill"], true);
    assert_eq!(instance["ec2InstanceState"], "RUNNING");
    assert_eq!(instance["pointInTimeSnapshotDateTime"], "2026-11-20T08:00:00Z");
    let server = story.server(&ids[0]).await;
    assert_eq!(server["recoveryInstanceId"], instance["recoveryInstanceID"]);
    assert_eq!(server["lastLaunchResult"], "SUCCEEDED");
    assert_eq!(server["lifeCycle"]["lastLaunch"]["initiated"]["jobID"], job.as_str());
    assert_eq!(server["lifeCycle"]["lastLaunch"]["initiated"]["type"], "DRILL");
}

#[tokio::test(start_paused = true)]
async fn a_drill_deletes_whatever_instance_the_server_had_even_a_live_one() {
    let story = Story::begin("[[servers]]\nname = \"db\"\nrecovery_instance = { drill = false }\n");
    let ids = story.server_ids().await;
    let before = story.recovery_instances().await;
    assert_eq!(before[0]["isDrill"], false);

    let job = story.drill(&[&ids[0]]).await;
    story.wait(10).await;
    assert_eq!(story.recovery_instances().await[0]["ec2InstanceState"], "SHUTTING-DOWN");
    story.wait(60).await;
    assert_eq!(
        story.recovery_instances().await.len(),
        0,
        "the old one is gone, the new one not yet"
    );
    story.wait(600).await;

    let after = story.recovery_instances().await;
    assert_eq!(after.len(), 1);
    assert_ne!(after[0]["recoveryInstanceID"], before[0]["recoveryInstanceID"]);
    let log = story.log(&job).await;
    assert_eq!(
        log[..4],
        told(&[
            (0.357, "JOB_START"),
            (0.557, "CLEANUP_START"),
            (45.557, "CLEANUP_END"),
            (45.761, "SNAPSHOT_START"),
        ])
    );
}

#[tokio::test(start_paused = true)]
async fn a_completed_job_may_hold_a_failed_server_and_the_next_job_mends_it() {
    let story = Story::begin(&format!(
        "{TWO}[[faults]]\nkind = \"launch_fails\"\nserver = \"db-2\"\nphase = \"conversion\"\n\
         error = \"no driver\"\n"
    ));
    let ids = story.server_ids().await;
    let job = story.drill(&[&ids[0], &ids[1]]).await;
    story.wait(600).await;
    let view = story.job(&job).await;
    assert_eq!(view["status"], "COMPLETED");
    assert_eq!(view["participatingServers"][0]["launchStatus"], "LAUNCHED");
    assert_eq!(view["participatingServers"][1]["launchStatus"], "FAILED");
    assert_eq!(view["participatingServers"][1].get("recoveryInstanceID"), None);
    assert_eq!(story.server(&ids[1]).await["lastLaunchResult"], "FAILED");
    let log = story.drs("DescribeJobLogItems", json!({ "jobID": job })).await.json();
    let items = log["items"].as_array().unwrap();
    let failure = items.iter().find(|item| item["event"] == "CONVERSION_FAIL").unwrap();
    assert_eq!(failure["eventData"]["rawError"], "no driver");
    assert_eq!(failure["eventData"]["sourceServerID"], ids[1].as_str());

    let again = story.drill(&[&ids[1]]).await;
    story.wait(600).await;
    assert_eq!(story.job(&again).await["participatingServers"][0]["launchStatus"], "LAUNCHED");
}

#[tokio::test(start_paused = true)]
async fn a_stalled_server_launches_from_its_newest_recovery_point_and_the_log_says_so() {
    let story =
        Story::begin("[[servers]]\nname = \"db\"\nreplication = \"STALLED\"\nlag = \"2h5m\"\n");
    let ids = story.server_ids().await;
    assert_eq!(story.server(&ids[0]).await["dataReplicationInfo"]["lagDuration"], "PT2H5M0.06S");
    let job = story.drill(&[&ids[0]]).await;
    story.wait(600).await;
    let events: Vec<String> = story.log(&job).await.into_iter().map(|line| line.1).collect();
    assert_eq!(events[1..4], ["SNAPSHOT_START", "SNAPSHOT_FAIL", "USING_PREVIOUS_SNAPSHOT"]);
    let instance = &story.recovery_instances().await[0];
    assert_eq!(instance["pointInTimeSnapshotDateTime"], "2026-11-20T05:50:00Z");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_finished_its_initial_sync_fails() {
    let story =
        Story::begin("[[servers]]\nname = \"db\"\nreplication = \"INITIAL_SYNC\"\nsnapshots = 0\n");
    let ids = story.server_ids().await;
    let job = story.drill(&[&ids[0]]).await;
    story.wait(60).await;
    let view = story.job(&job).await;
    assert_eq!(view["status"], "COMPLETED");
    assert_eq!(view["participatingServers"][0]["launchStatus"], "FAILED");
}

#[tokio::test(start_paused = true)]
async fn a_point_in_time_can_be_chosen_and_becomes_the_instances_data() {
    let story = Story::begin("[[servers]]\nname = \"db\"\nsnapshots = 3\n");
    let ids = story.server_ids().await;
    let snapshots =
        story.drs("DescribeRecoverySnapshots", json!({ "sourceServerID": ids[0] })).await.json();
    let moments: Vec<_> = snapshots["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|snapshot| snapshot["timestamp"].as_str().unwrap())
        .collect();
    assert_eq!(moments, ["2026-11-20T08:00:00Z", "2026-11-20T07:50:00Z", "2026-11-20T07:40:00Z"]);

    let chosen = &snapshots["items"][2]["snapshotID"];
    let servers = json!([{ "sourceServerID": ids[0], "recoverySnapshotID": chosen }]);
    let reply = story.drs("StartRecovery", json!({ "sourceServers": servers })).await.json();
    assert_eq!(reply["job"]["initiatedBy"], "START_RECOVERY");
    story.wait(600).await;
    let instance = &story.recovery_instances().await[0];
    assert_eq!(instance["isDrill"], false);
    assert_eq!(instance["pointInTimeSnapshotDateTime"], "2026-11-20T07:40:00Z");
}

#[tokio::test(start_paused = true)]
async fn an_instance_is_named_by_the_tag_of_its_server_else_by_its_hostname() {
    let server = |name, more| format!("[[servers]]\nname = \"{name}\"\n{more}\n");
    let tagged = server("ip-10-0-0-7", "tags = { Name = \"db\" }");
    let story = Story::begin(&[tagged, server("web", "")].concat());
    let ids = story.server_ids().await;
    story.drill(&[&ids[0], &ids[1]]).await;
    story.wait(1200).await;
    let instances = story.recovery_instances().await;
    let name = |id: &str| {
        let of_server = instances.iter().find(|it| it["sourceServerID"] == id).unwrap();
        of_server["tags"]["Name"].as_str().unwrap().to_owned()
    };
    assert_eq!([name(&ids[0]), name(&ids[1])], ["db", "web"]);
}

#[tokio::test(start_paused = true)]
async fn a_slow_server_makes_its_job_slow() {
    let story = Story::begin(&format!("{TWO}[[servers]]\nname = \"win\"\nslowness = 3\n"));
    let ids = story.server_ids().await;
    let job = story.drill(&[&ids[0], &ids[2]]).await;
    story.wait(600).await;
    let view = story.job(&job).await;
    assert_eq!(view["status"], "STARTED");
    assert_eq!(view["participatingServers"][0]["launchStatus"], "LAUNCHED");
    assert_eq!(view["participatingServers"][1]["launchStatus"], "IN_PROGRESS");
    story.wait(1200).await;
    assert_eq!(story.job(&job).await["status"], "COMPLETED");
}

#[tokio::test(start_paused = true)]
async fn a_new_job_shows_late_but_the_server_names_it_at_once() {
    let story = Story::begin(TWO);
    let ids = story.server_ids().await;
    let job = story.drill(&[&ids[0]]).await;
    assert!(story.job(&job).await.is_null());
    let server = story.server(&ids[0]).await;
    assert_eq!(server["lifeCycle"]["lastLaunch"]["initiated"]["jobID"], job.as_str());
    story.wait(2).await;
    assert_eq!(story.job(&job).await["jobID"], job.as_str());
}

#[tokio::test(start_paused = true)]
async fn jobs_are_found_by_date_newest_first_and_carry_their_tags() {
    let story = Story::begin(TWO);
    let ids = story.server_ids().await;
    let first = story.drill(&[&ids[0]]).await;
    story.wait(3600).await;
    let servers = json!([{ "sourceServerID": ids[1] }]);
    let body = json!({ "sourceServers": servers, "tags": { "moontide:key": "42" } });
    let reply = story.drs("StartRecovery", body).await.json();
    let second = reply["job"]["jobID"].as_str().unwrap();
    story.wait(10).await;

    let find = async |filters| {
        let jobs = story.drs("DescribeJobs", json!({ "filters": filters })).await.json();
        let jobs = jobs["items"].as_array().unwrap().clone();
        jobs.iter().map(|job| job["jobID"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(find(json!({})).await, [second, &first]);
    assert_eq!(find(json!({ "fromDate": "2026-11-20T08:30:00Z" })).await, [second]);
    assert_eq!(find(json!({ "toDate": "2026-11-20T08:30:00Z" })).await, [first]);
    assert_eq!(story.job(second).await["tags"]["moontide:key"], "42");
}

#[tokio::test(start_paused = true)]
async fn instances_of_the_past_come_from_jobs_of_the_past() {
    let story = Story::begin(
        "[[servers]]\nname = \"new\"\nrecovery_instance = { drill = true, age = \"2h\" }\n\
         [[servers]]\nname = \"old\"\nrecovery_instance = { drill = false, age = \"3d\" }\n",
    );
    let jobs = story.drs("DescribeJobs", json!({})).await.json();
    let told: Vec<_> = jobs["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|job| {
            (job["creationDateTime"].as_str().unwrap(), job["initiatedBy"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        told,
        [("2026-11-20T06:00:00Z", "START_DRILL"), ("2026-11-17T08:00:00Z", "START_RECOVERY"),]
    );
    for (server, job) in story.server_ids().await.iter().zip([0, 1]) {
        let launched = story.server(server).await["lifeCycle"]["lastLaunch"]["initiated"].clone();
        assert_eq!(launched["jobID"], jobs["items"][job]["jobID"]);
    }
}
