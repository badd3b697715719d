//! `moontide rehearse`: runs a runbook against the simulator, in virtual time.

use std::path::PathBuf;
use std::rc::Rc;

use clap::Args;
use moontide_control::answers::flags::Flag;
use moontide_control::answers::people;
use moontide_control::error::Result;
use moontide_control::rehearsal::{Rehearsal, Report, Witness};
use moontide_control::runbook::Files;
use moontide_control::world_file;

use super::report;
use super::run::ModeFlag;
use crate::context::Context;
use crate::rehearsal::Told;
use crate::{exit, params};

/// Run a runbook against a pretend AWS, in virtual time: hours take milliseconds
///
/// Uses no AWS account and no network. The pretend estate is the world.toml beside the runbook. Pause
/// points are answered by `--answer`, else with `continue`, in the name of their approvers; failures with
/// `abort`; and what cannot be told with `did-not`, because a rehearsal cannot look.
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide rehearse runbooks/three_tier
  moontide rehearse runbooks/three_tier --answer application=skip
  moontide rehearse runbooks/three_tier --world bad_day.toml --mode recovery
  moontide rehearse runbooks/three_tier --report rehearsal.html")]
pub(crate) struct Flags {
    /// A folder with a runbook.luau, or a .luau file
    runbook: PathBuf,

    /// The pretend estate [default: world.toml beside the runbook]
    #[arg(long, value_name = "FILE")]
    world: Option<PathBuf>,

    /// Rehearse a drill or a recovery
    #[arg(long, value_enum, default_value = "drill")]
    mode: ModeFlag,

    /// Set a param of the runbook: `NAME=VALUE`, or what `NAME=@FILE` or `NAME=@-` (standard input) hold; `@@` is an
    /// `@`. A secret one also as `NAME=env:VARIABLE` or `NAME=file:PATH`, which every runner resolves. May be given
    /// several times
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = params::parse)]
    params: Vec<(String, String)>,

    /// Answer a prompt; may be given several times
    #[arg(long = "answer", value_name = "[PROMPT=]CHOICE", value_parser = Flag::parse)]
    answers: Vec<Flag>,

    /// Seed of the runbook's random numbers: the same seed gives the same rehearsal
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,

    /// Write the report that an auditor would get into this file, marked as one of a rehearsal: a page, or JSON if its
    /// name ends in `.json`
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    if let Some(path) = &flags.report {
        report::may_write(path)?;
    }
    let files = Files::read(&flags.runbook)?;
    let settings = context.settings(Some(&files.folder))?;
    let plan = files.plan(context, &settings.limits(), flags.seed)?;
    people::check(context, &plan, &settings.approvers)?;
    let params = params::bind(context, &plan, &flags.params)?.values;
    Flag::check(&flags.answers, &plan)?;
    let world = match &flags.world {
        Some(named) => world_file::read(named)?,
        None => world_file::beside(&files.folder)?,
    };
    let prices = settings.prices.clone();
    let rehearsal = Rehearsal {
        settings,
        plan,
        bundle: files.bundle,
        world,
        mode: flags.mode.into(),
        params,
        answers: flags.answers.clone(),
        seed: flags.seed,
    };
    let witness = Rc::new(Witness::default());
    let told = Told::on(context.output, Rc::clone(&witness));
    let rehearsed = rehearsal.perform(context, Rc::new(told))?;
    let report = context.block_on(Report::of(&rehearsed, &witness))?;
    context.output.show(&report)?;
    if let Some(path) = &flags.report {
        context.block_on(report::write_rehearsed(context, path, &rehearsed, prices))?;
    }
    rehearsed.stopped.map_or(Ok(exit::of(report.status)), Err)
}
