//! Automations of Systems Manager.

use serde_json::{Value, json};

use crate::story::Story;

const DB: &str = "[[servers]]\nname = \"db\"\n";

/// The same, with an automation of any name.
const ANY: &str = "[[servers]]\nname = \"db\"\n[[automations]]\n";

const TOKEN: &str = "0f0e0d0c-0b0a-4908-a706-050403020100";

fn promote() -> Value {
    json!({
        "DocumentName": "Shop-Promote",
        "Parameters": { "Shop": ["lisbon"] },
        "ClientToken": TOKEN,
    })
}

/// `promote()` with another value in one field.
fn with(field: &str, value: Value) -> Value {
    let mut body = promote();
    body[field] = value;
    body
}

async fn start(story: &Story, body: Value) -> String {
    let reply = story.ssm("StartAutomationExecution", body).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()["AutomationExecutionId"].as_str().unwrap().to_owned()
}

async fn execution(story: &Story, id: &str) -> Value {
    let reply = story.ssm("GetAutomationExecution", json!({ "AutomationExecutionId": id })).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()["AutomationExecution"].clone()
}

async fn refusal(story: &Story, operation: &str, body: Value) -> Option<String> {
    let reply = story.ssm(operation, body).await;
    assert_eq!(reply.status, 400, "{}", reply.text);
    reply.error
}

#[tokio::test(start_paused = true)]
async fn an_automation_is_pending_then_runs_and_succeeds_unless_the_world_says_otherwise() {
    let story = Story::begin(ANY);
    let id = start(&story, promote()).await;
    for (wait, status) in [(0, "Pending"), (3, "InProgress"), (30, "Success")] {
        story.wait(wait).await;
        let seen = execution(&story, &id).await;
        assert_eq!(seen["AutomationExecutionStatus"], status);
        assert_eq!(seen["Parameters"], json!({ "Shop": ["lisbon"] }));
        assert_eq!(seen.get("ExecutionEndTime").is_some(), status == "Success");
    }
}

#[tokio::test(start_paused = true)]
async fn a_scripted_automation_ends_as_the_world_says() {
    let story = Story::begin(&format!(
        "{DB}[[automations]]\ndocument = \"Shop-Promote\"\nstatus = \"Failed\"\ntakes = \"5m\"\n\
         failure_message = \"the replica lags\"\noutputs = {{ \"promote.Lag\" = [\"7 s\"] }}\n"
    ));
    let (scripted, other) = (
        start(&story, promote()).await,
        start(&story, json!({ "DocumentName": "AWS-StopEC2Instance" })).await,
    );
    story.wait(300).await;
    let running = execution(&story, &scripted).await;
    assert_eq!(running["AutomationExecutionStatus"], "InProgress");
    assert_eq!((running.get("FailureMessage"), running.get("Outputs")), (None, None));
    story.wait(2).await;
    let ended = execution(&story, &scripted).await;
    assert_eq!(ended["AutomationExecutionStatus"], "Failed");
    assert_eq!(ended["FailureMessage"], "the replica lags");
    assert_eq!(ended["Outputs"], json!({ "promote.Lag": ["7 s"] }));
    assert_eq!(execution(&story, &other).await["AutomationExecutionStatus"], "Success");
}

#[tokio::test(start_paused = true)]
async fn a_token_starts_once_even_if_the_reply_was_lost() {
    let story = Story::begin(&format!(
        "{ANY}[[faults]]\nkind = \"drop_reply\"\noperation = \"ssm:StartAutomationExecution\"\n\
         effect = true\n"
    ));
    assert!(story.ssm("StartAutomationExecution", promote()).await.dropped);
    story.wait(10).await;
    let id = start(&story, promote()).await;
    assert_eq!(execution(&story, &id).await["AutomationExecutionStatus"], "InProgress");
    story.wait(23).await;
    assert_eq!(
        execution(&story, &id).await["AutomationExecutionStatus"],
        "Success",
        "it has run since the lost reply"
    );
    assert_eq!(start(&story, with("ClientToken", json!(TOKEN.to_uppercase()))).await, id);

    let mut anonymous = promote();
    anonymous.as_object_mut().unwrap().remove("ClientToken");
    let one = start(&story, anonymous.clone()).await;
    assert_ne!(one, id);
    assert_ne!(start(&story, anonymous).await, one, "without a token, twice is twice");
}

#[tokio::test(start_paused = true)]
async fn another_body_under_the_same_token_is_refused() {
    let story = Story::begin(ANY);
    start(&story, promote()).await;
    for (field, value) in [
        ("DocumentName", json!("Shop-Open")),
        ("DocumentVersion", json!("2")),
        ("Parameters", json!({ "Shop": ["porto"] })),
        ("Mode", json!("Interactive")),
    ] {
        let refused = refusal(&story, "StartAutomationExecution", with(field, value)).await;
        assert_eq!(refused.as_deref(), Some("IdempotentParameterMismatch"), "{field}");
    }
}

#[tokio::test(start_paused = true)]
async fn orders_that_the_model_does_not_allow_are_refused() {
    let story = Story::begin(DB);
    let cases = [
        with("DocumentName", Value::Null),
        with("DocumentName", json!("a b c")),
        with("DocumentVersion", json!("v2")),
        with("Parameters", json!({})),
        with("Parameters", json!({ "Shop": [""] })),
        with("Parameters", json!({ "Shop": ["x".repeat(513)] })),
        with("Parameters", json!({ "Shop": vec!["x"; 51] })),
        with("ClientToken", json!("once")),
        with("ClientToken", json!(TOKEN.replace('f', "g"))),
    ];
    for body in cases {
        let refused = refusal(&story, "StartAutomationExecution", body.clone()).await;
        assert_eq!(refused.as_deref(), Some("ValidationException"), "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_execution_that_does_not_exist_is_not_found() {
    let story = Story::begin(DB);
    for (id, error) in
        [(TOKEN, "AutomationExecutionNotFoundException"), ("once", "ValidationException")]
    {
        let body = json!({ "AutomationExecutionId": id });
        let refused = refusal(&story, "GetAutomationExecution", body).await;
        assert_eq!(refused.as_deref(), Some(error), "{id}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_automation_is_stopped_once() {
    let story = Story::begin(&format!("{DB}[[automations]]\ntakes = \"5m\"\n"));
    let id = start(&story, promote()).await;
    story.wait(60).await;
    let body = json!({ "AutomationExecutionId": id, "Type": "Cancel" });
    assert_eq!(story.ssm("StopAutomationExecution", body.clone()).await.status, 200);
    assert_eq!(execution(&story, &id).await["AutomationExecutionStatus"], "Cancelled");
    let ended = refusal(&story, "StopAutomationExecution", body).await;
    assert_eq!(ended.as_deref(), Some("InvalidAutomationStatusUpdateException"));
    let odd = json!({ "AutomationExecutionId": id, "Type": "Kill" });
    let odd = refusal(&story, "StopAutomationExecution", odd).await;
    assert_eq!(odd.as_deref(), Some("ValidationException"));
}
