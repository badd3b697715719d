//! `moontide watch`: checks, tests and rehearses a runbook each time one of its files changes.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use jiff::tz::TimeZone;
use moontide_author::testing::Ended;
use moontide_author::watching::round::Tested;
use moontide_author::watching::{Contents, Hears, Round, Source};
use moontide_control::clocks::SystemClock;
use moontide_control::error::{CommandError, Result};
use moontide_control::runbook::Files;
use moontide_control::words;
use moontide_runtime::clock::Clock;
use moontide_runtime::plan::duration;

use crate::context::Context;
use crate::exit;
use crate::output::Format;
use crate::output::style::{faint, plain};
use crate::view::Worded;
use crate::view::round::RoundView;
use crate::view::tested;

/// A file that is half written is whole a moment later.
const HALF_WRITTEN: Duration = Duration::from_millis(200);

/// Check, test and rehearse a runbook each time one of its files changes
///
/// First the check; if that finds nothing wrong, the tests beside the runbook, then a rehearsal.
/// Nothing of it reaches AWS: it is rehearsed in the world.toml beside it. A save that changes nothing is no change.
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide watch runbooks/shop
  moontide watch runbooks/shop --poll 2s    where the system says nothing of changes
  moontide watch runbooks/shop --output json | jq .good")]
pub(crate) struct Flags {
    /// A folder with a runbook.luau, or a .luau file
    #[arg(default_value = ".")]
    runbook: PathBuf,

    /// Look so often, instead of being told by the system
    #[arg(long, value_name = "DURATION", value_parser = interval)]
    poll: Option<Duration>,

    /// Clear the screen before each round
    #[arg(long)]
    clear: bool,

    /// Ring the terminal's bell when a round is not good
    #[arg(long)]
    bell: bool,
}

fn interval(text: &str) -> Result<Duration, String> {
    match duration::parse(text) {
        Some(it) if it >= Duration::from_millis(100) => Ok(it),
        _ => Err("write how often, such as 2s; at most ten times a second".to_owned()),
    }
}

/// Watches until it is stopped.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let folder = Files::read(&flags.runbook)?.folder;
    let source = Source::open(&folder, flags.poll)?;
    if let Hears::Polling { every, why } = &source.hears {
        let text = format!("looking every {}: {why}", duration::format(*every));
        context.output.say([faint(text)]);
    }
    let mut seen = Contents::of(&folder);
    let mut changed = None;
    loop {
        let seen_by_it = show(context, flags, (&folder, &source), changed.take())?;
        if !seen_by_it {
            return Ok(exit::COMPLETED);
        }
        // What came while it was at work is looked at too.
        loop {
            let now = Contents::of(&folder);
            if let Some(path) = now.changed_since(&seen) {
                (seen, changed) = (now, Some(path));
                break;
            }
            if !source.wait() {
                return Ok(exit::COMPLETED);
            }
        }
    }
}

/// One round, printed; whether it is still read.
fn show(
    context: &Context,
    flags: &Flags,
    (folder, source): (&Path, &Source),
    changed: Option<PathBuf>,
) -> Result<bool> {
    let clock = SystemClock::new();
    let begun = clock.now();
    // Settings that are half typed are a round that is not good, and no end of the watch.
    let look = || {
        let settings = context.settings(Some(folder))?;
        Round::of(&flags.runbook, &settings)
    };
    let mut round = look();
    if changed.is_some() && !round.as_ref().is_ok_and(Round::is_good) {
        source.is_quiet_for(HALF_WRITTEN);
        round = look();
    }
    let ended = clock.now();
    let at = ended.to_zoned(TimeZone::system()).strftime("%H:%M:%S").to_string();
    let file = changed.and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
    let view = RoundView::of(at, file, &round, words::between(begun, ended));
    if context.output.format == Format::Json || !std::io::stdout().is_terminal() {
        return context.output.json_line(&Worded(context, &view));
    }
    if flags.clear {
        let _ = write!(std::io::stdout(), "\x1b[2J\x1b[H");
    }
    if let Ok(round) = &round {
        context.output.findings(&round.findings, &crate::next::words);
    }
    tell(context, &round);
    if flags.bell && !view.good {
        let _ = write!(std::io::stderr(), "\x07");
    }
    context.output.show(&Worded(context, &view))?;
    Ok(true)
}

/// Which tests have failed, and why there is no rehearsal, or what it failed of.
fn tell(context: &Context, round: &Result<Round>) {
    let error: Option<&CommandError> = match round {
        Err(error) => Some(error),
        Ok(round) => round.rehearsal.as_ref().and_then(|it| it.as_ref().err()),
    };
    match round.as_ref().ok().and_then(|round| round.tests.as_ref()) {
        Some(Err(error)) => context.complain(error),
        Some(Ok(cases)) => {
            for Tested { file, ran } in cases.iter().filter(|it| it.ran.ended != Ended::Passed) {
                context.output.say_page(tested::page(file, ran));
            }
        }
        None => {}
    }
    if let Some(error) = error {
        context.complain(error);
    }
    let rehearsed = round.as_ref().ok().and_then(|round| round.rehearsal.as_ref()?.as_ref().ok());
    for (wave, status, why) in rehearsed.iter().flat_map(|it| &it.waves) {
        let status = crate::output::style::wave_status(*status);
        let why = why.as_deref().unwrap_or_default();
        context.output.say([plain(format!("{wave}  ")), status, plain(format!(" | {why}"))]);
    }
}
