//! Waiting for a command.

use serde_json::{Value, json};

use crate::support::{Answer, Request, Script, error, perform, value, world};

fn asked() -> Value {
    json!({ "command_id": "c-1", "instance_ids": ["i-1", "i-2"], "timeout": 120 })
}

fn aws(statuses: impl Fn(f64) -> Vec<(&'static str, &'static str)> + Send + 'static) -> Script {
    Script::new(move |request: &Request| match request.operation.as_str() {
        "ListCommandInvocations" => {
            let items = statuses(request.at).into_iter().map(
                |(id, status)| json!({ "CommandId": "c-1", "InstanceId": id, "Status": status }),
            );
            Answer::Json(json!({ "CommandInvocations": items.collect::<Vec<_>>() }))
        }
        "GetCommandInvocation" if request.body["InstanceId"] == "i-1" => Answer::Json(json!({
            "Status": "Success", "StatusDetails": "Success", "ResponseCode": 0,
            "StandardOutputContent": "x".repeat(20_000), "StandardErrorContent": "",
        })),
        "GetCommandInvocation" => Answer::Json(json!({
            "Status": "Failed", "StatusDetails": "Failed", "ResponseCode": 2,
            "StandardOutputContent": "", "StandardErrorContent": "no response",
        })),
        other => panic!("{other} was not expected"),
    })
}

#[tokio::test(start_paused = true)]
async fn it_returns_what_each_instance_printed() {
    let aws = aws(|at| match at {
        ..1.0 => vec![],
        ..20.0 => vec![("i-1", "Success"), ("i-2", "InProgress")],
        _ => vec![("i-1", "Success"), ("i-2", "Failed")],
    });
    let ended = value(perform(&world(&aws), "ssm.await_command", asked()).await);
    assert_eq!(ended["invocations"][0]["stdout"].as_str().unwrap().len(), 20_000);
    assert_eq!(ended["invocations"][0].get("truncated"), None);
    assert_eq!(
        ended["invocations"][1],
        json!({
            "instance_id": "i-2", "status": "Failed", "status_details": "Failed",
            "response_code": 2, "stdout": "", "stderr": "no response",
        })
    );
    assert_eq!(aws.count("GetCommandInvocation"), 2);
    assert!(aws.count("ListCommandInvocations") < 10);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_names_where_it_still_runs() {
    let aws = aws(|_| vec![("i-1", "Success")]);
    let error = error(perform(&world(&aws), "ssm.await_command", asked()).await);
    assert_eq!(error.code, "Timeout");
    let running = json!([{ "instance_id": "i-2", "status": "not shown" }]);
    assert_eq!(error.details, json!({ "instances": running }));
}

/// Fifty instances that say all they may; those in `failed` have failed.
fn loud(failed: &'static [usize]) -> Script {
    let status = move |n: usize| if failed.contains(&n) { "Failed" } else { "Success" };
    Script::new(move |request: &Request| match request.operation.as_str() {
        "ListCommandInvocations" => {
            let item = |n| json!({ "CommandId": "c-1", "InstanceId": format!("i-{n}"), "Status": status(n) });
            Answer::Json(json!({ "CommandInvocations": (0..50).map(item).collect::<Vec<_>>() }))
        }
        _ => Answer::Json(json!({
            "ResponseCode": 0, "StandardOutputContent": "x".repeat(24_000),
            "StandardErrorContent": "y".repeat(8_000),
        })),
    })
}

#[tokio::test(start_paused = true)]
async fn what_aws_has_cut_is_marked_and_where_too_many_are_loud_the_failed_stay_whole() {
    let instances: Vec<String> = (0..50).map(|n| format!("i-{n}")).collect();
    let asked = json!({ "command_id": "c-1", "instance_ids": instances });
    let ended = value(perform(&world(&loud(&[40, 49])), "ssm.await_command", asked).await);
    let length = |n: usize| ended["invocations"][n]["stdout"].as_str().unwrap().len();
    assert_eq!((length(40), length(49)), (24_000, 24_000));
    assert!(ended.to_string().len() < 320_000, "{} bytes", ended.to_string().len());
    for n in 0..50 {
        assert_eq!(ended["invocations"][n]["truncated"], true, "{n}");
    }
}
