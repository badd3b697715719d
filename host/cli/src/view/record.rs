//! An execution as the store has it.

use jiff::Timestamp;
use moontide_runtime::journal::{Body, Entry, Execution};
use moontide_runtime::plan::suggest;
use moontide_runtime::scheduler::{Event, ExecutionStatus, Graph, State, machine};
use moontide_runtime::store::{LeaseRecord, Store, StoreError};

use crate::error::{CommandError, Result};

/// Head, journal and lease, and the state that the journal adds up to.
pub(crate) struct Record {
    /// What runs.
    pub(crate) execution: Execution,
    /// What has happened.
    pub(crate) entries: Vec<Entry>,
    /// Who drives it, or did last.
    pub(crate) lease: Option<LeaseRecord>,
    /// The nodes of its plan.
    pub(crate) graph: Graph,
    /// Where it stands.
    pub(crate) state: State,
}

impl Record {
    /// Loads an execution. An unknown id is answered with the one that was probably meant.
    pub(crate) async fn load(store: &dyn Store, id: &str) -> Result<Record> {
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
        let lease = store.lease(id).await?;
        let graph = Graph::of(&execution.plan);
        let state = machine::fold(&graph, events(&entries));
        Ok(Record { execution, entries, lease, graph, state })
    }

    /// Where it stands as a whole.
    pub(crate) fn status(&self) -> ExecutionStatus {
        self.state.status()
    }

    /// Who holds its lease, if anybody does.
    pub(crate) fn runner(&self) -> Option<&str> {
        let lease = self.lease.as_ref().filter(|lease| !lease.is_free());
        lease.map(|lease| lease.holder.as_str())
    }
}

/// The events of a journal and when they happened.
pub(crate) fn events(entries: &[Entry]) -> impl Iterator<Item = (Timestamp, &Event)> {
    entries.iter().filter_map(|entry| match &entry.body {
        Body::Event { event } => Some((entry.at, event)),
        Body::Intent { .. } | Body::Outcome { .. } => None,
    })
}

async fn unknown(store: &dyn Store, id: &str, error: StoreError) -> CommandError {
    let complaint = CommandError::from(error);
    let Ok(listed) = store.list().await else { return complaint };
    let ids = || listed.iter().map(|listed| listed.id.as_str());
    match suggest::nearest(id, ids()) {
        Some(nearest) => {
            CommandError { hints: vec![format!("did you mean `{nearest}`?")], ..complaint }
        }
        None => complaint,
    }
}
