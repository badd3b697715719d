//! `moontide store copy`: executions leave one store for another.

use clap::Args;
use moontide_control::error::code::{STORE_BUSY, STORE_FULL, STORE_UNUSABLE};
use moontide_control::error::{CommandError, Result, code};
use moontide_control::stores::Address;
use moontide_control::words;
use moontide_runtime::store::{Store, Wanted};
use serde::Serialize;

use super::parting::{self, Packed, To};
use super::stays::{Stays, Way};
use super::{archive, import};
use crate::context::Context;
use crate::exit;
use crate::output::style::{attention, plain, strong};
use crate::output::{Document, Page};

/// From where to where.
#[derive(Args)]
pub(crate) struct Flags {
    /// The store that they are in: `sqlite:PATH` or `dynamodb:TABLE@REGION`
    from: String,

    /// The store that they are to be in; a table must have been made with `store init`
    to: String,

    /// Only these executions; without any, all of them
    executions: Vec<String>,

    /// They go on there, and are sealed here: needed for all that are not completed. Where it was cut off, the same
    /// command goes on
    #[arg(long = "move")]
    is_move: bool,
}

/// What became of them.
#[derive(Serialize)]
struct Copied {
    from: String,
    to: String,
    moved: bool,
    executions: Vec<String>,
    /// Those that stayed where they are, only.
    kept: Vec<Kept>,
    /// What did not move with them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stays: Vec<Stays>,
}

#[derive(Serialize)]
struct Kept {
    execution: String,
    error: &'static str,
    reason: String,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    // It names two stores itself: a third one would be ignored.
    if let Some(store) = &context.store {
        let message =
            format!("`store copy` takes FROM and TO, and no `--store {store}` beside them");
        return Err(CommandError::new(code::BAD_ARGUMENT, message)
            .hint("name the store that the executions are in first, and the one that they leave for second"));
    }
    let address = |text: &str| Address::parse(text).map(Address::absolute);
    let (from, to) = (address(&flags.from)?, address(&flags.to)?);
    if from == to {
        return Err(CommandError::new(code::BAD_ARGUMENT, "both stores are the same one"));
    }
    let (source, target) = (from.open_existing()?, to.open()?);
    from.warn_if_loose(context);
    let mut copied = Copied {
        from: from.text(),
        to: to.text(),
        moved: flags.is_move,
        executions: Vec::new(),
        kept: Vec::new(),
        stays: Vec::new(),
    };
    let ended = context.block_on(async {
        let named = if flags.executions.is_empty() {
            let part = source.find(&Wanted::default()).await?;
            part.rows.into_iter().map(|row| row.id).collect()
        } else {
            flags.executions.clone()
        };
        let mut ended = Ok(());
        for id in named {
            let gone = one(context, (source.as_ref(), target.as_ref()), &id, &copied).await;
            match gone {
                Ok(()) => copied.executions.push(id),
                // A store that does not answer does not for the next one either.
                Err(error)
                    if error.code.kind == code::Kind::Configuration && is_of_the_store(&error) =>
                {
                    ended = Err(parting::cut_off(source.as_ref(), &id, error).await);
                    break;
                }
                Err(error) => copied.kept.push(Kept {
                    execution: id,
                    error: error.code.name,
                    reason: error.message,
                }),
            }
        }
        // Cleanups that were named too have moved by now.
        let way =
            Way { store: source.as_ref(), from: &copied.from, to: &copied.to, is_store: true };
        let mut stays = Vec::new();
        for id in copied.executions.iter().filter(|_| flags.is_move) {
            stays.extend(way.behind(id).await);
        }
        copied.stays = stays;
        ended
    });
    // Also where a store goes away in the middle: what has gone by then is known from nowhere else.
    if ended.is_ok() || !copied.executions.is_empty() || !copied.kept.is_empty() {
        context.output.show(&copied)?;
    }
    ended?;
    Ok(if copied.kept.is_empty() { exit::COMPLETED } else { exit::FAILED })
}

fn is_of_the_store(error: &CommandError) -> bool {
    [STORE_BUSY, STORE_FULL, STORE_UNUSABLE].contains(&error.code)
}

async fn one(
    context: &Context,
    (source, target): (&dyn Store, &dyn Store),
    id: &str,
    copied: &Copied,
) -> Result<()> {
    let to = To { text: &copied.to, store: Some(target), is_move: copied.moved };
    let Packed { parcel, sealed } = parting::pack(context, source, id, &to).await?;
    let arrived = import::arrive(target, &parcel).await;
    if let (Err(error), Some(moved)) = (&arrived, sealed)
        && import::is_refused(target, &parcel, error).await
    {
        // Nothing of it is there, and it was sealed for this just now.
        archive(source)?.lift(id, &moved).await?;
    }
    arrived
}

impl Document for Copied {
    fn write(&self, page: &mut Page) {
        let what = if self.moved { "moved" } else { "copied" };
        let count = words::count(self.executions.len(), "execution");
        page.line([
            strong(format!("{count} {what}")),
            plain(format!(" from {} to {}", self.from, self.to)),
        ]);
        let rows: Vec<_> = self
            .kept
            .iter()
            .map(|kept| {
                vec![
                    attention("not copied"),
                    strong(kept.execution.as_str()),
                    plain(kept.reason.as_str()),
                ]
            })
            .collect();
        page.indented(|page| page.table(&rows));
        for stays in &self.stays {
            stays.write(page);
        }
    }
}
