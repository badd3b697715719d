//! World files.

use std::path::Path;

use moontide_sim::{Commands, Scenario};

use crate::error::{CommandError, Result, code};
use crate::files::{self, Unread};

/// The world beside a runbook.
pub const FILE: &str = "world.toml";

/// No world file is longer.
const LONGEST: u64 = 4 * 1024 * 1024;
/// What every world file has in it.
const KEYS: [&str; 3] = ["version", "account", "servers"];

/// Reads a world file that the operator names, and that starts no process.
pub fn read(path: &Path) -> Result<Scenario> {
    read_with(path, Commands::Scripted)
}

/// The same of one that may start processes, or not.
pub fn read_with(path: &Path, commands: Commands) -> Result<Scenario> {
    of(path, files::read(path, LONGEST), commands)
}

/// Reads the world file beside a runbook.
pub fn beside(folder: &Path) -> Result<Scenario> {
    of(&folder.join(FILE), files::read_within(folder, FILE, LONGEST), Commands::Scripted)
}

/// The text of a world file that the operator names, which is one and starts no process.
pub fn text(path: &Path) -> Result<String> {
    let text = unchecked(path, files::read(path, LONGEST))?;
    parse(&text, &path.display().to_string()).map(|_| text)
}

/// The text of the world file beside a runbook, which is one.
pub fn text_beside(folder: &Path) -> Result<String> {
    let path = folder.join(FILE);
    let text = unchecked(&path, files::read_within(folder, FILE, LONGEST))?;
    parse(&text, &path.display().to_string()).map(|_| text)
}

/// Reads the text of a world file of this name that starts no process.
pub fn parse(text: &str, shown: &str) -> Result<Scenario> {
    parse_with(text, shown, Commands::Scripted)
}

fn parse_with(text: &str, shown: &str, commands: Commands) -> Result<Scenario> {
    Scenario::parse_with(text, shown, commands).map_err(|error| {
        // Of a file that is no world nothing is shown: it may hold anything.
        let is_world = files::is_of_kind(text, &KEYS);
        CommandError::of_world(&error, if is_world { text } else { "" })
    })
}

fn of(path: &Path, text: Result<String, Unread>, commands: Commands) -> Result<Scenario> {
    parse_with(&unchecked(path, text)?, &path.display().to_string(), commands)
}

fn unchecked(path: &Path, text: Result<String, Unread>) -> Result<String> {
    text.map_err(|why| {
        let message = format!("the world {} cannot be read: {why}", path.display());
        CommandError::new(code::WORLD_MISSING, message)
            .hint("`--world FILE` names the pretend estate; runbooks/three_tier/world.toml is one to copy")
    })
}
