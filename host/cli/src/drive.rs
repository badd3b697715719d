//! Driving an execution for a command: until it ends here, or a signal of the process stops it; then what is shown of
//! it, and the exit code.

use moontide_control::cleanup::End;
use moontide_control::error::Result;
use moontide_control::operator::Operator;
use moontide_control::runner::Runner;
use moontide_control::view::Record;
use moontide_runtime::scheduler::Ended;

use crate::aws::AwsFlags;
use crate::commands::obligations;
use crate::context::Context;
use crate::exit;
use crate::interrupt::Interrupt;
use crate::output::Document;
use crate::view::{Summary, Worded};

/// Drives until there is nothing more to do here. Returns how the execution stands, and the exit code.
async fn drive(runner: &Runner<'_>, interrupt: &mut Interrupt) -> Result<(Record, u8)> {
    let driven = runner.drive(interrupt.wait()).await?;
    Ok((runner.record().await?, code_of(&driven.ended, interrupt)))
}

/// The exit code that says how a drive has ended.
pub(crate) fn code_of(ended: &Ended, interrupt: &Interrupt) -> u8 {
    match ended {
        Ended::Finished(status) => exit::of(*status),
        Ended::Waiting(_) => exit::WAITING,
        Ended::Interrupted => interrupt.exit_code(),
    }
}

/// The exit code that says how cleaning up has ended, of one that ends so in each Region.
pub(crate) fn code_of_all<'e>(
    ends: impl IntoIterator<Item = &'e End>,
    interrupt: &Interrupt,
) -> u8 {
    let code = |end: &End| match end {
        End::Driven(ended) => code_of(ended, interrupt),
        End::Failed(code) => exit::of_error(code),
    };
    exit::worst(&ends.into_iter().map(code).collect::<Vec<_>>())
}

/// Drives until there is nothing more to do here, and does what is due at its end.
pub(crate) async fn to_the_end(
    context: &Context,
    aws: &AwsFlags,
    operator: &Operator,
    runner: &Runner<'_>,
) -> Result<(Record, u8)> {
    let mut interrupt = Interrupt::listen();
    let driven = drive(runner, &mut interrupt).await?;
    let after = obligations::after(context, aws, &operator.store, driven, &mut interrupt);
    Box::pin(after).await
}

/// How a command has driven an execution, or found that there is nothing to drive: how it stands, and the exit code.
pub(crate) struct Driven {
    /// How it stands.
    pub(crate) summary: Summary,
    /// What the process's exit code says.
    pub(crate) exit: u8,
}

impl Driven {
    /// Shows how it stands, and returns the exit code.
    pub(crate) fn show(&self, context: &Context) -> Result<u8> {
        shown(context, self.exit, &Worded(context, &self.summary))
    }
}

/// Shows how a drive has ended, and returns its exit code.
pub(crate) fn shown(context: &Context, exit: u8, document: &impl Document) -> Result<u8> {
    match context.output.show(document) {
        // What it would be shown on is gone.
        Err(_) if exit == exit::HUNG_UP => {}
        shown => shown?,
    }
    Ok(exit)
}
