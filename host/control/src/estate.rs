//! The servers that DRS protects in a Region, for an author: looked at, and nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;

use moontide_runtime::clock::Clock;
use moontide_runtime::effect::Unavailable;
use serde_json::{Value, json};

use crate::aws;
use crate::clocks::RightClock;
use crate::environment::Environment;
use crate::error::{CommandError, Result, code};
use crate::target::Target;

/// What there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Estate {
    /// The account's twelve digits.
    pub account: String,
    /// The Region to which its servers recover.
    pub region: String,
    /// The servers, by their names.
    pub servers: Vec<Server>,
}

/// A source server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its id, `s-…`.
    pub id: String,
    /// Its `Name` tag, else its host name, else its id.
    pub name: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// AWS's `dataReplicationState`; empty if AWS does not say.
    pub replication: String,
}

impl Estate {
    /// Asks DRS for the servers that carry all of these tags.
    pub async fn look(
        environment: &Environment,
        target: &Target,
        tags: &BTreeMap<String, String>,
    ) -> Result<Estate> {
        let session = target.session(environment).await?;
        let region = session.region()?.to_owned();
        let clock: Arc<dyn Clock> = Arc::new(RightClock::new());
        let world = aws::world(session, &region, &clock, 0);
        let caller = aws::caller(world.as_ref()).await?;
        let operation = "drs.describe_source_servers";
        let listed = aws::all(world.as_ref(), operation, &region, json!({})).await?;
        let listed = listed.map_err(|error| {
            let code = match error.unavailable {
                Some(Unavailable::Credentials) => code::NO_CREDENTIALS,
                _ => code::UNREACHABLE,
            };
            let message = format!("the source servers in {region} cannot be listed: {error}");
            CommandError::new(code, message).hint("nothing was written")
        })?;
        let carries =
            |server: &Server| tags.iter().all(|(key, value)| server.tags.get(key) == Some(value));
        let mut servers: Vec<Server> = listed.iter().filter_map(server).filter(carries).collect();
        servers.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(Estate { account: caller.account.unwrap_or_default(), region, servers })
    }
}

fn server(listed: &Value) -> Option<Server> {
    let text = |field: &str| listed[field].as_str().map(str::to_owned);
    let id = text("source_server_id")?;
    let tags: BTreeMap<String, String> =
        serde_json::from_value(listed["tags"].clone()).unwrap_or_default();
    let named = tags.get("Name").cloned().filter(|name| !name.trim().is_empty());
    let name = named.or_else(|| text("hostname")).unwrap_or_else(|| id.clone());
    Some(Server { id, name, tags, replication: text("replication_state").unwrap_or_default() })
}
