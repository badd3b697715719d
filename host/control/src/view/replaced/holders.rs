//! The owners that the servers of an execution have now, as AWS tells: the tags on the job of an instance name its
//! owner, whatever store that one is in.

use std::collections::BTreeMap;
use std::time::Duration;

use moontide_runtime::effect::launches::LAUNCH;
use moontide_runtime::effect::{Call, EffectError, Key, Lane, Origin, Replaced, Touch, World};
use moontide_runtime::journal::Execution;
use moontide_runtime::plan::Mode;
use serde_json::{Value, json};

use super::By;
use super::launches::Launches;
use crate::ids;

/// How long AWS may take: in an emergency there is no time to wait for this.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many servers are asked about at once.
const BATCH: usize = 100;

/// Whose instance a server has, or whose launch is on its way.
#[derive(Debug, PartialEq)]
pub(super) enum Holder {
    /// That of the execution itself.
    Own,
    /// Another one's.
    Other(By),
}

/// Asks who has the servers. One that has no instance, and gets none, has no holder.
pub(super) async fn look(
    world: &dyn World,
    execution: &Execution,
    own: &Launches,
) -> Result<BTreeMap<String, Holder>, String> {
    match tokio::time::timeout(PATIENCE, ask(world, execution, own)).await {
        Ok(Ok(holders)) => Ok(holders),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no answer in {}s", PATIENCE.as_secs())),
    }
}

async fn ask(
    world: &dyn World,
    execution: &Execution,
    own: &Launches,
) -> Result<BTreeMap<String, Holder>, EffectError> {
    let mut holders = BTreeMap::new();
    let Some(operation) = world.operation(LAUNCH) else { return Ok(holders) };
    let mut by_region: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
    for (server, launch) in own {
        by_region.entry(launch.region.as_deref()).or_default().push(server);
    }
    for (region, servers) in by_region {
        for servers in servers.chunks(BATCH) {
            // What a launch of them would delete is what is there. Nothing is launched.
            let call = call(execution, region, servers);
            for touch in operation.consequences(&call).await?.touches {
                let id = touch.what.id().to_owned();
                if let Some(holder) = holder(execution, own, &touch) {
                    holders.insert(id, holder);
                }
            }
        }
    }
    Ok(holders)
}

fn call(execution: &Execution, region: Option<&str>, servers: &[&str]) -> Call {
    let servers: Vec<Value> = servers.iter().map(|id| json!({ "source_server_id": id })).collect();
    let is_drill = execution.mode == Mode::Drill;
    let mut arguments = json!({ "source_servers": servers, "is_drill": is_drill });
    if let Some(region) = region {
        arguments["region"] = region.into();
    }
    let lane = Lane::of_wave("moontide", 1);
    Call {
        execution: execution.id.clone(),
        nonce: execution.nonce.clone(),
        wave: String::new(),
        key: Key::of(&execution.identity(), &lane, 1),
        lane,
        position: 1,
        operation: LAUNCH.to_owned(),
        arguments,
    }
}

/// Another one's instance, or launch, tells that ours is gone, or about to go.
fn holder(execution: &Execution, own: &Launches, touch: &Touch) -> Option<Holder> {
    let there = &touch.launch.as_ref()?.replaces;
    let launch = own.get(touch.what.id())?;
    let is_own = |it: &&Replaced| {
        let names_it = |origin: &Origin| {
            (&origin.execution, &origin.nonce) == (&execution.id, &execution.nonce)
        };
        let by_tag = it.origin.as_ref().is_some_and(names_it);
        by_tag || launch.job.as_ref() == Some(&it.job)
    };
    match there.iter().find(|it| !is_own(it)) {
        Some(other) => Some(Holder::Other(By::seen(other))),
        None => there.first().map(|_| Holder::Own),
    }
}

impl By {
    fn seen(replaced: &Replaced) -> By {
        let text = |text: &String| Some(text.clone()).filter(|it| !it.is_empty());
        // All tools may tag a job; what cannot be an execution's id is none.
        let origin = replaced.origin.as_ref().filter(|it| ids::check(&it.execution).is_ok());
        By {
            execution: origin.map(|it| it.execution.clone()),
            wave: origin.map(|it| it.wave.clone()),
            job_id: text(&replaced.job),
            instance_id: text(&replaced.instance),
            hidden: replaced.is_hidden,
            ..By::default()
        }
    }
}
