//! `moontide obligations drop`: an operator wants the instances of a drill to stay.

use clap::Args;
use jiff::{SignedDuration, Timestamp};
use moontide_control::cleanup::begun::Begun;
use moontide_control::clocks::SystemClock;
use moontide_control::error::{CommandError, Result, code};
use moontide_runtime::clock::Clock;
use moontide_runtime::store::obligations::Progress;
use moontide_runtime::store::{Obligation, Store, StoreError};
use serde::Serialize;

use crate::context::Context;
use crate::exit;
use crate::output::style::{attention, plain, said, strong};
use crate::output::{Document, Page};
use crate::view::Record;

/// Let the instances of a drill stay: its cleanup is not owed any more
///
/// Who has dropped it, when and why is kept. `moontide cleanup EXECUTION` terminates them all the same.
#[derive(Args)]
pub(crate) struct Flags {
    /// The execution's id, as `moontide obligations` shows it
    execution: String,

    /// Why: it is kept, and stands in every view
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: String,

    /// In whose name [default: as `moontide answer`]. A claim: it is kept beside who really drops it
    #[arg(long, value_name = "NAME", value_parser = crate::signals::name)]
    by: Option<String>,
}

/// Reads a reason; for clap.
fn reason(text: &str) -> std::result::Result<String, String> {
    if text.trim().is_empty() {
        return Err("a reason is not empty".to_owned());
    }
    crate::signals::comment(text.trim())
}

#[derive(Serialize)]
struct Dropped {
    execution: String,
    by: String,
    reason: String,
    /// The cleanup that was begun at the same moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    under_way: Option<String>,
    next: Vec<String>,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let store = context.open_store()?;
    let dropped = context.block_on(give_up(context, store.as_ref(), flags))?;
    context.output.show(&dropped)?;
    Ok(exit::COMPLETED)
}

async fn give_up(context: &Context, store: &dyn Store, flags: &Flags) -> Result<Dropped> {
    let (id, reason) = (flags.execution.as_str(), flags.reason.as_str());
    let person = context.author(flags.by.as_deref()).await?;
    let by = if person.sender.is_empty() {
        person.name
    } else {
        format!("{} (sent by {})", person.name, person.sender)
    };
    let now = SystemClock::new().now();
    let dropped = |under_way: Option<String>| {
        let stop = under_way.as_ref().map(|it| context.command(&format!("cancel {it}")));
        Dropped {
            execution: id.to_owned(),
            by: by.clone(),
            reason: reason.to_owned(),
            next: stop.into_iter().collect(),
            under_way,
        }
    };
    let record = match store.execution(id).await {
        Err(StoreError::NotFound(_)) => None,
        _ => Some(Record::load(store, id).await?),
    };
    let Some(obligation) = record.as_ref().and_then(|it| it.obligation.as_ref()) else {
        let is_void =
            |it: &Obligation| record.as_ref().is_none_or(|record| !it.is_of(&record.execution));
        let all = Obligation::all(store, Some(id)).await?.into_iter().flatten();
        let void: Vec<Obligation> = all.filter(is_void).collect();
        if let Some(young) = void.iter().find(|it| is_young(it, now)) {
            let message = format!(
                "`{}` may be about to begin: it was owed a cleanup just now",
                young.execution
            );
            return Err(CommandError::new(code::NOT_NOW, message)
                .hint("try again in ten minutes, if it has not begun by then"));
        }
        for obligation in &void {
            obligation.forget(store, (&by, now)).await?;
        }
        return if void.is_empty() { Err(nothing(context, id)) } else { Ok(dropped(None)) };
    };
    if let Progress::Done { .. } | Progress::Dropped { .. } = obligation.terms.state {
        return Err(nothing(context, id));
    }
    if let Some(cleanup) = under_way(store, id).await? {
        let cancel = context.command(&format!("cancel {cleanup}"));
        let message = format!("`{cleanup}` cleans up after `{id}` already");
        return Err(CommandError::new(code::NOT_NOW, message)
            .hint(format!("`{cancel}` stops it; then this again")));
    }
    obligation.give_up(store, reason, (&by, now)).await?;
    // A carrier may have begun between the two looks; one of us sees the other.
    Ok(dropped(under_way(store, id).await?))
}

/// Whether its execution may still be about to be created, or to arrive from another store.
fn is_young(obligation: &Obligation, now: Timestamp) -> bool {
    now.duration_since(obligation.terms.made_at).abs() < SignedDuration::from_mins(10)
}

/// The cleanup of a drill that is begun, and not over.
async fn under_way(store: &dyn Store, id: &str) -> Result<Option<String>> {
    for last in Begun::of(store, id).await?.lasts() {
        if !Record::load(store, &last.id).await?.is_over() {
            return Ok(Some(last.id));
        }
    }
    Ok(None)
}

fn nothing(context: &Context, id: &str) -> CommandError {
    let list = context.command("obligations --all");
    CommandError::new(code::NOT_NOW, format!("nothing is owed for `{id}`"))
        .hint(format!("`{list}` shows what is, and was"))
}

impl Document for Dropped {
    fn write(&self, page: &mut Page) {
        let id = strong(self.execution.as_str());
        let by = format!(": its cleanup is not owed any more; dropped by {}", self.by);
        page.line([id, plain(by)].into_iter().chain(said(&self.reason)));
        if let Some(cleanup) = &self.under_way {
            let text = format!("{cleanup} was begun at the same moment");
            page.line([attention(text), plain(format!(": {}", self.next.join("; ")))]);
        }
    }
}
