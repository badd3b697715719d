//! `moontide man`: manual pages, from the same words as `--help`. A command of its own, because packagers install them
//! once, and no shell is involved.

use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_mangen::Man;
use moontide_control::error::{CommandError, Result, code};
use moontide_runtime::plan::suggest;

use crate::context::Context;
use crate::output::style::plain;
use crate::{cli, exit};

/// Print a manual page, or write all of them into a folder
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide man | man -l -             this command's page
  moontide man store export | man -l -
  moontide man --dir /usr/local/share/man/man1")]
pub(crate) struct Flags {
    /// The command whose page is wanted, such as `run` or `store export`
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    words: Vec<String>,

    /// Write the pages of all commands into this folder
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Writes them.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let mut command = cli::command().disable_help_subcommand(true);
    command.build();
    if let Some(folder) = &flags.dir {
        let count = all(&command, folder).map_err(|error| {
            CommandError::new(code::OUTPUT, format!("{}: {error}", folder.display()))
        })?;
        let text = format!("{count} pages are in {}", folder.display());
        context.output.say([plain(text)]);
        return Ok(exit::COMPLETED);
    }
    let page = page(find(&command, &flags.words)?);
    let page = page.map_err(|error| CommandError::new(code::OUTPUT, error.to_string()))?;
    context.output.print(&page)?;
    Ok(exit::COMPLETED)
}

/// The command that these words lead to.
fn find<'c>(command: &'c Command, words: &[String]) -> Result<&'c Command> {
    let mut found = command;
    for word in words {
        found = found.find_subcommand(word).ok_or_else(|| {
            let message = format!("`{}` has no command `{word}`", found.get_name());
            let near = suggest::nearest(word, found.get_subcommands().map(Command::get_name));
            let error = CommandError::new(code::BAD_ARGUMENT, message);
            match near {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint("`moontide --help` lists the commands"),
            }
        })?;
    }
    Ok(found)
}

fn page(command: &Command) -> std::io::Result<String> {
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

/// Writes the pages of a command and of all below it; returns how many.
fn all(command: &Command, folder: &Path) -> std::io::Result<usize> {
    std::fs::create_dir_all(folder)?;
    let name = Man::new(command.clone()).get_filename();
    std::fs::write(folder.join(name), page(command)?)?;
    let below = command.get_subcommands().map(|it| all(it, folder));
    below.sum::<std::io::Result<usize>>().map(|count| count + 1)
}
