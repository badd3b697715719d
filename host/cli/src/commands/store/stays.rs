//! What does not move with an execution: what its runbook shares with other executions, and its cleanups, which are
//! executions of their own.

use moontide_control::cleanup::begun::Begun;
use moontide_control::error::Result;
use moontide_control::words::quoted;
use moontide_runtime::effect::state::OF_RUNBOOKS;
use moontide_runtime::store::{Document, Seal, Store};
use serde::Serialize;

use crate::output::Page;
use crate::output::style::{attention, faint, plain, strong};

/// Something that stays.
#[derive(Serialize)]
pub(super) struct Stays {
    execution: String,
    /// What stays, and what that means.
    what: String,
    /// The command that does something about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl Stays {
    pub(super) fn write(&self, page: &mut Page) {
        let what = format!(" | {}", self.what);
        page.line([attention("stays: "), strong(self.execution.as_str()), plain(what)]);
        if let Some(next) = &self.next {
            page.line([faint("next: "), plain(next.as_str())]);
        }
    }
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
        // A cleanup writes no state, and has no cleanup.
        if execution.client().is_some() {
            return Ok(Vec::new());
        }
        let prefix = format!("{}/", execution.plan.name);
        let documents = self.store.documents(OF_RUNBOOKS, &prefix).await?;
        let written = documents.iter().filter(|document| document.written_by == id);
        let mut stays: Vec<Stays> = written
            .map(|document| self.value(id, &execution.plan.name, document, prefix.len()))
            .collect();
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

    fn value(&self, id: &str, runbook: &str, document: &Document, prefix: usize) -> Stays {
        let (from, to, key) = (self.from, self.to, &document.name[prefix..]);
        let is_lock = document.body["execution"] == id && document.body["wave"].is_string();
        let (what, command) = if is_lock {
            let what = format!(
                "the lock `{key}` that it holds stays in {from}: in {to} nothing keeps others from taking it"
            );
            let version = document.version;
            let rest = format!("{} {} --at-version {version}", quoted(runbook), quoted(key));
            (what, format!("delete {rest}"))
        } else {
            let what = format!(
                "the value `{key}` of `{runbook}`, which it has written, stays in {from}: in {to} it is not seen"
            );
            (what, format!("list {}", quoted(runbook)))
        };
        let next = Some(format!("moontide --store {} state {command}", quoted(from)));
        Stays { execution: id.to_owned(), what, next }
    }

    fn cleanup(&self, id: &str, cleanup: &str) -> Stays {
        let from = self.from;
        let what =
            format!("its cleanup {cleanup} stays in {from}, where it goes on if it is not over");
        // For a file each execution leaves by itself.
        let copy =
            || format!("moontide store copy {} {} {cleanup} --move", quoted(from), quoted(self.to));
        Stays { execution: id.to_owned(), what, next: self.is_store.then(copy) }
    }
}
