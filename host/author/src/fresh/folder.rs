//! The folder of a new runbook.

use std::fs;
use std::io;
use std::path::Path;

use moontide_control::error::{CommandError, Result, code};
use moontide_control::listener::Silent;
use moontide_control::runbook::{FILE, Files};
use moontide_control::world_file;
use moontide_runtime::sandbox::Limits;

use crate::check;

/// The test beside a runbook.
const TEST: &str = "runbook.test.luau";

/// What is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fresh {
    /// `runbook.luau`.
    pub runbook: String,
    /// `runbook.test.luau`.
    pub test: String,
    /// `world.toml`.
    pub world: String,
    /// `README.md`.
    pub readme: String,
}

/// The runbook's name of a folder's: the loader takes lower-case words, joined by `-` or `_`.
pub fn check_name(folder: &Path) -> Result<String> {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let begins = name.starts_with(|it: char| it.is_ascii_lowercase());
    let plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-' || it == '_';
    if begins && name.chars().all(plain) && name.len() <= 64 {
        return Ok(name.to_owned());
    }
    let message = format!("`{name}` is no name of a runbook");
    Err(CommandError::new(code::BAD_ARGUMENT, message)
        .hint("lower-case letters and digits, joined by `-` or `_`, such as `shop-eu`"))
}

/// Writes it, once it is checked. A folder in which something lies is left alone.
pub fn write(folder: &Path, fresh: &Fresh) -> Result<()> {
    let failed = |error: io::Error| {
        let message = format!("{} cannot be written: {error}", folder.display());
        CommandError::new(code::OUTPUT, message)
    };
    let was_there = folder.exists();
    fs::create_dir_all(folder).map_err(failed)?;
    if fs::read_dir(folder).map_err(failed)?.next().is_some() {
        let message = format!("{} is not empty", folder.display());
        return Err(CommandError::new(code::BAD_ARGUMENT, message)
            .hint("name a folder that does not exist yet; nothing was written"));
    }
    let files = [
        (FILE, &fresh.runbook),
        (TEST, &fresh.test),
        (world_file::FILE, &fresh.world),
        ("README.md", &fresh.readme),
    ];
    let written = files
        .iter()
        .try_for_each(|(name, text)| fs::write(folder.join(name), text).map_err(failed))
        .and_then(|()| is_whole(folder));
    if written.is_err() {
        // What does not check would only be in the way of the next attempt.
        for (name, _) in files {
            let _ = fs::remove_file(folder.join(name));
        }
        if !was_there {
            let _ = fs::remove_dir(folder);
        }
    }
    written
}

/// Refuses what does not load, or whose world is none: the names and tags of an account are any.
fn is_whole(folder: &Path) -> Result<()> {
    let told = |error: &CommandError| {
        let message = format!("these servers make no runbook: {}", error.message);
        let error = CommandError::new(error.code, message);
        error.hint("choose others with `--tag KEY=VALUE`, or leave `--by` out; nothing was written")
    };
    let files = Files::read(folder)?;
    let checked = check(&files, &Silent, &Limits::default());
    let wrong = checked.findings.iter().find(|finding| finding.is_error());
    if let Some(finding) = wrong {
        return Err(told(&CommandError::from(finding)));
    }
    world_file::beside(folder).map(drop).map_err(|error| told(&error))
}
