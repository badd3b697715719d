//! Writing the types, and looking whether they are as this release has them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use moontide_control::error::{CommandError, Result, code};
use moontide_control::files::{self, Unread};
use serde::Serialize;

use super::layout;
use super::luaurc::{self, Refused};

/// A longer `.luaurc` is none.
const LARGEST: u64 = 256 * 1024;
/// Below the folder of a runbook.
const HERE: &str = ".moontide/types";

/// Where the modules lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the user's own folder of data, for all runbooks of this release.
    User {
        /// That folder.
        data: PathBuf,
        /// The user's home, if it has one.
        home: Option<PathBuf>,
    },
    /// Beside the runbook, where a team keeps them with it and every tool finds them.
    Here,
}

/// What was written, or would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Written {
    /// The folder of the modules.
    pub types: PathBuf,
    /// How many files differ from this release's, or were not there.
    pub stale: usize,
    /// The file that names it.
    pub luaurc: PathBuf,
    /// What it says there.
    pub alias: String,
    /// Whether that was not so yet.
    pub is_new_alias: bool,
}

/// Writes what differs.
pub fn write(folder: &Path, place: &Place) -> Result<Written> {
    go(folder, place, true)
}

/// Only looks.
pub fn check(folder: &Path, place: &Place) -> Result<Written> {
    go(folder, place, false)
}

fn go(folder: &Path, place: &Place, writes: bool) -> Result<Written> {
    let (types, alias) = places(folder, place);
    let luaurc = folder.join(luaurc::FILE);
    // First what may be refused, so that nothing is half done.
    let text = read(&luaurc)?;
    let merged = luaurc::merged(text.as_deref(), &alias).map_err(|why| refused(&luaurc, &why))?;
    let is_new_alias = text.as_deref() != Some(merged.as_str());
    let stale = modules(&types, writes)?;
    if writes && is_new_alias {
        put(&luaurc, &merged)?;
    }
    Ok(Written { types, stale, luaurc, alias, is_new_alias })
}

/// Writes the modules that differ, or only looks; how many they are.
fn modules(types: &Path, writes: bool) -> Result<usize> {
    let mut stale = 0;
    for (path, source) in layout::files() {
        let path = types.join(path);
        if is_stale(&path, source) {
            stale += 1;
            if writes {
                put(&path, source)?;
            }
        }
    }
    Ok(stale)
}

/// The folder of this release's modules in the user's own folder of data.
pub fn folder(data: &Path) -> PathBuf {
    data.join("types").join(env!("CARGO_PKG_VERSION"))
}

/// Writes the modules alone.
pub fn write_modules(types: &Path) -> Result<()> {
    modules(types, true).map(drop)
}

/// Writes a file, unless it holds that already.
pub fn write_if_stale(path: &Path, text: &str) -> Result<()> {
    if is_stale(path, text) { put(path, text) } else { Ok(()) }
}

fn is_stale(path: &Path, text: &str) -> bool {
    !fs::read_to_string(path).is_ok_and(|it| it == text)
}

/// The folder of the modules, and what an alias calls it.
fn places(folder: &Path, place: &Place) -> (PathBuf, String) {
    match place {
        Place::Here => (folder.join(HERE), format!("./{HERE}/{}", layout::ALIAS)),
        Place::User { data, home } => {
            let types = self::folder(data);
            let whole = types.join(layout::ALIAS);
            let below = home.as_ref().and_then(|home| whole.strip_prefix(home).ok());
            let alias = match below {
                Some(below) => format!("~/{}", below.display()),
                None => whole.display().to_string(),
            };
            (types, alias)
        }
    }
}

fn read(path: &Path) -> Result<Option<String>> {
    match files::read(path, LARGEST) {
        Ok(text) => Ok(Some(text)),
        Err(Unread::Missing) => Ok(None),
        Err(why) => Err(CommandError::new(
            code::RUNBOOK_UNREADABLE,
            format!("{} cannot be read: {why}", path.display()),
        )),
    }
}

/// Whole or not at all: an editor may be reading.
fn put(path: &Path, text: &str) -> Result<()> {
    let write = || -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let half = path.with_extension("new");
        fs::write(&half, text)?;
        fs::rename(&half, path)
    };
    write().map_err(|error| {
        CommandError::new(code::OUTPUT, format!("{} cannot be written: {error}", path.display()))
    })
}

fn refused(path: &Path, why: &Refused) -> CommandError {
    let why = match why {
        Refused::NoJson(why) => format!("is no JSON: {why}"),
        Refused::NoObject => "is no object, or its `aliases` is none".to_owned(),
    };
    CommandError::new(code::RUNBOOK_UNREADABLE, format!("{} {why}", path.display()))
        .hint("mend it, or move it away; nothing was written")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_written_once_and_are_stale_when_a_file_differs() {
        let folder = tempfile::tempdir().unwrap();
        let before = check(folder.path(), &Place::Here).unwrap();
        assert!(before.stale > 20 && before.is_new_alias && !before.types.exists());
        let written = write(folder.path(), &Place::Here).unwrap();
        assert_eq!(written, before);
        let after = check(folder.path(), &Place::Here).unwrap();
        assert_eq!((after.stale, after.is_new_alias), (0, false));
        fs::write(written.types.join("moontide/ssm.luau"), "return {}").unwrap();
        assert_eq!(check(folder.path(), &Place::Here).unwrap().stale, 1);
    }

    #[test]
    fn a_users_types_are_named_from_the_home() {
        let home = PathBuf::from("/home/ann");
        let data = home.join(".local/share/moontide");
        let version = env!("CARGO_PKG_VERSION");
        let place = Place::User { data: data.clone(), home: Some(home) };
        let (types, alias) = places(Path::new("shop"), &place);
        assert_eq!(types, data.join("types").join(version));
        assert_eq!(alias, format!("~/.local/share/moontide/types/{version}/moontide"));
        let place = Place::User { data: PathBuf::from("/srv/m"), home: None };
        assert_eq!(places(Path::new("shop"), &place).1, format!("/srv/m/types/{version}/moontide"));
    }

    #[test]
    fn nothing_is_written_beside_a_file_that_is_no_json() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".luaurc"), "{ // mine").unwrap();
        let error = write(folder.path(), &Place::Here).unwrap_err();
        assert!(error.message.contains("is no JSON"), "{}", error.message);
        assert!(!folder.path().join(".moontide").exists());
    }
}
