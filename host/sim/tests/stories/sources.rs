//! Source servers whose Region or data centre is down: what DRS says of them, and what it launches them from.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::story::Story;

/// One server in a Region of AWS, one in a data centre, and a fault.
fn estate(fault: &str) -> String {
    format!(
        "source_region = \"us-east-1\"\n[timing]\njitter = 0\nlatency = \"0s\"\n\
         [[servers]]\nname = \"db\"\n\
         [[servers]]\nname = \"till\"\nsource_region = \"on-premises\"\n\
         [[faults]]\n{fault}"
    )
}

const EAST: &str = "kind = \"region_down\"\nregion = \"us-east-1\"\nafter = \"5m\"\nfor = \"1h\"\n";

/// State, lag and error of a server's replication, and its age when DRS last heard of it.
async fn standing(story: &Story, id: &str) -> (String, String, Option<String>, i64) {
    let server = story.server(id).await;
    let replication = &server["dataReplicationInfo"];
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let seen: Timestamp =
        server["lifeCycle"]["lastSeenByServiceDateTime"].as_str().unwrap().parse().unwrap();
    let began: Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
    (
        text(&replication["dataReplicationState"]),
        text(&replication["lagDuration"]),
        replication["dataReplicationError"]["error"].as_str().map(str::to_owned),
        seen.duration_since(began).as_secs() / 60,
    )
}

/// The times of a server's recovery points, newest first.
async fn points(story: &Story, id: &str) -> Vec<String> {
    let body = json!({ "sourceServerID": id });
    let found = story.drs("DescribeRecoverySnapshots", body).await.json();
    let moment = |item: &Value| item["timestamp"].as_str().unwrap()[11..16].to_owned();
    found["items"].as_array().unwrap().iter().map(moment).collect()
}

/// What the notes say of servers whose source was down.
fn notes(story: &Story) -> Vec<String> {
    let all = story.simulator.assumptions(&str::to_owned).into_iter();
    all.filter(|it| it.kind == "source_down").map(|it| it.message).collect()
}

#[tokio::test(start_paused = true)]
async fn a_source_region_that_goes_down_stalls_its_servers_then_disconnects_them_and_they_catch_up()
{
    let story = Story::begin(&estate(EAST));
    let ids = story.server_ids().await;
    let heard = |state: &str, lag: &str, seen| (state.to_owned(), lag.to_owned(), None, seen);
    let silent = |state: &str, lag: &str| {
        (state.to_owned(), lag.to_owned(), Some("AGENT_NOT_SEEN".to_owned()), 5)
    };
    let mut seen = Vec::new();
    // 08:00, 08:05, 08:19, 08:20, 09:05, 09:15.
    for minutes in [0, 5, 14, 1, 45, 10] {
        story.wait(minutes * 60).await;
        seen.push(standing(&story, &ids[0]).await);
    }
    assert_eq!(
        seen,
        [
            heard("CONTINUOUS", "P0D", 0),
            silent("STALLED", "P0D"),
            silent("STALLED", "PT14M"),
            silent("DISCONNECTED", "PT15M"),
            heard("RESCAN", "PT1H", 65),
            heard("CONTINUOUS", "P0D", 75),
        ]
    );
    assert_eq!(standing(&story, &ids[1]).await, heard("CONTINUOUS", "P0D", 75), "another place");
}

#[tokio::test(start_paused = true)]
async fn no_recovery_point_is_of_a_time_in_which_the_source_was_down() {
    let story = Story::begin(&estate(EAST));
    let ids = story.server_ids().await;
    story.wait(50 * 60).await;
    let before = ["08:00", "07:50", "07:40", "07:30", "07:20", "07:10"];
    assert_eq!(points(&story, &ids[0]).await, before);
    assert_eq!(points(&story, &ids[1]).await[..2], ["08:50", "08:40"]);
    story.wait(40 * 60).await;
    assert_eq!(
        points(&story, &ids[0]).await,
        ["09:30", "09:20", "08:00", "07:50", "07:40", "07:30"]
    );
}

#[tokio::test(start_paused = true)]
async fn what_the_source_region_lost_is_launched_from_its_last_point_and_the_notes_count_it() {
    let story = Story::begin(&estate(EAST));
    let ids = story.server_ids().await;
    story.wait(10 * 60).await;
    let job = story.drill(&[&ids[0], &ids[1]]).await;
    story.wait(20 * 60).await;
    let events: Vec<String> = story.log(&job).await.into_iter().map(|(_, event)| event).collect();
    let count = |wanted: &str| events.iter().filter(|event| *event == wanted).count();
    assert_eq!(
        (count("USING_PREVIOUS_SNAPSHOT"), count("SNAPSHOT_END"), count("LAUNCH_END")),
        (1, 1, 2)
    );
    let instances = story.recovery_instances().await;
    let of = |id: &str| instances.iter().find(|it| it["sourceServerID"] == id).unwrap();
    assert_eq!(of(&ids[0])["pointInTimeSnapshotDateTime"], "2026-11-20T08:00:00Z");
    assert_eq!(of(&ids[0])["originEnvironment"], "AWS");
    assert_eq!(of(&ids[1])["originEnvironment"], "ON_PREMISES");
    let cloud = &story.server(&ids[0]).await["sourceCloudProperties"];
    assert_eq!(
        (&cloud["originRegion"], &cloud["originAccountID"]),
        (&json!("us-east-1"), &json!("123456789012"))
    );
    assert_eq!(
        notes(&story),
        ["[[faults]] 1 (region_down in us-east-1) had stopped the replication of 1 server; \
          1 launched from older data: db"]
    );
    let unused = story.simulator.assumptions(&str::to_owned).into_iter();
    assert_eq!(unused.filter(|it| it.kind == "unused").count(), 0, "it struck");
}

#[tokio::test(start_paused = true)]
async fn a_data_centre_may_be_down_too_and_its_servers_are_named() {
    let story = Story::begin(&estate("kind = \"source_down\"\nserver = \"t*\"\n"));
    let ids = story.server_ids().await;
    assert_eq!(standing(&story, &ids[0]).await.0, "CONTINUOUS");
    assert_eq!(standing(&story, &ids[1]).await.0, "STALLED");
    assert_eq!(
        notes(&story),
        ["[[faults]] 1 (source_down of t*) had stopped the replication of 1 server; none of them \
          was launched then"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_region_from_which_no_server_comes_stops_no_replication() {
    let elsewhere = EAST.replace("us-east-1", "eu-west-1").replace("after = \"5m\"\n", "");
    let story = Story::begin(&estate(&elsewhere));
    let ids = story.server_ids().await;
    assert_eq!(standing(&story, &ids[0]).await.0, "CONTINUOUS");
    assert_eq!(notes(&story), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_region_that_is_down_and_from_which_no_server_comes_is_told_so() {
    let unsourced = estate("kind = \"region_down\"\nregion = \"us-east-1\"\n")
        .replace("source_region = \"us-east-1\"\n", "");
    let why = "no server of this world comes from us-east-1; one without `source_region` runs on premises";
    let story = Story::begin(&unsourced);
    let unused = || {
        let all = story.simulator.assumptions(&str::to_owned).into_iter();
        all.filter(|it| it.kind == "unused").map(|it| it.message).collect::<Vec<_>>()
    };
    assert_eq!(unused(), [format!("[[faults]] 1 (region_down in us-east-1) never struck: {why}")]);
    story.drs_in("us-east-1", "DescribeSourceServers", json!({})).await;
    assert_eq!(unused(), Vec::<String>::new());
    assert_eq!(
        notes(&story),
        [format!("[[faults]] 1 (region_down in us-east-1) stopped no replication: {why}")]
    );

    let own = unsourced.replace("us-east-1", "us-west-2");
    let story = Story::begin(&own);
    story.drs("DescribeSourceServers", json!({})).await;
    assert_eq!(notes(&story), Vec::<String>::new(), "its servers are launched there");
}
