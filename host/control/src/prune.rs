//! Journals of old executions are cut down to their evidence.
//!
//! - `reason`: why an execution is left alone.

mod reason;

use std::cell::Cell;

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use moontide_runtime::clock::Clock as _;
use moontide_runtime::store::{Cursor, Lease, Pruned, Row, Seal, StoreError, Wanted, cut, lease};
use schemars::JsonSchema;
use serde::Serialize;

use crate::clocks::SystemClock;
use crate::error::{Hint, Result, code};
use crate::notify::queue::{By, Followed};
use crate::operator::Operator;
use crate::stores::archive;
use crate::view::Record;
use crate::{leases, whoami};

/// So many are asked for at once.
const PAGE: usize = 500;
/// So many are pruned side by side.
const AT_ONCE: usize = 32;

/// Prunes the executions of a store that are old enough.
pub struct Pruner<'o> {
    /// The operator who prunes.
    pub operator: &'o Operator,
    /// Those of which nothing has happened since then.
    pub before: Timestamp,
    /// Whether those are left alone that have failed.
    pub keep_failed: bool,
    /// The runbook's name; `None`: those of all runbooks.
    pub runbook: Option<String>,
    /// Whether nothing is changed.
    pub dry_run: bool,
}

/// What was done.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Pruning {
    /// Where.
    pub store: String,
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// Whether all were looked at: otherwise an error says what came between.
    pub complete: bool,
    /// Those that were pruned, or would be.
    pub pruned: Vec<Done>,
    /// Those that are old enough, and were left alone.
    pub kept: Vec<Kept>,
    /// What is free in the store's file now, to be used again: it stays with the file.
    pub free_bytes: u64,
}

/// One that was pruned, or would be.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Done {
    /// The execution's id.
    pub execution: String,
    /// How many entries its journal had.
    pub entries: u64,
    /// How many of them are gone.
    pub removed: u64,
}

/// One that was left alone.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Kept {
    /// The execution's id.
    pub execution: String,
    /// Why.
    pub reason: Hint,
}

/// What became of one.
enum Outcome {
    Pruned(Done),
    Kept(Kept),
    /// It was pruned before.
    Swept,
}

impl Pruning {
    /// Whether none was old enough.
    pub fn is_nothing(&self) -> bool {
        self.pruned.is_empty() && self.kept.is_empty()
    }
}

impl Pruner<'_> {
    /// Prunes them. Also where the store goes away in the middle, what was done by then is told: it is known from
    /// nowhere else.
    pub async fn go(&self) -> (Pruning, Result<()>) {
        let store = self.operator.address.text();
        let mut done = Pruning { store, dry_run: self.dry_run, ..Pruning::default() };
        let ended = self.prune(&mut done).await;
        done.complete = ended.is_ok();
        (done, ended)
    }

    async fn prune(&self, done: &mut Pruning) -> Result<()> {
        let store = self.operator.store.as_ref();
        // What was created then at the latest; what came of it since shows in its journal.
        let created_us = self.before.as_microsecond();
        let mut after = Some(Cursor { created_us, id: String::new() });
        while after.is_some() {
            let runbook = self.runbook.clone();
            let wanted = Wanted { runbook, after, limit: Some(PAGE), ..Wanted::default() };
            let part = store.find(&wanted).await?;
            let old = part.rows.iter().filter(|row| !row.pruned);
            let is_failed = Cell::new(false);
            // Behind one that has failed no other is begun.
            let old = old.take_while(|_| !is_failed.get());
            // Their changes share transactions: each alone would wait for the disk, or the network, three times.
            let mut pruned = stream::iter(old.map(|row| self.one(row))).buffered(AT_ONCE);
            // Those that were begun beside one that fails may have been pruned too: they come to their end first.
            let mut failed = None;
            while let Some(outcome) = pruned.next().await {
                match outcome {
                    Ok(Outcome::Pruned(one)) => done.pruned.push(one),
                    Ok(Outcome::Kept(one)) => done.kept.push(one),
                    Ok(Outcome::Swept) => {}
                    Err(error) => {
                        failed.get_or_insert(error);
                        is_failed.set(true);
                    }
                }
            }
            if let Some(error) = failed {
                return Err(error);
            }
            after = part.next;
        }
        if !self.dry_run {
            done.free_bytes = archive(store)?.reclaim().await?;
        }
        Ok(())
    }

    /// Prunes one, if nothing stands against it; left alone is also what another call has taken up, moved or pruned
    /// since it was looked at.
    async fn one(&self, row: &Row) -> Result<Outcome> {
        match self.judged(row).await {
            Err(error) if [code::SEALED, code::FENCED, code::HELD].contains(&error.code) => {
                let (execution, reason) = (row.id.clone(), error.message.into());
                Ok(Outcome::Kept(Kept { execution, reason }))
            }
            outcome => outcome,
        }
    }

    async fn judged(&self, row: &Row) -> Result<Outcome> {
        let Operator { environment, settings, store, .. } = self.operator;
        let (store, execution) = (store.as_ref(), row.id.clone());
        let kept = |reason: Hint| Ok(Outcome::Kept(Kept { execution: row.id.clone(), reason }));
        let status = row.told.map(|told| told.standing.status);
        if status.is_some_and(|status| !status.is_terminal()) {
            return kept("it is not over".into());
        }
        let record = match Record::load(store, &execution).await {
            Ok(record) => record,
            // It stays as it is: what cannot be read is not cut down.
            Err(error) if [code::NEWER_FORMAT, code::STORE_DAMAGED].contains(&error.code) => {
                return kept(error.message.into());
            }
            Err(error) => return Err(error),
        };
        // One that was cut off in the middle, in a table.
        if matches!(record.seal, Some(Seal::Pruned(_))) {
            if !self.dry_run {
                archive(store)?.sweep(&execution).await?;
            }
            return Ok(Outcome::Swept);
        }
        if let Some(reason) = self.reason(&record).await? {
            return kept(reason);
        }
        let entries = record.entries.len() as u64;
        if self.dry_run {
            let left = record.entries.iter().filter(|entry| cut::is_evidence(entry)).count();
            let removed = entries - left as u64;
            return Ok(Outcome::Pruned(Done { execution, entries, removed }));
        }
        let (clock, us) = (SystemClock::new(), whoami::holder(environment));
        // In a table, whether its last runner is dead is seen by watching only: that of many side by side.
        let ttl = leases::ttl(environment, settings)?;
        let held = match lease::acquire(store, &clock, &execution, &us, ttl, ttl + ttl / 2).await {
            Ok(taken) => taken.lease,
            Err(StoreError::Held { holder }) => {
                return kept(format!("`{holder}` drives it").into());
            }
            Err(error) => return Err(error.into()),
        };
        let cut = self.cut(&held).await;
        store.release(&held).await?;
        match cut? {
            Ok(pruned) => {
                let by = By { teller: &us, at: clock.now() };
                Followed::forget(store, &execution, by).await?;
                let Pruned { entries, removed, .. } = pruned;
                Ok(Outcome::Pruned(Done { execution, entries, removed }))
            }
            Err(reason) => kept(reason),
        }
    }

    /// Cuts the journal of an execution whose lease is held; or says why not. It is judged once more: until the lease
    /// was taken, an operator may have retried it, and a runner gone on.
    async fn cut(&self, held: &Lease) -> Result<std::result::Result<Pruned, Hint>> {
        let store = self.operator.store.as_ref();
        let record = Record::load(store, &held.execution).await?;
        if let Some(reason) = self.reason(&record).await? {
            return Ok(Err(reason));
        }
        let (now, by) = (SystemClock::new().now(), whoami::user(&self.operator.environment));
        let pruned = archive(store)?.prune(held, (record.heard(), now), &by).await?;
        Ok(pruned.ok_or_else(|| "a signal was sent to it just now".into()))
    }
}
