//! `moontide retry`: attempts a failed wave once more, from any process, if need be from other sources.

mod mended;

use std::path::PathBuf;

use clap::Args;
use moontide_control::cleanup::begun::Begun;
use moontide_control::error::Result;
use moontide_control::view::sent::Sent;
use moontide_control::words::quoted;
use moontide_runtime::store::Wish;
use serde::Serialize;
use serde_json::Value;

use self::mended::Mended;
use crate::context::Context;
use crate::exit;
use crate::output::Page;
use crate::output::style::{attention, plain, strong};
use crate::signals::{self, Author};
use crate::view::{Record, Steps, Worded, sealed};

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

/// What was sent, and what its sources change.
#[derive(Serialize)]
struct Retried {
    #[serde(flatten)]
    sent: Sent,
    /// What other sources change.
    #[serde(skip_serializing_if = "Option::is_none")]
    mended: Option<Mended>,
    /// What differs on disk and is not taken, and what to type to take it.
    #[serde(skip_serializing_if = "Option::is_none")]
    on_disk: Option<(String, String)>,
}

impl Steps for Retried {
    fn word(&self, context: &Context, json: &mut Value) {
        self.sent.word(context, json);
    }

    fn write(&self, context: &Context, page: &mut Page) {
        if let Some(mended) = &self.mended {
            mended.write(page);
        }
        if let Some((differs, take)) = &self.on_disk {
            let what = format!(": the runbook on disk differs ({differs}), and is not taken");
            page.line([attention("note"), plain(what)]);
            page.line([
                plain("should the wave fail again, this takes it: "),
                strong(take.as_str()),
            ]);
        }
        self.sent.write(context, page);
    }
}

/// Does it.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let store = context.open_store()?;
    context.block_on(async {
        let (store, wave) = (store.as_ref(), flags.wave.as_str());
        let record = Record::load(store, &flags.execution).await?;
        let runbook = flags.runbook.as_ref();
        let runbook = runbook.map(|path| format!(" --runbook {}", quoted(&path.to_string_lossy())));
        let typed = format!(
            "retry {} {}{}{}",
            flags.execution,
            quoted(wave),
            runbook.unwrap_or_default(),
            flags.author.words()
        );
        sealed::check(&record, context, &typed)?;
        let read = |path: &PathBuf| mended::read(context, &record, wave, path);
        // Of a wave that there never was, the signal is refused.
        let path = flags.runbook.as_ref().filter(|_| record.graph.index(wave).is_some());
        let mended = path.map(read).transpose()?;
        let mend = mended.as_ref().map(|mended| mended.mend.clone());
        let on_disk = match mend {
            Some(_) => None,
            None => mended::mention(context, &record, wave),
        };
        let wish = Wish::Retry { wave: flags.wave.clone(), mend };
        let sent = signals::send(context, store, &record, wish, &flags.author).await?;
        if let Some(cleanup) = Begun::of(store, &record.execution.id).await?.last() {
            let text = format!(
                "{} has terminated what the drill had launched, or is at it: a wave that is retried may miss what \
                 earlier ones made; `run` begins a whole drill",
                cleanup.id
            );
            context.output.say([attention("note: "), plain(text)]);
        }
        context.output.show(&Worded(context, &Retried { sent, mended, on_disk }))?;
        Ok(exit::COMPLETED)
    })
}
