//! `moontide store prune`: journals of old executions are cut down to their evidence.

use std::cell::Cell;
use std::time::Duration;

use clap::Args;
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use moontide_control::clocks::SystemClock;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::words;
use moontide_control::{leases, whoami};
use moontide_runtime::clock::Clock;
use moontide_runtime::plan::duration;
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::{
    Cursor, Lease, Obligation, Pruned, Row, Seal, Store, StoreError, Wanted, lease,
};
use serde::Serialize;

use super::archive;
use crate::context::Context;
use crate::exit;
use crate::next::CARRY_OUT;
use crate::output::style::{attention, faint, plain, strong};
use crate::output::{Document, Page};
use crate::view::Record;

/// So many are asked for at once.
const PAGE: usize = 500;
/// So many are pruned side by side.
const AT_ONCE: usize = 32;
/// So many that were left alone are named to people; programs get all.
const NAMED: usize = 20;

/// Which ones.
#[derive(Args)]
pub(crate) struct Flags {
    /// Those of which nothing has happened for so long, such as `400d`
    #[arg(long, value_name = "AGE", value_parser = age)]
    older_than: Duration,

    /// Leave those alone that have failed
    #[arg(long)]
    keep_failed: bool,

    /// Only those of the runbook with this name
    #[arg(long, value_name = "NAME")]
    runbook: Option<String>,

    /// Show what would be pruned, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Reads an age; for clap.
fn age(text: &str) -> std::result::Result<Duration, String> {
    // A bare number is too easily meant as days.
    let written = Some(text).filter(|it| it.contains(char::is_alphabetic));
    let age = written.and_then(duration::parse);
    age.ok_or_else(|| "it is a length of time with its unit, like `400d` or `12h`".to_owned())
}

/// What was done.
#[derive(Debug, Default, Serialize)]
struct Pruning {
    store: String,
    dry_run: bool,
    /// Whether all were looked at: otherwise an error says what came between.
    complete: bool,
    pruned: Vec<Done>,
    /// Those that are old enough, and were left alone.
    kept: Vec<Kept>,
    /// What is free in the store's file now, to be used again: it stays with the file.
    free_bytes: u64,
}

impl Pruning {
    fn is_nothing(&self) -> bool {
        self.pruned.is_empty() && self.kept.is_empty()
    }
}

#[derive(Debug, Serialize)]
struct Done {
    execution: String,
    /// How many entries its journal had.
    entries: u64,
    /// How many of them are gone.
    removed: u64,
}

#[derive(Debug, Serialize)]
struct Kept {
    execution: String,
    reason: String,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let store = context.open_store()?;
    let now = SystemClock::new().now();
    let before = now.checked_sub(flags.older_than).map_err(|_| {
        CommandError::new(code::BAD_ARGUMENT, "`--older-than`: no execution can be that old")
    })?;
    let mut done =
        Pruning { store: context.address()?.text(), dry_run: flags.dry_run, ..Pruning::default() };
    let ended = context.block_on(prune(context, store.as_ref(), flags, (before, &mut done)));
    // Also where the store goes away in the middle: what was done by then is known from nowhere else.
    done.complete = ended.is_ok();
    if ended.is_ok() || !done.is_nothing() {
        context.output.show(&done)?;
    }
    ended.map(|()| exit::COMPLETED)
}

async fn prune(
    context: &Context,
    store: &dyn Store,
    flags: &Flags,
    (before, done): (Timestamp, &mut Pruning),
) -> Result<()> {
    // What was created then at the latest; what came of it since shows in its journal.
    let mut after = Some(Cursor { created_us: before.as_microsecond(), id: String::new() });
    while after.is_some() {
        let runbook = flags.runbook.clone();
        let wanted = Wanted { runbook, after, limit: Some(PAGE), ..Wanted::default() };
        let part = store.find(&wanted).await?;
        let old = part.rows.iter().filter(|row| !row.pruned);
        let is_failed = Cell::new(false);
        // Behind one that has failed no other is begun.
        let old = old.take_while(|_| !is_failed.get());
        // Their changes share transactions: each alone would wait for the disk, or the network, three times.
        let mut pruned = stream::iter(old.map(|row| one(context, store, flags, (row, before))))
            .buffered(AT_ONCE);
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
    if !flags.dry_run {
        done.free_bytes = archive(store)?.reclaim().await?;
    }
    Ok(())
}

/// What became of one.
enum Outcome {
    Pruned(Done),
    Kept(Kept),
    /// It was pruned before.
    Swept,
}

/// Prunes one, if nothing stands against it; left alone is also what another command has taken up, moved or pruned since
/// it was looked at.
async fn one(
    context: &Context,
    store: &dyn Store,
    flags: &Flags,
    (row, before): (&Row, Timestamp),
) -> Result<Outcome> {
    match judged(context, store, flags, (row, before)).await {
        Err(error) if [code::SEALED, code::FENCED, code::HELD].contains(&error.code) => {
            Ok(Outcome::Kept(Kept { execution: row.id.clone(), reason: error.message }))
        }
        outcome => outcome,
    }
}

async fn judged(
    context: &Context,
    store: &dyn Store,
    flags: &Flags,
    (row, before): (&Row, Timestamp),
) -> Result<Outcome> {
    let execution = row.id.clone();
    let kept = |reason: String| Ok(Outcome::Kept(Kept { execution: row.id.clone(), reason }));
    let status = row.told.map(|told| told.standing.status);
    if status.is_some_and(|status| !status.is_terminal()) {
        return kept("it is not over".to_owned());
    }
    let record = match Record::load(store, &execution).await {
        Ok(record) => record,
        // It stays as it is: what cannot be read is not cut down.
        Err(error) if [code::NEWER_FORMAT, code::STORE_DAMAGED].contains(&error.code) => {
            return kept(error.message);
        }
        Err(error) => return Err(error),
    };
    // One that was cut off in the middle, in a table.
    if matches!(record.seal, Some(Seal::Pruned(_))) {
        if !flags.dry_run {
            archive(store)?.sweep(&execution).await?;
        }
        return Ok(Outcome::Swept);
    }
    if let Some(reason) = reason(context, store, &record, (flags, before)).await? {
        return kept(reason);
    }
    let entries = record.entries.len() as u64;
    if flags.dry_run {
        let is_evidence = moontide_runtime::store::seal::is_evidence;
        let left = record.entries.iter().filter(|entry| is_evidence(entry)).count() as u64;
        return Ok(Outcome::Pruned(Done { execution, entries, removed: entries - left }));
    }
    let (clock, us) = (SystemClock::new(), whoami::holder(&context.environment));
    // In a table, whether its last runner is dead is seen by watching only: that of many side by side.
    let ttl = leases::ttl(&context.environment, &context.settings(None)?)?;
    let held = match lease::acquire(store, &clock, &execution, &us, ttl, ttl + ttl / 2).await {
        Ok(taken) => taken.lease,
        Err(StoreError::Held { holder }) => return kept(format!("`{holder}` drives it")),
        Err(error) => return Err(error.into()),
    };
    let cut = cut(context, store, flags, (&held, before)).await;
    store.release(&held).await?;
    match cut? {
        Ok(pruned) => {
            let Pruned { entries, removed, .. } = pruned;
            Ok(Outcome::Pruned(Done { execution, entries, removed }))
        }
        Err(reason) => kept(reason),
    }
}

/// Cuts the journal of an execution whose lease is held; or says why not. It is judged once more: until the lease was
/// taken, an operator may have retried it, and a runner gone on.
async fn cut(
    context: &Context,
    store: &dyn Store,
    flags: &Flags,
    (held, before): (&Lease, Timestamp),
) -> Result<std::result::Result<Pruned, String>> {
    let record = Record::load(store, &held.execution).await?;
    if let Some(reason) = reason(context, store, &record, (flags, before)).await? {
        return Ok(Err(reason));
    }
    let (now, by) = (SystemClock::new().now(), whoami::user(&context.environment));
    let pruned = archive(store)?.prune(held, (record.heard(), now), &by).await?;
    Ok(pruned.ok_or_else(|| "a signal was sent to it just now".to_owned()))
}

/// Why it is left alone.
async fn reason(
    context: &Context,
    store: &dyn Store,
    record: &Record,
    (flags, before): (&Flags, Timestamp),
) -> Result<Option<String>> {
    let of_itself = its_own(context, record, flags, before);
    if of_itself.is_some() {
        return Ok(of_itself);
    }
    // A carrier goes on with it, and a retry.
    let Some(drill) = record.execution.client() else { return Ok(None) };
    let drill = match store.execution(&drill).await {
        Ok(_) => Record::load(store, &drill).await?,
        Err(StoreError::NotFound(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let reason = unfinished(context, &drill);
    Ok(reason.map(|reason| format!("it is a cleanup of `{}`: {reason}", drill.execution.id)))
}

/// Why it is left alone, by what is known of itself.
fn its_own(context: &Context, record: &Record, flags: &Flags, before: Timestamp) -> Option<String> {
    if let Some(seal) = &record.seal {
        return Some(format!("it {seal}"));
    }
    if record.execution.is_adopted() {
        return Some("it was adopted, and `adopt` adds to it what it finds later".to_owned());
    }
    if !record.is_over() || !record.pending.is_empty() {
        return Some("it is not over".to_owned());
    }
    if let Some(runner) = &record.runner {
        return Some(format!("`{runner}` drives it"));
    }
    if let Some(last) = record.entries.last().filter(|last| last.at > before) {
        return Some(format!("it went on at {}", words::time(last.at)));
    }
    let is_kept = flags.keep_failed && record.status() == ExecutionStatus::Failed;
    unfinished(context, record).or_else(|| is_kept.then(|| "it has failed".to_owned()))
}

/// What is still to be done about what a drill has launched.
fn unfinished(context: &Context, record: &Record) -> Option<String> {
    let id = &record.execution.id;
    if record.obligation.as_ref().is_some_and(Obligation::is_open) {
        let carry_out = context.command(CARRY_OUT);
        let list = context.command("obligations");
        return Some(format!(
            "its cleanup is owed: `{carry_out}` does it when it is due, and `{list}` says when"
        ));
    }
    if record.has_instances {
        let cleanup = context.command(&format!("cleanup {id}"));
        return Some(format!("it is a drill whose instances may live: `{cleanup}`"));
    }
    None
}

impl Document for Pruning {
    fn write(&self, page: &mut Page) {
        let removed: u64 = self.pruned.iter().map(|done| done.removed).sum();
        let what = if self.dry_run { "would be pruned" } else { "pruned" };
        let count = words::count(self.pruned.len(), "execution");
        page.line([
            strong(format!("{count} {what}")),
            plain(format!(" in {}, {removed} journal entries removed", self.store)),
        ]);
        if !self.complete {
            page.line([attention("not all were looked at"), plain(": the error says why")]);
        }
        let named = self.kept.iter().take(NAMED);
        let rows: Vec<_> = named
            .map(|kept| {
                vec![
                    attention("left alone"),
                    strong(kept.execution.as_str()),
                    plain(kept.reason.as_str()),
                ]
            })
            .collect();
        page.indented(|page| page.table(&rows));
        if let Some(more) = self.kept.len().checked_sub(NAMED).filter(|more| *more > 0) {
            page.line([faint(format!("and {more} more: `--output json` names all"))]);
        }
        if self.free_bytes > 0 {
            let free = self.free_bytes / 1024;
            page.line([faint(format!(
                "{free} KiB are free in the file, which an earlier release made: they are used again"
            ))]);
        }
    }
}
