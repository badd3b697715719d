//! `moontide check`: is it a valid runbook, and do its types fit? Offline.

use std::path::PathBuf;

use clap::Args;
use moontide_author::{Checked, Finding, check_for, finding};
use moontide_control::answers::people;
use moontide_control::error::Result;
use moontide_control::runbook::Files;
use moontide_control::stores::Address;
use moontide_control::world_file;

use crate::context::Context;
use crate::output::Format;
use crate::output::style::{attention, plain};
use crate::view::Worded;
use crate::view::checked::CheckView;
use crate::{exit, next, params};
use moontide_control::view::plan::PlanView;

/// Load a runbook and check what it declares, without AWS
///
/// Loading has no effects: no AWS, no clock, no files. Types are checked too, and what is odd is a warning. The world.toml beside it is read, if there is one. Exit code 3 if there is anything wrong.
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
    let Checked { plan, findings } = check_for(&files, context, &settings);
    context.output.findings(&findings, &next::words);
    let wrong: Vec<&Finding> = findings.iter().filter(|it| it.is_error()).collect();
    let Some(plan) = plan.filter(|_| wrong.is_empty()) else {
        return refuse(context, &findings, &wrong);
    };
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
    let seen = CheckView { plan: Some(PlanView::of(plan, &settings)), findings };
    context.output.show(&Worded(context, &seen))?;
    Ok(exit::COMPLETED)
}

/// What is wrong has been said to people. Programs get the list, and the error that every command ends with.
fn refuse(context: &Context, findings: &[Finding], wrong: &[&Finding]) -> Result<u8> {
    let Some(error) = finding::together(wrong) else { return Ok(exit::REFUSED) };
    if context.output.format == Format::Json {
        let seen = CheckView { plan: None, findings: findings.to_vec() };
        context.output.show(&Worded(context, &seen))?;
        return Err(error);
    }
    Ok(exit::of_error(error.code))
}
