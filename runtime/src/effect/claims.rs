//! `claims.take`: a wave claims its servers before it does anything about them.
//!
//! It belongs to the engine, because [claims](crate::store::claims) are the store's: a rehearsal has those of its own
//! store, in memory. It is `token`: what it has written is recognized by the execution that stands in it, so after a
//! crash it is performed again and finds its own claims. It leaves no marks, and is not made under the lease: a claim of
//! a runner that was taken over is one of the same execution, and says nothing once that is over.
//!
//! If another execution holds one of the servers, none is claimed, and the wave fails with `Claimed`, before its hooks
//! and its launches; its policy says what follows, and another attempt asks again.

use std::rc::Rc;
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::state::failed;
use super::{Call, Consequences, Operation, Reply, arguments};
use crate::clock::Clock;
use crate::history::{Class, EffectError, Execution, Unavailable};
use crate::store::claims::{self, Claimant, Held, Holder, Taken, Wanted};
use crate::store::{Store, StoreError};

/// The operation by which a wave claims its servers.
pub const TAKE: &str = "claims.take";
/// The code of the error where another execution holds one.
pub const CLAIMED: &str = "Claimed";

/// So many servers are named in a sentence.
const NAMED: usize = 5;

/// The operations of an execution whose claims are in this store.
pub fn all(place: Place) -> Vec<Box<dyn Operation>> {
    vec![Box::new(Take(Rc::new(place)))]
}

/// The execution that claims, and the store.
pub struct Place {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The execution.
    pub execution: Execution,
    /// The executions beside which it was begun, or goes on now.
    pub beside: Vec<String>,
    /// Whose time a claim is taken at.
    pub clock: Arc<dyn Clock>,
}

/// Claims servers.
struct Take(Rc<Place>);

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TakeInput {
    servers: Vec<Server>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    region: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Server {
    server: String,
    name: String,
}

#[async_trait(?Send)]
impl Operation for Take {
    fn name(&self) -> &'static str {
        TAKE
    }

    fn class(&self) -> Class {
        Class::Token
    }

    fn check(&self, arguments: &Value) -> Result<Value, EffectError> {
        arguments::check::<TakeInput>(TAKE, arguments)
    }

    async fn consequences(&self, _call: &Call) -> Result<Consequences, EffectError> {
        Ok(Consequences::default())
    }

    async fn perform(&self, call: &Call) -> Reply {
        let input: TakeInput = match arguments::read(TAKE, &call.arguments) {
            Ok(input) => input,
            Err(error) => return Reply::failed(error),
        };
        match self.take(&input, &call.wave).await {
            Ok(Taken::All(beside)) => Reply::ok(json!({ "beside": input.shown(&beside) })),
            Ok(Taken::Refused(held)) => Reply::failed(input.refused(&held)),
            // Others change a claim all the time: that says nothing of its holders.
            Err(error @ StoreError::Conflict { .. }) => Reply::failed(
                EffectError::new("StoreUnusable", error.to_string())
                    .as_unavailable(Unavailable::Busy),
            ),
            Err(error) => Reply::failed(failed(&error)),
        }
    }
}

impl Take {
    async fn take(&self, input: &TakeInput, wave: &str) -> Result<Taken, StoreError> {
        let Place { store, execution, beside, clock } = self.0.as_ref();
        let home = execution.regions.first().map(String::as_str).unwrap_or_default();
        let region = input.region.as_deref().unwrap_or(home);
        let wanted = input.servers.iter().map(|it| Wanted {
            name: claims::server(execution, region, &it.server),
            is_given_up: execution.replaceable.contains(&it.server),
        });
        let wanted: Vec<Wanted> = wanted.collect();
        let holder = Holder {
            execution: execution.id.clone(),
            wave: wave.to_owned(),
            by: execution.created_by.clone(),
            since: clock.now(),
        };
        let claimant = Claimant { store: store.as_ref(), holder, beside };
        claimant.take(&wanted).await
    }
}

impl TakeInput {
    /// The server that a claim is about: its id, and its name.
    fn server_of<'a>(&'a self, held: &'a Held) -> (&'a str, &'a str) {
        let id = held.name.rsplit('/').next().unwrap_or_default();
        let named = self.servers.iter().find(|it| it.server == id);
        (id, named.map_or(id, |it| it.name.as_str()))
    }

    /// Whom it is claimed by, for a program.
    fn shown(&self, held: &[Held]) -> Vec<Value> {
        let shown = held.iter().map(|it| {
            let (server, name) = self.server_of(it);
            let Holder { execution, wave, by, since } = &it.holder;
            json!({
                "server": server, "name": name, "execution": execution, "wave": wave, "by": by,
                "since": since, "stands": it.stands.to_string(),
            })
        });
        shown.collect()
    }

    fn refused(&self, held: &[Held]) -> EffectError {
        let sentence = |it: &Held| {
            let (server, name) = self.server_of(it);
            let named = if name == server { String::new() } else { format!("{name}, ") };
            let Holder { execution, wave, by, since } = &it.holder;
            let since = since.strftime("%Y-%m-%d %H:%M:%SZ");
            format!(
                "{named}{server}, is claimed by the wave `{wave}` of `{execution}` since {since}, \
                 which {by} began and which {}",
                it.stands
            )
        };
        let mut said: Vec<String> = held.iter().take(NAMED).map(sentence).collect();
        if let Some(more @ 1..) = held.len().checked_sub(NAMED) {
            said.push(format!("and {more} more are claimed"));
        }
        let message = format!(
            "{}; no server of this wave was claimed, and nothing of it was launched: wait for its end, `resume` it if \
             no runner drives it, or cancel it, then retry the wave; `--beside` of that execution goes on although it \
             does; where it has ended in another store, `moontide claims drop` says so here",
            said.join("; ")
        );
        EffectError {
            details: json!({ "servers": self.shown(held) }),
            ..EffectError::new(CLAIMED, message)
        }
    }
}
