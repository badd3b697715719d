//! `moontide completions`: the script that lets a shell complete commands, flags, executions, waves and answers.

use clap::Args;
use clap::builder::PossibleValuesParser;
use moontide_control::error::{CommandError, Result, code};

use crate::context::Context;
use crate::{completion, exit};

/// Print the script that lets a shell complete a command line
///
/// Behind a Tab the shell asks this command: for flags, and for the executions, waves, prompts and answers of the store,
/// if that is a file. Nothing is changed, and AWS is not asked.
#[derive(Args)]
#[command(after_help = "\
Put it into the file that your shell reads at its start:
  bash        ~/.bashrc                   source <(moontide completions bash)
  zsh         ~/.zshrc, behind compinit   source <(moontide completions zsh)
  fish        ~/.config/fish/config.fish  moontide completions fish | source
  elvish      ~/.elvish/rc.elv            eval (moontide completions elvish | slurp)
  powershell  $PROFILE                    moontide completions powershell | Out-String | Invoke-Expression")]
pub(crate) struct Flags {
    /// The shell
    #[arg(value_parser = PossibleValuesParser::new(completion::shells()))]
    shell: String,
}

/// Prints the script.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let script = completion::script(&flags.shell).ok_or_else(|| {
        CommandError::new(code::INTERNAL, format!("the script of {} cannot be made", flags.shell))
    })?;
    context.output.print(&script)?;
    Ok(exit::COMPLETED)
}
