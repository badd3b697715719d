//! `moontide report verify`: whether a report is as it was made, and whether the journal says so.

use std::path::PathBuf;

use clap::Args;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::report::verify::{Read, Verified};

use crate::context::Context;
use crate::exit;
use crate::output::style::{attention, bad, faint, good, plain, strong};
use crate::output::{Document, Page};

/// No report is longer.
const LONGEST: u64 = 256 * 1024 * 1024;

/// Verify a report: its digest, that its page shows its data, and that the journal in the store says the same
///
/// It says what was proved and what was not. A journal that was changed together with its report, in a store that an
/// attacker can write, proves nothing: compare the head with the copy that was kept elsewhere.
#[derive(Args)]
#[command(after_help = "\
Exit codes: 0 all is proved, or with --alone its digest and its page; 1 something contradicts it; 8 something that the
journal or the page should prove could not be, such as without a store.")]
pub(crate) struct Flags {
    /// A report: the page that `--html` has written, the statement of `--intoto`, or the JSON of `--output json`
    file: PathBuf,

    /// Look at the file alone, and at no store
    #[arg(long)]
    alone: bool,
}

/// Runs the command.
pub(super) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let shown = flags.file.display();
    let text = moontide_control::files::read(&flags.file, LONGEST).map_err(|why| {
        CommandError::new(code::NO_REPORT, format!("{shown} cannot be read: {why}"))
    })?;
    let read = Read::of(&text).map_err(|error| CommandError {
        message: format!("{shown}: {}", error.message),
        ..error
    })?;
    let (verified, is_proved) = if flags.alone {
        let alone = read.alone()?;
        let is_proved = alone.is_proved();
        (alone.without_journal("no store was looked at"), is_proved)
    } else {
        let verified = match context.open_store() {
            Ok(store) => context.block_on(read.against(store.as_ref()))?,
            Err(error) => read.alone()?.without_journal(&error.message),
        };
        let is_proved = verified.is_proved();
        (verified, is_proved)
    };
    context.output.show(&verified)?;
    if verified.is_right() {
        return Ok(if is_proved { exit::COMPLETED } else { exit::NOT_PROVED });
    }
    let message = format!("{shown} is not right: {}", verified.wrong.join("; "));
    Err(CommandError::new(code::REPORT_CHANGED, message)
        .hint("`moontide report EXECUTION` makes it anew; compare both"))
}

impl Document for Verified {
    fn write(&self, page: &mut Page) {
        page.line([
            strong(self.execution.as_str()),
            faint("  report "),
            plain(self.digest.as_str()),
        ]);
        for it in &self.proved {
            page.line([good("proved"), plain("      "), plain(it.as_str())]);
        }
        for it in &self.not_proved {
            page.line([attention("not proved"), plain("  "), plain(it.as_str())]);
        }
        for it in &self.claimed {
            page.line([faint("claimed"), plain("     "), plain(it.as_str())]);
        }
        for it in &self.later {
            page.line([faint("later"), plain("       "), plain(it.as_str())]);
        }
        for it in &self.wrong {
            page.line([bad("wrong"), plain("       "), plain(it.as_str())]);
        }
    }
}
