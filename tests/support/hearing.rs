//! Commands that hear every signal: a test may itself run under `nohup`, or in the background of a shell.

use std::process::Command;

/// The command, deaf to no signal.
pub(crate) fn hearing(command: Command) -> Command {
    if cfg!(target_os = "linux") { under_env("--default-signal", &command) } else { command }
}

/// The command under `env` with this flag.
pub(crate) fn under_env(flag: &str, command: &Command) -> Command {
    let mut under = Command::new("/usr/bin/env");
    under.env_clear().arg(flag).arg(command.get_program()).args(command.get_args());
    under.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    under
}
