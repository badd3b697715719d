//! A signal that was left in the store, and who will take it.

use moontide_runtime::store::{Signal, Store};
use serde::Serialize;

use super::Record;
use super::record::alive;
use crate::context::Context;
use crate::error::Result;
use crate::output::style::{plain, strong};
use crate::output::{Document, Page};

/// What was sent, and what happens with it.
#[derive(Serialize)]
pub(crate) struct Sent {
    execution: String,
    /// Its number among the execution's signals.
    number: u64,
    signal: Signal,
    /// The runner that will take it; `None`: nobody drives the execution.
    runner: Option<String>,
    /// What to type so that somebody takes it.
    next: Option<String>,
    /// What it means, for people.
    #[serde(skip)]
    meaning: String,
}

/// Leaves a signal for the execution.
pub(crate) async fn send(
    context: &Context,
    store: &dyn Store,
    record: &Record,
    signal: Signal,
    meaning: String,
) -> Result<Sent> {
    let execution = record.execution.id.clone();
    let number = store.send(&execution, &signal).await?;
    let runner = alive(store, &execution).await?;
    let next = runner.is_none().then(|| context.command(&format!("resume {execution}")));
    Ok(Sent { execution, number, signal, runner, next, meaning })
}

impl Document for Sent {
    fn write(&self, page: &mut Page) {
        page.line([plain(self.meaning.as_str())]);
        match (&self.runner, &self.next) {
            (Some(runner), _) => page.line([plain(format!("{runner} drives it and will take it"))]),
            (None, Some(next)) => {
                page.line([plain("nobody drives it now; to go on: "), strong(next.as_str())]);
            }
            (None, None) => {}
        }
    }
}
