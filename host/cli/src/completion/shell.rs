//! Between a shell and this command: the scripts that shells run, and the answers that they get.

use std::ffi::OsStr;
use std::io::Write;
use std::panic;

use clap::{Arg, Command};
use clap_complete::CompleteEnv;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::{EnvCompleter, Shells};
use moontide_control::environment::{self, COMPLETE};

use super::offers;

/// The command that the script is for, and asks.
const NAME: &str = "moontide";

/// Answers a shell, if it is one that asks. `None`: a person has typed a command.
pub(crate) fn answer(command: fn() -> Command) -> Option<()> {
    environment::text(COMPLETE)?;
    panic::set_hook(Box::new(|_| {}));
    let answered = panic::catch_unwind(|| {
        let asked = CompleteEnv::with_factory(|| with_offers(command())).var(COMPLETE).bin(NAME);
        let folder = std::env::current_dir().ok();
        asked.completer(NAME).try_complete(std::env::args_os(), folder.as_deref())
    });
    let _ = panic::take_hook();
    // `0` asks for nothing.
    (!matches!(answered, Ok(Ok(false)))).then_some(())
}

/// The shells that have a script.
pub(crate) fn shells() -> Vec<&'static str> {
    Shells::builtins().names().collect()
}

/// Writes the script of a shell.
pub(crate) fn script(shell: &str) -> Option<String> {
    let shells = Shells::builtins();
    let shell: &dyn EnvCompleter = shells.completer(shell)?;
    let mut script = Vec::new();
    shell.write_registration(COMPLETE, NAME, NAME, NAME, &mut script).ok()?;
    script.flush().ok()?;
    String::from_utf8(script).ok()
}

/// The command with what can be offered for its arguments, by their names: the same in every command.
fn with_offers(command: Command) -> Command {
    command.mut_args(with_offer).mut_subcommands(with_offers)
}

fn with_offer(arg: Arg) -> Arg {
    let offer: fn(&str) -> Vec<CompletionCandidate> = match arg.get_id().as_str() {
        "execution" | "beside" | "what" => offers::executions,
        "wave" => offers::waves,
        "answer" => offers::answers,
        "answers" => offers::answers_to_prompts,
        "topic" => offers::topics,
        "entry" => offers::entries,
        "code" => offers::codes,
        _ => return arg,
    };
    arg.add(ArgValueCompleter::new(move |current: &OsStr| {
        current.to_str().map(offer).unwrap_or_default()
    }))
}
