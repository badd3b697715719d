//! The globals that scripts have: Luau's, without what the sandbox takes away.

use luau_analysis::DefinitionEnvironment;

use super::checker::Checker;
use super::names::lossy;

/// What no script gets.
const REMOVED: &[&str] = &[
    "_G",
    "_VERSION",
    "collectgarbage",
    "coroutine",
    "debug",
    "gcinfo",
    "getfenv",
    "integer",
    "loadstring",
    "newproxy",
    "os",
    "print",
    "setfenv",
    "vector",
];

/// The names that are left.
pub(super) fn names(checker: &mut Checker) -> Vec<String> {
    let mut types = checker.global_types_mut(DefinitionEnvironment::Globals);
    let scope = types.global_scope();
    let bindings = &types.scopes_mut().get_mut(scope).bindings;
    let mut names: Vec<String> = bindings.keys().filter_map(|it| it.bytes()).map(lossy).collect();
    names.sort();
    names
}

/// Takes away what scripts do not have.
pub(super) fn close(checker: &mut Checker, environment: DefinitionEnvironment) {
    let mut types = checker.global_types_mut(environment);
    let scope = types.global_scope();
    let bindings = &mut types.scopes_mut().get_mut(scope).bindings;
    let is_removed = |name: &[u8]| REMOVED.iter().any(|removed| name == removed.as_bytes());
    bindings.retain(|symbol, _| !symbol.bytes().is_some_and(is_removed));
}
