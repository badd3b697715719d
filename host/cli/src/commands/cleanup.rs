//! `moontide cleanup`: terminates what a drill has launched.

use clap::Args;
use moontide_control::cleanup::{CleanedUp, Cleaner, cleaner};
use moontide_control::error::Result;
use moontide_control::obligations::settle;
use moontide_control::operator::Operator;
use moontide_control::view::cleanup::Cleaned;

use crate::aws::AwsFlags;
use crate::context::Context;
use crate::interrupt::Interrupt;
use crate::output::style::plain;
use crate::view::Worded;
use crate::{drive, exit};

/// Terminate the instances that a drill has launched
///
/// Only instances whose job belongs to this execution, and that are drills; it lists what it left. Launches
/// whose end no runner saw are looked for first; while DRS does not tell about one, the cleanup has failed. Where it has
/// launched in several Regions, they are cleaned up one after another.
#[derive(Args)]
pub(crate) struct Flags {
    /// The drill's id, as `moontide list` shows it
    execution: String,

    #[command(flatten)]
    aws: AwsFlags,
}

/// Cleans up after the drill.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    flags.aws.are_given(context);
    let operator = context.operator(flags.aws.target(), None)?;
    context.block_on(clean(context, &operator, &flags.execution))
}

async fn clean(context: &Context, operator: &Operator, id: &str) -> Result<u8> {
    let drill = cleaner::drill(operator, id).await?;
    let cleaner = Cleaner { operator, taking: None };
    let mut interrupt = Interrupt::listen();
    let gone = Box::pin(cleaner.go(drill, &mut async || interrupt.wait().await)).await?;
    let CleanedUp { drill, records, regions, errors } = gone;
    for error in &errors {
        context.complain(error);
    }
    let exit = drive::code_of_all(regions.values(), &interrupt);
    if records.is_empty() {
        context.output.say([plain(format!("{id} has launched nothing"))]);
    }
    if exit == exit::COMPLETED {
        settle(operator, id).await?;
    }
    let all = Cleaned::of(&records, &drill, &context.limits);
    drive::shown(context, exit, &Worded(context, &all))
}
