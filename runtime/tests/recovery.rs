//! The standard recovery program against a small pretence of DRS: which servers are launched, how often,
//! and what a later attempt still knows.

#![expect(clippy::unwrap_used, reason = "a test that panics says where")]

mod support;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use async_trait::async_trait;
use moontide_kit::{Answering, TestOperation, TestWorld, lease};
use moontide_runtime::effect::{
    Call, Class, Consequences, EffectError, Launch, Origin, Replaced, Reply, Touch,
};
use moontide_runtime::scheduler::{Answers, Driver, Ended, ExecutionStatus, Given, Prompt};
use moontide_runtime::store::{MemoryStore, Store};
use serde_json::{Value, json};
use support::execution;

const LAUNCH: &str = "drs.start_recovery";

/// Three servers, jobs that end at once, and what is to go wrong.
#[derive(Default)]
struct Drs {
    /// The servers of every launch, in order; job number n is at place n - 1.
    launches: RefCell<Vec<Vec<String>>>,
    /// The wave of every launch.
    waves: RefCell<Vec<String>>,
    /// Which call of which operation fails, counted from 1.
    fails: BTreeMap<(&'static str, u32), EffectError>,
    /// How many launches fail to bring a server up.
    lost: Cell<usize>,
    /// Whether another execution's job is active all the time.
    shared: bool,
    /// The job that DRS does not show, counted from 1.
    hidden: Option<u32>,
}

impl Drs {
    fn answer(&self, call: &Call) -> Value {
        let asked = &call.arguments;
        let ids = |field: &str, name: &str| -> Vec<String> {
            let list = asked[field].as_array().unwrap().iter();
            list.map(|it| it.get(name).unwrap_or(it).as_str().unwrap().to_owned()).collect()
        };
        match call.operation.as_str() {
            "drs.describe_source_servers" => {
                let server = |name| {
                    let tags = json!({ "Tier": "web" });
                    json!({ "source_server_id": format!("s-{name}"), "hostname": name, "tags": tags })
                };
                let servers = ["a", "b", "c"].map(server);
                json!({ "items": servers })
            }
            "drs.describe_jobs" => {
                let theirs = json!({ "status": "STARTED", "participating_servers": ["s-z"] });
                json!({ "items": Vec::from_iter(self.shared.then_some(theirs)) })
            }
            "drs.start_recovery" => {
                self.waves.borrow_mut().push(call.wave.clone());
                let mut launches = self.launches.borrow_mut();
                launches.push(ids("source_servers", "source_server_id"));
                json!({ "job": { "job_id": launches.len().to_string() } })
            }
            "drs.await_jobs" => {
                let jobs = ids("job_ids", "");
                json!({ "jobs": jobs.iter().map(|id| self.job(id)).collect::<Vec<_>>() })
            }
            "drs.describe_recovery_instances" => json!({ "items": self.instances() }),
            _ => json!({}),
        }
    }

    /// What a launch would delete: what the launches before have brought up.
    fn touches(&self, call: &Call) -> Vec<Touch> {
        let launches = self.launches.borrow();
        let replaced = |server: &str| {
            let of_server =
                |(_, servers): &(usize, &Vec<String>)| servers.iter().any(|it| it == server);
            let before = launches.iter().enumerate().skip(self.lost.get()).filter(of_server);
            before
                .map(|(place, _)| Replaced {
                    instance: format!("i-{server}-{}", place + 1),
                    job: (place + 1).to_string(),
                    drill: true,
                    is_hidden: false,
                    origin: Some(Origin {
                        execution: call.execution.clone(),
                        nonce: call.nonce.clone(),
                        wave: self.waves.borrow()[place].clone(),
                    }),
                })
                .collect()
        };
        let servers = call.arguments["source_servers"].as_array().unwrap().iter();
        let id = |it: &Value| it["source_server_id"].as_str().unwrap().to_owned();
        let launch = |server: String| {
            let launch = Launch { drill: true, name: None, replaces: replaced(&server) };
            Touch::launch(server, launch)
        };
        servers.map(id).map(launch).collect()
    }

    /// The instances that the job has launched which is not shown.
    fn instances(&self) -> Vec<Value> {
        let hidden = self.hidden.map(|number| number.to_string());
        let job = hidden.filter(|_| self.lost.get() == 0).map(|id| self.job(&id));
        let servers = job.iter().flat_map(|job| job["participating_servers"].as_array().unwrap());
        let instance = |server: &Value| {
            json!({
                "source_server_id": server["source_server_id"],
                "recovery_instance_id": server["recovery_instance_id"],
                "job_id": self.hidden.unwrap().to_string(),
            })
        };
        servers.map(instance).collect()
    }

    /// What DRS says to a wait for a job that it does not show.
    fn not_shown(&self, call: &Call) -> Option<EffectError> {
        let hidden = json!(self.hidden?.to_string());
        let asked = call.arguments["job_ids"].as_array()?;
        asked.contains(&hidden).then(|| {
            let mut error = EffectError::new("JobNotFound", "DRS does not know it");
            error.details = json!({ "job_ids": [hidden] });
            error
        })
    }

    fn job(&self, id: &str) -> Value {
        let number: usize = id.parse().unwrap();
        let launch = |server: &String| {
            let up = number > self.lost.get();
            let status = if up { "LAUNCHED" } else { "FAILED" };
            json!({
                "source_server_id": server,
                "recovery_instance_id": format!("i-{server}-{id}"),
                "launch_status": status,
            })
        };
        let servers: Vec<_> = self.launches.borrow()[number - 1].iter().map(launch).collect();
        json!({ "job_id": id, "participating_servers": servers })
    }
}

/// The world of this pretence.
fn world(drs: &Rc<Drs>) -> TestWorld {
    let operation = |name| {
        let [asked, called] = [Rc::clone(drs), Rc::clone(drs)];
        let (class, touches) = match name {
            LAUNCH => (Class::Tagged, true),
            _ => (Class::Read, false),
        };
        let operation = TestOperation::new(name, class)
            .touching(move |call| {
                let touches = if touches { asked.touches(call) } else { Vec::new() };
                Ok(Consequences { touches, ..Consequences::default() })
            })
            .answering(move |call| match called.not_shown(call) {
                Some(error) => Reply::failed(error),
                None => Reply::ok(called.answer(call)),
            });
        let fails = drs.fails.iter().filter(|((failing, _), _)| *failing == name);
        fails.fold(operation, |it, ((_, number), error)| it.failing(*number, error.clone()))
    };
    TestWorld::of([
        operation("drs.describe_source_servers"),
        operation("drs.describe_jobs"),
        operation(LAUNCH),
        operation("drs.await_jobs"),
        operation("drs.describe_recovery_instances"),
        operation("ec2.await_running"),
        operation("test.read"),
    ])
}

/// Runs a wave over the three servers, one in a job, attempted three times at most; returns the launches.
async fn launches(drs: Drs, more: &str) -> (Ended, Vec<Vec<String>>) {
    launches_among(Rc::new(Answering::default()), drs, more).await
}

/// The same, with a person there who answers.
async fn launches_among(
    answers: Rc<dyn Answers>,
    drs: Drs,
    more: &str,
) -> (Ended, Vec<Vec<String>>) {
    let source = format!(
        "local moontide = require('@moontide')\nlocal host = require('@moontide/host')\n\
         require('@moontide/jobs').quotas.servers_per_job = 1\n\
         return moontide.runbook {{ name = 'story', waves = {{ {{ name = 'w',\n\
         servers = {{ tags = {{ Tier = 'web' }} }}, on_failure = 'retry', max_attempts = 3, {more} }} }} }}"
    );
    let store = Arc::new(MemoryStore::new());
    store.create(&execution("x", &source)).await.unwrap();
    let lease = lease(store.as_ref(), "x").await;
    let drs = Rc::new(drs);
    let driver = Driver { answers, ..moontide_kit::driver(store, world(&drs)) };
    let ended = driver.drive(&lease, std::future::pending()).await.unwrap();
    let launches = drs.launches.borrow().clone();
    (ended, launches)
}

fn failing(calls: &[(&'static str, u32)]) -> Drs {
    // AWS's errors have details of their own.
    let mut error = EffectError::new("SomeException", "it went wrong");
    error.details = json!({ "status": 400 });
    Drs { fails: calls.iter().map(|it| (*it, error.clone())).collect(), ..Drs::default() }
}

fn each_once() -> (Ended, Vec<Vec<String>>) {
    let launches = ["s-a", "s-b", "s-c"].map(|it| vec![it.to_owned()]);
    (Ended::Finished(ExecutionStatus::Completed), launches.into())
}

#[tokio::test(start_paused = true)]
async fn a_hook_that_fails_with_details_costs_no_server_its_instance() {
    let verify = "verify = function(wave) if wave.attempt == 1 then
        host.raise { code = 'CommandFailed', message = 'no', details = { invocations = {} } }
    end end,";
    assert_eq!(launches(Drs::default(), verify).await, each_once());
}

#[tokio::test(start_paused = true)]
async fn jobs_that_were_started_before_an_error_are_taken_up_by_the_next_attempt() {
    for call in [("drs.start_recovery", 2), ("drs.await_jobs", 1), ("ec2.await_running", 1)] {
        assert_eq!(launches(failing(&[call]), "").await, each_once(), "{call:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_fails_early_forgets_nothing_of_the_one_before() {
    // The first attempt launches and fails in `verify`, the second fails before it gets anywhere.
    let drs = failing(&[("test.read", 1), ("drs.describe_source_servers", 2)]);
    let verify = "verify = function() host.effect('test.read') end,";
    assert_eq!(launches(drs, verify).await, each_once());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_failed_in_a_job_taken_up_is_launched_again_and_no_other() {
    let drs = failing(&[("drs.await_jobs", 1)]);
    drs.lost.set(1);
    let again = |(ended, mut launches): (Ended, Vec<Vec<String>>)| {
        launches.push(vec!["s-a".to_owned()]);
        (ended, launches)
    };
    assert_eq!(launches(drs, "").await, again(each_once()));
}

#[tokio::test(start_paused = true)]
async fn a_launch_that_another_one_took_the_room_of_waits_for_room_again() {
    let full = EffectError::new("ServiceQuotaExceededException", "too many jobs");
    let drs = |shared, times: u32| {
        let refused = (2..2 + times).map(|call| (("drs.start_recovery", call), full.clone()));
        Drs { fails: refused.collect(), shared, ..Drs::default() }
    };
    for (shared, times) in [(true, 10), (false, 2)] {
        assert_eq!(launches(drs(shared, times), "max_attempts = 1").await, each_once());
    }
    // Where no job shows, there is nothing to wait for: this one does not fit at all.
    let (ended, _) = launches(drs(false, 10), "max_attempts = 1").await;
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Failed));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_another_wave_has_launched_is_not_launched_over_it() {
    let another = "}, { name = 'z', depends_on = { 'w' }, servers = { tags = { Tier = 'web' } }";
    let (_, servers) = each_once();
    let failed = Ended::Finished(ExecutionStatus::Failed);
    assert_eq!(launches(Drs::default(), another).await, (failed, servers));
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_never_shown_again_is_judged_by_the_instances_that_name_it() {
    let hidden = |lost| {
        let drs = Drs { hidden: Some(2), ..Drs::default() };
        drs.lost.set(lost);
        drs
    };
    assert_eq!(launches(hidden(0), "").await, each_once());
    // Where no instance names it, it cannot be told: nothing is launched again, also by a later attempt.
    let (ended, launched) = launches(hidden(3), "").await;
    let Ended::Waiting(prompts) = ended else { panic!("a person decides: {ended:?}") };
    assert!(prompts[0].message.contains("nor an instance of b. Look"), "{prompts:?}");
    assert_eq!(launched, each_once().1);
}

/// Says to everything that it fails.
struct Fails;

#[async_trait(?Send)]
impl Answers for Fails {
    async fn answer(&self, _prompt: &Prompt) -> Option<Given> {
        Some(Given { choice: "fail".into(), by: "ann".into(), ..Given::default() })
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_that_a_person_gives_up_fails_its_attempt_and_only_a_retry_launches_again() {
    let hidden = || {
        let drs = Drs { hidden: Some(1), ..Drs::default() };
        drs.lost.set(1);
        drs
    };
    let (ended, launched) = launches_among(Rc::new(Fails), hidden(), "max_attempts = 1").await;
    assert_eq!((ended, launched), (Ended::Finished(ExecutionStatus::Failed), each_once().1));
    let (ended, launched) = launches_among(Rc::new(Fails), hidden(), "").await;
    let again = [each_once().1, vec![vec!["s-a".to_owned()]]].concat();
    assert_eq!((ended, launched), (Ended::Finished(ExecutionStatus::Completed), again));
}
