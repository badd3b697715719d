//! What a launch would delete, and whose that is.
//!
//! A new drill or recovery of a server first deletes the instance of the one before, also one that others launched. The
//! tags on the job of an instance name the wave of the execution that launched it; an instance without such a
//! job was launched by another tool; if its job does not show, the runner cannot see whose it is. A server whose last
//! launch has not ended yet is being launched.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_drs::types::{Job, JobStatus, LastLaunchResult, RecoveryInstance, SourceServer};
use moontide_runtime::effect::{Call, EffectError, Launch, Origin, Replaced, Touch};

use super::Drs;
use super::lookup::{By, is_drill, is_gone, jobs_by_id, recovery_instances, source_servers};
use super::origins::origins;
use crate::aws::Aws;
use crate::tags;

/// What launching these servers touches.
pub(super) async fn launches(
    aws: &Aws,
    call: &Call,
    servers: &[String],
    drill: bool,
) -> Result<Vec<Touch>, EffectError> {
    let drs = &aws.reading::<Drs>(call);
    // Jobs first: the instance of one that ends meanwhile is there when instances are looked at.
    let known = source_servers(drs, servers).await?;
    let mut running = running(aws, call, &known).await?;
    let mut there = recovery_instances(drs, By::SourceServer(servers)).await?;
    there.retain(|it| !is_gone(it));
    let jobs: BTreeSet<String> = there.iter().filter_map(|it| it.job_id.clone()).collect();
    let origins = origins(aws, call, &jobs).await?;
    // A job of which one server is up may still launch the others.
    running.retain(|server, launching| {
        let is_up = |it: &RecoveryInstance| {
            it.source_server_id() == Some(server) && it.job_id() == Some(&launching.job)
        };
        !there.iter().any(is_up)
    });
    let launch = |server: &String| {
        let of_server = there.iter().filter(|it| it.source_server_id() == Some(server));
        let mut replaces: Vec<Replaced> =
            of_server.map(|instance| replaced(instance, &origins)).collect();
        replaces.extend(running.remove(server));
        let name = known.iter().find(|it| it.source_server_id() == Some(server)).and_then(name);
        Touch::launch(server.clone(), Launch { drill, name, replaces })
    };
    Ok(servers.iter().map(launch).collect())
}

fn replaced(instance: &RecoveryInstance, origins: &HashMap<String, Option<Origin>>) -> Replaced {
    let job = instance.job_id.clone().unwrap_or_default();
    Replaced {
        instance: instance.recovery_instance_id.clone().unwrap_or_default(),
        drill: is_drill(instance),
        origin: origins.get(&job).cloned().flatten(),
        is_hidden: !job.is_empty() && !origins.contains_key(&job),
        job,
    }
}

/// The servers whose last launch has not ended, with its job.
async fn running(
    aws: &Aws,
    call: &Call,
    servers: &[SourceServer],
) -> Result<HashMap<String, Replaced>, EffectError> {
    let launched: Vec<Last> = servers.iter().filter_map(last_job).collect();
    let ids: BTreeSet<String> = launched.iter().map(|last| last.job.to_owned()).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let jobs = jobs_by_id(&aws.reading::<Drs>(call), ids.into_iter().collect()).await?;
    let of = |last: Last| {
        let found = jobs.iter().find(|it| it.job_id() == last.job);
        let is_launching = found.map_or(last.is_pending, is_running);
        let replaced = Replaced {
            instance: String::new(),
            job: last.job.to_owned(),
            drill: true,
            origin: found
                .and_then(|job| tags::origin(job.tags()))
                .map(|it| tags::seen_by(call, it)),
            is_hidden: found.is_none(),
        };
        is_launching.then(|| (last.server.to_owned(), replaced))
    };
    Ok(launched.into_iter().filter_map(of).collect())
}

/// The last launch of a server.
struct Last<'s> {
    server: &'s str,
    job: &'s str,
    /// Whether DRS has not said how it went: it counts where the job itself does not show.
    is_pending: bool,
}

fn last_job(server: &SourceServer) -> Option<Last<'_>> {
    let job = server.life_cycle()?.last_launch()?.initiated()?.job_id()?;
    let is_pending = server.last_launch_result() == Some(&LastLaunchResult::Pending);
    Some(Last { server: server.source_server_id()?, job, is_pending })
}

fn is_running(job: &Job) -> bool {
    job.status() != Some(&JobStatus::Completed)
}

/// How people call a source server.
fn name(server: &SourceServer) -> Option<String> {
    let tag = server.tags().and_then(|tags| tags.get("Name")).cloned();
    let hints = || server.source_properties()?.identification_hints()?.hostname();
    tag.or_else(|| hints().map(str::to_owned))
}
