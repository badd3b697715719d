//! `moontide check`: is it a valid runbook? Offline.

use std::path::PathBuf;

use clap::Args;
use moontide_control::answers::people;
use moontide_control::error::Result;
use moontide_control::runbook::Files;
use moontide_control::stores::Address;
use moontide_control::world_file;

use crate::context::Context;
use crate::output::style::{attention, plain};
use crate::{exit, params};
use moontide_control::view::plan::PlanView;

/// The seed does not matter: nothing that a runbook declares may depend on it.
const SEED: u64 = 0;

/// Load a runbook and check what it declares, without AWS
///
/// Loading has no effects: no AWS, no clock, no files. The world.toml beside it is read too, if there is one. Exit code 3 if there is anything wrong with it.
#[derive(Args)]
pub(crate) struct Flags {
    /// A folder with a runbook.luau, or a .luau file
    runbook: PathBuf,

    /// Also check these params, as `moontide run` takes them; may be given several times
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = params::parse)]
    params: Vec<(String, String)>,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let files = Files::read(&flags.runbook)?;
    let settings = context.settings(Some(&files.folder))?;
    let plan = files.plan(context, &settings.limits(), SEED)?;
    people::check(context, &plan, &settings.approvers)?;
    if !flags.params.is_empty() {
        params::bind(context, &plan, &flags.params)?;
    }
    if plan.regions.is_empty() {
        let text = "the runbook names no Region to recover to: `run` takes that of `--region`, or of AWS_REGION";
        context.output.say([attention("warning: "), plain(text)]);
    }
    // What a rehearsal would stumble over.
    if files.folder.join(world_file::FILE).symlink_metadata().is_ok() {
        world_file::beside(&files.folder)?;
    }
    let address = Address::choose(context.store.as_deref(), &context.environment, &settings)?;
    context.block_on(async {
        address.warn_if_doomed(context, &plan).await;
        Ok(())
    })?;
    context.output.show(&PlanView::of(plan, &settings))?;
    Ok(exit::COMPLETED)
}
