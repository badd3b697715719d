//! A `TerminateRecoveryInstances` whose answer never came.

use moontide_runtime::effect::{Finding, Outcome};
use serde_json::{Value, json};

use crate::support::{Answer, Script, at, reconcile, undecided, world};

const OPERATION: &str = "drs.terminate_recovery_instances";

fn asked() -> Value {
    json!({ "recovery_instance_ids": ["i-1", "i-2"] })
}

fn aws(jobs: Value, instances: Value) -> Script {
    Script::new(move |request| match request.operation.as_str() {
        "DescribeJobs" => Answer::Json(json!({ "items": jobs })),
        "DescribeRecoveryInstances" => Answer::Json(json!({ "items": instances })),
        other => panic!("{other} was not expected"),
    })
}

fn job(kind: &str, instances: &[&str]) -> Value {
    let server =
        |id: &&str| json!({ "sourceServerID": format!("s-{id}"), "recoveryInstanceID": id });
    json!({
        "jobID": "drsjob-1", "type": kind, "creationDateTime": at(1), "status": "STARTED",
        "participatingServers": instances.iter().map(server).collect::<Vec<_>>(),
    })
}

fn instance(id: &str, state: &str) -> Value {
    json!({ "recoveryInstanceID": id, "ec2InstanceState": state, "isDrill": true })
}

#[tokio::test(start_paused = true)]
async fn a_job_that_terminates_them_is_adopted() {
    let aws = aws(json!([job("TERMINATE", &["i-2", "i-1", "i-3"])]), json!([]));
    let Finding::Happened(reply) = reconcile(&world(&aws), OPERATION, asked()).await else {
        panic!("not adopted")
    };
    let Outcome::Ok { value } = reply.outcome else { panic!() };
    assert_eq!(value["job"]["job_id"], "drsjob-1");
}

#[tokio::test(start_paused = true)]
async fn a_job_that_launches_them_or_terminates_only_some_is_not() {
    for job in [job("LAUNCH", &["i-1", "i-2"]), job("TERMINATE", &["i-1"])] {
        let aws =
            aws(json!([job]), json!([instance("i-1", "RUNNING"), instance("i-2", "RUNNING")]));
        assert_eq!(reconcile(&world(&aws), OPERATION, asked()).await, Finding::Absent);
    }
}

#[tokio::test(start_paused = true)]
async fn instances_that_are_gone_are_done_with() {
    for there in [
        json!([instance("i-1", "TERMINATED")]),
        json!([instance("i-1", "SHUTTING-DOWN"), instance("i-2", "NOT_FOUND")]),
    ] {
        let finding = reconcile(&world(&aws(json!([]), there)), OPERATION, asked()).await;
        assert!(matches!(finding, Finding::Happened(_)), "{finding:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_that_shows_late_is_adopted_too() {
    let aws = Script::new(|request| match request.operation.as_str() {
        "DescribeJobs" if request.at < 50.0 => Answer::Json(json!({ "items": [] })),
        "DescribeJobs" => Answer::Json(json!({ "items": [job("TERMINATE", &["i-1", "i-2"])] })),
        _ => Answer::Json(
            json!({ "items": [instance("i-1", "RUNNING"), instance("i-2", "RUNNING")] }),
        ),
    });
    let finding = reconcile(&world(&aws), OPERATION, asked()).await;
    assert!(matches!(finding, Finding::Happened(_)), "{finding:?}");
}

#[tokio::test(start_paused = true)]
async fn one_that_still_runs_is_terminated_again() {
    let aws = aws(json!([]), json!([instance("i-1", "TERMINATED"), instance("i-2", "RUNNING")]));
    assert_eq!(reconcile(&world(&aws), OPERATION, asked()).await, Finding::Absent);
}

#[tokio::test(start_paused = true)]
async fn without_an_answer_it_cannot_be_told() {
    let aws = Script::new(|_| Answer::No(403, "AccessDeniedException", "no"));
    undecided(reconcile(&world(&aws), OPERATION, asked()).await);
}
