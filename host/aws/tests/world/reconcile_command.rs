//! A `SendCommand` whose answer never came, and calls that reconcile by themselves.

use moontide_runtime::effect::{Finding, Outcome};
use serde_json::{Value, json};

use crate::support::{Answer, Request, Script, key, perform, reconcile, undecided, world};

fn asked() -> Value {
    json!({
        "instance_ids": ["i-1"], "document_name": "AWS-RunShellScript",
        "parameters": { "commands": ["pg_isready"] }, "comment": "is the database up?",
    })
}

fn command(id: &str, comment: &str) -> Value {
    json!({
        "CommandId": id, "DocumentName": "AWS-RunShellScript", "InstanceIds": ["i-1"],
        "Comment": comment, "Status": "Pending", "RequestedDateTime": 1_795_219_201.5,
    })
}

fn aws(commands: impl Fn(&Request) -> Vec<Value> + Send + 'static) -> Script {
    Script::new(move |request| match request.operation.as_str() {
        "ListCommands" => Answer::Json(json!({ "Commands": commands(request) })),
        "SendCommand" => {
            let comment = request.body["Comment"].as_str().unwrap().to_owned();
            Answer::Json(json!({ "Command": command("c-1", &comment) }))
        }
        other => panic!("{other} was not expected"),
    })
}

#[tokio::test(start_paused = true)]
async fn the_key_travels_in_the_comment() {
    let aws = aws(|_| vec![]);
    let reply = perform(&world(&aws), "ssm.send_command", asked()).await;
    let body = &aws.requests("SendCommand")[0].body;
    assert_eq!(body["Comment"], format!("moontide:{} is the database up?", key()));
    assert_eq!(body["Parameters"], json!({ "commands": ["pg_isready"] }));
    let expected = json!({
        "command_id": "c-1", "document_name": "AWS-RunShellScript", "instance_ids": ["i-1"],
    });
    assert_eq!(reply.outcome, Outcome::Ok { value: expected });
}

#[tokio::test(start_paused = true)]
async fn a_long_comment_is_shortened_and_the_key_is_not() {
    let aws = aws(|_| vec![]);
    let mut asked = asked();
    asked["comment"] = json!("x".repeat(300));
    perform(&world(&aws), "ssm.send_command", asked).await;
    let body = &aws.requests("SendCommand")[0].body;
    let comment = body["Comment"].as_str().unwrap();
    assert_eq!(comment.len(), 100);
    assert!(comment.starts_with(&format!("moontide:{} x", key())));
}

#[tokio::test(start_paused = true)]
async fn a_command_with_our_key_is_adopted_late_or_not() {
    let aws = aws(|request| {
        let mut shown = vec![command("c-0", "moontide:another")];
        if request.at > 40.0 {
            shown.push(command("c-1", &format!("moontide:{} is the database up?", key())));
        }
        shown
    });
    let world = world(&aws);
    let sent = perform(&world, "ssm.send_command", asked()).await;
    let Finding::Happened(adopted) = reconcile(&world, "ssm.send_command", asked()).await else {
        panic!("not adopted")
    };
    assert_eq!(adopted.outcome, sent.outcome);
    assert_eq!(
        aws.requests("ListCommands")[0].body["Filters"],
        json!([
            { "key": "InvokedAfter", "value": "2026-11-19T00:00:00Z" },
            { "key": "DocumentName", "value": "AWS-RunShellScript" },
        ])
    );
}

#[tokio::test(start_paused = true)]
async fn a_command_is_absent_only_after_the_settle_window() {
    let aws = aws(|_| vec![]);
    assert_eq!(reconcile(&world(&aws), "ssm.send_command", asked()).await, Finding::Absent);
    assert!(aws.requests("ListCommands").last().unwrap().at >= 60.0);
}

#[tokio::test(start_paused = true)]
async fn several_commands_are_for_a_person_to_decide() {
    let comment = || format!("moontide:{}", key());
    let aws = aws(move |_| vec![command("c-1", &comment()), command("c-2", &comment())]);
    let evidence = undecided(reconcile(&world(&aws), "ssm.send_command", asked()).await);
    assert_eq!(evidence.found, json!({ "command_ids": ["c-1", "c-2"] }));
}

#[tokio::test(start_paused = true)]
async fn a_reboot_is_never_repeated_and_a_tag_always_may_be() {
    let aws = Script::new(|request| panic!("{} was not expected", request.operation));
    let world = world(&aws);
    undecided(reconcile(&world, "ec2.reboot_instances", json!({ "instance_ids": ["i-1"] })).await);
    let tags = json!({ "resources": ["i-1"], "tags": { "Wave": "database" } });
    assert_eq!(reconcile(&world, "ec2.create_tags", tags).await, Finding::Harmless);
}

#[tokio::test(start_paused = true)]
async fn an_automation_repeats_with_the_same_token() {
    let mut first = true;
    let aws = Script::new(move |_| {
        if std::mem::take(&mut first) {
            return Answer::Dropped;
        }
        Answer::Json(json!({ "AutomationExecutionId": "a-1" }))
    });
    let asked = json!({ "document_name": "Failover", "parameters": { "Zone": ["example.org"] } });
    let world = world(&aws);
    let lost = perform(&world, "ssm.start_automation_execution", asked.clone()).await;
    assert!(matches!(lost.outcome, Outcome::Unknown { .. }), "{:?}", lost.outcome);
    assert_eq!(aws.requests("StartAutomationExecution").len(), 1, "the SDK does not try again");
    let reply = perform(&world, "ssm.start_automation_execution", asked.clone()).await;
    assert_eq!(reply.outcome, Outcome::Ok { value: json!({ "automation_execution_id": "a-1" }) });
    let sent = aws.requests("StartAutomationExecution");
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].body["ClientToken"], sent[1].body["ClientToken"]);
    assert_eq!(sent[0].body["ClientToken"].as_str().unwrap().len(), 36);
    let finding = reconcile(&world, "ssm.start_automation_execution", asked).await;
    assert_eq!(finding, Finding::Harmless);
}

#[tokio::test(start_paused = true)]
async fn the_version_of_a_document_reaches_aws_and_so_does_the_place_of_its_output() {
    let aws = aws(|_| vec![]);
    let mut asked = asked();
    asked["document_version"] = json!("7");
    asked["timeout_seconds"] = json!(60);
    asked["output_s3_bucket_name"] = json!("logs");
    asked["output_s3_key_prefix"] = json!("drill");
    perform(&world(&aws), "ssm.send_command", asked).await;
    let body = &aws.requests("SendCommand")[0].body;
    assert_eq!((&body["DocumentVersion"], &body["TimeoutSeconds"]), (&json!("7"), &json!(60)));
    assert_eq!(body["OutputS3BucketName"], "logs");
    assert_eq!(body["OutputS3KeyPrefix"], "drill");
}

#[tokio::test(start_paused = true)]
async fn an_automation_that_has_ended_is_as_good_as_stopped() {
    let ended = "InvalidAutomationStatusUpdateException";
    let aws = Script::new(move |_| Answer::No(400, ended, "it has ended"));
    let asked = json!({ "automation_execution_id": "a-1" });
    let reply = perform(&world(&aws), "ssm.stop_automation_execution", asked).await;
    assert_eq!(reply.outcome, Outcome::Ok { value: json!({}) });
    assert_eq!(aws.requests("StopAutomationExecution")[0].body["Type"], "Cancel");
}
