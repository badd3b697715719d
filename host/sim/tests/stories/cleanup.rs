//! Ending what a drill has started.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::story::Story;

const DRILLED: &str =
    "[[servers]]\nname = \"db-{n}\"\ncount = 2\nrecovery_instance = { drill = true }\n";

fn ids_of(instances: &[Value]) -> Vec<String> {
    let id = |one: &Value| one["recoveryInstanceID"].as_str().unwrap().to_owned();
    instances.iter().map(id).collect()
}

#[tokio::test(start_paused = true)]
async fn a_terminate_job_ends_the_instances_and_drs_forgets_them() {
    let story = Story::begin(DRILLED);
    let instances = ids_of(&story.recovery_instances().await);
    let body = json!({ "recoveryInstanceIDs": instances });
    let reply = story.drs("TerminateRecoveryInstances", body).await;
    assert_eq!(reply.status, 200);
    let job = reply.json()["job"].clone();
    assert_eq!(job["type"], "TERMINATE");
    assert_eq!(job["initiatedBy"], "TERMINATE_RECOVERY_INSTANCES");
    assert_eq!(job["participatingServers"][0]["recoveryInstanceID"], instances[0].as_str());

    story.wait(10).await;
    assert_eq!(story.recovery_instances().await[0]["ec2InstanceState"], "SHUTTING-DOWN");
    story.wait(60).await;
    assert!(story.recovery_instances().await.is_empty());
    let job = story.job(job["jobID"].as_str().unwrap()).await;
    assert_eq!(job["status"], "COMPLETED");
    assert_eq!(job["participatingServers"][1]["launchStatus"], "TERMINATED");

    let again = json!({ "recoveryInstanceIDs": instances });
    assert_eq!(story.drs("TerminateRecoveryInstances", again).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn a_server_in_a_terminate_job_cannot_launch_and_the_job_counts() {
    let story = Story::begin(&format!("{DRILLED}[quotas]\nconcurrent_jobs = 1\n"));
    let instances = ids_of(&story.recovery_instances().await);
    let servers = story.server_ids().await;
    let body = json!({ "recoveryInstanceIDs": instances[..1] });
    assert_eq!(story.drs("TerminateRecoveryInstances", body).await.status, 200);
    let other = json!({ "recoveryInstanceIDs": instances[1..] });
    assert_eq!(story.drs("TerminateRecoveryInstances", other).await.status, 402);

    let story = Story::begin(DRILLED);
    let body = json!({ "recoveryInstanceIDs": instances[..1] });
    assert_eq!(story.drs("TerminateRecoveryInstances", body).await.status, 200);
    let body = json!({ "sourceServers": [{ "sourceServerID": servers[0] }] });
    assert_eq!(story.drs("StartRecovery", body).await.status, 409);
}

#[tokio::test(start_paused = true)]
async fn an_instance_terminated_behind_its_back_stays_on_drs_list() {
    let story = Story::begin(DRILLED);
    let instances = ids_of(&story.recovery_instances().await);
    let reply = story.ec2("TerminateInstances", &format!("InstanceId.1={}", instances[0])).await;
    assert!(reply.text.contains("<previousState><code>16</code><name>running</name>"));
    assert!(reply.text.contains("<currentState><code>32</code><name>shutting-down</name>"));
    story.wait(60).await;
    assert_eq!(story.recovery_instances().await[0]["ec2InstanceState"], "TERMINATED");
    story.wait(3600).await;
    assert_eq!(story.recovery_instances().await[0]["ec2InstanceState"], "NOT_FOUND");

    let servers = story.server_ids().await;
    story.drill(&[&servers[0]]).await;
    story.wait(600).await;
    assert_eq!(story.recovery_instances().await.len(), 2, "a new launch replaces it there too");
}

#[tokio::test(start_paused = true)]
async fn tags_come_and_go_by_arn() {
    let story = Story::begin("[[servers]]\nname = \"db\"\ntags = { App = \"shop\" }\n");
    let arn = story.server(&story.server_ids().await[0]).await["arn"].as_str().unwrap().to_owned();
    let path = format!("/tags/{}", arn.replace(':', "%3A").replace('/', "%2F"));
    let call = async |request: axum::http::request::Builder, body: Value| {
        let scope = "AWS4-HMAC-SHA256 Credential=AKID/20261120/us-west-2/drs/aws4_request";
        let request = request.header("authorization", scope).body(Body::from(body.to_string()));
        story.call(request.unwrap()).await
    };
    let tags = json!({ "tags": { "moontide:wave": "database" } });
    assert_eq!(call(Request::post(&path), tags).await.status, 200);
    assert_eq!(
        call(Request::get(&path), json!({})).await.json()["tags"],
        json!({ "App": "shop", "moontide:wave": "database" })
    );
    let untag = format!("{path}?tagKeys=App&tagKeys=moontide%3Awave");
    assert_eq!(call(Request::delete(untag), json!({})).await.status, 200);
    assert_eq!(call(Request::get(&path), json!({})).await.json()["tags"], json!({}));

    let strangers = [format!("{path}0"), path.replace("us-west-2", "eu-west-1")];
    for stranger in strangers {
        assert_eq!(call(Request::get(stranger), json!({})).await.status, 404);
    }
}

#[tokio::test(start_paused = true)]
async fn tags_that_aws_does_not_take_are_refused_with_their_whole_request() {
    let story = Story::begin(DRILLED);
    let instance = ids_of(&story.recovery_instances().await).remove(0);
    let create = async |tags: &str| {
        story.ec2("CreateTags", &format!("ResourceId.1={instance}&{tags}")).await
    };
    let reserved = "Tag.1.Key=App&Tag.1.Value=till&Tag.2.Key=aws%3Ax&Tag.2.Value=y";
    let refused = create(reserved).await;
    assert!(refused.text.contains("<Code>InvalidParameterValue</Code>"), "{}", refused.text);
    assert!(refused.text.contains("reserved for internal use"), "{}", refused.text);
    let twice = "Tag.1.Key=App&Tag.1.Value=till&Tag.2.Key=App&Tag.2.Value=shop";
    assert_eq!(create(twice).await.status, 400);
    assert_eq!(create("Tag.1.Key=Seen").await.status, 200, "a tag needs no value");
    let many: Vec<_> = (1..=50).map(|n| format!("Tag.{n}.Key=key-{n}")).collect();
    let refused = create(&many.join("&")).await;
    assert!(refused.text.contains("<Code>TagLimitExceeded</Code>"), "{}", refused.text);
    let seen = story.ec2("DescribeInstances", &format!("InstanceId.1={instance}")).await.text;
    assert!(seen.contains("<key>Seen</key><value/>"), "{seen}");
    assert!(!seen.contains("till") && !seen.contains("key-1"), "{seen}");

    let server = story.server_ids().await.remove(0);
    let tags = json!({ "aws:moontide": "x" });
    let body = json!({ "sourceServers": [{ "sourceServerID": server }], "tags": tags });
    let refused = story.drs("StartRecovery", body).await;
    assert_eq!((refused.status, refused.error.as_deref()), (400, Some("ValidationException")));
    assert_eq!(refused.json()["fieldList"][0]["name"], "tags");
}

#[tokio::test(start_paused = true)]
async fn a_launch_over_a_protected_instance_fails_and_leaves_it() {
    let one = "[[servers]]\nname = \"db\"\ntermination_protection = true\n\
               recovery_instance = { drill = true }\n";
    let story = Story::begin(one);
    let before = ids_of(&story.recovery_instances().await);
    let servers = story.server_ids().await;
    let job = story.drill(&[&servers[0]]).await;
    story.wait(1200).await;
    let ended = story.job(&job).await;
    assert_eq!(ended["status"], "COMPLETED");
    assert_eq!(ended["participatingServers"][0]["launchStatus"], "FAILED");
    let log: Vec<String> = story.log(&job).await.into_iter().map(|(_, event)| event).collect();
    assert_eq!(log, ["JOB_START", "CLEANUP_START", "CLEANUP_FAIL", "JOB_END"]);
    assert_eq!(ids_of(&story.recovery_instances().await), before);
    assert_eq!(story.recovery_instances().await[0]["ec2InstanceState"], "RUNNING");
}

#[tokio::test(start_paused = true)]
async fn a_job_also_clears_the_list_of_what_others_terminated() {
    let story = Story::begin(DRILLED);
    let instances = ids_of(&story.recovery_instances().await);
    story.ec2("TerminateInstances", &format!("InstanceId.1={}", instances[0])).await;
    story.wait(600).await;
    let body = json!({ "recoveryInstanceIDs": instances[..1] });
    assert_eq!(story.drs("TerminateRecoveryInstances", body).await.status, 200);
    story.wait(90).await;
    assert_eq!(ids_of(&story.recovery_instances().await), instances[1..]);
}

#[tokio::test(start_paused = true)]
async fn a_protected_instance_stays_and_its_job_is_completed_all_the_same() {
    let one = "[[servers]]\nname = \"db\"\ntermination_protection = true\n\
               recovery_instance = { drill = true }\n";
    let story = Story::begin(one);
    let instances = ids_of(&story.recovery_instances().await);
    let reply = story.ec2("TerminateInstances", &format!("InstanceId.1={}", instances[0])).await;
    assert_eq!(reply.status, 400);
    assert!(reply.text.contains("<Code>OperationNotPermitted</Code>"), "{}", reply.text);
    let reply =
        story.drs("TerminateRecoveryInstances", json!({ "recoveryInstanceIDs": instances })).await;
    let job = reply.json()["job"]["jobID"].as_str().unwrap().to_owned();
    story.wait(120).await;
    let ended = story.job(&job).await;
    assert_eq!(ended["status"], "COMPLETED");
    assert_eq!(ended["participatingServers"][0]["launchStatus"], "FAILED");
    let log = story.drs("DescribeJobLogItems", json!({ "jobID": job })).await;
    assert!(log.text.contains("CLEANUP_FAIL") && log.text.contains("OperationNotPermitted"));
    assert_eq!(story.recovery_instances().await[0]["ec2InstanceState"], "RUNNING");
}

#[tokio::test(start_paused = true)]
async fn a_protected_instance_keeps_those_of_its_own_zone_and_the_others_are_terminated() {
    let server = |name: &str, zone: &str, more: &str| {
        format!(
            "[[servers]]\nname = \"{name}\"\navailability_zone = \"us-west-2{zone}\"\n{more}\
             recovery_instance = {{ drill = true }}\n"
        )
    };
    let world = [
        server("far-1", "a", ""),
        server("far-2", "a", ""),
        server("kept", "b", "termination_protection = true\n"),
        server("near", "b", ""),
    ];
    let story = Story::begin(&world.concat());
    let servers = story.server_ids().await;
    let instances = story.recovery_instances().await;
    let of = |server: &String| {
        let found = instances.iter().find(|it| it["sourceServerID"] == server.as_str()).unwrap();
        found["ec2InstanceID"].as_str().unwrap().to_owned()
    };
    let ids: Vec<String> = servers.iter().map(of).collect();
    let named: Vec<String> = ids
        .iter()
        .enumerate()
        .map(|(place, id)| format!("InstanceId.{}={id}", place + 1))
        .collect();
    let reply = story.ec2("TerminateInstances", &named.join("&")).await;
    assert_eq!(reply.status, 400);
    assert!(reply.text.contains("OperationNotPermitted") && reply.text.contains(&ids[2]));
    let mut states = Vec::new();
    for id in &ids {
        let seen = story.ec2("DescribeInstances", &format!("InstanceId.1={id}")).await.text;
        let part = |tag: &str| {
            let (_, rest) = seen.split_once(&format!("<{tag}>")).unwrap();
            rest.split_once('<').unwrap().0.to_owned()
        };
        states.push((part("name"), part("availabilityZone")));
    }
    let seen: Vec<_> = states.iter().map(|(state, zone)| (state.as_str(), zone.as_str())).collect();
    assert_eq!(
        seen,
        [
            ("shutting-down", "us-west-2a"),
            ("shutting-down", "us-west-2a"),
            ("running", "us-west-2b"),
            ("running", "us-west-2b"),
        ]
    );
}
