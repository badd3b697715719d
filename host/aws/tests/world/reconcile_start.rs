//! A `StartRecovery` whose answer never came: found, found late, absent, found twice, half visible.

use std::time::Duration;

use moontide_aws::Settings;
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::{Finding, Outcome};
use serde_json::{Value, json};

use crate::support::{
    Answer, Request, Script, TestClock, at, key, perform, reconcile, undecided, world, world_with,
};

fn drill() -> Value {
    json!({ "source_servers": [{ "source_server_id": "s-1" }], "is_drill": true })
}

fn job(id: &str, key: &str) -> Value {
    json!({
        "jobID": id, "arn": format!("arn:{id}"), "type": "LAUNCH", "initiatedBy": "START_DRILL",
        "creationDateTime": at(1), "status": "PENDING", "tags": { "moontide:key": key },
        "participatingServers": [{ "sourceServerID": "s-1", "launchStatus": "PENDING" }],
    })
}

/// Answers `DescribeJobs` with `jobs`, and no server was ever launched.
fn jobs(jobs: impl Fn(&Request) -> Vec<Value> + Send + 'static) -> Script {
    Script::new(move |request| match request.operation.as_str() {
        "DescribeJobs" => Answer::Json(json!({ "items": jobs(request) })),
        "DescribeSourceServers" => Answer::Json(json!({ "items": [{ "sourceServerID": "s-1" }] })),
        "StartRecovery" => Answer::Json(json!({ "job": job("drsjob-1", &key()) })),
        other => panic!("{other} was not expected"),
    })
}

#[tokio::test(start_paused = true)]
async fn a_started_job_carries_our_tags_and_its_answer_is_slim() {
    let aws = jobs(|_| vec![]);
    let mut asked = drill();
    asked["tags"] = json!({ "Team": "dr" });
    let reply = perform(&world(&aws), "drs.start_recovery", asked).await;
    assert_eq!(reply.request_id.as_deref(), Some("r-1"));
    assert_eq!(
        aws.requests("StartRecovery")[0].body,
        json!({
            "sourceServers": [{ "sourceServerID": "s-1" }],
            "isDrill": true,
            "tags": {
                "Team": "dr", "moontide:execution": "x-1", "moontide:wave": "database",
                "moontide:key": key(),
            },
        })
    );
    let expected = json!({ "job": {
        "job_id": "drsjob-1", "arn": "arn:drsjob-1", "type": "LAUNCH",
        "initiated_by": "START_DRILL", "creation_date_time": at(1), "source_server_ids": ["s-1"],
    }});
    assert_eq!(reply.outcome, Outcome::Ok { value: expected });
}

#[tokio::test(start_paused = true)]
async fn a_job_with_our_key_is_adopted_with_the_answer_that_was_lost() {
    let aws = jobs(|_| {
        vec![job("drsjob-other", "another key"), {
            let mut later = job("drsjob-1", &key());
            later["status"] = json!("STARTED");
            later["participatingServers"][0]["launchStatus"] = json!("IN_PROGRESS");
            later
        }]
    });
    let world = world(&aws);
    let started = perform(&world, "drs.start_recovery", drill()).await;
    let Finding::Happened(adopted) = reconcile(&world, "drs.start_recovery", drill()).await else {
        panic!("not adopted")
    };
    assert_eq!(adopted.outcome, started.outcome);
    let filters = &aws.requests("DescribeJobs")[0].body["filters"];
    assert_eq!(filters, &json!({ "fromDate": at(-2 * 24 * 3600) }));
}

#[tokio::test(start_paused = true)]
async fn a_job_on_a_later_page_is_found() {
    let aws = Script::new(|request| match request.body["nextToken"].as_str() {
        None => Answer::Json(json!({ "items": [job("drsjob-other", "x")], "nextToken": "p2" })),
        Some("p2") => Answer::Json(json!({ "items": [job("drsjob-1", &key())] })),
        Some(other) => panic!("{other}"),
    });
    let finding = reconcile(&world(&aws), "drs.start_recovery", drill()).await;
    assert!(matches!(finding, Finding::Happened(_)), "{finding:?}");
}

#[tokio::test(start_paused = true)]
async fn a_job_that_shows_late_is_still_found() {
    let aws =
        jobs(|request| if request.at < 50.0 { vec![] } else { vec![job("drsjob-1", &key())] });
    let finding = reconcile(&world(&aws), "drs.start_recovery", drill()).await;
    assert!(matches!(finding, Finding::Happened(_)), "{finding:?}");
    assert!(aws.requests("DescribeJobs").last().unwrap().at >= 50.0);
}

#[tokio::test(start_paused = true)]
async fn a_job_is_absent_only_after_several_looks_over_a_minute() {
    let aws = jobs(|_| vec![job("drsjob-other", "another key")]);
    let finding = reconcile(&world(&aws), "drs.start_recovery", drill()).await;
    assert_eq!(finding, Finding::Absent);
    let looks = aws.requests("DescribeJobs");
    assert!(looks.len() >= 4, "{} looks", looks.len());
    assert!(looks.last().unwrap().at - looks[0].at >= 60.0);
}

#[tokio::test(start_paused = true)]
async fn the_settle_window_can_be_set() {
    let aws = jobs(|_| vec![]);
    let mut settings = Settings::default();
    settings.settle.duration = std::time::Duration::from_mins(10);
    settings.settle.looks = 3;
    let finding = reconcile(&world_with(&aws, settings), "drs.start_recovery", drill()).await;
    assert_eq!(finding, Finding::Absent);
    let looks = aws.requests("DescribeJobs");
    assert_eq!(looks.len(), 3);
    assert!(looks[2].at >= 600.0);
}

#[tokio::test(start_paused = true)]
async fn several_jobs_with_our_key_are_for_a_person_to_decide() {
    let aws = jobs(|_| vec![job("drsjob-1", &key()), job("drsjob-2", &key())]);
    let evidence = undecided(reconcile(&world(&aws), "drs.start_recovery", drill()).await);
    assert_eq!(evidence.found, json!({ "job_ids": ["drsjob-1", "drsjob-2"] }));
}

/// `DescribeJobs` by date shows nothing; the server's last launch names `drsjob-9`.
fn named_by_last_launch(initiated: i32, by_id: Vec<Value>) -> Script {
    Script::new(move |request| match request.operation.as_str() {
        "DescribeJobs" if request.body["filters"]["jobIDs"].is_array() => {
            assert_eq!(request.body["filters"]["jobIDs"], json!(["drsjob-9"]));
            Answer::Json(json!({ "items": by_id }))
        }
        "DescribeJobs" => Answer::Json(json!({ "items": [] })),
        _ => Answer::Json(json!({ "items": [{ "sourceServerID": "s-1", "lifeCycle": {
            "lastLaunch": { "initiated": {
                "jobID": "drsjob-9", "type": "DRILL", "apiCallDateTime": at(initiated),
            } },
        } }] })),
    })
}

#[tokio::test(start_paused = true)]
async fn a_job_known_only_from_the_servers_last_launch_is_adopted() {
    let aws = named_by_last_launch(2, vec![job("drsjob-9", &key())]);
    let finding = reconcile(&world(&aws), "drs.start_recovery", drill()).await;
    assert!(matches!(finding, Finding::Happened(_)), "{finding:?}");
}

#[tokio::test(start_paused = true)]
async fn a_recent_launch_by_an_invisible_job_is_for_a_person_to_decide() {
    let aws = named_by_last_launch(2, vec![]);
    let evidence = undecided(reconcile(&world(&aws), "drs.start_recovery", drill()).await);
    assert_eq!(evidence.found, json!({ "job_ids": ["drsjob-9"] }));
}

#[tokio::test(start_paused = true)]
async fn launches_by_others_or_long_ago_do_not_count() {
    for aws in [
        named_by_last_launch(2, vec![job("drsjob-9", "another key")]),
        named_by_last_launch(-4 * 3600, vec![]),
    ] {
        let finding = reconcile(&world(&aws), "drs.start_recovery", drill()).await;
        assert_eq!(finding, Finding::Absent);
    }
}

#[tokio::test(start_paused = true)]
async fn who_may_not_look_cannot_tell() {
    let aws = Script::new(|_| Answer::No(403, "AccessDeniedException", "no"));
    let evidence = undecided(reconcile(&world(&aws), "drs.start_recovery", drill()).await);
    assert_eq!(evidence.found, json!({ "code": "AccessDeniedException" }));
}

#[tokio::test(start_paused = true)]
async fn an_outage_while_looking_proves_nothing_and_the_look_begins_anew_after_it() {
    let outage = |until: f64| {
        Script::new(move |request| {
            if request.at < until {
                return Answer::Dropped;
            }
            Answer::Json(json!({ "items": [] }))
        })
    };
    let (aws, clock) = (outage(30.0), TestClock::new());
    let finding = reconcile(&world(&aws), "drs.start_recovery", drill()).await;
    assert!(matches!(finding, Finding::Unseen(_)), "{finding:?}");
    clock.sleep(Duration::from_secs(30)).await;
    let finding = reconcile(&world(&aws), "drs.start_recovery", drill()).await;
    assert_eq!(finding, Finding::Absent);
    let finding = reconcile(&world(&outage(1e9)), "drs.start_recovery", drill()).await;
    assert!(matches!(finding, Finding::Unseen(_)), "{finding:?}");
}
