//! Why a schedule starts nothing now, although a time of it is due.

use std::collections::BTreeSet;

use moontide_runtime::clock::Clock as _;
use moontide_runtime::journal::{Channel, Execution};
use moontide_runtime::plan::{Mode, Plan, ServerSelector};
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::{Store, StoreError, Wanted};
use serde_json::{Value, json};

use super::declared::{Kind, Schedule};
use super::progress::{Progress, Start};
use super::starter::Starter;
use crate::aws;
use crate::clocks::SystemClock;
use crate::error::Result;
use crate::execution::Made;
use crate::operator::Operator;
use crate::reached::Reached;
use crate::runbook::Files;
use crate::view::Record;

/// States in which an instance is none any more.
const GONE: [&str; 3] = ["SHUTTING-DOWN", "TERMINATED", "NOT_FOUND"];
/// Jobs that are over.
const OVER: &str = "COMPLETED";
/// What DRS calls a recovery that is no drill.
const RECOVERY: &str = "START_RECOVERY";
/// So far back the jobs of DRS are looked at, in hours: none lasts longer.
const JOBS_SINCE: i64 = 48;

/// Why nothing may start; `None`: it may.
pub async fn look(
    starter: &Starter<'_>,
    schedule: &Schedule,
    progress: &Progress,
) -> Result<Option<String>> {
    let Starter { operator, kept, .. } = starter;
    if let Some(paused) = &kept.terms.paused {
        let reason = Some(&paused.reason).filter(|reason| !reason.is_empty());
        let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
        return Ok(Some(format!("it is paused by {}{reason}", paused.by)));
    }
    // A report that fails says what it is there to say.
    if schedule.kind == Kind::Report {
        return Ok(None);
    }
    if let Some(why) =
        failures(operator, schedule, progress, kept.terms.resumed(SystemClock::new().now())).await?
    {
        return Ok(Some(why));
    }
    if schedule.kind != Kind::Drill {
        return Ok(None);
    }
    if let Some(why) = leftovers(operator, progress).await? {
        return Ok(Some(why));
    }
    world(starter, schedule).await
}

/// The last of its starts have all failed.
async fn failures(
    operator: &Operator,
    schedule: &Schedule,
    progress: &Progress,
    resumed: Option<jiff::Timestamp>,
) -> Result<Option<String>> {
    let most = schedule.pause_after as usize;
    let since = |start: &&Start| resumed.is_none_or(|resumed| start.time > resumed);
    let last: Vec<&Start> = progress.terms.starts.iter().rev().filter(since).take(most).collect();
    if most == 0 || last.len() < most {
        return Ok(None);
    }
    for start in &last {
        if !has_failed(operator, start).await? {
            return Ok(None);
        }
    }
    Ok(Some(format!(
        "the last {most} have failed: `moontide schedule resume {}` lets it go on",
        schedule.name
    )))
}

async fn has_failed(operator: &Operator, start: &Start) -> Result<bool> {
    if !start.ended.is_empty() {
        return Ok(!start.ended.starts_with("completed"));
    }
    let store = operator.store.as_ref();
    if !is_there(store, &start.execution).await? {
        return Ok(false);
    }
    let record = Record::load(store, &start.execution).await?;
    let failed = [ExecutionStatus::Failed, ExecutionStatus::Cancelled];
    Ok(failed.contains(&record.status()))
}

/// Whether an execution is still in the store. A store that does not answer says nothing of it.
pub(super) async fn is_there(store: &dyn Store, id: &str) -> Result<bool> {
    Ok(is_found(store.execution(id).await)?)
}

fn is_found(
    answer: std::result::Result<Execution, StoreError>,
) -> std::result::Result<bool, StoreError> {
    match answer {
        Ok(_) => Ok(true),
        Err(StoreError::NotFound(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// What its last drill has launched is not cleaned up.
async fn leftovers(operator: &Operator, progress: &Progress) -> Result<Option<String>> {
    let store = operator.store.as_ref();
    for start in progress.terms.starts.iter().rev().filter(|it| it.ended.is_empty()) {
        if !is_there(store, &start.execution).await? {
            continue;
        }
        if Record::load(store, &start.execution).await?.has_instances {
            let id = &start.execution;
            return Ok(Some(format!("the instances of {id} are left: `moontide cleanup {id}`")));
        }
    }
    Ok(None)
}

/// What there is in the account and the Region in which it would act.
async fn world(starter: &Starter<'_>, schedule: &Schedule) -> Result<Option<String>> {
    let Starter { operator, sources, .. } = starter;
    let files = Files::pinned(sources.bundle.clone(), &schedule.runbook);
    // What is wrong with it is said by the start.
    let Ok(plan) = files.plan(operator.face.as_ref(), &operator.settings.limits(), 0) else {
        return Ok(None);
    };
    let mut probe = probe(operator, schedule, &plan, files);
    let unseen = |why: &str| Ok(Some(format!("whether a recovery runs cannot be seen: {why}")));
    let session = match operator.target.session(&operator.environment).await {
        Ok(session) => session,
        Err(error) => return unseen(&error.message),
    };
    if probe.regions.is_empty() {
        match session.region() {
            Ok(region) => probe.regions.push(region.to_owned()),
            Err(error) => return unseen(&error.to_string()),
        }
    }
    let reached = match Reached::by(session, &operator.target, &probe).await {
        Ok(reached) => reached,
        Err(error) => return unseen(&error.message),
    };
    probe.account = reached.caller.account.clone().or(probe.account);
    if let Some(why) = recoveries(operator, &probe).await? {
        return Ok(Some(why));
    }
    for region in &probe.regions {
        match of_region(&reached, (&plan, schedule), region).await? {
            Ok(None) => {}
            Ok(held) => return Ok(held),
            Err(why) => return unseen(&why),
        }
    }
    Ok(None)
}

/// An execution that is never begun: it says where one would act.
fn probe(operator: &Operator, schedule: &Schedule, plan: &Plan, files: Files) -> Execution {
    let made = Made {
        id: schedule.name.clone(),
        at: schedule.start,
        by: String::new(),
        mode: Mode::Drill,
        plan: plan.clone(),
        bundle: files.bundle,
        seed: 0,
        settings: &operator.settings,
    };
    let simulator = operator.target.simulator(&operator.environment);
    Execution { simulator, source: Some(Channel::Schedule), ..made.head() }
}

/// A recovery of this store runs there.
async fn recoveries(operator: &Operator, probe: &Execution) -> Result<Option<String>> {
    let store = operator.store.as_ref();
    let statuses = [
        ExecutionStatus::Pending,
        ExecutionStatus::Running,
        ExecutionStatus::Paused,
        ExecutionStatus::Waiting,
    ];
    let wanted = Wanted { statuses: statuses.to_vec(), ..Wanted::default() };
    for row in store.find(&wanted).await?.rows {
        let is_open = row
            .told
            .is_none_or(|told| told.mode == Mode::Recovery && !told.standing.status.is_terminal());
        if !is_open || row.moved || row.pruned {
            continue;
        }
        let other = store.execution(&row.id).await?;
        if other.mode == Mode::Recovery && is_beside(&other, probe) {
            let id = &other.id;
            return Ok(Some(format!("the recovery {id} runs in the same account and Region")));
        }
    }
    Ok(None)
}

/// Whether two executions act in one account and Region.
fn is_beside(one: &Execution, other: &Execution) -> bool {
    let place = |it: &Execution| it.simulator.as_ref().map(|it| it.endpoint_url.clone());
    let accounts = (&one.account, &other.account);
    let is_other_account = matches!(accounts, (Some(one), Some(other)) if one != other);
    place(one) == place(other)
        && !is_other_account
        && one.regions.iter().any(|region| other.regions.contains(region))
}

/// What DRS says of one Region. The inner error: it could not be seen.
async fn of_region(
    reached: &Reached,
    (plan, schedule): (&Plan, &Schedule),
    region: &str,
) -> Result<std::result::Result<Option<String>, String>> {
    let world = reached.world.as_ref();
    let now = reached.clock.now();
    let since = now.checked_sub(jiff::SignedDuration::from_hours(JOBS_SINCE)).unwrap_or(now);
    let asked = json!({ "filters": { "from_date": since.to_string() } });
    let jobs = match aws::all(world, "drs.describe_jobs", region, asked).await? {
        Ok(jobs) => jobs,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let text = |it: &Value, field: &str| it[field].as_str().unwrap_or_default().to_owned();
    let recovery = jobs
        .iter()
        .find(|job| text(job, "initiated_by") == RECOVERY && text(job, "status") != OVER);
    if let Some(job) = recovery {
        return Ok(Ok(Some(format!("a recovery runs in {region}: {}", text(job, "job_id")))));
    }
    let instances =
        match aws::all(world, "drs.describe_recovery_instances", region, json!({})).await? {
            Ok(instances) => instances,
            Err(error) => return Ok(Err(error.to_string())),
        };
    let live = |it: &&Value| !GONE.contains(&text(it, "ec2_instance_state").as_str());
    let live: Vec<&Value> = instances.iter().filter(live).collect();
    if live.is_empty() {
        return Ok(Ok(None));
    }
    let servers = match aws::all(world, "drs.describe_source_servers", region, json!({})).await? {
        Ok(servers) => servers,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let meant = meant((plan, schedule), &servers);
    // Those of its own drills were looked at before: what is left of a drill here is another's, and a launch gives up
    // no instance of others.
    let held = live.iter().find(|it| meant.contains(&text(it, "source_server_id")));
    Ok(Ok(held.map(|it| {
        let what = if it["is_drill"] == true { "drill's" } else { "recovery" };
        let (server, instance) = (text(it, "source_server_id"), text(it, "recovery_instance_id"));
        format!("the server {server} has the live {what} instance {instance}")
    })))
}

/// The source servers that the waves of a plan mean which a schedule runs, without those that it leaves out.
fn meant((plan, schedule): (&Plan, &Schedule), servers: &[Value]) -> BTreeSet<String> {
    let runs = |wave: &str| schedule.only.is_empty() || schedule.only.iter().any(|it| it == wave);
    let waves = plan.waves.iter().filter(|wave| runs(&wave.name));
    let selectors: Vec<&ServerSelector> = waves.filter_map(|wave| wave.servers.as_ref()).collect();
    let is_left_out = |server: &Value| {
        let called = [&server["source_server_id"], &server["tags"]["Name"]];
        schedule.exclude.iter().any(|it| called.iter().any(|name| name.as_str() == Some(it)))
    };
    let is_meant = |server: &Value, selector: &ServerSelector| {
        let id = server["source_server_id"].as_str().unwrap_or_default();
        let carries = |(key, value): (&String, &String)| server["tags"][key] == value.as_str();
        let by_tags = !selector.tags.is_empty() && selector.tags.iter().all(carries);
        // What a program chooses may be any of them.
        selector.chosen || by_tags || selector.ids.iter().any(|it| it == id)
    };
    let meant = servers
        .iter()
        .filter(|server| !is_left_out(server) && selectors.iter().any(|it| is_meant(server, it)));
    meant.filter_map(|server| server["source_server_id"].as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_that_does_not_answer_does_not_say_that_an_execution_is_gone() {
        assert_eq!(is_found(Err(StoreError::NotFound("drill".to_owned()))).ok(), Some(false));
        let (place, message) = ("dynamodb:moontide".to_owned(), "throttled".to_owned());
        let throttled = StoreError::Unusable { place, message, transient: true };
        assert!(is_found(Err(throttled)).is_err());
    }
}
