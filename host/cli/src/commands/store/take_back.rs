//! `moontide store take-back`: an execution that was sealed for a place where it never arrived.

use clap::Args;
use moontide_runtime::store::{Moved, Seal, Store, StoreError};
use serde::Serialize;

use super::{archive, parting};
use crate::context::Context;
use crate::error::{CommandError, Result, code};
use crate::exit;
use crate::output::style::{plain, strong};
use crate::output::{Document, Page};
use crate::stores::Address;

/// What is taken back, and from where.
#[derive(Args)]
pub(crate) struct Flags {
    /// The execution's id, as `moontide list` shows it
    execution: String,

    /// The store or the file that it was moved to, as `status` says it
    #[arg(long, value_name = "PLACE")]
    from: String,

    /// It never arrived there, and never will: no `store copy` of it is under way, the file was taken in by no store and
    /// is deleted, the store is gone
    #[arg(long)]
    yes: bool,

    /// Also where that store cannot be asked
    #[arg(long)]
    unseen: bool,
}

#[derive(Serialize)]
struct TakenBack {
    execution: String,
    from: String,
}

/// Does it.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let store = context.open_store()?;
    context.block_on(take_back(context, store.as_ref(), flags))?;
    let (execution, from) = (flags.execution.clone(), flags.from.clone());
    context.output.show(&TakenBack { execution, from })?;
    Ok(exit::COMPLETED)
}

async fn take_back(context: &Context, store: &dyn Store, flags: &Flags) -> Result<()> {
    let id = &flags.execution;
    let archive = archive(store)?;
    let Some(Seal::Moved(moved)) = archive.seal(id).await? else {
        let message = format!("the execution `{id}` was not moved");
        return Err(CommandError::new(code::NOT_MOVED, message));
    };
    if moved.to != flags.from {
        let message =
            format!("the execution `{id}` was moved to {}, and not to {}", moved.to, flags.from);
        return Err(CommandError::new(code::NOT_MOVED, message));
    }
    let seen = look(context, store, (id, &moved)).await?;
    match &seen {
        Seen::There => {
            let message = format!("the execution `{id}` is in {}, and goes on there", moved.to);
            return Err(CommandError::new(code::NOT_MOVED, message)
                .hint("`moontide store copy` with `--move` brings it back"));
        }
        Seen::Unseen(why) if !flags.unseen => {
            let message =
                format!("Moontide cannot see whether `{id}` goes on at {}: {why}", moved.to);
            return Err(CommandError::new(code::NOT_CONFIRMED, message)
                .hint("make it reachable, and try again")
                .hint(
                    "`--unseen --yes` says that you know: it is not there and never will be, or that store is lost \
                     for good",
                ));
        }
        Seen::Unseen(_) | Seen::Not => {}
    }
    // That it is not there now says nothing of a mover that is on its way.
    if !flags.yes {
        let message =
            format!("Moontide cannot see whether `{id}` is still to arrive at {}", moved.to);
        return Err(CommandError::new(code::NOT_CONFIRMED, message).hint(
            "`--yes` says that it has not and never will: were it in two stores, it would be driven twice, and \
             launch twice",
        ));
    }
    Ok(archive.lift(id, &moved).await?)
}

/// What is to be seen where an execution was moved to.
enum Seen {
    /// It certainly is not there, or it has left from there for here.
    Not,
    /// It is there, and goes on.
    There,
    /// That cannot be seen, and why.
    Unseen(String),
}

async fn look(context: &Context, store: &dyn Store, (id, moved): (&str, &Moved)) -> Result<Seen> {
    // A file cannot be asked: no store knows who has copied it.
    let Some(identity) = &moved.store else { return Ok(Seen::Not) };
    let target = match Address::parse(&moved.to).and_then(|address| address.open_existing()) {
        Ok(target) => target,
        Err(error) => return Ok(Seen::Unseen(error.message)),
    };
    match parting::known_identity(target.as_ref()).await {
        Ok(Some(found)) if found == *identity => {}
        Ok(_) => return Ok(Seen::Unseen("another store goes by that name now".to_owned())),
        Err(error) => return Ok(Seen::Unseen(error.message)),
    }
    let there = match super::archive(target.as_ref())?.export(id).await {
        Ok(there) => there,
        Err(StoreError::NotFound(_)) => return Ok(Seen::Not),
        Err(error) => return Ok(Seen::Unseen(error.to_string())),
    };
    let ours = super::archive(store)?.export(id).await?;
    // Another one that goes by its id keeps it from ever arriving.
    if there.head != ours.head {
        return Ok(Seen::Not);
    }
    let us = parting::identity(context, store).await?;
    let is_back = matches!(&there.seal, Some(Seal::Moved(to)) if to.store.as_ref() == Some(&us));
    Ok(if is_back && ours.has_all_of(&there) { Seen::Not } else { Seen::There })
}

impl Document for TakenBack {
    fn write(&self, page: &mut Page) {
        let id = strong(self.execution.as_str());
        page.line([id, plain(format!(" goes on here; it has not left for {}", self.from))]);
    }
}
