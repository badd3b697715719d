//! `moontide notify send`: tells what runners have left.

use clap::Args;
use moontide_control::clocks::SystemClock;
use moontide_control::error::{CommandError, Hint, Result, code};
use moontide_control::next::Next;
use moontide_control::notify::send::{Sending, Sent};
use moontide_control::{whoami, words};

use super::{receivers, wire};
use crate::context::Context;
use crate::exit;
use crate::interrupt::Interrupt;
use crate::next;
use crate::output::style::{attention, bad, plain, strong};
use crate::output::{Document, Page};

/// Tell what runners have left: what they could not tell, and what they were killed before telling
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide notify send                     tell what is due, once: for cron
  moontide notify send --until-empty       stay until nothing is left, or Ctrl-C
  moontide notify send --given-up          attempt also what was given up

Exit codes: 0 nothing is left; 1 something is.")]
pub(super) struct Flags {
    /// Stay until nothing is left to be told
    #[arg(long)]
    until_empty: bool,

    /// Attempt also what was given up
    #[arg(long)]
    given_up: bool,
}

/// Carries the command out.
pub(super) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let settings = context.settings(None)?;
    let receivers = receivers(&settings, None)?;
    // cron has another home: an empty store that is made there has nothing to tell for ever.
    context.address()?.open_existing()?;
    let store = context.open_store()?;
    let (wire, clock) = (wire(context, &settings), SystemClock::new());
    let teller = format!("{} for notify send", whoami::holder(&context.environment));
    let sending = Sending {
        store: &store,
        receivers: &receivers,
        wire: &wire,
        clock: &clock,
        teller: &teller,
    };
    let sent = context.block_on(async {
        let mut interrupt = Interrupt::listen();
        if flags.given_up {
            sending.revive().await?;
        }
        let words = || next::from_any_thread(context);
        sending.go(words, flags.until_empty, async || interrupt.wait().await).await
    })?;
    context.output.show(&sent)?;
    if sent.is_all() {
        return Ok(exit::COMPLETED);
    }
    let message = "not all of it was told: what is left stays in the queue";
    let list = Hint::step("`", Next::Untold, "` shows it");
    context.complain(&CommandError::new(code::NOT_TOLD, message).hint(list));
    Ok(exit::FAILED)
}

impl Document for Sent {
    fn write(&self, page: &mut Page) {
        let rows = self.receivers.iter().map(|it| {
            let left = words::count(it.left, "event");
            let mut cells = vec![strong(it.receiver.as_str()), plain(format!("{} told", it.told))];
            cells.push(if it.left == 0 { plain("") } else { attention(format!("{left} left")) });
            let lost = format!("{} given up", it.given_up);
            cells.push(if it.given_up == 0 { plain("") } else { bad(lost) });
            cells.push(plain(it.said.as_str()));
            cells
        });
        page.table(&rows.collect::<Vec<_>>());
        for unread in &self.unread {
            page.line([attention("cannot be read: "), plain(unread.as_str())]);
        }
    }
}
