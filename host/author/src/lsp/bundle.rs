//! The files of a runbook, as an editor holds them.

use std::path::{Path, PathBuf};

use moontide_control::error::Result;
use moontide_control::runbook::{Files, Unsaved};
use moontide_runtime::journal::Bundle;
use moontide_runtime::journal::execution::Module;

use super::owner::Owner;

/// What a runbook consists of, and the tests beside it.
pub(super) struct Sources {
    /// The runbook and its modules.
    pub(super) files: Files,
    /// The names of the tests.
    pub(super) tests: Vec<String>,
    /// All of it, and what only tests may require.
    pub(super) whole: Bundle,
}

impl Sources {
    /// Reads them.
    pub(super) fn read(owner: &Owner, typed: &Unsaved) -> Result<Sources> {
        let files = Files::read_over(owner.path(), typed)?;
        let beside = Files::test_modules(&files.folder, typed);
        let tests = beside.keys().cloned().collect();
        let mut whole = files.bundle.clone();
        let (name, source) = moontide_stdlib::TEST;
        let module = Module { file: format!("{name}.luau"), source: source.into() };
        whole.modules.extend(beside.into_iter().chain([(name.to_owned(), module)]));
        Ok(Sources { files, tests, whole })
    }

    /// The module that a file is.
    pub(super) fn module(&self, path: &Path) -> Option<String> {
        path.extension().filter(|suffix| *suffix == "luau")?;
        let within = path.strip_prefix(&self.files.folder).ok()?.with_extension("");
        let names: Option<Vec<&str>> =
            within.components().map(|part| part.as_os_str().to_str()).collect();
        let name = names?.join("/");
        self.whole.modules.contains_key(&name).then_some(name)
    }

    /// The file of a module of the author's.
    pub(super) fn path(&self, module: &str) -> Option<PathBuf> {
        let is_own = !module.starts_with('@') && self.whole.modules.contains_key(module);
        is_own.then(|| self.files.folder.join(format!("{module}.luau")))
    }

    /// The module that findings call by this name.
    pub(super) fn called(&self, file: &str) -> Option<&str> {
        let mut modules = self.whole.modules.iter();
        modules.find(|(_, module)| module.file == file).map(|(name, _)| name.as_str())
    }

    /// A module's text.
    pub(super) fn text(&self, module: &str) -> Option<&str> {
        if module == "@moontide/host" {
            return Some(moontide_stdlib::HOST);
        }
        self.whole.modules.get(module).map(|module| &*module.source)
    }
}
