//! Waiting for instances.

use serde_json::{Value, json};

use crate::support::{Answer, Script, error, perform, value, world};

fn statuses(of: &[(&str, &str, &str)]) -> Answer {
    let items = of.iter().map(|(id, state, check)| {
        format!(
            "<item><instanceId>{id}</instanceId><instanceState><name>{state}</name></instanceState>\
             <systemStatus><status>{check}</status></systemStatus>\
             <instanceStatus><status>{check}</status></instanceStatus></item>"
        )
    });
    let items: String = items.collect();
    Answer::Xml(format!(
        "<DescribeInstanceStatusResponse><instanceStatusSet>{items}</instanceStatusSet>\
         </DescribeInstanceStatusResponse>"
    ))
}

const BUSY: &str = "<Response><Errors><Error><Code>RequestLimitExceeded</Code>\
    <Message>slow down</Message></Error></Errors><RequestID>r</RequestID></Response>";

const NOT_FOUND: &str = "<Response><Errors><Error><Code>InvalidInstanceID.NotFound</Code>\
    <Message>i-2</Message></Error></Errors><RequestID>r</RequestID></Response>";

fn asked() -> Value {
    json!({ "instance_ids": ["i-1", "i-2"], "timeout": "10m" })
}

#[tokio::test(start_paused = true)]
async fn it_returns_once_all_run_and_passed_their_checks() {
    let aws = Script::new(|request| match request.at {
        ..2.0 => Answer::Raw(400, NOT_FOUND),
        ..60.0 => statuses(&[("i-1", "running", "ok"), ("i-2", "pending", "initializing")]),
        ..70.0 => Answer::Raw(503, BUSY),
        ..150.0 => statuses(&[("i-1", "running", "ok"), ("i-2", "running", "initializing")]),
        _ => statuses(&[("i-2", "running", "ok"), ("i-1", "running", "ok")]),
    });
    let up = value(perform(&world(&aws), "ec2.await_running", asked()).await);
    let ready = |id: &str| json!({ "instance_id": id, "state": "running", "checks": "passed" });
    assert_eq!(up, json!({ "instances": [ready("i-1"), ready("i-2")] }));
    let requests = aws.requests("DescribeInstanceStatus");
    assert!(requests.last().unwrap().at < 161.0);
    assert!(requests.len() < 30, "{} calls", requests.len());
    assert_eq!(requests[0].body["IncludeAllInstances"], "true");
}

#[tokio::test(start_paused = true)]
async fn status_checks_can_be_left_out() {
    let aws = Script::new(|_| {
        statuses(&[("i-1", "running", "initializing"), ("i-2", "running", "initializing")])
    });
    let mut asked = asked();
    asked["status_checks"] = json!(false);
    value(perform(&world(&aws), "ec2.await_running", asked).await);
    assert_eq!(aws.count("DescribeInstanceStatus"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_names_the_instances_that_are_late() {
    let aws =
        Script::new(|_| statuses(&[("i-1", "running", "ok"), ("i-2", "running", "impaired")]));
    let error = error(perform(&world(&aws), "ec2.await_running", asked()).await);
    assert_eq!((error.code.as_str(), error.retryable), ("Timeout", true));
    let late = json!([{
        "instance_id": "i-2", "state": "running", "checks": "instance impaired, system impaired",
    }]);
    assert_eq!(error.details, json!({ "instances": late }));
    let last = aws.requests("DescribeInstanceStatus").last().unwrap().at;
    assert!((600.0..602.0).contains(&last), "{last}");
}

#[tokio::test(start_paused = true)]
async fn a_terminated_instance_is_named_once_the_others_are_up() {
    let aws = Script::new(|request| {
        let check = if request.at < 60.0 { "initializing" } else { "ok" };
        statuses(&[("i-1", "running", check), ("i-2", "terminated", "")])
    });
    let error = error(perform(&world(&aws), "ec2.await_running", asked()).await);
    assert_eq!((error.code.as_str(), error.retryable), ("InstanceTerminated", false));
    assert_eq!(error.details["instances"].as_array().unwrap().len(), 1);
    assert_eq!(error.details["instances"][0]["instance_id"], "i-2");
    let last = aws.requests("DescribeInstanceStatus").last().unwrap().at;
    assert!((60.0..75.0).contains(&last), "{last}");
}

#[tokio::test(start_paused = true)]
async fn who_may_not_look_does_not_wait() {
    let aws = Script::new(|_| {
        Answer::Raw(
            403,
            "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message>\
             </Error></Errors><RequestID>r</RequestID></Response>",
        )
    });
    let error = error(perform(&world(&aws), "ec2.await_running", asked()).await);
    assert_eq!(error.code, "UnauthorizedOperation");
    assert_eq!(aws.count("DescribeInstanceStatus"), 1);
}

const ONE_UNKNOWN: &str = "<Response><Errors><Error><Code>InvalidInstanceID.NotFound</Code>\
    <Message>The instance ID 'i-2' does not exist</Message></Error></Errors></Response>";

#[tokio::test(start_paused = true)]
async fn an_instance_that_does_not_exist_is_found_missing_and_the_others_are_not() {
    let aws = Script::new(|request| match request.body.get("InstanceId.2") {
        Some(_) => Answer::Raw(400, ONE_UNKNOWN),
        None => statuses(&[("i-1", "running", "ok")]),
    });
    let error = error(perform(&world(&aws), "ec2.await_running", asked()).await);
    assert_eq!(error.code, "InstanceTerminated");
    let missing = json!([{ "instance_id": "i-2", "state": "not-found", "checks": "unknown" }]);
    assert_eq!(error.details, json!({ "instances": missing }));
    let last = aws.requests("DescribeInstanceStatus").last().unwrap().at;
    assert!((300.0..320.0).contains(&last), "{last}");
}
