//! Loading an execution: its head, its journal, what waits for a runner, and what others have to do with it.

use std::collections::BTreeMap;

use moontide_runtime::history::{Execution, Format, events, last_signal, limited};
use moontide_runtime::plan::{Mode, suggest};
use moontide_runtime::scheduler::outlook::{Moments, outlook};
use moontide_runtime::scheduler::{Graph, Outlook, WaveState, WaveStatus, machine};
use moontide_runtime::store::obligations::What;
use moontide_runtime::store::{Obligation, Seal, Store, StoreError};

use super::{Owner, Record};
use crate::cleanup::begun::Begun;
use crate::cleanup::launched::Launched;
use crate::error::{CommandError, Result};
use crate::leases::kept;
use crate::view::refused;
use crate::view::time::now;

impl Record {
    /// Loads an execution. An unknown id is answered with the one that was probably meant.
    pub async fn load(store: &dyn Store, id: &str) -> Result<Record> {
        let mut record = Record::load_alone(store, id).await?;
        for owner in refused::owners(&record) {
            // What cannot be read is as if it were in another store.
            if let Ok(other) = Record::load_alone(store, &owner).await {
                record.owners.insert(owner, Owner::of(&other));
            }
        }
        Ok(record)
    }

    /// The same, without a look at others.
    async fn load_alone(store: &dyn Store, id: &str) -> Result<Record> {
        let execution = match store.execution(id).await {
            Ok(execution) => execution,
            Err(error @ StoreError::NotFound(_)) => return Err(unknown(store, id, error).await),
            Err(error) => return Err(error.into()),
        };
        execution
            .format
            .readable()
            .map_err(|source| StoreError::Format { place: format!("execution {id}"), source })?;
        let entries = store.journal(id, 1).await?;
        let seal = match store.archive() {
            Some(archive) => archive.seal(id).await?,
            None => None,
        };
        let limits = limited(&entries);
        let graph = Graph::of(&execution);
        let signals = store.signals(id, last_signal(&entries)).await?;
        let silence = is_left(store, &execution).await?.then(|| now(&entries));
        let moments = Moments { begins: execution.created_at, silence };
        let Outlook { state, refused, pending, behind, ahead, closings } =
            outlook(&graph, &entries, signals, moments);
        let (runner, lease, has_instances) = (None, None, false);
        let mut record = Record {
            execution,
            entries,
            refused,
            runner,
            lease,
            pending,
            graph,
            state,
            ahead,
            behind,
            has_instances,
            seal,
            obligation: None,
            owners: BTreeMap::new(),
            limits,
            closings,
        };
        record.obligation = record.what_is_owed(store).await?;
        // The runner that drove it to its end may have died before giving the lease back.
        if record.is_over() || record.seal.is_some() {
            record.has_instances = record.is_to_be_cleaned_up(store).await?;
        } else {
            record.lease = kept(store, id).await?;
            record.runner = record.lease.as_ref().map(|lease| lease.holder.clone());
        }
        Ok(record)
    }

    /// The same, as its journal stood after its first entries, with no signal on its way.
    #[must_use]
    pub fn at(&self, count: usize) -> Record {
        let entries: Vec<_> = self.entries.iter().take(count).cloned().collect();
        let execution = self.execution.clone();
        let moments = Moments { begins: execution.created_at, silence: None };
        let graph = Graph::of(&execution);
        let Outlook { state, refused, pending, behind, ahead, closings } =
            outlook(&graph, &entries, Vec::new(), moments);
        Record {
            limits: limited(&entries),
            execution,
            entries,
            refused,
            runner: None,
            lease: None,
            pending,
            graph,
            state,
            ahead,
            behind,
            has_instances: self.has_instances,
            seal: self.seal.clone(),
            obligation: self.obligation.clone(),
            owners: self.owners.clone(),
            closings,
        }
    }

    /// Its obligation, unless that has left for another store with it.
    async fn what_is_owed(&self, store: &dyn Store) -> Result<Option<Obligation>> {
        let Execution { mode, acts_for, .. } = &self.execution;
        let is_moved = matches!(self.seal, Some(Seal::Moved(_)));
        if *mode != Mode::Drill || acts_for.is_some() || is_moved {
            return Ok(None);
        }
        Ok(Obligation::of(store, &self.execution, What::Cleanup).await?)
    }

    /// Whether a drill has launched something of which no cleanup knows that it is gone.
    async fn is_to_be_cleaned_up(&self, store: &dyn Store) -> Result<bool> {
        let Execution { id, mode, acts_for, regions, .. } = &self.execution;
        if *mode != Mode::Drill || acts_for.is_some() {
            return Ok(false);
        }
        let home = regions.first().map(String::as_str).unwrap_or_default();
        for launched in Launched::by_region(&self.entries, home) {
            let last = Begun::of(store, id).await.map(|begun| begun.last_in(launched.region()));
            let Some(last) = read(last.map_err(CommandError::from))? else { return Ok(true) };
            let Some(cleanup) = last.filter(|cleanup| launched.is_known_to(cleanup)) else {
                return Ok(true);
            };
            if read(is_completed(store, &cleanup).await)? != Some(true) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// What was read of a cleanup; `None`: it cannot be read, and what it has terminated is not known.
fn read<T>(read: Result<T>) -> Result<Option<T>> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(error) if error.is_of_one_execution() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether all waves of a cleanup are completed. One that was skipped has looked at nothing.
pub async fn is_completed(store: &dyn Store, cleanup: &Execution) -> Result<bool> {
    let entries = store.journal(&cleanup.id, 1).await?;
    let state = machine::fold(&Graph::of(cleanup), events(&entries));
    let is_done = |wave: &WaveState| wave.status == WaveStatus::Completed;
    Ok(state.waves.iter().all(is_done))
}

/// The complaint about an id that no execution has, with the one that was probably meant.
pub(crate) async fn unknown(store: &dyn Store, id: &str, error: StoreError) -> CommandError {
    let complaint = CommandError::from(error);
    let Ok(listed) = store.list().await else { return complaint };
    let ids = || listed.iter().map(|listed| listed.id.as_str());
    match suggest::nearest(id, ids()) {
        Some(nearest) => {
            CommandError { hints: vec![format!("did you mean `{nearest}`?").into()], ..complaint }
        }
        None => complaint,
    }
}

/// Whether its last runner has left in good order, so that silence answers by the clock. One that is there says
/// itself what silence means, and after one that was cut off the next one gives a last word.
async fn is_left(store: &dyn Store, execution: &Execution) -> Result<bool> {
    let lease = store.lease(&execution.id).await?;
    Ok(match lease.filter(|lease| !lease.is_free()) {
        None => true,
        // There was no last word then.
        Some(lease) if execution.format < Format(5) => {
            store.holder_is_gone(&execution.id, &lease).await?
        }
        Some(_) => false,
    })
}
