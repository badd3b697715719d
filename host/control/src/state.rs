//! What runbooks and executions remember in the store, and the deletion of what stands in the way.

use std::collections::BTreeSet;

use jiff::Timestamp;
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::state::{OF_EXECUTIONS, OF_RUNBOOKS};
use moontide_runtime::plan::suggest;
use moontide_runtime::store::{Change, Condition, Document, Store, StoreError, Wanted};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::clocks::SystemClock;
use crate::error::{CommandError, Hint, Result, code};
use crate::next::Next;
use crate::view::Record;

/// So many names of runbooks are told of.
const MOST_NAMES: usize = 10;

/// Whose state it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// What the runbook of this name shares between its executions.
    Runbook(String),
    /// What the execution of this id keeps for itself.
    Execution(String),
}

/// What one of them remembers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Listed {
    /// The runbook, or the execution.
    pub of: String,
    /// Its keys.
    pub keys: Vec<Remembered>,
    /// Where to look, if there is nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
}

/// A key, and what stands under it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Remembered {
    /// The key.
    pub key: String,
    /// Its version, which every change raises.
    pub version: u64,
    /// When it was written.
    pub written_at: Timestamp,
    /// The execution that wrote it.
    pub written_by: String,
    /// What stands there.
    pub value: Value,
}

impl Owner {
    /// Its name, or its id.
    pub fn name(&self) -> &str {
        let (Owner::Runbook(name) | Owner::Execution(name)) = self;
        name
    }

    fn kind(&self) -> &'static str {
        match self {
            Owner::Runbook(_) => OF_RUNBOOKS,
            Owner::Execution(_) => OF_EXECUTIONS,
        }
    }

    /// How the names of its documents begin.
    fn prefix(&self) -> String {
        format!("{}/", self.name())
    }

    /// What it remembers.
    pub async fn list(&self, store: &dyn Store) -> Result<Listed> {
        let prefix = self.prefix();
        let documents = store.documents(self.kind(), &prefix).await?;
        let keys = documents.into_iter().map(|document| Remembered {
            key: document.name[prefix.len()..].to_owned(),
            version: document.version,
            written_at: document.written_at,
            written_by: document.written_by,
            value: document.body,
        });
        let keys: Vec<Remembered> = keys.collect();
        let hints = if keys.is_empty() { self.elsewhere(store).await? } else { Vec::new() };
        Ok(Listed { of: self.name().to_owned(), keys, hints })
    }

    /// Deletes a key that is still at this version.
    pub async fn delete(
        &self,
        store: &dyn Store,
        (key, version): (&str, u64),
        by: String,
    ) -> Result<()> {
        let change = Change {
            kind: self.kind().to_owned(),
            name: self.prefix() + key,
            body: None,
            condition: Condition::At(version),
            at: SystemClock::new().now(),
            by,
            behalf: None,
        };
        let deleted = async {
            self.refuse_if_gone(store).await?;
            Ok(store.change(&change).await?)
        };
        deleted.await.map(drop).map_err(|error: CommandError| self.with_next_step(error))
    }

    /// Refuses to change what an execution keeps for itself that goes on elsewhere, or is pruned: the change would be
    /// seen by no runner.
    async fn refuse_if_gone(&self, store: &dyn Store) -> Result<()> {
        let Owner::Execution(id) = self else { return Ok(()) };
        let Some(archive) = store.archive() else { return Ok(()) };
        match archive.seal(id).await {
            Ok(Some(seal)) => {
                let (execution, seal) = (id.clone(), Box::new(seal));
                Err(StoreError::Sealed { execution, seal }.into())
            }
            Ok(None) | Err(StoreError::NotFound(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn with_next_step(&self, error: CommandError) -> CommandError {
        if error.code != code::CHANGED_MEANWHILE {
            return error;
        }
        error.hint(Hint::step("`", self.look(), "` shows what is there"))
    }

    /// The look at what it remembers.
    fn look(&self) -> Next {
        let is_execution = matches!(self, Owner::Execution(_));
        Next::State { of: self.name().to_owned(), is_execution }
    }

    /// Where to look for what was probably meant. An execution that is not there is an error.
    async fn elsewhere(&self, store: &dyn Store) -> Result<Vec<Hint>> {
        let name = match self {
            Owner::Runbook(name) => name,
            Owner::Execution(id) => {
                Record::load(store, id).await?;
                return Ok(Vec::new());
            }
        };
        match store.execution(name).await {
            Ok(execution) => return Ok(of_an_execution(name, &execution.plan.name)),
            Err(StoreError::NotFound(_) | StoreError::Refused { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        let all = store.documents(OF_RUNBOOKS, "").await?;
        // A runbook that has run has this name, and remembers nothing yet.
        let runs = Wanted { runbook: Some(name.clone()), limit: Some(1), ..Wanted::default() };
        if !store.find(&runs).await?.rows.is_empty() {
            return Ok(Vec::new());
        }
        Ok(vec![meant(name, &all)])
    }
}

/// What is said where the name of a runbook is the id of an execution.
fn of_an_execution(id: &str, runbook: &str) -> Vec<Hint> {
    let own = Owner::Execution(id.to_owned()).look();
    let shared = Owner::Runbook(runbook.to_owned()).look();
    vec![
        Hint::step(format!("`{id}` is an execution: `"), own, "` shows what it keeps for itself"),
        Hint::step("`", shared, format!("` shows what its runbook `{runbook}` remembers")),
    ]
}

/// What was probably meant by a name that no runbook has, among all that runbooks remember.
fn meant(name: &str, all: &[Document]) -> Hint {
    let names = || all.iter().filter_map(|document| Some(document.name.split_once('/')?.0));
    let look = |meant: &str| Owner::Runbook(meant.to_owned()).look();
    // A key was perhaps taken for a runbook.
    let key = |document: &&Document| document.name.split_once('/').is_some_and(|it| it.1 == name);
    let holder = all.iter().find(key).and_then(|document| Some(document.name.split_once('/')?.0));
    if let Some(runbook) = holder {
        let before = format!("`{name}` is a key of the runbook `{runbook}`: `");
        return Hint::step(before, look(runbook), "`");
    }
    if let Some(nearest) = suggest::nearest(name, names()) {
        return Hint::step("did you mean `", look(nearest), "`?");
    }
    let known: BTreeSet<&str> = names().collect();
    let known: Vec<&str> = known.into_iter().take(MOST_NAMES).collect();
    let remember = if known.is_empty() {
        String::new()
    } else {
        format!("; those that remember something: {}", known.join(", "))
    };
    format!("no runbook of this name has run here{remember}").into()
}
