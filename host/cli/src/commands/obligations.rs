//! `moontide obligations`: what is still to be done for executions that are over, and the carrying out of it, by cron or
//! by a process that stays.

mod drop;
mod list;

use std::rc::Rc;
use std::sync::Arc;

use clap::{Args, Subcommand};
use moontide_control::error::Result;
use moontide_control::obligations::list::List;
use moontide_control::obligations::{Carrier, How, late};
use moontide_control::operator::Operator;
use moontide_control::view::Record;
use moontide_runtime::store::Store;

use crate::aws::AwsFlags;
use crate::context::Context;
use crate::interrupt::Interrupt;
use crate::view::Worded;
use crate::{drive, exit};

/// Show what is still to be done for drills that are over, and do what is due
///
/// A drill that was begun with `run --cleanup-after TIME` owes its cleanup so long after its end. It is carried out
/// once, by the runner that ends the drill if it is due then, else by `--carry-out`, on any machine that reaches the
/// store. A cleanup by hand fulfils it. A drill that is taken up again has not ended: its clock stops.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "\
Examples:
  moontide obligations
  */10 * * * * moontide obligations --carry-out       in a crontab
  moontide obligations --carry-out --wait             stay until nothing is owed any more
  moontide obligations drop EXECUTION --reason 'the network team looks at it tomorrow'

Exit codes of --carry-out: 0 all that is due is done; otherwise that of the worst: 1 a cleanup has failed, 6 settings
or credentials, 4 a person has to decide, 5 another runner is at it.")]
pub(crate) struct Flags {
    /// Do all that is due, one after another; one that fails does not stop the others
    #[arg(long)]
    carry_out: bool,

    /// Stay, and do what falls due, until nothing is owed any more
    #[arg(long, requires = "carry_out")]
    wait: bool,

    /// Show also what is done, dropped, void, or has moved with its execution
    #[arg(long, conflicts_with = "carry_out")]
    all: bool,

    #[command(flatten)]
    aws: AwsFlags,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    Drop(drop::Flags),
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    if let Some(Command::Drop(flags)) = &flags.command {
        return drop::execute(context, flags);
    }
    flags.aws.are_given(context);
    if flags.carry_out {
        // cron has another home, and none of the shell's variables: an empty store that is made there owes nothing for ever.
        context.address()?.open_existing()?;
    }
    let store = context.open_store()?;
    if !flags.carry_out {
        let address = context.address()?.text();
        let listed = context.block_on(List::load(store.as_ref(), address, flags.all))?;
        context.output.show(&Worded(context, &listed))?;
        return Ok(exit::COMPLETED);
    }
    let operator = carrying(context, &flags.aws, &store)?;
    context.block_on(carry_out(context, &operator, flags.wait))
}

/// Carries out what is due, and shows what came of it.
async fn carry_out(context: &Context, operator: &Operator, stays: bool) -> Result<u8> {
    let (carrier, mut interrupt) = (Carrier { operator }, Interrupt::listen());
    let last = carrier.go(stays, &mut async || interrupt.wait().await).await?;
    let Some(round) = last else { return Ok(interrupt.exit_code()) };
    let exits: Vec<u8> = round.hows.iter().map(|how| code_of(how, &interrupt)).collect();
    context.output.show(&Worded(context, &carrier.listed(round)))?;
    Ok(exit::worst(&exits))
}

/// What a runner does that has driven an execution to its end: what is due now. Returns how the execution stands then,
/// and the exit code.
pub(crate) async fn after(
    context: &Context,
    aws: &AwsFlags,
    store: &Arc<dyn Store>,
    (record, exit): (Record, u8),
    interrupt: &mut Interrupt,
) -> Result<(Record, u8)> {
    let Some(obligation) = late(&record) else { return Ok((record, exit)) };
    let operator = carrying(context, aws, store)?;
    let carrier = Carrier { operator: &operator };
    let came = carrier.carry_out(obligation, &mut async || interrupt.wait().await).await;
    let at_end = match came {
        Ok(came) => code_of(&came.how, interrupt),
        Err(error) => {
            context.complain(&error);
            exit::of_error(error.code)
        }
    };
    let mut record = Record::load(store.as_ref(), &obligation.execution).await?;
    record.runner = None;
    Ok((record, if exit == exit::COMPLETED { at_end } else { exit }))
}

/// A carrier: in this store, by this way to AWS, under the operator's own settings and not those of a runbook.
fn carrying(context: &Context, aws: &AwsFlags, store: &Arc<dyn Store>) -> Result<Operator> {
    Ok(Operator {
        environment: context.environment.clone(),
        settings: context.settings(None)?,
        address: context.address()?,
        store: Arc::clone(store),
        target: aws.target(),
        by: None,
        face: Rc::new(context.clone()),
    })
}

/// The exit code that says what carrying one out has come to.
pub(crate) fn code_of(how: &How, interrupt: &Interrupt) -> u8 {
    match how {
        How::InOrder => exit::COMPLETED,
        How::CalledOff => exit::WAITING,
        How::Held => exit::HELD,
        How::CleanedUp(ends) => drive::code_of_all(ends, interrupt),
        How::Undone => exit::FAILED,
        How::Failed(code) => exit::of_error(code),
    }
}
