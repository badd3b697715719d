//! Going through a store, an execution at a time: of each only its line is kept.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use moontide_runtime::journal::Channel;
use moontide_runtime::plan::Mode;
use moontide_runtime::store::{Cursor, Row, Store, Wanted};

use super::document::Compliance;
use super::findings::{Age, Findings};
use crate::error::Result;
use crate::view::Record;

/// So many rows of the list are in memory at once.
const PAGE: usize = 100;
/// So many earlier executions of one runbook are looked at for its last drill.
const LOOKED_AT: usize = 100;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Executions that were created before are not counted. Of a runbook that was not drilled since, the last drill is
    /// told all the same.
    pub since: Timestamp,
    /// Only those of this runbook.
    pub runbook: Option<String>,
    /// An answer that is awaited for longer is overdue.
    pub overdue_after: Duration,
    /// What time it is.
    pub now: Timestamp,
}

impl Compliance {
    /// Looks at the executions of a store, the newest first.
    pub async fn of(store: &dyn Store, address: String, asked: &Asked) -> Result<Compliance> {
        let mut findings = Findings::default();
        let mut wanted = wanted(asked);
        wanted.since = Some(asked.since);
        loop {
            let part = store.find(&wanted).await?;
            for row in part.rows.into_iter().filter(is_one) {
                Box::pin(look(store, &mut findings, (&row, Age::Counted), asked)).await?;
            }
            let Some(next) = part.next else { break };
            wanted.after = Some(next);
        }
        Box::pin(earlier(store, &mut findings, asked)).await?;
        Ok(findings.document(address, asked))
    }
}

fn wanted(asked: &Asked) -> Wanted {
    Wanted {
        runbook: asked.runbook.clone(),
        without_cleanups: true,
        limit: Some(PAGE),
        ..Wanted::default()
    }
}

/// Whether it is to be looked at. What was moved may be back, which only its seal says.
fn is_one(row: &Row) -> bool {
    row.source != Some(Channel::Rehearsal)
}

/// Notes one execution, or that it cannot be read.
async fn look(
    store: &dyn Store,
    findings: &mut Findings,
    (row, age): (&Row, Age),
    asked: &Asked,
) -> Result<()> {
    match Record::load(store, &row.id).await {
        Ok(record) => findings.note(store, (&record, age), asked).await,
        Err(error) if error.is_of_one_execution() => {
            findings.note_unreadable((row, age), error.message);
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// Looks for the last drill of each runbook that has none among those that are counted.
async fn earlier(store: &dyn Store, findings: &mut Findings, asked: &Asked) -> Result<()> {
    let mut looked: BTreeMap<String, usize> = BTreeMap::new();
    let mut wanted = wanted(asked);
    let created_us = asked.since.as_microsecond();
    wanted.after = Some(Cursor { created_us, id: String::new() });
    loop {
        let part = store.find(&wanted).await?;
        for row in part.rows.into_iter().filter(is_one) {
            let may_be_one = row
                .told
                .is_none_or(|told| told.mode == Mode::Drill && told.standing.status.is_terminal());
            let count = looked.entry(row.runbook.clone()).or_default();
            if !may_be_one || *count >= LOOKED_AT || findings.has_last(&row.runbook) {
                continue;
            }
            *count += 1;
            Box::pin(look(store, findings, (&row, Age::Earlier), asked)).await?;
        }
        let Some(next) = part.next else { return Ok(()) };
        wanted.after = Some(next);
    }
}
