//! `moontide schedule serve`: a process that stays, and starts what is due.

use std::net::SocketAddr;

use clap::Args;
use moontide_control::error::Result;
use moontide_control::schedule::serve::{Service, metrics::Snapshot};
use tokio::sync::watch;

use super::{health, now, worker};
use crate::aws::AwsFlags;
use crate::context::Context;
use crate::exit;
use crate::interrupt::Interrupt;
use crate::view::schedule::told;

/// Stay, and start all schedules of the store at their times
///
/// It drives what it starts, several at once; goes on with what was cut off or answered; and carries out what is
/// owed, such as cleanups. Start it on as many machines as you like: one serves, the others wait for its place.
/// SIGTERM stops it: what it drives is left in order, and goes on when the next one serves. What is imported, paused
/// or removed counts at once, without a restart.
#[derive(Args)]
pub(crate) struct Flags {
    /// Answer `/healthz` and `/metrics` here, such as `127.0.0.1:9401`
    #[arg(long, value_name = "ADDRESS")]
    health: Option<SocketAddr>,

    /// Drive at most so many executions at once
    #[arg(long, value_name = "N", default_value_t = 50)]
    at_once: usize,

    #[command(flatten)]
    aws: AwsFlags,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    flags.aws.are_given(context);
    let worker = worker(context, flags.aws.target())?;
    context.block_on(async {
        let (halt, stop) = watch::channel(false);
        let (snapshot, seen) = watch::channel(Snapshot::default());
        if let Some(address) = flags.health {
            health::listen(context, address, seen).await?;
        }
        let service = Service { worker, at_once: flags.at_once.max(1), stop, snapshot };
        let mut interrupt = Interrupt::listen();
        let mut tell = |it| context.output.say_page(told(&it, now()));
        let serving = service.serve(&mut tell);
        let stopping = async {
            interrupt.wait().await;
            halt.send_replace(true);
            std::future::pending::<()>().await;
        };
        tokio::select! {
            served = serving => served?,
            () = stopping => {}
        }
        // It was asked to stop, and has: that is what a service is to do.
        Ok(exit::COMPLETED)
    })
}
