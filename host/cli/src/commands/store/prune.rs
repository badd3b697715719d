//! `moontide store prune`: journals of old executions are cut down to their evidence.

use std::time::Duration;

use clap::Args;
use moontide_control::clocks::SystemClock;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::prune::{Pruner, Pruning};
use moontide_control::target::Target;
use moontide_control::words;
use moontide_runtime::clock::Clock;
use moontide_runtime::plan::duration;
use serde_json::Value;

use crate::context::Context;
use crate::output::Page;
use crate::output::style::{attention, faint, plain, strong};
use crate::view::{Steps, Worded};
use crate::{exit, next};

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

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let operator = context.operator(Target::default(), None)?;
    let now = SystemClock::new().now();
    let before = now.checked_sub(flags.older_than).map_err(|_| {
        CommandError::new(code::BAD_ARGUMENT, "`--older-than`: no execution can be that old")
    })?;
    let pruner = Pruner {
        operator: &operator,
        before,
        keep_failed: flags.keep_failed,
        runbook: flags.runbook.clone(),
        dry_run: flags.dry_run,
    };
    let (done, ended) = context.block_on(async { Ok(pruner.go().await) })?;
    if ended.is_ok() || !done.is_nothing() {
        context.output.show(&Worded(context, &done))?;
    }
    ended.map(|()| exit::COMPLETED)
}

impl Steps for Pruning {
    fn word(&self, context: &Context, json: &mut Value) {
        for (at, kept) in self.kept.iter().enumerate() {
            json["kept"][at]["reason"] = kept.reason.text(|it| next::command(context, it)).into();
        }
    }

    fn write(&self, context: &Context, page: &mut Page) {
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
                    plain(kept.reason.text(|it| next::command(context, it))),
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
