//! Claims: which executions are at work on a plan, or on a server. The second one is told of the first before it
//! launches anything; what AWS shows at the launch is for the rules of the door.
//!
//! A claim is a [document](super::documents) that names its holders: one, and those that were started beside it. It
//! holds while its holder is not over. A runner takes itself out when its execution has ended; where it died before
//! that, the next one that asks sees that the holder is over, or is in this store no more, and takes its place. So no
//! crash leaves a claim that has to be lifted by hand. What has moved to another store, and ended there, holds its claims
//! here until a person says so: its end does not arrive here.
//!
//! | who asks finds | and |
//! |---|---|
//! | no holder, or only such as are over | it is taken |
//! | itself | it stays |
//! | another one that goes on here, or in a store that it was moved to | it is refused |
//! | … beside which it was started, or whose server was given up by name | both hold it |
//! | one that cannot be read | it is refused: what cannot be seen is no decision |
//!
//! - `stands`: whether a holder is over.

mod stands;

use std::collections::BTreeMap;

use futures_util::StreamExt;
use futures_util::stream;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Change, Condition, Document, Store, StoreError};
use crate::history::{Execution, canonical};
use crate::plan::Mode;

pub use stands::{Stands, of as stands_of};

/// The kind of these documents.
pub const KIND: &str = "claim";

/// So many claims are read or written side by side.
const AT_ONCE: usize = 32;
/// So often a claim is looked at again that others change all the time.
const ATTEMPTS: u32 = 20;

/// An execution that holds a claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Its id.
    pub execution: String,
    /// The wave that has resolved the server; empty for a plan.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub wave: String,
    /// The person who began it.
    pub by: String,
    /// When it was claimed, by the clock of its runner.
    pub since: Timestamp,
}

/// What stands in the document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Its holders, the first one first.
    pub holders: Vec<Holder>,
}

/// A holder that is not over.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// What is claimed.
    pub name: String,
    /// By which execution.
    pub holder: Holder,
    /// How that one stands.
    pub stands: Stands,
}

/// What an execution wants to claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its name.
    pub name: String,
    /// Whether the operator has given up what others have of it.
    pub is_given_up: bool,
}

/// What has come of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Taken {
    /// All of it is claimed, beside these.
    All(Vec<Held>),
    /// Others hold some of it. What this call has taken was given back.
    Refused(Vec<Held>),
}

/// What the plan of an execution is called: the same runbook, in the same mode, Regions and place, with the same
/// params. What acts for another execution, what was adopted, and a session claim none.
pub fn plan(execution: &Execution) -> Option<String> {
    if execution.client().is_some() || execution.is_adopted() || execution.is_session() {
        return None;
    }
    let mode = match execution.mode {
        Mode::Drill => "drill",
        Mode::Recovery => "recovery",
    };
    let regions = execution.regions.join("+");
    let name = format!("{}plan/{mode}/{regions}/{}", place(execution), execution.plan.name);
    if execution.params.is_empty() {
        return Some(name);
    }
    let params = serde_json::to_value(&execution.params).unwrap_or_default();
    let hash = canonical::hash(&params).to_string();
    Some(format!("{name}/{}", hash.get(..8).unwrap_or(&hash)))
}

/// What a source server is called.
pub fn server(execution: &Execution, region: &str, id: &str) -> String {
    format!("{}server/{region}/{id}", place(execution))
}

/// What is done to a simulator stands in the way of nothing in AWS.
fn place(execution: &Execution) -> String {
    let simulator = execution.simulator.as_ref();
    simulator.map_or_else(String::new, |it| format!("simulator/{}/", it.endpoint_url))
}

/// An execution that claims.
pub struct Claimant<'a> {
    /// Where.
    pub store: &'a dyn Store,
    /// How it is written down.
    pub holder: Holder,
    /// The executions beside which it was started.
    pub beside: &'a [String],
}

/// A claim as it was found.
struct Found {
    wanted: Wanted,
    /// The version of its document; `None`: there is none.
    version: Option<u64>,
    claim: Claim,
}

/// A claim as it was judged.
struct Judged {
    found: Found,
    /// Its other holders that are not over.
    others: Vec<Held>,
    /// Those of them that stand in the way.
    blocking: Vec<Held>,
}

impl Claimant<'_> {
    /// Claims all of it, or nothing.
    pub async fn take(&self, wanted: &[Wanted]) -> Result<Taken, StoreError> {
        let found = side_by_side(wanted, |it| self.find(it)).await?;
        let judged = self.judge(found).await?;
        let blocking: Vec<Held> = judged.iter().flat_map(|it| it.blocking.clone()).collect();
        if !blocking.is_empty() {
            self.give_back(&[]).await?;
            return Ok(Taken::Refused(blocking));
        }
        let written = stream::iter(judged).map(|it| self.write(it)).buffered(AT_ONCE);
        let written: Vec<Result<Written, StoreError>> = written.collect().await;
        self.all_or_nothing(written).await
    }

    async fn all_or_nothing(
        &self,
        written: Vec<Result<Written, StoreError>>,
    ) -> Result<Taken, StoreError> {
        let (mut beside, mut blocking) = (Vec::new(), Vec::new());
        let (mut fresh, mut failed) = (Vec::new(), None);
        for each in written {
            match each {
                Ok(Written::Ours { name, others, is_new }) => {
                    beside.extend(others);
                    fresh.extend(is_new.then_some(name));
                }
                Ok(Written::Theirs(others)) => blocking.extend(others),
                Err(error) => failed = Some(error),
            }
        }
        // What was not seen may have been written all the same: a repetition finds its own claims.
        if let Some(error) = failed {
            return Err(error);
        }
        if blocking.is_empty() {
            return Ok(Taken::All(beside));
        }
        self.give_back(&fresh).await?;
        Ok(Taken::Refused(blocking))
    }

    /// Nothing of it is claimed: neither these, nor what an earlier call of the same wave has left, perhaps of a runner
    /// that died.
    async fn give_back(&self, fresh: &[String]) -> Result<(), StoreError> {
        if self.holder.wave.is_empty() {
            return side_by_side(fresh, |name| self.leave(name)).await.map(drop);
        }
        self.leave_all(|it| it.wave == self.holder.wave).await
    }

    async fn find(&self, wanted: &Wanted) -> Result<Found, StoreError> {
        let document = self.store.document(KIND, &wanted.name).await?;
        let wanted = wanted.clone();
        let Some(document) = document else {
            return Ok(Found { wanted, version: None, claim: Claim::default() });
        };
        let claim = read(&document)?;
        Ok(Found { wanted, version: Some(document.version), claim })
    }

    /// Looks at each of the other holders once.
    async fn judge(&self, found: Vec<Found>) -> Result<Vec<Judged>, StoreError> {
        let others = found.iter().flat_map(|it| self.others(it));
        let others: BTreeMap<String, Holder> =
            others.map(|it| (it.execution.clone(), it.clone())).collect();
        let others: Vec<Holder> = others.into_values().collect();
        let stands = side_by_side(&others, |holder| async move {
            let stands = stands::of(self.store, holder, self.holder.since).await?;
            Ok(stands.map(|stands| (holder.execution.clone(), stands)))
        });
        let stands: BTreeMap<String, Stands> = stands.await?.into_iter().flatten().collect();
        Ok(found.into_iter().map(|it| self.judged(it, &stands)).collect())
    }

    /// The other holders of a claim. Where this execution has its place among them, they have been passed.
    fn others<'f>(&self, found: &'f Found) -> impl Iterator<Item = &'f Holder> + use<'_, 'f> {
        let is_ours = found.is_of(&self.holder.execution);
        found.claim.holders.iter().filter(move |_| !is_ours)
    }

    fn judged(&self, found: Found, stands: &BTreeMap<String, Stands>) -> Judged {
        let held = |holder: &Holder| {
            let stands = stands.get(&holder.execution)?.clone();
            Some(Held { name: found.wanted.name.clone(), holder: holder.clone(), stands })
        };
        let others: Vec<Held> = self.others(&found).filter_map(held).collect();
        let is_passed =
            |it: &&Held| found.wanted.is_given_up || self.beside.contains(&it.holder.execution);
        let blocking = others.iter().filter(|it| !is_passed(it)).cloned().collect();
        Judged { found, others, blocking }
    }

    /// Writes this execution into a claim in which it may stand.
    async fn write(&self, judged: Judged) -> Result<Written, StoreError> {
        let mut judged = judged;
        let mut attempts = 0;
        loop {
            let Judged { found, others, blocking } = judged;
            let name = found.wanted.name.clone();
            if !blocking.is_empty() {
                return Ok(Written::Theirs(blocking));
            }
            // Its own is written anew all the same: another one may have found that this execution was over, and write
            // itself in this place, just when it is taken up again.
            let is_new = !found.is_of(&self.holder.execution);
            let claim = if is_new {
                let holders = others.iter().map(|it| it.holder.clone());
                Claim { holders: holders.chain([self.holder.clone()]).collect() }
            } else {
                found.claim.clone()
            };
            match self.change(&name, Some(&claim), found.version).await {
                Ok(_) => return Ok(Written::Ours { name, others, is_new }),
                Err(error @ StoreError::Conflict { .. }) if attempts == ATTEMPTS => {
                    return Err(error);
                }
                Err(StoreError::Conflict { .. }) => attempts += 1,
                Err(error) => return Err(error),
            }
            // Another one was quicker: what it has written is looked at like any other.
            let again = self.judge(vec![self.find(&found.wanted).await?]).await?;
            let Some(again) = again.into_iter().next() else {
                return Ok(Written::Theirs(Vec::new()));
            };
            judged = again;
        }
    }

    /// Takes this execution out of a claim, if it is in it.
    async fn leave(&self, name: &str) -> Result<(), StoreError> {
        for _ in 0..ATTEMPTS {
            let Some(document) = self.store.document(KIND, name).await? else { return Ok(()) };
            let mut claim = read(&document)?;
            let before = claim.holders.len();
            claim.holders.retain(|it| it.execution != self.holder.execution);
            if claim.holders.len() == before {
                return Ok(());
            }
            let claim = Some(&claim).filter(|it| !it.holders.is_empty());
            match self.change(name, claim, Some(document.version)).await {
                Err(StoreError::Conflict { .. }) => {}
                changed => return changed.map(drop),
            }
        }
        Ok(())
    }

    /// Takes this execution out of all claims: it is over.
    pub async fn release(&self) -> Result<(), StoreError> {
        self.leave_all(|_| true).await
    }

    /// Takes this execution out of the claims in which it stands like this.
    async fn leave_all(&self, is_meant: impl Fn(&Holder) -> bool) -> Result<(), StoreError> {
        let is_mine = |it: &Holder| it.execution == self.holder.execution && is_meant(it);
        let mine =
            |(name, claim): (String, Claim)| claim.holders.iter().any(is_mine).then_some(name);
        let mine: Vec<String> = all(self.store).await?.into_iter().filter_map(mine).collect();
        side_by_side(&mine, |name| self.leave(name)).await.map(drop)
    }

    async fn change(
        &self,
        name: &str,
        claim: Option<&Claim>,
        version: Option<u64>,
    ) -> Result<u64, StoreError> {
        let body = claim.map(|claim| serde_json::to_value(claim).unwrap_or_default());
        let change = Change {
            kind: KIND.to_owned(),
            name: name.to_owned(),
            body,
            condition: version.map_or(Condition::New, Condition::At),
            at: self.holder.since,
            by: self.holder.execution.clone(),
            behalf: None,
        };
        self.store.change(&change).await
    }
}

/// What came of writing one claim.
enum Written {
    /// This execution is in it, beside these.
    Ours { name: String, others: Vec<Held>, is_new: bool },
    /// Others were quicker.
    Theirs(Vec<Held>),
}

impl Found {
    fn is_of(&self, execution: &str) -> bool {
        self.claim.holders.iter().any(|it| it.execution == execution)
    }
}

/// Every claim, in the order of their names. One that cannot be read is left out.
pub async fn all(store: &dyn Store) -> Result<Vec<(String, Claim)>, StoreError> {
    let listed = listed(store).await?.into_iter();
    Ok(listed.filter_map(|(document, claim)| Some((document.name, claim.ok()?))).collect())
}

/// Every claim with its document, in the order of their names, and why it cannot be read.
pub async fn listed(
    store: &dyn Store,
) -> Result<Vec<(Document, Result<Claim, StoreError>)>, StoreError> {
    let documents = store.documents(KIND, "").await?.into_iter();
    let with_claim = documents.map(|document| {
        let claim = read(&document);
        (document, claim)
    });
    Ok(with_claim.collect())
}

fn read(document: &Document) -> Result<Claim, StoreError> {
    serde_json::from_value(document.body.clone()).map_err(|error| StoreError::Damaged {
        place: format!("the claim `{}`", document.name),
        message: format!("it cannot be read: {error}"),
    })
}

/// Does the same to all of these, many at once, and returns what came of it in their order.
async fn side_by_side<'i, I, T, F>(
    items: &'i [I],
    each: impl FnMut(&'i I) -> F,
) -> Result<Vec<T>, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let done: Vec<_> = stream::iter(items).map(each).buffered(AT_ONCE).collect().await;
    done.into_iter().collect()
}
