//! The folder of a new runbook.

use std::fs;
use std::io;
use std::path::Path;

use moontide_control::error::{CommandError, Result, code};
use moontide_control::runbook::FILE;
use moontide_control::world_file;

/// What is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fresh {
    /// `runbook.luau`.
    pub runbook: String,
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

/// Writes it. A folder in which something lies is left alone.
pub fn write(folder: &Path, fresh: &Fresh) -> Result<()> {
    let failed = |error: io::Error| {
        let message = format!("{} cannot be written: {error}", folder.display());
        CommandError::new(code::OUTPUT, message)
    };
    fs::create_dir_all(folder).map_err(failed)?;
    if fs::read_dir(folder).map_err(failed)?.next().is_some() {
        let message = format!("{} is not empty", folder.display());
        return Err(CommandError::new(code::BAD_ARGUMENT, message)
            .hint("name a folder that does not exist yet; nothing was written"));
    }
    for (name, text) in
        [(FILE, &fresh.runbook), (world_file::FILE, &fresh.world), ("README.md", &fresh.readme)]
    {
        fs::write(folder.join(name), text).map_err(failed)?;
    }
    Ok(())
}
