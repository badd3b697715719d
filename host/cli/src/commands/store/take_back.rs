//! `moontide store take-back`: an execution that was sealed for a place where it never arrived.

use clap::Args;
use moontide_runtime::store::{Seal, Store, StoreError};
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
    if let Some(identity) = &moved.store {
        refuse_if_there(context, id, &moved.to, identity).await?;
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

/// Refuses what the store that it was moved to has. One that does not answer, or is another one, says nothing.
async fn refuse_if_there(context: &Context, id: &str, to: &str, identity: &str) -> Result<()> {
    let Ok(target) = Address::parse(to).and_then(|address| address.open_existing()) else {
        return Ok(());
    };
    if parting::identity(context, target.as_ref()).await.ok().as_deref() != Some(identity) {
        return Ok(());
    }
    if matches!(
        target.execution(id).await,
        Err(StoreError::NotFound(_) | StoreError::Unusable { .. })
    ) {
        return Ok(());
    }
    let message = format!("the execution `{id}` is in {to}, and goes on there");
    Err(CommandError::new(code::NOT_MOVED, message)
        .hint("`moontide store copy` with `--move` brings it back"))
}

impl Document for TakenBack {
    fn write(&self, page: &mut Page) {
        let id = strong(self.execution.as_str());
        page.line([id, plain(format!(" goes on here; it has not left for {}", self.from))]);
    }
}
