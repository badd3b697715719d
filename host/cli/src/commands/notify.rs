//! `moontide notify`: who is told what happens, what is still to be told, and whether it arrives.

mod list;
pub(crate) mod preview;
mod send;
pub(crate) mod test;

use std::sync::Arc;

use clap::{Args, Subcommand};
use moontide_control::error::{CommandError, Result, code};
use moontide_control::notify::Receiver;
use moontide_control::notify::sender::Sender;
use moontide_control::runner::telling::sessions;
use moontide_control::settings::Settings;
use moontide_runtime::plan::suggest;

use crate::context::Context;

/// Tell others what happens: try the receivers, see what is still to be told, and tell it
///
/// Receivers stand in the user's moontide.toml, as `[[notify]]`. A runner tells them beside its waves, which wait for none
/// of them; what it could not tell stays in the store, and the next runner tells it, or `notify send`. `moontide guide
/// notifications` says more.
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide notify test                       send a marked test to each receiver
  moontide notify preview waits              what each receiver would get; nothing is sent
  moontide notify list                       what is still to be told, and what could not be
  moontide notify send                       tell it now
  */5 * * * * moontide notify send           the same in a crontab")]
pub(crate) struct Flags {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Test(test::Flags),
    List(list::Flags),
    Send(send::Flags),
    Preview(preview::Flags),
}

/// Carries the command out.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    match &flags.command {
        Command::Test(flags) => test::execute(context, flags),
        Command::List(flags) => list::execute(context, flags),
        Command::Send(flags) => send::execute(context, flags),
        Command::Preview(flags) => preview::execute(context, flags),
    }
}

/// The receivers of the settings: all, or the one of this name.
fn receivers(settings: &Settings, name: Option<&str>) -> Result<Arc<[Receiver]>> {
    let all = &settings.receivers;
    if all.is_empty() {
        let message = "no receiver of notifications is declared";
        return Err(CommandError::new(code::NO_RECEIVER, message).hint(
            "write `[[notify]]` into the user's moontide.toml: `moontide guide notifications`",
        ));
    }
    let Some(name) = name else { return Ok(all.clone().into()) };
    if let Some(one) = all.iter().find(|it| it.name == name) {
        return Ok(vec![one.clone()].into());
    }
    let names = || all.iter().map(|it| it.name.as_str());
    let message = format!("there is no receiver `{name}`");
    Err(CommandError::new(code::NO_RECEIVER, message).hint(match suggest::nearest(name, names()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("there are {}", names().collect::<Vec<_>>().join(", ")),
    }))
}

/// The wire, within the reach that settings allow.
fn wire(context: &Context, settings: &Settings) -> Sender {
    Sender::new(settings.reach.clone(), sessions(&context.environment))
}
