//! `moontide retry`: attempts a failed wave once more, from any process, if need be from other sources.

use std::path::PathBuf;

use clap::Args;
use moontide_control::error::Result;
use moontide_control::signals::mended::{Mended, OnDisk};
use moontide_control::signals::{self, Retried, Retry};
use moontide_control::target::Target;
use moontide_control::words::quoted;
use serde_json::{Value, json};

use crate::context::Context;
use crate::output::Page;
use crate::output::style::{attention, plain, strong};
use crate::signals::Author;
use crate::view::{Steps, Worded, changes};
use crate::{exit, next};

/// Attempt a failed wave once more, also after the execution has failed or was cancelled
///
/// Waves that were called off because of it wait for their turn again. Of a cancelled execution that is over
/// it takes a wave that the cancel cut off, and lifts the cancel. A wave whose pause point was answered with
/// `abort` is asked about again, if one of its approvers retries it; `@pause.1` names a pause that was answered
/// so; meanwhile no other wave is retried. Others that the cancel cut off are retried one by one. A hook is named as
/// `status` shows it, such as `@finish`; what runs after a cancel is attempted again under it. An execution that no
/// runner drives goes on with `moontide resume`.
///
/// A wave runs from the sources that its execution began with. `--runbook` gives it those on disk instead, from
/// its next attempt on: they are journaled with the retry. What the engine has read at the start stays as it was.
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide retry three-tier-20261120t080000-7k2m web
  moontide retry three-tier-20261120t080000-7k2m web --comment 'the quota is raised'
  moontide retry three-tier-20261120t080000-7k2m web --runbook runbooks/three_tier --comment 'the check is mended'")]
pub(crate) struct Flags {
    /// The execution's id, as `moontide list` shows it
    execution: String,

    /// The wave's name
    wave: String,

    /// Run it from this runbook's sources: a folder with a runbook.luau, or a .luau file
    #[arg(long, value_name = "RUNBOOK")]
    runbook: Option<PathBuf>,

    #[command(flatten)]
    author: Author,
}

impl Steps for Retried {
    fn word(&self, context: &Context, json: &mut Value) {
        self.sent.word(context, json);
        if let Some(on_disk) = &self.on_disk {
            json["on_disk"] = json!([on_disk.changes, next::command(context, &on_disk.next)]);
        }
    }

    fn write(&self, context: &Context, page: &mut Page) {
        if let Some(mended) = &self.mended {
            write(mended, page);
        }
        if let Some(OnDisk { changes, next }) = &self.on_disk {
            let what = format!(": the runbook on disk differs ({changes}), and is not taken");
            page.line([attention("note"), plain(what)]);
            let take = next::command(context, next);
            page.line([plain("should the wave fail again, this takes it: "), strong(take)]);
        }
        self.sent.write(context, page);
    }
}

/// What other sources change, and what they do not.
fn write(mended: &Mended, page: &mut Page) {
    page.indented(|page| {
        changes::write(&mended.changes, page);
        page.line([
            plain("from its next attempt on "),
            strong(mended.wave.as_str()),
            plain(" runs from these; everything else runs from what it began with"),
        ]);
        if !mended.kept.is_empty() {
            let kept = mended.kept.join(", ");
            page.line([
                attention("not taken"),
                plain(format!(", for it is read once, at the start: {kept}")),
            ]);
        }
    });
}

/// Sends the retry.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let Flags { execution, wave, runbook, author } = flags;
    let from = runbook.as_ref().map(|it| format!(" --runbook {}", quoted(&it.to_string_lossy())));
    let (from, words) = (from.unwrap_or_default(), author.words());
    *context.typed.borrow_mut() = format!("retry {execution} {}{from}{words}", quoted(wave));
    let operator = context.operator(Target::default(), author.by.as_deref())?;
    let retry = Retry { wave, runbook: runbook.as_deref(), comment: &author.comment };
    let retried = context.block_on(signals::retry(&operator, execution, retry))?;
    context.output.show(&Worded(context, &retried))?;
    Ok(exit::COMPLETED)
}
