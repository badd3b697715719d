//! `moontide obligations`: what is still to be done for executions that are over, and the carrying out of it, by cron or
//! by a process that stays.

pub(crate) mod carry;
mod drop;
mod listed;
mod rounds;

use std::sync::Arc;

use clap::{Args, Subcommand};
use moontide_control::error::Result;

use self::carry::Carrier;
use self::listed::Listed;
use crate::aws::AwsFlags;
use crate::context::Context;
use crate::exit;
use crate::interrupt::Interrupt;

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
        let listed = context.block_on(Listed::load(context, store.as_ref(), flags.all))?;
        context.output.show(&listed)?;
        return Ok(exit::COMPLETED);
    }
    let settings = context.settings(None)?;
    let carrier = Carrier { context, aws: &flags.aws, store: Arc::clone(&store), settings };
    context.block_on(async { rounds::go(&carrier, flags.wait, &mut Interrupt::listen()).await })
}
