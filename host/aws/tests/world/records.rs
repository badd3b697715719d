//! From AWS's shapes to ours: one record of each kind, with values that the SDK does not know.

use serde_json::{Value, json};

use crate::support::{Answer, Script, perform, value, world};

async fn read(operation: &str, arguments: Value, answer: Value) -> Value {
    let aws = Script::new(move |_| Answer::Json(answer.clone()));
    value(perform(&world(&aws), operation, arguments).await)
}

#[tokio::test(start_paused = true)]
async fn a_source_server() {
    let server = json!({
        "sourceServerID": "s-1", "arn": "arn:s-1", "tags": { "App": "shop" },
        "recoveryInstanceId": "i-1", "lastLaunchResult": "SUCCEEDED",
        "replicationDirection": "FAILOVER",
        "dataReplicationInfo": {
            "dataReplicationState": "A_STATE_OF_2030", "lagDuration": "PT3M",
            "dataReplicationError": { "error": "AGENT_NOT_SEEN" },
        },
        "lifeCycle": {
            "lastSeenByServiceDateTime": "2026-11-20T23:59:00Z",
            "lastLaunch": {
                "status": "LAUNCHED",
                "initiated": {
                    "jobID": "drsjob-1", "type": "DRILL", "apiCallDateTime": "2026-11-01T00:00:00Z",
                },
            },
        },
        "sourceProperties": { "identificationHints": { "hostname": "db-1" } },
    });
    let answer = json!({ "items": [server], "nextToken": "p2" });
    let page = read("drs.describe_source_servers", json!({}), answer).await;
    let expected = json!({
        "source_server_id": "s-1", "arn": "arn:s-1", "hostname": "db-1", "tags": { "App": "shop" },
        "replication_state": "A_STATE_OF_2030", "lag_duration": "PT3M",
        "replication_error": "AGENT_NOT_SEEN", "replication_direction": "FAILOVER",
        "recovery_instance_id": "i-1", "last_seen_by_service_date_time": "2026-11-20T23:59:00Z",
        "last_launch_result": "SUCCEEDED",
        "last_launch": {
            "job_id": "drsjob-1", "type": "DRILL", "initiated": "2026-11-01T00:00:00Z",
            "status": "LAUNCHED",
        },
    });
    assert_eq!(page, json!({ "items": [expected], "next_token": "p2" }));
}

#[tokio::test(start_paused = true)]
async fn paging_and_filters_reach_aws() {
    let aws = Script::new(|_| Answer::Json(json!({ "items": [], "nextToken": "" })));
    let world = world(&aws);
    let asked = json!({
        "filters": { "source_server_ids": ["s-1"] }, "max_results": 50, "next_token": "p2",
    });
    let page = value(perform(&world, "drs.describe_source_servers", asked).await);
    assert_eq!(page, json!({ "items": [] }), "an empty token ends the list");
    assert_eq!(
        aws.requests("DescribeSourceServers")[0].body,
        json!({ "filters": { "sourceServerIDs": ["s-1"] }, "maxResults": 50, "nextToken": "p2" })
    );
    perform(&world, "drs.describe_jobs", json!({})).await;
    assert_eq!(aws.requests("DescribeJobs")[0].body, json!({}));
}

#[tokio::test(start_paused = true)]
async fn of_all_pages_only_the_servers_that_are_meant_are_answered() {
    let server = |id: &str, tier: &str| json!({ "sourceServerID": id, "tags": { "Tier": tier } });
    let pages = [
        json!({ "items": [server("s-1", "db"), server("s-2", "web")], "nextToken": "p2" }),
        json!({ "items": [server("s-3", "web"), server("s-4", "web")], "nextToken": "p3" }),
        json!({ "items": [server("s-5", "db"), json!({ "sourceServerID": "s-6" })] }),
    ];
    let aws = Script::new(move |request| {
        let number = match request.body["nextToken"].as_str() {
            None => 0,
            Some("p2") => 1,
            Some(_) => 2,
        };
        Answer::Json(pages[number].clone())
    });
    let world = world(&aws);
    let meant = async |only: Value| {
        let asked = json!({ "only": only });
        let page = value(perform(&world, "drs.describe_source_servers", asked).await);
        assert_eq!(page.get("next_token"), None);
        let items = page["items"].as_array().unwrap().iter();
        items.map(|it| it["source_server_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(meant(json!({ "tags": { "Tier": "db" } })).await, ["s-1", "s-5"]);
    let named = json!({ "tags": { "Tier": "db", "App": "shop" }, "ids": ["s-6", "s-9"] });
    assert_eq!(meant(named).await, ["s-6"]);
    // As Lua writes a map without fields.
    assert_eq!(meant(json!({ "tags": [], "ids": ["s-2"] })).await, ["s-2"]);
    assert_eq!(aws.requests("DescribeSourceServers").len(), 9);
}

#[tokio::test(start_paused = true)]
async fn a_recovery_instance() {
    let answer = json!({ "items": [{
        "recoveryInstanceID": "i-1", "ec2InstanceID": "i-1", "ec2InstanceState": "RUNNING",
        "sourceServerID": "s-1", "jobID": "drsjob-1", "isDrill": true,
        "pointInTimeSnapshotDateTime": "2026-11-20T23:50:00Z",
        "failback": { "state": "FAILBACK_NOT_STARTED" },
    }] });
    let page = read("drs.describe_recovery_instances", json!({}), answer).await;
    let expected = json!({
        "recovery_instance_id": "i-1", "ec2_instance_id": "i-1", "ec2_instance_state": "RUNNING",
        "source_server_id": "s-1", "tags": {}, "job_id": "drsjob-1", "is_drill": true,
        "point_in_time_snapshot_date_time": "2026-11-20T23:50:00Z",
        "failback_state": "FAILBACK_NOT_STARTED",
    });
    assert_eq!(page, json!({ "items": [expected] }));
}

#[tokio::test(start_paused = true)]
async fn a_log_line_with_an_event_that_the_model_lacks() {
    let answer = json!({ "items": [{
        "logDateTime": "2026-11-21T00:08:49Z", "event": "LAUNCH_END",
        "eventData": { "sourceServerID": "s-1", "targetInstanceID": "i-1" },
    }] });
    let page = read("drs.describe_job_log_items", json!({ "job_id": "drsjob-1" }), answer).await;
    let expected = json!({
        "log_date_time": "2026-11-21T00:08:49Z", "event": "LAUNCH_END",
        "event_data": {
            "source_server_id": "s-1", "target_instance_id": "i-1", "attempt_count": 0,
            "max_attempts_count": 0,
        },
    });
    assert_eq!(page, json!({ "items": [expected] }));
}

#[tokio::test(start_paused = true)]
async fn a_recovery_snapshot() {
    let answer = json!({ "items": [{
        "snapshotID": "pit-1", "sourceServerID": "s-1", "expectedTimestamp": "2026-11-20T23:50:00Z",
        "timestamp": "2026-11-20T23:50:12Z", "ebsSnapshots": ["snap-1"],
    }] });
    let asked = json!({ "source_server_id": "s-1", "order": "DESC" });
    let page = read("drs.describe_recovery_snapshots", asked, answer).await;
    let expected = json!({
        "snapshot_id": "pit-1", "source_server_id": "s-1",
        "expected_timestamp": "2026-11-20T23:50:00Z", "timestamp": "2026-11-20T23:50:12Z",
    });
    assert_eq!(page, json!({ "items": [expected] }));
}

#[tokio::test(start_paused = true)]
async fn an_instance_without_its_reservation() {
    let aws = Script::new(|_| {
        Answer::Xml(
            "<DescribeInstancesResponse><reservationSet><item><instancesSet><item>\
             <instanceId>i-1</instanceId><instanceState><name>running</name></instanceState>\
             <instanceType>t3.small</instanceType><privateIpAddress>10.0.0.4</privateIpAddress>\
             <placement><availabilityZone>us-west-2a</availabilityZone></placement>\
             <tagSet><item><key>Name</key><value>db-1</value></item></tagSet>\
             </item></instancesSet></item></reservationSet></DescribeInstancesResponse>"
                .into(),
        )
    });
    let asked = json!({ "filters": [{ "name": "tag:App", "values": ["shop"] }] });
    let page = value(perform(&world(&aws), "ec2.describe_instances", asked).await);
    let expected = json!({
        "instance_id": "i-1", "instance_type": "t3.small", "state": "running",
        "availability_zone": "us-west-2a", "private_ip_address": "10.0.0.4",
        "tags": { "Name": "db-1" },
    });
    assert_eq!(page, json!({ "items": [expected] }));
    let body = &aws.requests("DescribeInstances")[0].body;
    assert_eq!(
        (&body["Filter.1.Name"], &body["Filter.1.Value.1"]),
        (&json!("tag:App"), &json!("shop"))
    );
}

#[tokio::test(start_paused = true)]
async fn ec2_calls_that_change_something() {
    let aws = Script::new(|request| {
        Answer::Xml(match request.operation.as_str() {
            "TerminateInstances" => "<TerminateInstancesResponse><instancesSet><item>\
                <instanceId>i-1</instanceId><currentState><name>shutting-down</name></currentState>\
                <previousState><name>running</name></previousState></item></instancesSet>\
                </TerminateInstancesResponse>"
                .into(),
            other => format!("<{other}Response><return>true</return></{other}Response>"),
        })
    });
    let world = world(&aws);
    let ids = json!({ "instance_ids": ["i-1"] });
    let ended = value(perform(&world, "ec2.terminate_instances", ids.clone()).await);
    let change = json!({
        "instance_id": "i-1", "previous_state": "running", "current_state": "shutting-down",
    });
    assert_eq!(ended, json!({ "terminating_instances": [change] }));
    assert_eq!(value(perform(&world, "ec2.reboot_instances", ids).await), json!({}));
    let tags = json!({ "resources": ["i-1"], "tags": { "Wave": "database" } });
    assert_eq!(value(perform(&world, "ec2.create_tags", tags).await), json!({}));
    let body = &aws.requests("CreateTags")[0].body;
    assert_eq!((&body["Tag.1.Key"], &body["Tag.1.Value"]), (&json!("Wave"), &json!("database")));
}

#[tokio::test(start_paused = true)]
async fn an_agent_and_an_automation() {
    let answer = json!({ "InstanceInformationList": [{
        "InstanceId": "i-1", "PingStatus": "Online", "AgentVersion": "3.3", "PlatformType": "Linux",
        "LastPingDateTime": 1_795_219_200.0,
    }] });
    let page = read("ssm.describe_instance_information", json!({}), answer).await;
    let expected = json!({
        "instance_id": "i-1", "ping_status": "Online", "agent_version": "3.3",
        "platform_type": "Linux", "last_ping_date_time": "2026-11-21T00:00:00Z",
    });
    assert_eq!(page, json!({ "items": [expected] }));

    let answer = json!({ "AutomationExecution": {
        "AutomationExecutionId": "a-1", "AutomationExecutionStatus": "Failed",
        "FailureMessage": "step 2", "Outputs": { "switch.Zone": ["z"] },
        "StepExecutions": [{ "StepName": "switch", "StepStatus": "Failed" }],
    } });
    let asked = json!({ "automation_execution_id": "a-1" });
    let read = read("ssm.get_automation_execution", asked, answer).await;
    let expected = json!({
        "automation_execution_id": "a-1", "automation_execution_status": "Failed",
        "failure_message": "step 2", "outputs": { "switch.Zone": ["z"] },
        "step_executions": [{ "step_name": "switch", "step_status": "Failed" }],
    });
    assert_eq!(read, json!({ "automation_execution": expected }));
}

#[tokio::test(start_paused = true)]
async fn agents_by_instance_come_on_one_page() {
    let aws = Script::new(|_| Answer::Json(json!({ "InstanceInformationList": [] })));
    let asked = json!({ "instance_ids": ["i-1", "i-2"] });
    perform(&world(&aws), "ssm.describe_instance_information", asked).await;
    let filter = json!({ "Key": "InstanceIds", "Values": ["i-1", "i-2"] });
    assert_eq!(
        aws.requests("DescribeInstanceInformation")[0].body,
        json!({ "Filters": [filter], "MaxResults": 50 })
    );
}

#[tokio::test(start_paused = true)]
async fn whose_credentials_these_are() {
    let aws = Script::new(|_| {
        Answer::Xml(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account>\
             <Arn>arn:aws:iam::111122223333:role/dr</Arn><UserId>U</UserId>\
             </GetCallerIdentityResult></GetCallerIdentityResponse>"
                .into(),
        )
    });
    let who = value(perform(&world(&aws), "sts.get_caller_identity", json!([])).await);
    let expected = json!({
        "account": "111122223333", "arn": "arn:aws:iam::111122223333:role/dr", "user_id": "U",
    });
    assert_eq!(who, expected);
}
