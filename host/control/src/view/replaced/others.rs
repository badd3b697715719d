//! The other executions that have launched servers of an execution, as the other journals of the same store tell.
//!
//! A store may keep thousands of executions. Their list is short, a head is not, and a journal may be long: how
//! much of each is read is bounded, the newest first, and what a bound cuts off is said.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use moontide_runtime::journal::Execution;
use moontide_runtime::store::{Listed, Store, StoreError};

use super::launches::{self, Launch, Launches};
use crate::words;

/// How wrong the clocks of two runners may be.
const ANY_CLOCK: SignedDuration = SignedDuration::from_hours(3);

/// An execution that began so long before this one is not looked at: it is over, or forgotten.
const OLDEST: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Of how many executions the head is read.
const HEADS: usize = 100;

/// Of how many of them the journal is read; those that may replace one of our servers come first.
const JOURNALS: usize = 20;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Others {
    /// The last launch of a server, by the server's id.
    pub(super) launched: BTreeMap<String, (String, Launch)>,
    /// Where no look was possible, in sentences.
    pub(super) unseen: Vec<String>,
}

/// Looks for launches of the servers in `own` that came after those.
pub(super) async fn look(store: &dyn Store, execution: &Execution, own: &Launches) -> Others {
    let mut others = Others::default();
    let Some(first) = own.values().map(|launch| launch.at).min() else { return others };
    let (mut unread, mut cut_off) = (0, 0);
    let candidates = match store.list().await {
        Ok(listed) => candidates(listed, execution, first),
        Err(error) => {
            others.unseen.push(format!("what other executions have launched: {error}"));
            return others;
        }
    };
    let mut suspects = Vec::new();
    for (place, listed) in candidates.into_iter().enumerate() {
        if place >= HEADS {
            cut_off += 1;
            continue;
        }
        match suspect(store, execution, own, listed, first).await {
            Ok(Some(suspect)) => suspects.push(suspect),
            Ok(None) => {}
            Err(_) => unread += 1,
        }
    }
    // Stable: of two that are alike the newer one stays first.
    suspects.sort_by_key(|suspect| !suspect.names_ours);
    cut_off += suspects.len().saturating_sub(JOURNALS);
    for Suspect { id, .. } in suspects.into_iter().take(JOURNALS) {
        match store.journal(&id, 1).await {
            Ok(entries) => others.add(&id, launches::of(&entries), own),
            Err(_) => unread += 1,
        }
    }
    if cut_off > 0 {
        let many = words::count(cut_off, "more execution");
        others.unseen.push(format!("{many} of this store, which may have launched its servers"));
    }
    if unread > 0 {
        let many = words::count(unread, "execution");
        others.unseen.push(format!("{many} of this store, which cannot be read"));
    }
    others
}

/// An execution that may have launched one of our servers.
struct Suspect {
    id: String,
    /// Whether its operator gave up the instance of one of our servers.
    names_ours: bool,
}

/// Those that began after it, or may have been alive since it launched for the `first` time.
fn candidates(listed: Vec<Listed>, execution: &Execution, first: Timestamp) -> Vec<Listed> {
    let oldest = earlier(execution.created_at.min(first), OLDEST);
    let is_one =
        |it: &Listed| it.id != execution.id && it.last_sequence > 0 && it.created_at >= oldest;
    listed.into_iter().filter(is_one).collect()
}

/// Whether its head allows that it launched one of our servers since.
async fn suspect(
    store: &dyn Store,
    execution: &Execution,
    own: &Launches,
    listed: Listed,
    first: Timestamp,
) -> Result<Option<Suspect>, StoreError> {
    if listed.created_at < earlier(execution.created_at, ANY_CLOCK) {
        let end = store.journal(&listed.id, listed.last_sequence).await?;
        let is_since = |at| at >= earlier(first, ANY_CLOCK);
        if !end.last().is_some_and(|entry| is_since(entry.at)) {
            return Ok(None);
        }
    }
    let head = store.execution(&listed.id).await?;
    let is_elsewhere = matches!((&head.account, &execution.account), (Some(a), Some(b)) if a != b);
    let is_elsewhere = is_elsewhere || is_of_another_world(&head, execution);
    // What was adopted may have launched in Regions that were looked in later only.
    let is_near =
        head.is_adopted() || head.regions.iter().any(|region| execution.regions.contains(region));
    // A cleanup launches nothing.
    if is_elsewhere || !is_near || head.client().is_some() {
        return Ok(None);
    }
    let names_ours = head.replaceable.iter().any(|server| own.contains_key(server));
    Ok(Some(Suspect { id: listed.id, names_ours }))
}

/// Whether one of them was begun in AWS and the other against a simulator, or each against a simulator of its own.
fn is_of_another_world(one: &Execution, other: &Execution) -> bool {
    // An earlier release did not keep where it began.
    let is_known = |it: &Execution| !it.nonce.is_empty();
    is_known(one) && is_known(other) && world(one) != world(other)
}

/// The simulator against which an execution was begun, by its address; `None`: in AWS.
fn world(execution: &Execution) -> Option<String> {
    let url = &execution.simulator.as_ref()?.endpoint_url;
    let address = url.split_once("://").map_or(url.as_str(), |(_, address)| address);
    Some(address.trim_end_matches('/').replace("localhost", "127.0.0.1"))
}

fn earlier(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
}

impl Others {
    /// Notes what the journal of an execution says of our servers.
    fn add(&mut self, execution: &str, theirs: Launches, own: &Launches) {
        for (server, launch) in theirs {
            let Some(ours) = own.get(&server) else { continue };
            // A job that a person has named may be ours.
            if !launch.is_after(ours) || (launch.job.is_some() && launch.job == ours.job) {
                continue;
            }
            let last = self.launched.get(&server);
            if last.is_none_or(|(_, last)| launch.is_after(last)) {
                self.launched.insert(server, (execution.to_owned(), launch));
            }
        }
    }
}
