//! An execution as the store has it.

use jiff::Timestamp;
use moontide_runtime::journal::{Body, Entry, Execution};
use moontide_runtime::plan::suggest;
use moontide_runtime::scheduler::{Event, ExecutionStatus, Graph, State, machine};
use moontide_runtime::store::{Signal, Store, StoreError, Wish};

use crate::error::{CommandError, Result};

/// Head and journal, the state that the journal adds up to, who drives it and what they will find.
pub(crate) struct Record {
    /// What runs.
    pub(crate) execution: Execution,
    /// What has happened.
    pub(crate) entries: Vec<Entry>,
    /// Who drives it, unless they are known to be dead.
    pub(crate) runner: Option<String>,
    /// Answers and cancellations that nobody has taken yet.
    pub(crate) pending: Vec<Signal>,
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
        let runner = alive(store, id).await?;
        let graph = Graph::of(&execution.plan);
        let state = machine::fold(&graph, events(&entries));
        let signals = store.signals(id, 0).await?.into_iter().map(|(_, signal)| signal);
        let pending = signals.filter(|signal| is_pending(&state, &signal.wish)).collect();
        Ok(Record { execution, entries, runner, pending, graph, state })
    }

    /// Where it stands as a whole.
    pub(crate) fn status(&self) -> ExecutionStatus {
        self.state.status()
    }

    /// The answer that somebody has left for a prompt. The first counts.
    pub(crate) fn answer_to(&self, asked: &str) -> Option<(&str, &Signal)> {
        self.pending.iter().find_map(|signal| match &signal.wish {
            Wish::Answer { prompt, choice } if prompt == asked => Some((choice.as_str(), signal)),
            _ => None,
        })
    }
}

/// Who drives the execution, unless they are known to be dead.
pub(crate) async fn alive(store: &dyn Store, execution: &str) -> Result<Option<String>> {
    match store.lease(execution).await? {
        Some(lease) if !lease.is_free() && !store.holder_is_gone(execution, &lease).await? => {
            Ok(Some(lease.holder))
        }
        _ => Ok(None),
    }
}

/// Whether a signal still waits for a runner: what was taken is in the journal.
fn is_pending(state: &State, wish: &Wish) -> bool {
    match wish {
        Wish::Answer { prompt, .. } => state.prompts.contains_key(prompt),
        Wish::Cancel => state.cancelled_by.is_none() && !state.status().is_terminal(),
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
