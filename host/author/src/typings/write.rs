//! Writing the types, and looking whether they are as this release has them.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use moontide_control::error::{CommandError, Result, code};
use moontide_control::files::{self, Unread};
use schemars::JsonSchema;
use serde::Serialize;

use super::layout;
use super::luaurc::{self, Refused};

/// A longer `.luaurc` is none.
const LARGEST: u64 = 256 * 1024;
/// Below the folder of a runbook.
pub(crate) const HERE: &str = ".moontide/types";

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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
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
    let luaurc = folder.join(luaurc::FILE);
    // First what may be refused, so that nothing is half done.
    let text = read(&luaurc)?;
    let known = text.as_deref().and_then(luaurc::alias);
    let place = as_the_team_has_it(&luaurc, known.as_deref(), place)?;
    let (types, alias) = places(folder, place);
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

/// A path that all share stays: with another one, the next of them would find nothing.
fn as_the_team_has_it<'p>(
    luaurc: &Path,
    known: Option<&str>,
    place: &'p Place,
) -> Result<&'p Place> {
    let known = known.filter(|known| known.starts_with('.'));
    match (known, place) {
        (Some(known), Place::User { .. }) if known == format!("./{HERE}/{}", layout::ALIAS) => {
            Ok(&Place::Here)
        }
        (Some(known), _) if known != format!("./{HERE}/{}", layout::ALIAS) => {
            let message = format!("{} says that the types lie in {known}", luaurc.display());
            Err(CommandError::new(code::BAD_ARGUMENT, message)
                .hint("take its `moontide` out to have them elsewhere; nothing was written"))
        }
        _ => Ok(place),
    }
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

/// Whole or not at all: an editor may be reading. Where a link stands, what it leads to is written.
fn put(path: &Path, text: &str) -> Result<()> {
    let write = || -> io::Result<()> {
        let whole = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let folder = whole.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let name = whole.file_name().unwrap_or_default().to_string_lossy();
        let half = folder.join(format!(".{name}.{}.half", std::process::id()));
        // A file of that name is another's.
        let mut file = OpenOptions::new().write(true).create_new(true).open(&half)?;
        // What others could not read they cannot read now.
        let kept = fs::metadata(&whole).and_then(|was| file.set_permissions(was.permissions()));
        let kept = kept.or_else(|error| if whole.exists() { Err(error) } else { Ok(()) });
        let written = kept.and_then(|()| file.write_all(text.as_bytes()));
        let written = written.and_then(|()| fs::rename(&half, &whole));
        if written.is_err() {
            let _ = fs::remove_file(&half);
        }
        written
    };
    write().map_err(|error| {
        CommandError::new(code::OUTPUT, format!("{} cannot be written: {error}", path.display()))
    })
}

fn refused(path: &Path, why: &Refused) -> CommandError {
    let why = match why {
        Refused::NoJson => "is no JSON object",
        Refused::NoAliases => "has `aliases` that are no table of paths",
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
    fn a_path_that_a_team_shares_stays() {
        let folder = tempfile::tempdir().unwrap();
        let user = Place::User { data: folder.path().join("data"), home: None };
        write(folder.path(), &Place::Here).unwrap();
        let again = write(folder.path(), &user).unwrap();
        assert_eq!((again.stale, again.is_new_alias), (0, false));
        assert!(again.types.ends_with(HERE) && !folder.path().join("data").exists());
        let luaurc = folder.path().join(".luaurc");
        let shared = "{ \"aliases\": { \"moontide\": \"../shared/moontide\" } }";
        fs::write(&luaurc, shared).unwrap();
        for place in [&user, &Place::Here] {
            let error = write(folder.path(), place).unwrap_err();
            assert!(error.message.contains("../shared/moontide"), "{}", error.message);
        }
        assert_eq!(fs::read_to_string(&luaurc).unwrap(), shared);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_one_and_a_file_beside_it_is_the_authors() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("team.luaurc"), folder.path().join(".luaurc"));
        fs::write(&real, "{ \"lint\": {} }").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        fs::write(folder.path().join(".luaurc.new"), "mine").unwrap();
        write(folder.path(), &Place::Here).unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert!(fs::read_to_string(&real).unwrap().contains("moontide"));
        assert_eq!(fs::read_to_string(folder.path().join(".luaurc.new")).unwrap(), "mine");
        let halves = fs::read_dir(folder.path()).unwrap().flatten();
        assert!(!halves.into_iter().any(|it| it.file_name().to_string_lossy().ends_with(".half")));
    }

    #[test]
    fn nothing_is_written_beside_a_file_that_is_no_json() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".luaurc"), "{ // mine").unwrap();
        let error = write(folder.path(), &Place::Here).unwrap_err();
        assert!(error.message.contains("is no JSON object"), "{}", error.message);
        assert!(!folder.path().join(".moontide").exists());
    }
}
