//! `moontide claims`: which executions are at work on a plan or a server, and how an operator lifts what holds for ever.

pub(crate) mod drop;

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use moontide_control::clocks::SystemClock;
use moontide_control::error::Result;
use moontide_control::words;
use moontide_control::words::quoted;
use moontide_runtime::clock::Clock;
use moontide_runtime::store::claims::{self, Holder, Stands};
use moontide_runtime::store::{Store, StoreError};
use serde::Serialize;

use crate::context::Context;
use crate::exit;
use crate::output::style::{attention, faint, plain, strong};
use crate::output::{Document, Page, Span};

/// Show which executions are at work on a plan or a server
///
/// An execution claims its plan when it is begun, and servers when a wave resolves them; a second one is told, before it
/// launches anything. A claim is over with its execution. One that was moved ends elsewhere: that is said here with
/// `claims drop`.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "\
Examples:
  moontide claims
  moontide claims drop EXECUTION     it was moved, and has ended in the other store")]
pub(crate) struct Flags {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    Drop(drop::Flags),
}

/// All claims that hold.
#[derive(Serialize)]
struct Listed {
    /// Where they are.
    store: String,
    claims: Vec<Row>,
    /// Those that cannot be read: another release wrote them, or they are damaged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unreadable: Vec<String>,
    /// Commands that make sense now.
    next: Vec<String>,
}

/// An execution that holds something.
#[derive(Serialize)]
struct Row {
    /// What: `plan/…` or `server/…`.
    claim: String,
    execution: String,
    /// The wave that has resolved the server.
    #[serde(skip_serializing_if = "String::is_empty")]
    wave: String,
    by: String,
    since: Timestamp,
    /// How its execution stands.
    stands: String,
}

/// Carries the command out.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    if let Some(Command::Drop(flags)) = &flags.command {
        return drop::execute(context, flags);
    }
    let store = context.open_store()?;
    let listed = context.block_on(load(context, store.as_ref()))?;
    context.output.show(&listed)?;
    Ok(exit::COMPLETED)
}

async fn load(context: &Context, store: &dyn Store) -> Result<Listed> {
    let store_text = context.address()?.text();
    let mut listed =
        Listed { store: store_text, claims: Vec::new(), unreadable: Vec::new(), next: Vec::new() };
    let mut known = BTreeMap::new();
    for (document, claim) in claims::listed(store).await? {
        let claim = match claim {
            Ok(claim) => claim,
            Err(error) => {
                let drop = context.command(&format!("claims drop {}", quoted(&document.name)));
                listed.next.push(drop);
                listed.unreadable.push(error.to_string());
                continue;
            }
        };
        for holder in claim.holders {
            let Some(stands) = standing(store, &holder, &mut known).await? else { continue };
            if let Stands::Moved(_) = stands {
                let drop = context.command(&format!("claims drop {}", quoted(&holder.execution)));
                if !listed.next.contains(&drop) {
                    listed.next.push(drop);
                }
            }
            listed.claims.push(Row {
                claim: document.name.clone(),
                execution: holder.execution,
                wave: holder.wave,
                by: holder.by,
                since: holder.since,
                stands: stands.to_string(),
            });
        }
    }
    Ok(listed)
}

/// How an execution stands that holds several claims, asked once.
async fn standing(
    store: &dyn Store,
    holder: &Holder,
    known: &mut BTreeMap<String, Option<Stands>>,
) -> Result<Option<Stands>, StoreError> {
    if let Some(stands) = known.get(&holder.execution) {
        return Ok(stands.clone());
    }
    let stands = claims::stands_of(store, holder, SystemClock::new().now()).await?;
    known.insert(holder.execution.clone(), stands.clone());
    Ok(stands)
}

impl Row {
    fn cells(&self) -> Vec<Span<'_>> {
        let wave = if self.wave.is_empty() { String::new() } else { format!("wave {}", self.wave) };
        vec![
            strong(self.claim.as_str()),
            plain(self.execution.as_str()),
            plain(wave),
            plain(format!("since {}", words::time(self.since))),
            plain(format!("by {}", self.by)),
            faint(self.stands.as_str()),
        ]
    }
}

impl Document for Listed {
    fn write(&self, page: &mut Page) {
        if self.claims.is_empty() && self.unreadable.is_empty() {
            page.line([plain(format!("nothing is claimed in {}", self.store))]);
        }
        page.table(&self.claims.iter().map(Row::cells).collect::<Vec<_>>());
        for error in &self.unreadable {
            page.line([attention("cannot be read"), plain(": "), plain(error.as_str())]);
        }
        for (at, command) in self.next.iter().enumerate() {
            page.line([faint(if at == 0 { "next: " } else { "      " }), plain(command.as_str())]);
        }
    }
}
