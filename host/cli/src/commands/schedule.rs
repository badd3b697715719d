//! `moontide schedule`: drills and rehearsals that start at their times, unattended.
//!
//! - `check`, `import`: a file of schedules. `list`, `show`, `next`, `history`, `status`: what there is and was.
//! - `act`: what a person wants of a schedule: `pause`, `resume`, `remove`.
//! - `export`: the same for cron, systemd and `EventBridge`.
//! - `run`: what is due of one, once; `finish`: what they have begun, to its end; `serve`: all of them, by a process that stays; `health`: how it is.

mod act;
mod check;
pub(crate) mod export;
pub(crate) mod finish;
mod health;
mod history;
mod import;
mod list;
mod next;
pub(crate) mod run;
mod serve;
mod show;
mod status;

pub(crate) use self::run::Ran;

use std::rc::Rc;
use std::sync::Arc;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use moontide_control::clocks::SystemClock;
use moontide_control::error::Result;
use moontide_control::schedule::acts::Act;
use moontide_control::schedule::worker::Worker;
use moontide_control::target::Target;
use moontide_control::whoami::Person;
use moontide_runtime::clock::Clock as _;

use crate::context::Context;

/// Start drills and rehearsals at their times, unattended
///
/// Schedules are written in a file, and imported into the store: all machines that reach it see the same. Whichever
/// of them starts a time, it begins once. A recovery is never scheduled.
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide schedule check schedules.toml
  moontide schedule import schedules.toml
  moontide schedule next -n 5
  moontide schedule serve --health 127.0.0.1:9401
  moontide schedule history quarterly-shop
  moontide schedule export quarterly-shop --systemd")]
pub(crate) struct Flags {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Check(check::Flags),
    Import(import::Flags),
    List(list::Flags),
    Show(show::Flags),
    Next(next::Flags),
    Run(run::Flags),
    Finish(finish::Flags),
    Serve(serve::Flags),
    Status(status::Flags),
    History(history::Flags),
    /// Let a schedule start nothing more; what it has started goes on
    Pause(act::Pause),
    /// Let a schedule go on that is paused, or held because its last starts have failed
    Resume(act::Resume),
    /// Remove a schedule; its executions and its history stay
    Remove(act::Flags),
    Export(export::Flags),
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    match &flags.command {
        Command::Check(flags) => check::execute(context, flags),
        Command::Import(flags) => import::execute(context, flags),
        Command::List(flags) => list::execute(context, flags),
        Command::Show(flags) => show::execute(context, flags),
        Command::Next(flags) => next::execute(context, flags),
        Command::Run(flags) => run::execute(context, flags),
        Command::Finish(flags) => finish::execute(context, flags),
        Command::Serve(flags) => serve::execute(context, flags),
        Command::Status(flags) => status::execute(context, flags),
        Command::History(flags) => history::execute(context, flags),
        Command::Pause(flags) => act::pause(context, flags),
        Command::Resume(flags) => act::resume(context, flags),
        Command::Remove(flags) => act::execute(context, flags, &Act::Remove),
        Command::Export(flags) => export::execute(context, flags),
    }
}

/// The time by this machine's clock.
fn now() -> Timestamp {
    SystemClock::new().now()
}

/// The person who acts on a schedule, as its document keeps it.
async fn person(context: &Context, by: Option<&str>) -> Result<String> {
    let Person { name, sender } = context.author(by).await?;
    Ok(if sender.is_empty() { name } else { format!("{name} (sent by {sender})") })
}

/// What starts and drives what schedules want, in the store that the command opens. Its faces ask no person.
fn worker(context: &Context, target: Target) -> Result<Worker> {
    // cron has another home: an empty store that is made there has no schedules for ever.
    let address = context.address()?;
    address.open_existing()?;
    let store = context.open_store()?;
    let (environment, format) = (context.environment.clone(), context.output.format);
    let (flag, limits, aws) =
        (context.store.clone(), context.limits.clone(), context.aws.borrow().clone());
    let faces = Arc::new(move || {
        let mut face = Context::new(environment.clone(), format, flag.clone());
        (face.can_ask, face.is_watched) = (false, false);
        face.limits.clone_from(&limits);
        face.aws.borrow_mut().clone_from(&aws);
        Rc::new(face) as _
    });
    let (environment, settings) = (context.environment.clone(), context.settings(None)?);
    Ok(Worker { environment, settings, address, store, target, faces })
}
