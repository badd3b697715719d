//! Test files in folders.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use moontide_control::error::{CommandError, Result, code};
use moontide_control::runbook::Files;

/// Folders of which none holds an author's tests.
const PASSED_OVER: [&str; 2] = ["target", "node_modules"];
/// A folder that nests deeper is not looked into.
const DEEPEST: usize = 16;

/// The test files that these paths mean: a test file itself, those beside a runbook, all those in a folder. In order,
/// each once.
pub fn found(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for path in paths {
        let tests = of(path)?;
        if tests.is_empty() {
            return Err(none(path));
        }
        found.extend(tests.into_iter().filter(|it| seen.insert(it.clone())));
    }
    Ok(found)
}

fn of(path: &Path) -> Result<Vec<PathBuf>> {
    let kind = fs::metadata(path).map_err(|error| {
        let message = format!("{} cannot be read: {error}", path.display());
        CommandError::new(code::RUNBOOK_MISSING, message)
    })?;
    if kind.is_dir() {
        let mut tests = Vec::new();
        for folder in folders(path) {
            tests.extend(Files::tests(&folder)?);
        }
        return Ok(tests);
    }
    if Files::is_test(path) {
        return Ok(vec![path.to_path_buf()]);
    }
    // The test of a runbook is called as it is.
    let test = path.with_extension("test.luau");
    Ok(if path.extension().is_some_and(|it| it == "luau") && test.is_file() {
        vec![test]
    } else {
        Vec::new()
    })
}

/// A folder, and those in it that may hold an author's tests.
pub(super) fn folders(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    walk(folder, 0, &mut found);
    found
}

fn walk(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    found.push(folder.to_owned());
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(std::result::Result::ok);
    let folders = entries.filter(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        entry.file_type().is_ok_and(|kind| kind.is_dir())
            && !name.starts_with('.')
            && !PASSED_OVER.contains(&&*name)
    });
    let mut folders: Vec<PathBuf> = folders.map(|entry| entry.path()).collect();
    folders.sort();
    for folder in folders.iter().filter(|_| depth < DEEPEST) {
        walk(folder, depth + 1, found);
    }
}

fn none(path: &Path) -> CommandError {
    let message = format!("there is no test of {}", path.display());
    CommandError::new(code::TEST_MISSING, message).hint(
        "a test file is called runbook.test.luau, or NAME.test.luau, and lies beside its runbook",
    )
}
