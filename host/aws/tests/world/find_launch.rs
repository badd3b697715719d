//! Looking for a launch on behalf of another execution: by its key, with the patience of a reconciliation.

use serde_json::{Value, json};

use crate::support::{Answer, Script, at, error, perform, value, world};

fn asked() -> Value {
    json!({ "key": "k-1", "source_server_ids": ["s-1"], "since": at(0) })
}

fn job(id: &str, key: &str) -> Value {
    json!({ "jobID": id, "tags": { "moontide:key": key } })
}

/// Answers `DescribeJobs` with `jobs` once `from` seconds are over, and no server was ever launched.
fn jobs(from: f64, jobs: Value) -> Script {
    Script::new(move |request| match request.operation.as_str() {
        "DescribeJobs" if request.at < from => Answer::Json(json!({ "items": [] })),
        "DescribeJobs" => Answer::Json(json!({ "items": jobs })),
        "DescribeSourceServers" => Answer::Json(json!({ "items": [{ "sourceServerID": "s-1" }] })),
        other => panic!("{other} was not expected"),
    })
}

#[tokio::test(start_paused = true)]
async fn every_job_of_the_key_is_found_also_late() {
    let all = json!([job("drsjob-1", "k-1"), job("drsjob-2", "k-1"), job("drsjob-3", "k-2")]);
    let aws = jobs(50.0, all);
    let found = value(perform(&world(&aws), "drs.find_launch", asked()).await);
    assert_eq!(found, json!({ "job_ids": ["drsjob-1", "drsjob-2"] }));
    assert_eq!(aws.requests("DescribeJobs")[0].body["filters"]["fromDate"], at(-2 * 24 * 3600));
}

#[tokio::test(start_paused = true)]
async fn there_is_none_only_after_several_looks_over_a_minute() {
    let aws = jobs(0.0, json!([job("drsjob-3", "k-2")]));
    let found = value(perform(&world(&aws), "drs.find_launch", asked()).await);
    assert_eq!(found, json!({ "job_ids": [] }));
    assert!(aws.requests("DescribeJobs").last().unwrap().at >= 60.0);
}

#[tokio::test(start_paused = true)]
async fn it_cannot_be_told_while_a_launch_shows_without_its_job() {
    let aws = Script::new(|request| match request.operation.as_str() {
        "DescribeJobs" => Answer::Json(json!({ "items": [] })),
        _ => Answer::Json(json!({ "items": [{ "sourceServerID": "s-1", "lifeCycle": {
            "lastLaunch": { "initiated": { "apiCallDateTime": at(1), "jobID": "drsjob-1" } },
        }}]})),
    });
    let undecided = error(perform(&world(&aws), "drs.find_launch", asked()).await);
    assert_eq!((undecided.code.as_str(), undecided.retryable), ("Undecided", true));
    assert_eq!(undecided.details, json!({ "job_ids": ["drsjob-1"] }));
}
