//! What `--replace` gives up: the instances that the named servers have when the execution is created. What
//! others launch of them later is theirs.

use std::collections::BTreeMap;

use moontide_runtime::effect::{Outcome, World};
use moontide_runtime::journal::Execution;
use serde_json::{Value, json};

use crate::aws;
use crate::error::{CommandError, Result, code};
use crate::listener::{Listener, Remark};

const OPERATION: &str = "drs.describe_recovery_instances";
/// States in which there is nothing left to give up.
const GONE: [&str; 3] = ["SHUTTING-DOWN", "TERMINATED", "NOT_FOUND"];

/// The instances of the servers that the operator named, and says which those are.
pub(super) async fn look(
    listener: &dyn Listener,
    world: &dyn World,
    execution: &Execution,
) -> Result<BTreeMap<String, Vec<String>>> {
    let mut found: BTreeMap<String, Vec<String>> =
        execution.replaceable.iter().map(|server| (server.clone(), Vec::new())).collect();
    let servers: Vec<&String> = found.keys().collect();
    let mut instances = Vec::new();
    if !servers.is_empty() {
        for region in &execution.regions {
            instances.extend(read(world, region, &servers).await?);
        }
    }
    for instance in instances {
        let text = |field: &str| instance[field].as_str().unwrap_or_default();
        if !GONE.contains(&text("ec2_instance_state"))
            && let Some(of_server) = found.get_mut(text("source_server_id"))
        {
            of_server.push(text("recovery_instance_id").to_owned());
        }
    }
    for (server, instances) in &found {
        let (server, instances) = (server.clone(), instances.clone());
        listener.hear(&Remark::GivenUp { server, instances });
    }
    Ok(found)
}

/// All recovery instances of these servers in a Region.
async fn read(world: &dyn World, region: &str, servers: &[&String]) -> Result<Vec<Value>> {
    let (mut all, mut token) = (Vec::new(), Value::Null);
    loop {
        let mut arguments =
            json!({ "filters": { "source_server_ids": servers }, "region": region });
        if !token.is_null() {
            arguments["next_token"] = token;
        }
        let mut page = match aws::ask(world, OPERATION, &arguments).await? {
            Outcome::Ok { value } => value,
            Outcome::Failed { error } => return Err(unseen(&error.to_string())),
            Outcome::Unknown { evidence } => return Err(unseen(&evidence.message)),
        };
        if let Value::Array(items) = page["items"].take() {
            all.extend(items);
        }
        token = page["next_token"].take();
        if token.is_null() {
            return Ok(all);
        }
    }
}

fn unseen(why: &str) -> CommandError {
    let message = format!("`--replace`: DRS cannot be asked which instances there are: {why}");
    CommandError::new(code::UNREACHABLE, message)
        .hint("nothing was begun: try again once it answers")
}
