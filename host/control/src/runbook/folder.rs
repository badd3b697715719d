//! The files of a runbook.

use std::collections::BTreeMap;
use std::fs::{self, DirEntry, FileType};
use std::io;
use std::path::{Path, PathBuf};

use moontide_runtime::journal::execution::Module;
use moontide_runtime::plan::suggest;

use super::FILE;
use crate::error::{CommandError, Result, code};
use crate::files::{self, Unread};

/// What ends the names of modules.
pub(super) const SUFFIX: &str = "luau";
/// What ends the names of test files, which are no modules of a runbook.
pub(super) const TEST: &str = ".test.luau";
/// Modules that are longer are refused by the sandbox as well.
const LARGEST_MODULE: u64 = 256 * 1024;
/// All modules of a runbook together. They are stored with every execution.
const LARGEST_FOLDER: u64 = 4 * 1024 * 1024;
/// A folder with more in it is a home directory, not a runbook.
const MOST_ENTRIES: usize = 2_000;

/// The folder, and the name of the module that is the runbook.
pub(super) fn find(path: &Path) -> Result<(PathBuf, String)> {
    let shown = path.display();
    let kind = fs::metadata(path).map_err(|error| missing(path, &error))?;
    if kind.is_dir() {
        if path.join(FILE).is_file() {
            return Ok((path.to_path_buf(), "runbook".to_owned()));
        }
        if let Ok(kind) = fs::symlink_metadata(path.join(FILE)) {
            return Err(irregular(&path.join(FILE), kind.file_type()));
        }
        let message = format!("the folder {shown} has no {FILE}");
        return Err(CommandError::new(code::RUNBOOK_MISSING, message).hint(inside(path)));
    }
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    let is_named_so = path.extension().is_some_and(|suffix| suffix == SUFFIX);
    match (is_named_so, kind.is_file(), stem) {
        (true, true, Some(stem)) => {
            let folder = path.parent().filter(|folder| *folder != Path::new(""));
            Ok((folder.unwrap_or(Path::new(".")).to_path_buf(), stem.to_owned()))
        }
        (true, false, _) => Err(irregular(path, kind.file_type())),
        _ => Err(CommandError::new(code::RUNBOOK_MISSING, format!("{shown} is no runbook")).hint(
            format!("a runbook is a folder with a {FILE}, or a file that ends in .{SUFFIX}"),
        )),
    }
}

/// What lies in a folder.
pub(super) struct Found {
    /// Every module, by its name: its path without `.luau`.
    pub(super) modules: BTreeMap<String, Module>,
    /// What has the name of a module and is none, with the reason.
    pub(super) passed_over: BTreeMap<String, String>,
}

/// Reads the modules of a folder.
pub(super) fn modules(folder: &Path) -> Result<Found> {
    let mut walk = Walk::of(folder);
    walk.enter(folder, "")?;
    Ok(walk.found)
}

/// Reads a test file of this folder.
pub(super) fn test(folder: &Path, path: &Path) -> Result<Module> {
    let mut walk = Walk::of(folder);
    let source = walk.read(path)?.into();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(Module { file: format!("{}/{name}", walk.title), source })
}

/// The test files that lie directly in a folder, in order.
pub(super) fn tests(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut tests = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        let name = entry.file_name();
        let name = name.to_str().filter(|name| !name.starts_with('.') && name.ends_with(TEST));
        tests.extend(name.filter(|_| is_file).map(|_| entry.path()));
    }
    tests.sort();
    Ok(tests)
}

/// The standard library's modules, as they are pinned.
pub(super) fn standard_library() -> impl Iterator<Item = (String, Module)> {
    moontide_stdlib::MODULES.iter().map(|(name, source)| {
        let module = Module { file: format!("{name}.luau"), source: (*source).into() };
        ((*name).to_owned(), module)
    })
}

struct Walk {
    /// What errors call the folder.
    title: String,
    found: Found,
    entries: usize,
    bytes: u64,
}

impl Walk {
    fn of(folder: &Path) -> Walk {
        let found = Found { modules: BTreeMap::new(), passed_over: BTreeMap::new() };
        Walk { title: title(folder), found, entries: 0, bytes: 0 }
    }

    /// Reads a folder; `within` is its path inside the runbook's, empty or with a slash at its end.
    fn enter(&mut self, folder: &Path, within: &str) -> Result<()> {
        let unreadable = |error: io::Error| unreadable(folder, &error);
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            self.entries += 1;
            if self.entries > MOST_ENTRIES {
                let message = format!("{} holds more than {MOST_ENTRIES} files", self.title);
                return Err(CommandError::new(code::RUNBOOK_TOO_LARGE, message)
                    .hint("give the runbook a folder of its own"));
            }
            self.take(&entry, within)?;
        }
        Ok(())
    }

    /// Takes a module, or enters a folder. Links are not followed: a runbook is what lies in its folder.
    fn take(&mut self, entry: &DirEntry, within: &str) -> Result<()> {
        let (path, name) = (entry.path(), entry.file_name());
        let kind = entry.file_type().map_err(|error| unreadable(&path, &error))?;
        let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { return Ok(()) };
        if kind.is_dir() {
            if let Some(stem) = name.strip_suffix(".luau") {
                self.pass_over(&format!("{within}{stem}"), &path, kind);
            }
            return self.enter(&path, &format!("{within}{name}/"));
        }
        if name.ends_with(TEST) {
            return Ok(());
        }
        match name.strip_suffix(".luau") {
            Some(_)
                if kind.is_file() && within.starts_with('@')
                    || name.starts_with('@') && within.is_empty() =>
            {
                Err(reserved(&path))
            }
            Some(stem) if kind.is_file() => {
                let source = self.read(&path)?;
                let (file, source) = (format!("{}/{within}{name}", self.title), source.into());
                self.found.modules.insert(format!("{within}{stem}"), Module { file, source });
                Ok(())
            }
            Some(stem) => {
                self.pass_over(&format!("{within}{stem}"), &path, kind);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Remembers what is no module although it is called so: whether that matters shows when it is required.
    fn pass_over(&mut self, name: &str, path: &Path, kind: FileType) {
        let why = format!("{} {}", path.display(), what(path, kind));
        self.found.passed_over.insert(name.to_owned(), why);
    }

    fn read(&mut self, path: &Path) -> Result<String> {
        let shown = path.display();
        let too_large = |message| CommandError::new(code::RUNBOOK_TOO_LARGE, message);
        let source = files::read(path, LARGEST_MODULE).map_err(|why| match why {
            Unread::TooLarge(most) => {
                too_large(format!("{shown} is larger than {} KiB", most >> 10))
            }
            why => unreadable(path, &why),
        })?;
        self.bytes += source.len() as u64;
        if self.bytes > LARGEST_FOLDER {
            let most = LARGEST_FOLDER >> 20;
            let message = format!("the modules of {} are larger than {most} MiB", self.title);
            return Err(too_large(message));
        }
        // Some editors put a byte order mark before a text.
        Ok(source.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(source))
    }
}

/// The folder's own name, also if it was typed as `.`.
pub(super) fn title(folder: &Path) -> String {
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    whole
        .file_name()
        .map_or_else(|| "runbook".to_owned(), |name| name.to_string_lossy().into_owned())
}

fn missing(path: &Path, error: &io::Error) -> CommandError {
    let shown = path.display();
    if error.kind() != io::ErrorKind::NotFound {
        return unreadable(path, error);
    }
    let complaint = CommandError::new(code::RUNBOOK_MISSING, format!("{shown} does not exist"));
    match neighbour(path) {
        Some(neighbour) => complaint.hint(format!("did you mean `{}`?", neighbour.display())),
        None => complaint.hint(format!("a runbook is a folder with a {FILE}")),
    }
}

/// What was probably meant: something of a similar name in the same folder.
fn neighbour(path: &Path) -> Option<PathBuf> {
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let names: Vec<String> = fs::read_dir(folder)
        .ok()?
        .take(MOST_ENTRIES)
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    let nearest = suggest::nearest(path.file_name()?.to_str()?, names.iter().map(String::as_str))?;
    Some(path.with_file_name(nearest))
}

/// The runbooks in a folder that is none, for a hint.
fn inside(folder: &Path) -> String {
    let runbook = |entry: io::Result<DirEntry>| {
        let path = entry.ok()?.path();
        path.join(FILE).is_file().then(|| path.display().to_string())
    };
    let mut found: Vec<String> =
        fs::read_dir(folder).into_iter().flatten().take(MOST_ENTRIES).filter_map(runbook).collect();
    found.sort();
    match found.as_slice() {
        [] => format!("a runbook is a folder with a {FILE}"),
        found => format!("there are runbooks in it: {}", found.join(", ")),
    }
}

/// The complaint about a module that would pass for one of the library's.
fn reserved(path: &Path) -> CommandError {
    let message = format!(
        "{} cannot be a module: names that begin with `@` are the library's",
        path.display()
    );
    CommandError::new(code::RUNBOOK_UNREADABLE, message)
        .hint("give the file, or its folder, another name")
}

/// What something is that is no regular file, for a person.
fn what(path: &Path, kind: FileType) -> &'static str {
    if kind.is_dir() {
        "is a folder, not a file"
    } else if kind.is_symlink() && fs::metadata(path).is_err() {
        "is a link to what does not exist"
    } else if kind.is_symlink() {
        "is a link, and links are not followed, so that a runbook is what lies in its folder"
    } else {
        "is no regular file"
    }
}

/// The complaint about a runbook that is there, and cannot be read as a file.
fn irregular(path: &Path, kind: FileType) -> CommandError {
    let message = format!("{} {}", path.display(), what(path, kind));
    CommandError::new(code::RUNBOOK_UNREADABLE, message)
        .hint(format!("a runbook is a folder with a {FILE}, or a file that ends in .{SUFFIX}"))
}

/// The complaint about a runbook that is there, and yet is not one of its folder's modules.
pub(super) fn no_link(module: &Path) -> CommandError {
    let message = format!("{}.{SUFFIX} is a link or hidden, not a file", module.display());
    CommandError::new(code::RUNBOOK_UNREADABLE, message)
        .hint("links are not followed, so that a runbook is what lies in its folder: name the file itself")
}

fn unreadable(path: &Path, why: &dyn std::fmt::Display) -> CommandError {
    CommandError::new(code::RUNBOOK_UNREADABLE, format!("{} cannot be read: {why}", path.display()))
}
