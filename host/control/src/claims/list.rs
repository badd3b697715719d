//! Which executions are at work on a plan or a server.

use std::collections::BTreeMap;

use jiff::Timestamp;
use moontide_runtime::clock::Clock as _;
use moontide_runtime::store::claims::{self, Holder, Stands};
use moontide_runtime::store::{Store, StoreError};
use schemars::JsonSchema;
use serde::Serialize;

use crate::clocks::SystemClock;
use crate::error::Result;
use crate::next::Next;

/// All claims that hold.
#[derive(Debug, Serialize, JsonSchema)]
pub struct List {
    /// Where they are.
    pub store: String,
    /// One for each execution that holds something.
    pub claims: Vec<Row>,
    /// Those that cannot be read: another release wrote them, or they are damaged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<String>,
    /// The steps that make sense now.
    pub next: Vec<Next>,
}

/// An execution that holds something.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Row {
    /// What: `plan/…` or `server/…`.
    pub claim: String,
    /// The execution's id.
    pub execution: String,
    /// The wave that has resolved the server.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub wave: String,
    /// The person who has begun the execution.
    pub by: String,
    /// Since when it holds it.
    pub since: Timestamp,
    /// How its execution stands.
    pub stands: String,
}

impl List {
    /// Looks at those of the store at this address.
    pub async fn load(store: &dyn Store, address: String) -> Result<List> {
        let mut list =
            List { store: address, claims: Vec::new(), unreadable: Vec::new(), next: Vec::new() };
        let mut known = BTreeMap::new();
        for (document, claim) in claims::listed(store).await? {
            let claim = match claim {
                Ok(claim) => claim,
                Err(error) => {
                    list.next.push(Next::DropClaim { claim: document.name });
                    list.unreadable.push(error.to_string());
                    continue;
                }
            };
            for holder in claim.holders {
                let Some(stands) = standing(store, &holder, &mut known).await? else { continue };
                if let Stands::Moved(_) = stands {
                    let drop = Next::drop_claims(&holder.execution);
                    if !list.next.contains(&drop) {
                        list.next.push(drop);
                    }
                }
                list.claims.push(Row {
                    claim: document.name.clone(),
                    execution: holder.execution,
                    wave: holder.wave,
                    by: holder.by,
                    since: holder.since,
                    stands: stands.to_string(),
                });
            }
        }
        Ok(list)
    }
}

/// How an execution stands that holds several claims, asked once.
async fn standing(
    store: &dyn Store,
    holder: &Holder,
    known: &mut BTreeMap<String, Option<Stands>>,
) -> Result<Option<Stands>, StoreError> {
    if let Some(stands) = known.get(&holder.execution) {
        return Ok(stands.clone());
    }
    let stands = claims::stands_of(store, holder, SystemClock::new().now()).await?;
    known.insert(holder.execution.clone(), stands.clone());
    Ok(stands)
}
