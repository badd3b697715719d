//! The runbooks that there are today, and which of them an execution was started from.

use std::path::{Path, PathBuf};

use moontide_control::error::{CommandError, Result, code};
use moontide_control::listener::Silent;
use moontide_control::runbook::{FILE, Files};
use moontide_control::settings::Settings;
use moontide_runtime::journal::Execution;
use moontide_runtime::plan::suggest;

use super::super::found::folders;

/// Runbooks by the names that they declare.
#[derive(Debug)]
pub struct Today {
    runbooks: Vec<Runbook>,
    /// Those that do not load, and why.
    unread: Vec<(PathBuf, String)>,
}

/// A runbook as it is today.
#[derive(Debug)]
pub(super) struct Runbook {
    pub(super) path: PathBuf,
    pub(super) files: Files,
    name: String,
}

impl Today {
    /// Loads the runbooks that these paths mean: a runbook itself, that of a test file, all those in a folder.
    pub fn read(paths: &[PathBuf], settings: &dyn Fn(&Path) -> Result<Settings>) -> Result<Today> {
        let mut found: Vec<PathBuf> = Vec::new();
        for path in paths {
            for file in of(path)? {
                if !found.contains(&file) {
                    found.push(file);
                }
            }
        }
        let (mut runbooks, mut unread) = (Vec::new(), Vec::new());
        for path in found {
            match load(&path, settings) {
                Ok(runbook) => runbooks.push(runbook),
                Err(error) => unread.push((path, error.message)),
            }
        }
        Ok(Today { runbooks, unread })
    }

    /// The runbook from which an execution was started, by its name.
    pub(super) fn runbook_of(&self, execution: &Execution, journal: &Path) -> Result<&Runbook> {
        let name = execution.plan.name.as_str();
        let called: Vec<&Runbook> = self.runbooks.iter().filter(|it| it.name == name).collect();
        match called.as_slice() {
            [only] => Ok(only),
            [] => {
                let message = format!(
                    "{} is of the runbook `{name}`, and none of that name is there",
                    journal.display()
                );
                let mut error = CommandError::new(code::RUNBOOK_MISSING, message);
                let names = self.runbooks.iter().map(|it| it.name.as_str());
                if let Some(near) = suggest::nearest(name, names) {
                    error = error.hint(format!("did you rename it to `{near}`?"));
                }
                for (path, why) in self.unread.iter().take(2) {
                    error = error.hint(format!("{} does not load: {why}", path.display()));
                }
                Err(error.hint("name the runbook, or a folder that has it"))
            }
            several => {
                let paths: Vec<String> =
                    several.iter().map(|it| it.path.display().to_string()).collect();
                let message = format!(
                    "{} is of the runbook `{name}`, and several are called so: {}",
                    journal.display(),
                    paths.join(", ")
                );
                Err(CommandError::new(code::BAD_ARGUMENT, message)
                    .hint("name the one that is meant"))
            }
        }
    }
}

fn load(path: &Path, settings: &dyn Fn(&Path) -> Result<Settings>) -> Result<Runbook> {
    let files = Files::read(path)?;
    let limits = settings(&files.folder)?.limits();
    // Nothing that a runbook declares depends on its seed.
    let name = files.plan(&Silent, &limits, 0)?.name;
    Ok(Runbook { path: path.to_owned(), files, name })
}

/// The files that may be runbooks: in a folder those that are called so, and those that have a test.
fn of(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_dir() {
        let mut files = Vec::new();
        for folder in folders(path) {
            files.extend(Some(folder.join(FILE)).filter(|it| it.is_file()));
            files.extend(Files::tests(&folder)?.iter().map(|test| tested(test)));
        }
        files.retain(|file| file.is_file());
        return Ok(files);
    }
    Ok(vec![if Files::is_test(path) { tested(path) } else { path.to_owned() }])
}

/// The runbook that a test of this name is of.
fn tested(test: &Path) -> PathBuf {
    let name = test.file_name().unwrap_or_default().to_string_lossy();
    test.with_file_name(name.replace(".test.luau", ".luau"))
}
