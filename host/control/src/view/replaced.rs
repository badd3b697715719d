//! Servers of an execution that others have launched since. DRS deletes the instance of a server before it
//! launches another, so what this execution launched of them is gone.
//!
//! - [`launches`]: which servers a journal has launched last.
//! - [`others`]: the executions that launched them since, as far as the other journals of the same store tell.
//! - [`holders`]: the owners that they have now, as AWS tells.

mod holders;
mod launches;
mod others;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use moontide_runtime::effect::World;
use moontide_runtime::journal::Execution;
use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::SignalKind;
use moontide_runtime::store::{Signal, Store};
use schemars::JsonSchema;
use serde::Serialize;

use self::holders::Holder;
use self::launches::{Launch, Launches};
use super::record::is_completed;
use super::summary::known;
use super::{Record, ServerView};
use crate::cleanup::begun::Begun;
use crate::error::Hint;
use crate::next::Next;
use crate::words;

/// What others have launched, and what could not be seen of it.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Replaced {
    /// The servers, each with the execution that launched it last.
    pub servers: Vec<Server>,
    /// Where it was not looked, in sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unseen: Vec<String>,
    /// What to know before the next step, and that step.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
}

/// A server that was launched again.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Server {
    /// The source server's id.
    #[serde(rename = "server")]
    pub id: String,
    /// Its `Name` tag, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The wave that launched it for this execution.
    pub wave: String,
    /// The instance that this execution had of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<String>,
    /// The launch that came since.
    pub by: By,
    /// The effect that launched it for this execution.
    #[serde(skip)]
    key: String,
}

/// The launch, and how it is known.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct By {
    /// The execution; `None`: no execution of Moontide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution: Option<String>,
    /// Its wave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wave: Option<String>,
    /// The job that launched it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_id: Option<String>,
    /// The instance that there is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<String>,
    /// When, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Whether it cannot be seen whose it is: its job does not show.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
    /// Whether no runner saw what became of the call that launched it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub doubtful: bool,
}

impl Replaced {
    /// What the other journals of the store tell. Never fails: what cannot be seen is said.
    pub async fn in_store(store: &dyn Store, record: &Record) -> Replaced {
        let own = own(store, record).await;
        let mut replaced = Replaced::journaled(store, record, &own).await;
        replaced.advise(store, record).await;
        replaced
    }

    /// The same, and what AWS tells of those servers now, which counts more.
    pub async fn in_store_and_aws(
        store: &dyn Store,
        world: &dyn World,
        record: &Record,
    ) -> Replaced {
        let own = own(store, record).await;
        let mut replaced = Replaced::journaled(store, record, &own).await;
        match holders::look(world, &record.execution, &own).await {
            Ok(holders) => replaced.correct(&own, holders, &servers(record)),
            Err(why) => replaced.unseen.push(format!("who has its servers now in AWS: {why}")),
        }
        replaced.advise(store, record).await;
        replaced
    }

    async fn journaled(store: &dyn Store, record: &Record, own: &Launches) -> Replaced {
        let others = others::look(store, &record.execution, own).await;
        let mut replaced = Replaced { unseen: others.unseen, ..Replaced::default() };
        let known = servers(record);
        for (id, (execution, launch)) in others.launched {
            let by = By::journaled(execution, launch);
            replaced.servers.extend(own.get(&id).map(|own| Server::of(id, own, by, &known)));
        }
        replaced
    }

    /// The same after a while, without the servers that the execution has launched again itself.
    pub async fn later(mut self, store: &dyn Store, record: &Record) -> Replaced {
        let own = own(store, record).await;
        self.servers.retain(|it| own.get(&it.id).is_some_and(|own| own.key == it.key));
        self.advise(store, record).await;
        self
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.servers.is_empty() && self.unseen.is_empty()
    }

    /// The sentences of it, for an error.
    pub fn sentences(&self) -> Vec<Hint> {
        let server = |it: &Server| Hint::from(format!("{} was {}", it.id, it.by.clause()));
        self.servers.iter().map(server).chain(self.hints.iter().cloned()).collect()
    }

    /// Holds what the journals tell against what AWS shows. Where it shows nothing, the journals count.
    fn correct(
        &mut self,
        own: &Launches,
        holders: BTreeMap<String, Holder>,
        known: &BTreeMap<String, ServerView>,
    ) {
        for (id, holder) in holders {
            let at = self.servers.iter().position(|it| it.id == id);
            let by = match holder {
                Holder::Own => {
                    drop(at.map(|at| self.servers.remove(at)));
                    continue;
                }
                Holder::Other(by) => by,
            };
            match (at, own.get(&id)) {
                (Some(at), _) => self.servers[at].by.correct(by),
                (None, Some(own)) => self.servers.push(Server::of(id, own, by, known)),
                (None, None) => {}
            }
        }
        self.servers.sort_by(|a, b| a.id.cmp(&b.id));
    }

    /// Says what can be done, by how those who launched them stand.
    async fn advise(&mut self, store: &dyn Store, record: &Record) {
        self.hints.clear();
        if self.servers.is_empty() {
            return;
        }
        let mut others: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for Server { id, by, .. } in &self.servers {
            if let Some(other) = by.execution.as_deref() {
                others.entry(other).or_default().push(id);
            }
        }
        let mut hints = Vec::new();
        for (other, servers) in others {
            // One that is begun today gives up what was there when it began.
            let Execution { gives_up, replaceable: given_up, .. } = &record.execution;
            if gives_up.is_none() && servers.iter().any(|id| given_up.iter().any(|it| it == id)) {
                hints.push(Hint::from(format!(
                    "this one was started with `--replace` for them: a retry deletes what `{other}` has launched"
                )));
            }
            match Record::load(store, other).await {
                Ok(other) => hints.extend(ways_with(&other)),
                Err(_) => hints.push(Hint::from(format!(
                    "`{other}` is not in this store: its operator knows how far it is"
                ))),
            }
        }
        hints.extend(ways_out(&self.servers, record));
        self.hints = hints;
    }
}

/// What can be done about the execution that has the servers now.
fn ways_with(other: &Record) -> Vec<Hint> {
    let id = &other.execution.id;
    if let Some(to) = other.moved_to() {
        return vec![format!("`{id}` was moved to {to}: how far it is, is known there").into()];
    }
    let mut ways = vec![Hint::step("`", Next::status(id), "` shows how far that one is")];
    let clean_up = |before: &str| {
        let frees = "` terminates what it has launched, and frees the servers";
        Hint::step(before, Next::clean_up(id), frees)
    };
    match (other.execution.mode, other.is_over()) {
        (Mode::Recovery, _) => {
            ways.push(format!("`{id}` is a recovery: its instances are live").into());
        }
        (Mode::Drill, true) if other.has_instances => ways.push(clean_up("`")),
        (Mode::Drill, true) => {}
        (Mode::Drill, false) => ways.push(clean_up("once it is over, `")),
    }
    ways
}

/// What can be done about the execution itself.
fn ways_out(servers: &[Server], record: &Record) -> Vec<Hint> {
    let id = &record.execution.id;
    // What has come to its end in this store takes no retry.
    if record.seal.is_some() {
        return Vec::new();
    }
    let mut waves: Vec<&str> = servers.iter().map(|it| it.wave.as_str()).collect();
    waves.sort_unstable();
    waves.dedup();
    let retried = waves.into_iter().filter(|wave| {
        let wish = SignalKind::Retry { wave: (*wave).to_owned(), mend: None };
        let (by, sender, comment) = (String::new(), String::new(), String::new());
        let signal = Signal { wish, by, sender, comment, at: record.execution.created_at };
        record.would_take(&signal).is_ok()
    });
    let again = "` launches them again once they are free";
    let mut ways: Vec<Hint> =
        retried.map(|wave| Hint::step("`", Next::retry(id, wave), again)).collect();
    if !record.is_over() {
        let stops = "` stops this one, if it is of no use without them";
        ways.push(Hint::step("`", Next::cancel(id), stops));
    }
    ways
}

/// What the execution has launched last of each server, without what is known to be cleaned up. What has moved is
/// known elsewhere.
async fn own(store: &dyn Store, record: &Record) -> Launches {
    let is_clean =
        record.is_over() && record.execution.mode == Mode::Drill && !record.has_instances;
    if is_clean || record.execution.acts_for.is_some() || record.moved_to().is_some() {
        return Launches::new();
    }
    // Of a launch whose end was not seen there may be no instance to replace.
    let mut own = launches::of(&record.entries);
    own.retain(|_, launch| !launch.doubtful);
    if !own.is_empty() && record.execution.mode == Mode::Drill {
        let gone = cleaned_up(store, &record.execution.id).await;
        own.retain(|_, launch| launch.job.as_ref().is_none_or(|job| !gone.contains(job)));
    }
    own
}

/// The jobs whose instances a cleanup of the drill has terminated, also if the drill goes on since. What cannot be read
/// counts as if there were none.
async fn cleaned_up(store: &dyn Store, drill: &str) -> BTreeSet<String> {
    let mut gone = BTreeSet::new();
    let Ok(begun) = Begun::of(store, drill).await else { return gone };
    for cleanup in begun.all {
        if is_completed(store, &cleanup).await.unwrap_or_default() {
            gone.extend(cleanup.made);
        }
    }
    gone
}

/// What its waves know of servers.
fn servers(record: &Record) -> BTreeMap<String, ServerView> {
    let views = record.nodes().flat_map(|(_, _, wave)| known(wave, None));
    views.map(|view| (view.server.clone(), view)).collect()
}

impl Server {
    fn of(id: String, own: &Launch, by: By, known: &BTreeMap<String, ServerView>) -> Server {
        let view = known.get(&id);
        let instance = view.and_then(|view| view.instance_id.clone());
        Server {
            name: view.and_then(|view| view.name.clone()),
            wave: own.wave.clone(),
            // A later look of the wave may have found the other's.
            instance_id: instance.filter(|it| by.instance_id.as_ref() != Some(it)),
            by,
            key: own.key.clone(),
            id,
        }
    }
}

impl By {
    fn journaled(execution: String, launch: Launch) -> By {
        By {
            hidden: false,
            execution: Some(execution),
            wave: Some(launch.wave),
            job_id: launch.job,
            instance_id: None,
            at: Some(launch.created.unwrap_or(launch.at)),
            doubtful: launch.doubtful,
        }
    }

    /// AWS knows better; of the same execution it knows no time.
    fn correct(&mut self, aws: By) {
        let at = self.at.filter(|_| self.execution == aws.execution && self.job_id == aws.job_id);
        *self = By { at, ..aws };
    }

    /// `launched again as i-… by wave database of execution second (drsjob-…) at 2026-11-20 08:00:03Z`.
    pub fn clause(&self) -> String {
        let first = if self.doubtful { "perhaps launched again" } else { "launched again" };
        let mut words = vec![first.to_owned()];
        words.extend(self.instance_id.as_ref().map(|instance| format!("as {instance}")));
        words.push(match (&self.execution, &self.wave) {
            (Some(execution), Some(wave)) => format!("by wave {wave} of execution {execution}"),
            (Some(execution), None) => format!("by execution {execution}"),
            (None, _) if self.hidden => "by a job that does not show".to_owned(),
            (None, _) => "by no execution of Moontide".to_owned(),
        });
        words.extend(self.job_id.as_ref().map(|job| format!("({job})")));
        words.extend(self.at.map(|at| format!("at {}", words::time(at))));
        words.join(" ")
    }
}
