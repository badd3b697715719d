//! What does not move with an execution: what its runbook shares with other executions, and its cleanups, which are
//! executions of their own.

use moontide_runtime::effect::state::OF_RUNBOOKS;
use moontide_runtime::journal::Execution;
use moontide_runtime::store::{Document, Seal, Store};
use schemars::JsonSchema;
use serde::Serialize;

use crate::cleanup::begun::Begun;
use crate::error::Result;
use crate::next::Next;
use crate::notify::untold::untold;
use crate::words;

/// Something that stays.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Stays {
    /// The execution that has moved.
    pub execution: String,
    /// What stays, and what that means.
    pub what: String,
    /// The step that does something about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Next>,
}

/// From where an execution has moved, and where to, in words.
pub(super) struct Way<'w> {
    pub(super) store: &'w dyn Store,
    pub(super) from: &'w str,
    pub(super) to: &'w str,
    /// Whether it has moved to a store, and not to a file.
    pub(super) is_store: bool,
}

impl Way<'_> {
    /// What has stayed behind an execution that has moved. It has moved, whatever can be read of that.
    pub(super) async fn behind(&self, id: &str) -> Vec<Stays> {
        self.look(id).await.unwrap_or_else(|error| {
            let what = format!("what stays in {} cannot be read: {}", self.from, error.message);
            vec![Stays { execution: id.to_owned(), what, next: None }]
        })
    }

    async fn look(&self, id: &str) -> Result<Vec<Stays>> {
        let execution = self.store.execution(id).await?;
        let mut stays: Vec<Stays> = self.untold(&execution).await?.into_iter().collect();
        // A cleanup writes no state, and has no cleanup.
        if execution.client().is_some() {
            return Ok(stays);
        }
        let prefix = format!("{}/", execution.plan.name);
        let documents = self.store.documents(OF_RUNBOOKS, &prefix).await?;
        let written = documents.iter().filter(|document| document.written_by == id);
        stays.extend(
            written.map(|document| self.value(id, &execution.plan.name, document, prefix.len())),
        );
        for cleanup in Begun::of(self.store, id).await?.all {
            let seal = match self.store.archive() {
                Some(archive) => archive.seal(&cleanup.id).await?,
                None => None,
            };
            if !matches!(seal, Some(Seal::Moved(_))) {
                stays.push(self.cleanup(id, &cleanup.id));
            }
        }
        Ok(stays)
    }

    /// What is not told yet is told from where it happened.
    async fn untold(&self, execution: &Execution) -> Result<Option<Stays>> {
        let (from, to) = (self.from, self.to);
        let count = untold(self.store, execution).await?;
        let what = format!(
            "{} of it not told yet stay in {from}: in {to} nothing tells of them",
            words::count(count, "notification")
        );
        let next = Next::There { store: from.to_owned(), step: Some(Box::new(Next::TellOthers)) };
        let stays = Stays { execution: execution.id.clone(), what, next: Some(next) };
        Ok(Some(stays).filter(|_| count > 0))
    }

    fn value(&self, id: &str, runbook: &str, document: &Document, prefix: usize) -> Stays {
        let (from, to, key) = (self.from, self.to, &document.name[prefix..]);
        let is_lock = document.body["execution"] == id && document.body["wave"].is_string();
        let (what, step) = if is_lock {
            let what = format!(
                "the lock `{key}` that it holds stays in {from}: in {to} nothing keeps others from taking it"
            );
            let (of, key, version) = (runbook.to_owned(), key.to_owned(), document.version);
            (what, Next::DeleteState { of, key, version })
        } else {
            let what = format!(
                "the value `{key}` of `{runbook}`, which it has written, stays in {from}: in {to} it is not seen"
            );
            (what, Next::State { of: runbook.to_owned(), is_execution: false })
        };
        let next = Some(Next::There { store: from.to_owned(), step: Some(Box::new(step)) });
        Stays { execution: id.to_owned(), what, next }
    }

    fn cleanup(&self, id: &str, cleanup: &str) -> Stays {
        let from = self.from;
        let what =
            format!("its cleanup {cleanup} stays in {from}, where it goes on if it is not over");
        // For a file each execution leaves by itself.
        let next = self.is_store.then(|| Next::to_move(cleanup, from, self.to));
        Stays { execution: id.to_owned(), what, next }
    }
}
