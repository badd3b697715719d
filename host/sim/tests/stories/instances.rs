//! Instances as EC2 sees them.

use crate::story::Story;

/// The text of the first element of this name.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    Some(rest.split_once(&format!("</{name}>"))?.0)
}

async fn status(story: &Story) -> Option<(String, String)> {
    let xml = story.ec2("DescribeInstanceStatus", "IncludeAllInstances=true").await.text;
    let state = element(element(&xml, "instanceState")?, "name")?.to_owned();
    let checks = element(element(&xml, "instanceStatus")?, "status")?.to_owned();
    Some((state, checks))
}

#[tokio::test(start_paused = true)]
async fn an_instance_appears_during_the_launch_boots_and_passes_its_checks() {
    let story =
        Story::begin("[[servers]]\nname = \"db\"\n[timing]\njitter = 0\nlatency = \"0s\"\n");
    let ids = story.server_ids().await;
    story.drill(&[&ids[0]]).await;
    let mut seen = Vec::new();
    for _ in 0..54 {
        story.wait(10).await;
        if let Some(status) = status(&story).await.filter(|status| seen.last() != Some(status)) {
            seen.push(status);
        }
    }
    let seen: Vec<_> =
        seen.iter().map(|(state, checks)| (state.as_str(), checks.as_str())).collect();
    assert_eq!(
        seen,
        [("pending", "not-applicable"), ("running", "initializing"), ("running", "ok")]
    );
}

#[tokio::test(start_paused = true)]
async fn status_leaves_out_what_does_not_run() {
    let story = Story::begin("[[servers]]\nname = \"db\"\nrecovery_instance = { drill = true }\n");
    let id = story.recovery_instances().await[0]["ec2InstanceID"].as_str().unwrap().to_owned();
    let running = async || story.ec2("DescribeInstanceStatus", "").await.text.contains(&id);
    assert!(running().await);
    story.ec2("TerminateInstances", &format!("InstanceId.1={id}")).await;
    assert!(!running().await);
}

#[tokio::test(start_paused = true)]
async fn impaired_instances_never_pass_while_the_fault_lasts() {
    let world = "[[servers]]\nname = \"db\"\nrecovery_instance = { drill = true }\n\
                 [[faults]]\nkind = \"status_checks\"\nserver = \"db\"\nfor = \"10m\"\n";
    let story = Story::begin(world);
    assert_eq!(status(&story).await.unwrap().1, "impaired");
    story.wait(600).await;
    assert_eq!(status(&story).await.unwrap().1, "ok");
}

#[tokio::test(start_paused = true)]
async fn a_rebooted_instance_keeps_running_and_is_checked_anew() {
    let story = Story::begin("[[servers]]\nname = \"db\"\nrecovery_instance = { drill = true }\n");
    let id = story.recovery_instances().await[0]["ec2InstanceID"].as_str().unwrap().to_owned();
    let named = format!("InstanceId.1={id}");
    let seen = async || status(&story).await.unwrap();
    assert_eq!(seen().await, ("running".to_owned(), "ok".to_owned()));
    let reply = story.ec2("RebootInstances", &named).await;
    assert_eq!((reply.status, element(&reply.text, "return")), (200, Some("true")));
    assert_eq!(seen().await, ("running".to_owned(), "initializing".to_owned()));
    story.wait(110).await;
    story.ec2("RebootInstances", &named).await;
    story.wait(20).await;
    assert_eq!(seen().await.1, "initializing", "the second reboot began it all again");
    story.wait(100).await;
    assert_eq!(seen().await.1, "ok");
}

#[tokio::test(start_paused = true)]
async fn what_does_not_run_ignores_a_reboot_and_what_does_not_exist_refuses_it() {
    let story = Story::begin("[[servers]]\nname = \"db\"\nrecovery_instance = { drill = true }\n");
    let id = story.recovery_instances().await[0]["ec2InstanceID"].as_str().unwrap().to_owned();
    let named = format!("InstanceId.1={id}");
    story.ec2("TerminateInstances", &named).await;
    assert_eq!(story.ec2("RebootInstances", &named).await.status, 200);
    story.wait(61).await;
    assert_eq!(story.ec2("RebootInstances", &named).await.status, 200);
    assert_eq!(status(&story).await.unwrap().0, "terminated");

    let both = format!("{named}&InstanceId.2=i-00000000000000000");
    let refused = story.ec2("RebootInstances", &both).await;
    let code = element(&refused.text, "Code");
    assert_eq!((refused.status, code), (400, Some("InvalidInstanceID.NotFound")));
    let refused = story.ec2("RebootInstances", "").await;
    assert_eq!(element(&refused.text, "Code"), Some("MissingParameter"));
}

#[tokio::test(start_paused = true)]
async fn instances_are_found_by_tag_and_carry_the_servers_own() {
    let world = "[[servers]]\nname = \"db\"\ntags = { Tier = \"data & <more>\" }\n\
                 recovery_instance = { drill = true }\n";
    let story = Story::begin(world);
    let found = async |filter: &str| {
        let reply = story.ec2("DescribeInstances", filter).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.text
    };
    let xml = found("Filter.1.Name=tag%3ATier&Filter.1.Value.1=data*").await;
    assert!(xml.contains("<key>Tier</key><value>data &amp; &lt;more&gt;</value>"), "{xml}");
    assert!(xml.contains("<key>Name</key><value>db</value>"), "{xml}");
    assert!(
        xml.starts_with(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <DescribeInstancesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
         <requestId>"
        ),
        "{xml}"
    );
    assert!(!found("Filter.1.Name=tag%3ATier&Filter.1.Value.1=web").await.contains("instanceId"));
    assert!(
        found("Filter.1.Name=instance-state-name&Filter.1.Value.1=running")
            .await
            .contains("instanceId")
    );
}

#[tokio::test(start_paused = true)]
async fn every_reply_has_an_id_of_its_own_in_header_and_body() {
    let story = Story::begin("[[servers]]\nname = \"db\"\n");
    let replies = [
        story.ec2("DescribeInstances", "").await,
        story.ec2("RebootTheWorld", "").await,
        story.drs("DescribeJobs", serde_json::json!({})).await,
    ];
    let calls = story.simulator.calls();
    for (reply, call) in replies.iter().zip(&calls) {
        assert_eq!(reply.request_id.as_deref(), Some(call.request_id.as_str()));
    }
    assert_eq!(element(&replies[0].text, "requestId"), Some(calls[0].request_id.as_str()));
    assert_eq!(element(&replies[1].text, "RequestID"), Some(calls[1].request_id.as_str()));
    assert_ne!(calls[0].request_id, calls[1].request_id);
}

#[tokio::test(start_paused = true)]
async fn in_every_other_region_there_is_none() {
    let story = Story::begin("[[servers]]\nname = \"db\"\nrecovery_instance = { drill = true }\n");
    let id = story.recovery_instances().await[0]["ec2InstanceID"].as_str().unwrap().to_owned();
    let elsewhere = story.ec2_in("eu-west-1", "DescribeInstances", "").await;
    assert_eq!(elsewhere.status, 200);
    assert!(!elsewhere.text.contains(&id));
    let named = format!("InstanceId.1={id}");
    assert_eq!(story.ec2_in("eu-west-1", "TerminateInstances", &named).await.status, 400);
    assert_eq!(story.recovery_instances().await[0]["ec2InstanceState"], "RUNNING");
}

#[tokio::test(start_paused = true)]
async fn an_instance_says_which_job_launched_it() {
    let story = Story::begin("[[servers]]\nname = \"db\"\n");
    let ids = story.server_ids().await;
    let job = story.drill(&[&ids[0]]).await;
    story.wait(600).await;
    let filter = format!("Filter.1.Name=tag%3Adrs.amazonaws.com-job&Filter.1.Value.1={job}");
    let found = story.ec2("DescribeInstances", &filter).await.text;
    assert!(found.contains(&format!("<value>{}</value>", ids[0])), "{found}");
}

#[tokio::test(start_paused = true)]
async fn ids_and_filters_that_do_not_exist_are_refused() {
    let story = Story::begin("[[servers]]\nname = \"db\"\n");
    let refused = async |action: &str, parameters: &str| {
        let reply = story.ec2(action, parameters).await;
        assert_eq!(reply.status, 400);
        element(&reply.text, "Code").unwrap().to_owned()
    };
    let unknown = "InstanceId.1=i-00000000000000000";
    assert_eq!(refused("DescribeInstances", unknown).await, "InvalidInstanceID.NotFound");
    let malformed = "InstanceId.1=db";
    assert_eq!(refused("DescribeInstances", malformed).await, "InvalidInstanceID.Malformed");
    assert_eq!(refused("TerminateInstances", "").await, "MissingParameter");
    assert_eq!(refused("DescribeInstances", "MaxResults=4").await, "InvalidParameterValue");
    assert_eq!(refused("RebootTheWorld", "").await, "InvalidAction");
    let story = Story::begin("[[servers]]\nname = \"db\"\nrecovery_instance = { drill = true }\n");
    let reply = story.ec2("DescribeInstances", "Filter.1.Name=colour&Filter.1.Value.1=red").await;
    assert!(reply.text.contains("<Code>InvalidParameterValue</Code>"), "{}", reply.text);
}

#[tokio::test(start_paused = true)]
async fn every_reply_says_when_it_was_sent_by_the_clock_of_its_world() {
    let story = Story::begin("[[servers]]\nname = \"db\"\n");
    story.wait(3600).await;
    let sent = story.ec2("DescribeInstances", "").await.date;
    assert_eq!(sent.as_deref(), Some("Fri, 20 Nov 2026 09:00:00 GMT"));
}
