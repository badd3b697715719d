//! `moontide state`: what runbooks remember in the store, and how an operator deletes what stands in the way.

use std::collections::BTreeSet;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use moontide_control::clocks::SystemClock;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::whoami;
use moontide_control::words;
use moontide_control::words::quoted;
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::state::{OF_EXECUTIONS, OF_RUNBOOKS};
use moontide_runtime::plan::suggest;
use moontide_runtime::store::{Change, Condition, Document as Kept, Store, StoreError, Wanted};
use serde::Serialize;
use serde_json::Value;

use crate::context::Context;
use crate::exit;
use crate::output::style::{faint, plain, said, strong};
use crate::output::{Document, Page, Span};
use crate::view::Record;

/// So many names of runbooks are told of.
const MOST_NAMES: usize = 10;

/// Show what a runbook remembers, and delete what stands in the way
///
/// Runbooks keep values by key in the store: counters, locks, what the last drill came to. See `@moontide/state`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide state list shared-state
  moontide state list --execution EXECUTION
  moontide state delete shared-state bench --at-version 1764316800000000

A lock that an execution holds which will never go on is given back by deleting its key.")]
pub(crate) struct Flags {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the keys, with their versions and values
    List {
        #[command(flatten)]
        owner: Owner,
    },
    /// Delete a key, if it is still at the version that `state list` has shown
    Delete {
        #[command(flatten)]
        owner: Owner,

        /// The key
        key: String,

        /// Its version
        #[arg(long, value_name = "N")]
        at_version: u64,
    },
}

/// Whose state it is.
#[derive(Args)]
struct Owner {
    /// The runbook's name; with --execution an execution's id
    #[arg(value_name = "RUNBOOK")]
    name: String,

    /// What one execution keeps for itself
    #[arg(long)]
    execution: bool,
}

impl Owner {
    fn kind(&self) -> &'static str {
        if self.execution { OF_EXECUTIONS } else { OF_RUNBOOKS }
    }

    /// Refuses to change what an execution keeps for itself that goes on elsewhere, or is pruned: the change would be
    /// seen by no runner.
    async fn refuse_if_gone(&self, store: &dyn Store) -> Result<()> {
        let Some(archive) = store.archive().filter(|_| self.execution) else { return Ok(()) };
        match archive.seal(&self.name).await {
            Ok(Some(seal)) => {
                let (execution, seal) = (self.name.clone(), Box::new(seal));
                Err(StoreError::Sealed { execution, seal }.into())
            }
            Ok(None) | Err(StoreError::NotFound(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// How the names of its documents begin.
    fn prefix(&self) -> String {
        format!("{}/", self.name)
    }
}

#[derive(Serialize)]
struct Listed {
    /// The runbook, or the execution.
    of: String,
    keys: Vec<Remembered>,
    /// Where to look, if there is nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hints: Vec<String>,
}

#[derive(Serialize)]
struct Remembered {
    key: String,
    version: u64,
    written_at: Timestamp,
    /// The execution that wrote it.
    written_by: String,
    value: Value,
}

#[derive(Serialize)]
struct Deleted {
    of: String,
    deleted: String,
}

/// Does it.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let store = context.open_store()?;
    match &flags.command {
        Command::List { owner } => {
            let listed = context.block_on(list(context, store.as_ref(), owner))?;
            context.output.show(&listed)?;
        }
        Command::Delete { owner, key, at_version } => {
            let change = Change {
                kind: owner.kind().to_owned(),
                name: owner.prefix() + key,
                body: None,
                condition: Condition::At(*at_version),
                at: SystemClock::new().now(),
                by: whoami::user(&context.environment),
                behalf: None,
            };
            let deleted = context.block_on(async {
                owner.refuse_if_gone(store.as_ref()).await?;
                Ok(store.change(&change).await?)
            });
            deleted.map_err(|error| with_next_step(context, owner, error))?;
            context.output.show(&Deleted { of: owner.name.clone(), deleted: key.clone() })?;
        }
    }
    Ok(exit::COMPLETED)
}

async fn list(context: &Context, store: &dyn Store, owner: &Owner) -> Result<Listed> {
    let prefix = owner.prefix();
    let documents = store.documents(owner.kind(), &prefix).await?;
    let keys = documents.into_iter().map(|document| Remembered {
        key: document.name[prefix.len()..].to_owned(),
        version: document.version,
        written_at: document.written_at,
        written_by: document.written_by,
        value: document.body,
    });
    let keys: Vec<Remembered> = keys.collect();
    let hints = if keys.is_empty() { elsewhere(context, store, owner).await? } else { Vec::new() };
    Ok(Listed { of: owner.name.clone(), keys, hints })
}

/// Where to look for what was probably meant. An execution that is not there is an error.
async fn elsewhere(context: &Context, store: &dyn Store, owner: &Owner) -> Result<Vec<String>> {
    let name = &owner.name;
    if owner.execution {
        Record::load(store, name).await?;
        return Ok(Vec::new());
    }
    match store.execution(name).await {
        Ok(execution) => {
            let own = context.command(&format!("state list {name} --execution"));
            let runbook = &execution.plan.name;
            let shared = context.command(&format!("state list {}", quoted(runbook)));
            return Ok(vec![
                format!("`{name}` is an execution: `{own}` shows what it keeps for itself"),
                format!("`{shared}` shows what its runbook `{runbook}` remembers"),
            ]);
        }
        Err(StoreError::NotFound(_) | StoreError::Refused { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let all = store.documents(OF_RUNBOOKS, "").await?;
    let names = || all.iter().filter_map(|document| Some(document.name.split_once('/')?.0));
    // A runbook that has run has this name, and remembers nothing yet.
    let runs = Wanted { runbook: Some(name.clone()), limit: Some(1), ..Wanted::default() };
    if !store.find(&runs).await?.rows.is_empty() {
        return Ok(Vec::new());
    }
    let nearest = suggest::nearest(name, names());
    // A key was perhaps taken for a runbook.
    let key = |document: &&Kept| document.name.split_once('/').is_some_and(|it| it.1 == name);
    let keeper = all.iter().find(key).and_then(|document| Some(document.name.split_once('/')?.0));
    let list = |meant: &str| context.command(&format!("state list {}", quoted(meant)));
    if let Some(runbook) = keeper {
        return Ok(vec![format!(
            "`{name}` is a key of the runbook `{runbook}`: `{}`",
            list(runbook)
        )]);
    }
    if let Some(nearest) = nearest {
        return Ok(vec![format!("did you mean `{}`?", list(nearest))]);
    }
    let known: BTreeSet<&str> = names().collect();
    let known: Vec<&str> = known.into_iter().take(MOST_NAMES).collect();
    let remember = if known.is_empty() {
        String::new()
    } else {
        format!("; those that remember something: {}", known.join(", "))
    };
    Ok(vec![format!("no runbook of this name has run here{remember}")])
}

fn with_next_step(context: &Context, owner: &Owner, error: CommandError) -> CommandError {
    if error.code != code::CHANGED_MEANWHILE {
        return error;
    }
    let flag = if owner.execution { " --execution" } else { "" };
    let list = context.command(&format!("state list {}{flag}", owner.name));
    error.hint(format!("`{list}` shows what is there"))
}

impl Document for Listed {
    fn write(&self, page: &mut Page) {
        if self.keys.is_empty() {
            page.line([strong(self.of.as_str()), plain(" remembers nothing")]);
        }
        for hint in &self.hints {
            page.line([faint("hint: "), plain(hint.as_str())]);
        }
        let rows: Vec<_> = self.keys.iter().map(Remembered::cells).collect();
        page.table(&rows);
    }
}

impl Remembered {
    fn cells(&self) -> Vec<Span<'_>> {
        vec![
            plain(format!("version {}", self.version)),
            faint(words::time(self.written_at)),
            plain(self.written_by.as_str()),
            // As a row of a table has it, what a runbook says stands behind the mark.
            faint("|"),
            plain(format!("{} = {}", self.key, self.value)),
        ]
    }
}

impl Document for Deleted {
    fn write(&self, page: &mut Page) {
        let [mark, key] = said(&self.deleted);
        page.line([plain("deleted from "), strong(self.of.as_str()), mark, key]);
    }
}
