//! Waiting for jobs: how many calls it costs, how late it notices, what it reports.

use std::time::Duration;

use futures_util::future::join_all;
use moontide_aws::Settings;
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::Unavailable;
use serde_json::{Value, json};

use crate::support::{
    Answer, Request, Script, TestClock, at, error, perform, value, world, world_with,
};

/// A job that begins and ends at these seconds.
#[derive(Clone, Copy)]
struct Job {
    id: &'static str,
    begins: f64,
    ends: f64,
}

/// The two published drills: the second begins a minute after the first has ended.
const FIRST: Job = Job { id: "drsjob-1", begins: 0.0, ends: 533.3 };
const SECOND: Job = Job { id: "drsjob-2", begins: 620.0, ends: 620.0 + 539.3 };

fn describe(jobs: &[Job], request: &Request) -> Answer {
    let asked = request.body["filters"]["jobIDs"].as_array().unwrap();
    let shown = jobs.iter().filter(|it| asked.contains(&json!(it.id)) && request.at >= it.begins);
    let shown = shown.map(|job| {
        let ended = request.at >= job.ends;
        json!({
            "jobID": job.id, "type": "LAUNCH", "creationDateTime": at(job.begins),
            "status": if ended { "COMPLETED" } else { "STARTED" },
            "participatingServers": [{
                "sourceServerID": "s-1", "recoveryInstanceID": "i-1",
                "launchStatus": if ended { "LAUNCHED" } else { "IN_PROGRESS" },
            }],
        })
    });
    Answer::Json(json!({ "items": shown.collect::<Vec<_>>() }))
}

fn drs(jobs: &'static [Job]) -> Script {
    Script::new(move |request| match request.operation.as_str() {
        "DescribeJobs" => describe(jobs, request),
        "DescribeJobLogItems" => Answer::Json(json!({ "items": [] })),
        other => panic!("{other} was not expected"),
    })
}

fn asked(ids: &[&str]) -> Value {
    json!({ "job_ids": ids })
}

#[tokio::test(start_paused = true)]
async fn two_published_drills_cost_at_most_sixty_calls() {
    let aws = drs(&[FIRST, SECOND]);
    let clock = TestClock::new();
    let world = world(&aws);
    for job in [FIRST, SECOND] {
        clock.sleep(Duration::from_secs_f64(job.begins).saturating_sub(clock.monotonic())).await;
        value(perform(&world, "drs.await_jobs", asked(&[job.id])).await);
        let late = clock.monotonic().as_secs_f64() - job.ends;
        assert!((0.0..12.0).contains(&late), "{late} s late");
    }
    let calls = aws.count("DescribeJobs");
    assert!((40..=56).contains(&calls), "{calls} calls");
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_job_is_noticed_within_eight_seconds_on_average() {
    let mut late = Vec::new();
    for seed in 0..40_u32 {
        let ends = 480.0 + 19.3 * f64::from(seed);
        let jobs: &'static [Job] = Box::leak(Box::new([Job { id: "drsjob-1", begins: 0.0, ends }]));
        let aws = drs(jobs);
        let clock = TestClock::new();
        let world = world_with(&aws, Settings { seed: seed.into(), ..Settings::default() });
        value(perform(&world, "drs.await_jobs", asked(&["drsjob-1"])).await);
        late.push(clock.monotonic().as_secs_f64() - ends);
    }
    let average = late.iter().sum::<f64>() / 40.0;
    assert!((1.0..8.0).contains(&average), "{average} s late on average");
}

#[tokio::test(start_paused = true)]
async fn lanes_that_wait_together_share_every_call() {
    const JOBS: &[Job] = &[
        Job { id: "drsjob-1", begins: 0.0, ends: 530.0 },
        Job { id: "drsjob-2", begins: 0.0, ends: 540.0 },
        Job { id: "drsjob-3", begins: 0.0, ends: 700.0 },
    ];
    let alone = drs(JOBS);
    value(perform(&world(&alone), "drs.await_jobs", asked(&["drsjob-3"])).await);

    let together = drs(JOBS);
    let world = world(&together);
    let lanes = JOBS.iter().map(|it| perform(&world, "drs.await_jobs", asked(&[it.id])));
    for (job, reply) in JOBS.iter().zip(join_all(lanes).await) {
        assert_eq!(value(reply)["jobs"][0]["job_id"], job.id);
    }
    assert_eq!(together.count("DescribeJobs"), alone.count("DescribeJobs"));
    let requests = together.requests("DescribeJobs");
    let ids = |request: &Request| request.body["filters"]["jobIDs"].as_array().unwrap().len();
    assert_eq!(ids(&requests[0]), 3, "one call for all");
    assert_eq!(ids(requests.last().unwrap()), 1, "no lane waits for the others");
}

#[tokio::test(start_paused = true)]
async fn what_has_ended_is_not_asked_about_again() {
    const JOBS: &[Job] = &[FIRST, Job { id: "drsjob-2", begins: 0.0, ends: 700.0 }];
    let aws = drs(JOBS);
    value(perform(&world(&aws), "drs.await_jobs", asked(&["drsjob-1", "drsjob-2"])).await);
    let requests = aws.requests("DescribeJobs");
    assert_eq!(requests[0].body["filters"]["jobIDs"], json!(["drsjob-1", "drsjob-2"]));
    assert_eq!(requests.last().unwrap().body["filters"]["jobIDs"], json!(["drsjob-2"]));
}

#[tokio::test(start_paused = true)]
async fn a_lane_that_joins_late_is_looked_after_at_once() {
    const JOBS: &[Job] = &[
        Job { id: "drsjob-1", begins: 0.0, ends: 300.0 },
        Job { id: "drsjob-0", begins: -900.0, ends: -300.0 },
    ];
    let aws = drs(JOBS);
    let world = world(&aws);
    let clock = TestClock::new();
    let joins = async {
        clock.sleep(Duration::from_secs(40)).await;
        value(perform(&world, "drs.await_jobs", asked(&["drsjob-0"])).await);
        clock.monotonic().as_secs_f64()
    };
    let (_, joined) = tokio::join!(perform(&world, "drs.await_jobs", asked(&["drsjob-1"])), joins);
    assert!(joined < 44.0, "{joined}");
}

#[tokio::test(start_paused = true)]
async fn a_lane_that_is_cancelled_while_it_leads_leaves_the_others_waiting_well() {
    let aws = drs(&[FIRST]);
    let world = world(&aws);
    let clock = TestClock::new();
    let leader = tokio::time::timeout(
        Duration::from_secs(100),
        perform(&world, "drs.await_jobs", asked(&[FIRST.id])),
    );
    let (leader, follower) =
        tokio::join!(leader, perform(&world, "drs.await_jobs", asked(&[FIRST.id])));
    assert!(leader.is_err(), "cancelled");
    value(follower);
    assert!(clock.monotonic().as_secs_f64() < FIRST.ends + 12.0);
    assert!(aws.count("DescribeJobs") < 30);
}

#[tokio::test(start_paused = true)]
async fn throttles_slow_it_down_and_do_not_end_it() {
    let aws = Script::new(|request| match request.operation.as_str() {
        "DescribeJobs" if request.at < 1800.0 => {
            Answer::No(429, "ThrottlingException", "slow down")
        }
        "DescribeJobs" => describe(&[Job { id: "drsjob-1", begins: 0.0, ends: 600.0 }], request),
        _ => Answer::Json(json!({ "items": [] })),
    });
    let reply = perform(&world(&aws), "drs.await_jobs", asked(&["drsjob-1"])).await;
    // Half an hour is more than an operator waits in silence for a service that says no.
    assert_eq!(error(reply).code, "ThrottlingException");
    let times: Vec<f64> = aws.requests("DescribeJobs").iter().map(|it| it.at).collect();
    let pauses: Vec<f64> = times.windows(2).map(|it| it[1] - it[0]).collect();
    assert!(pauses.iter().all(|pause| (54.0..67.0).contains(pause)), "{pauses:?}");
    assert!((3..6).contains(&times.len()), "{} calls", times.len());
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_trouble_of_the_runner_and_the_wait_goes_on_after_it() {
    let aws = Script::new(|request| match request.operation.as_str() {
        "DescribeJobs" if (60.0..150.0).contains(&request.at) => Answer::Dropped,
        "DescribeJobs" => describe(&[FIRST], request),
        _ => Answer::Json(json!({ "items": [] })),
    });
    let (clock, world) = (TestClock::new(), world(&aws));
    let unseen = error(perform(&world, "drs.await_jobs", asked(&[FIRST.id])).await);
    assert_eq!(unseen.unavailable, Some(Unavailable::Network));
    clock.sleep(Duration::from_secs(100)).await;
    value(perform(&world, "drs.await_jobs", asked(&[FIRST.id])).await);
    assert!(clock.monotonic().as_secs_f64() < FIRST.ends + 12.0);
}

#[tokio::test(start_paused = true)]
async fn a_definite_no_reaches_every_lane_and_not_the_next_one() {
    let aws = Script::new(|request| match request.operation.as_str() {
        "DescribeJobs" if request.at < 10.0 => Answer::No(403, "AccessDeniedException", "no"),
        "DescribeJobs" => describe(&[FIRST], request),
        _ => Answer::Json(json!({ "items": [] })),
    });
    let world = world(&aws);
    let wait = || perform(&world, "drs.await_jobs", asked(&[FIRST.id]));
    for reply in join_all([wait(), wait()]).await {
        assert_eq!(error(reply).code, "AccessDeniedException");
    }
    assert_eq!(aws.count("DescribeJobs"), 1);
    TestClock::new().sleep(Duration::from_secs(10)).await;
    value(wait().await);
}

#[tokio::test(start_paused = true)]
async fn all_pages_are_read() {
    let job = |id: &str, status: &str| json!({ "jobID": id, "status": status });
    let aws = Script::new(move |request| match request.operation.as_str() {
        "DescribeJobs" if request.body["nextToken"].is_null() => {
            Answer::Json(json!({ "items": [job("drsjob-1", "COMPLETED")], "nextToken": "p2" }))
        }
        "DescribeJobs" => Answer::Json(json!({ "items": [job("drsjob-2", "COMPLETED")] })),
        _ => Answer::Json(json!({ "items": [] })),
    });
    let ended =
        value(perform(&world(&aws), "drs.await_jobs", asked(&["drsjob-2", "drsjob-1"])).await);
    let ids: Vec<_> = ended["jobs"].as_array().unwrap().iter().map(|it| &it["job_id"]).collect();
    assert_eq!(ids, ["drsjob-2", "drsjob-1"]);
    assert_eq!(aws.count("DescribeJobs"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_never_shows_does_not_exist() {
    let aws = drs(&[]);
    let clock = TestClock::new();
    let error = error(perform(&world(&aws), "drs.await_jobs", asked(&["drsjob-9"])).await);
    assert_eq!(
        (error.code.as_str(), &error.details),
        ("JobNotFound", &json!({ "job_ids": ["drsjob-9"] }))
    );
    assert!((300.0..340.0).contains(&clock.monotonic().as_secs_f64()));
}

#[tokio::test(start_paused = true)]
async fn a_job_that_shows_late_is_waited_for() {
    let aws = drs(&[Job { id: "drsjob-1", begins: 100.0, ends: 640.0 }]);
    value(perform(&world(&aws), "drs.await_jobs", asked(&["drsjob-1"])).await);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_names_the_jobs() {
    let aws = drs(&[FIRST]);
    let asked = json!({ "job_ids": [FIRST.id], "timeout": "5m" });
    let error = error(perform(&world(&aws), "drs.await_jobs", asked).await);
    assert_eq!((error.code.as_str(), error.retryable), ("Timeout", true));
    assert_eq!(error.details, json!({ "job_ids": [FIRST.id] }));
}

#[tokio::test(start_paused = true)]
async fn what_the_log_says_is_told_per_server() {
    let aws = Script::new(|request| match request.operation.as_str() {
        "DescribeJobs" => Answer::Json(json!({ "items": [{
            "jobID": "drsjob-1", "type": "LAUNCH", "initiatedBy": "START_DRILL",
            "status": "COMPLETED", "creationDateTime": at(0), "endDateTime": at(540),
            "participatingServers": [
                {
                    "sourceServerID": "s-1", "recoveryInstanceID": "i-1", "launchStatus": "LAUNCHED",
                    "launchActionsStatus": { "runs": [{
                        "action": { "actionId": "a1", "name": "check", "optional": true },
                        "status": "FAILED", "failureReason": "exit 1",
                    }] },
                },
                { "sourceServerID": "s-2", "launchStatus": "FAILED" },
            ],
        }] })),
        _ if request.body["nextToken"].is_null() => Answer::Json(json!({
            "items": [
                { "event": "JOB_START", "logDateTime": at(0) },
                { "event": "USING_PREVIOUS_SNAPSHOT", "eventData": { "sourceServerID": "s-1" } },
            ],
            "nextToken": "p2",
        })),
        _ => Answer::Json(json!({ "items": [
            { "event": "CONVERSION_FAIL", "logDateTime": at(200), "eventData": {
                "sourceServerID": "s-2", "conversionServerID": "i-9", "rawError": "no space",
                "attemptCount": 2, "maxAttemptsCount": 3,
            } },
            { "event": "JOB_CANCEL", "logDateTime": at(201) },
        ] })),
    });
    let ended = value(perform(&world(&aws), "drs.await_jobs", asked(&["drsjob-1"])).await);
    let first = json!({
        "source_server_id": "s-1", "recovery_instance_id": "i-1", "launch_status": "LAUNCHED",
        "launch_actions": [{
            "action_id": "a1", "name": "check", "status": "FAILED", "failure_reason": "exit 1",
            "optional": true,
        }],
        "used_previous_snapshot": true, "log_errors": [],
    });
    let second = json!({
        "source_server_id": "s-2", "launch_status": "FAILED", "launch_actions": [],
        "used_previous_snapshot": false, "error": "CONVERSION_FAIL: no space",
        "log_errors": [{
            "event": "CONVERSION_FAIL", "log_date_time": at(200), "raw_error": "no space",
            "conversion_server_id": "i-9", "attempt_count": 2, "max_attempts_count": 3,
        }],
    });
    let job = json!({
        "job_id": "drsjob-1", "type": "LAUNCH", "initiated_by": "START_DRILL", "status": "COMPLETED",
        "creation_date_time": at(0), "end_date_time": at(540), "tags": {},
        "participating_servers": [first, second],
        "log_errors": [{ "event": "JOB_CANCEL", "log_date_time": at(201) }],
    });
    assert_eq!(ended, json!({ "jobs": [job] }));
}

#[tokio::test(start_paused = true)]
async fn an_id_that_drs_does_not_take_ends_no_other_wait() {
    let aws = Script::new(|request| match request.operation.as_str() {
        "DescribeJobs" => {
            let asked = request.body["filters"]["jobIDs"].as_array().unwrap();
            if asked.contains(&json!("drsjob-odd")) {
                return Answer::No(400, "ValidationException", "drsjob-odd is no job");
            }
            describe(&[FIRST], request)
        }
        _ => Answer::Json(json!({ "items": [] })),
    });
    let world = world(&aws);
    let (good, odd) = futures_util::join!(
        perform(&world, "drs.await_jobs", asked(&["drsjob-1"])),
        perform(&world, "drs.await_jobs", asked(&["drsjob-odd"])),
    );
    assert_eq!(value(good)["jobs"][0]["job_id"], "drsjob-1");
    let odd = error(odd);
    assert_eq!(odd.code, "JobNotFound");
    assert_eq!(odd.details, json!({ "job_ids": ["drsjob-odd"] }));
}
