//! `moontide notify list`: what is still to be told, and what could not be.

use clap::Args;
use moontide_control::error::Result;
use moontide_control::notify::list::{List, Queue, Row};
use moontide_control::notify::queue::Standing;
use moontide_control::words;

use crate::context::Context;
use crate::exit;
use crate::output::style::{attention, bad, faint, plain, strong};
use crate::output::{Document, Page, Span};

/// Show what is still to be told, and what was given up
#[derive(Args)]
pub(super) struct Flags {}

/// Carries the command out.
pub(super) fn execute(context: &Context, _flags: &Flags) -> Result<u8> {
    let settings = context.settings(None)?;
    let store = context.open_store()?;
    let address = context.address()?.text();
    let listed = List::load(store.as_ref(), address, &settings.receivers);
    let listed = context.block_on(listed)?;
    context.output.show(&listed)?;
    Ok(if listed.unreadable.is_empty() { exit::COMPLETED } else { exit::FAILED })
}

impl Document for List {
    fn write(&self, page: &mut Page) {
        if self.receivers.is_empty() && self.unreadable.is_empty() {
            page.line([plain(
                "no receiver of notifications is declared, and nothing is to be told",
            )]);
            return;
        }
        page.table(&self.receivers.iter().map(queue).collect::<Vec<_>>());
        if !self.notifications.is_empty() {
            page.gap();
            page.table(&self.notifications.iter().map(cells).collect::<Vec<_>>());
        }
        for error in &self.unreadable {
            page.line([attention("cannot be read"), plain(": "), plain(error.as_str())]);
        }
        if self.notifications.iter().any(|it| it.standing == Standing::Waits) {
            page.line([faint("next: "), plain("moontide notify send")]);
        } else if !self.notifications.is_empty() {
            page.line([faint("next: "), plain("moontide notify send --given-up")]);
        }
    }
}

fn queue(it: &Queue) -> Vec<Span<'_>> {
    let kind = if it.kind.is_empty() { attention("not declared here") } else { plain(it.kind) };
    let wait = plain(format!("{} to be told", it.waiting));
    let lost = format!("{} given up", it.given_up);
    let lost = if it.given_up == 0 { plain("") } else { bad(lost) };
    vec![strong(it.receiver.as_str()), kind, wait, lost, faint(it.to.as_str())]
}

fn cells(row: &Row) -> Vec<Span<'_>> {
    let when = match row.next_at {
        Some(at) => plain(format!("next at {}", words::time(at))),
        None => bad("given up"),
    };
    let attempts = words::count(usize::try_from(row.attempts).unwrap_or_default(), "attempt");
    let said = if row.said.is_empty() { row.sentence.as_str() } else { row.said.as_str() };
    vec![strong(row.receiver.as_str()), plain(row.key.as_str()), when, plain(attempts), plain(said)]
}
