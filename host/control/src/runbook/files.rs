//! A runbook found on disk, and the plan that it declares.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use moontide_runtime::journal::execution::Module;
use moontide_runtime::journal::{Bundle, Source};
use moontide_runtime::plan::Plan;
use moontide_runtime::sandbox::Limits;

use super::declared::{self, Refusal};
use super::folder;
use super::unsaved::{self, Unsaved};
use crate::error::{CommandError, Result, code};
use crate::listener::Listener;

/// The file that makes a folder a runbook.
pub const FILE: &str = "runbook.luau";

/// A runbook found on disk; nothing of it has run yet.
#[derive(Clone, Debug)]
pub struct Files {
    /// Its folder.
    pub folder: PathBuf,
    /// Where it lies: the absolute path of what the operator named; empty if that is no text.
    pub origin: String,
    /// Its sources and the standard library's.
    pub bundle: Bundle,
    /// What lies in the folder, is called like a module, and is none; with the reason.
    passed_over: BTreeMap<String, String>,
}

impl Files {
    /// Reads a folder with a `runbook.luau`, or a `.luau` file and what lies beside it.
    pub fn read(path: &Path) -> Result<Files> {
        Files::read_over(path, &Unsaved::new())
    }

    /// The same with these texts in place of what is saved.
    pub fn read_over(path: &Path, texts: &Unsaved) -> Result<Files> {
        if Files::is_test(path) && path.is_file() {
            let message = format!("{} is a test file, and no runbook", path.display());
            return Err(
                CommandError::new(code::RUNBOOK_MISSING, message).hint("`moontide test` runs it")
            );
        }
        let (folder, entry) =
            folder::find(path).or_else(|error| unsaved::find(path, texts).ok_or(error))?;
        let folder::Found { mut modules, passed_over } = folder::modules(&folder)?;
        unsaved::lay_over(&folder, &mut modules, texts);
        if !modules.contains_key(&entry) {
            return Err(folder::no_link(&folder.join(entry)));
        }
        modules.extend(folder::standard_library());
        let origin = path.canonicalize().ok().and_then(|path| Some(path.to_str()?.to_owned()));
        let origin = origin.unwrap_or_default();
        Ok(Files { folder, origin, bundle: Bundle { entry, modules }, passed_over })
    }

    /// Those that a store has pinned, over this release's standard library: nothing on disk is asked.
    pub fn pinned(mut bundle: Bundle, origin: &str) -> Files {
        bundle.modules.extend(folder::standard_library());
        let (folder, origin) = (PathBuf::from(origin), origin.to_owned());
        Files { folder, origin, bundle, passed_over: BTreeMap::new() }
    }

    /// Reads a test file and the modules beside it: a bundle whose entry is the test, and in which alone
    /// `@moontide/test` is to be had.
    pub fn test(path: &Path) -> Result<Bundle> {
        let (folder, entry) = folder::find(path)?;
        let mut modules = folder::modules(&folder)?.modules;
        modules.insert(entry.clone(), folder::test(&folder, path)?);
        modules.extend(folder::standard_library());
        let (name, source) = moontide_stdlib::TEST;
        let module = Module { file: format!("{name}.luau"), source: source.into() };
        modules.insert(name.to_owned(), module);
        Ok(Bundle { entry, modules })
    }

    /// The test files that lie beside it, in order.
    pub fn tests(folder: &Path) -> Result<Vec<PathBuf>> {
        folder::tests(folder)
    }

    /// Whether a file is a test file, by its name.
    pub fn is_test(path: &Path) -> bool {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.ends_with(folder::TEST))
    }

    /// The same files over the standard library that this execution has pinned.
    #[must_use]
    pub fn over(mut self, pinned: &Bundle) -> Files {
        let is_ours = |name: &str| name.starts_with('@');
        self.bundle.modules.retain(|name, _| !is_ours(name));
        let library = pinned.modules.iter().filter(|(name, _)| is_ours(name));
        let library = library.map(|(name, module)| (name.clone(), module.clone()));
        self.bundle.modules.extend(library);
        self
    }

    /// Runs the file in a sandbox for what it declares, and checks that. The seed is the execution's.
    pub fn plan(&self, listener: &dyn Listener, limits: &Limits, seed: u64) -> Result<Plan> {
        Ok(self.examine(listener, limits, seed)?)
    }

    /// The same, and if there is no plan, what is wrong piece by piece.
    pub fn examine(
        &self,
        listener: &dyn Listener,
        limits: &Limits,
        seed: u64,
    ) -> Result<Plan, Refusal> {
        declared::plan(listener, &self.bundle, &self.passed_over, limits, seed)
    }
}

/// A bundle of the standard library alone, which runs one of its modules as a runbook.
pub fn of_standard_library(
    listener: &dyn Listener,
    entry: &str,
    limits: &Limits,
    seed: u64,
) -> Result<(Bundle, Plan)> {
    let modules = folder::standard_library().collect();
    let bundle = Bundle { entry: entry.to_owned(), modules };
    let plan = declared::plan(listener, &bundle, &BTreeMap::new(), limits, seed)?;
    Ok((bundle, plan))
}

/// The bundle of a session, and its plan.
pub fn of_session(listener: &dyn Listener, limits: &Limits, seed: u64) -> Result<(Bundle, Plan)> {
    let (name, source) = moontide_stdlib::SESSION;
    let module = Module { file: format!("{name}.luau"), source: source.into() };
    let own = std::iter::once((name.to_owned(), module));
    let modules = folder::standard_library().chain(own).collect();
    let bundle = Bundle { entry: name.to_owned(), modules };
    let plan = declared::plan(listener, &bundle, &BTreeMap::new(), limits, seed)?;
    Ok((bundle, plan))
}

/// Whether two bundles hold the same files of the author's: the standard library may differ, between
/// two releases for instance.
pub fn is_same(one: &Bundle, other: &Bundle) -> bool {
    let own = |bundle: &Bundle| -> Vec<(String, Source)> {
        let modules = bundle.modules.iter().filter(|(name, _)| !name.starts_with('@'));
        modules.map(|(name, module)| (name.clone(), module.source.clone())).collect()
    };
    one.entry == other.entry && own(one) == own(other)
}
