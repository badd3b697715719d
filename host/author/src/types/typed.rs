//! Asking the type checker once: of a runbook, of a test, of the library.

use moontide_runtime::journal::Bundle;
use moontide_runtime::journal::execution::Module;
use moontide_runtime::plan::Plan;

use super::{checker, globals};
use crate::finding::Finding;

/// Checks the types of a bundle's own files, as far as its entry requires them: others may be runbooks themselves.
/// What the entry declares says which names its hooks may ask for.
pub fn check(bundle: &Bundle, plan: Option<&Plan>) -> Vec<Finding> {
    checker::check_reached(bundle, plan)
}

/// Checks the types of a test file, which is its bundle's entry.
pub fn check_test(bundle: &Bundle) -> Vec<Finding> {
    checker::check_only(bundle, |name| name == bundle.entry)
}

/// The globals that scripts have, by name.
pub fn names_of_globals() -> Vec<String> {
    globals::names(&mut checker::open(bundle(None)))
}

/// Checks the standard library itself.
pub fn library() -> Vec<Finding> {
    checker::check_only(&bundle(None), |name| name.starts_with('@'))
}

/// The same, with another source for one of its modules, which is all that is looked at.
pub fn library_with(name: &str, source: &str) -> Vec<Finding> {
    checker::check_only(&bundle(Some((name, source))), |it| it == name)
}

fn bundle(other: Option<(&str, &str)>) -> Bundle {
    let module = |(name, source): &(&str, &str)| {
        let source = other.filter(|(it, _)| it == name).map_or(*source, |(_, source)| source);
        ((*name).to_owned(), Module { file: format!("{name}.luau"), source: source.into() })
    };
    let all = moontide_stdlib::MODULES.iter().chain([&moontide_stdlib::TEST]);
    let modules = all.map(module).collect();
    Bundle { entry: "@moontide".to_owned(), modules }
}
