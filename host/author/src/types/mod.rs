//! What Luau's type checker says of a runbook: mistakes only. Nothing depends on what it does not find, and `run` and
//! `resume` never come here.
//!
//! - `checker`: the checker, over the files of a bundle (`modules`) and the globals that scripts have (`globals`).
//! - `refused`: what is not given to it. `values`: what it passes over in silence, in tables (`literal`); `given`: in names that a
//!   hook asks for; `never`: in comparisons. `source`: what stands at a place.
//! - `words`, `worded`: its errors in sentences, with what was probably meant (`names`, `required`). `odd`: its warnings.
//! - `place`: where they are. `optional`, `guess`: what is no error.
//! - [`Analysis`]: the checker, kept for an editor, which asks what [`answers`] tells: `offers` of what could be written,
//!   the `point` at a place, its `comment` and its `origin`.

#[cfg(feature = "types")]
mod analysis;
pub mod answers;
#[cfg(feature = "types")]
mod checker;
#[cfg(feature = "types")]
mod comment;
#[cfg(feature = "types")]
mod given;
#[cfg(feature = "types")]
mod globals;
#[cfg(feature = "types")]
mod guess;
#[cfg(feature = "types")]
mod literal;
#[cfg(feature = "types")]
mod modules;
#[cfg(feature = "types")]
mod names;
#[cfg(feature = "types")]
mod never;
#[cfg(feature = "types")]
mod odd;
#[cfg(feature = "types")]
mod offers;
#[cfg(feature = "types")]
mod optional;
#[cfg(feature = "types")]
mod origin;
#[cfg(feature = "types")]
mod place;
#[cfg(feature = "types")]
mod point;
#[cfg(feature = "types")]
mod refused;
#[cfg(feature = "types")]
mod required;
#[cfg(feature = "types")]
mod source;
#[cfg(not(feature = "types"))]
mod untyped;
#[cfg(feature = "types")]
mod values;
#[cfg(feature = "types")]
mod worded;
#[cfg(feature = "types")]
mod words;

use moontide_runtime::journal::Bundle;
#[cfg(feature = "types")]
use moontide_runtime::journal::execution::Module;
use moontide_runtime::plan::Plan;

#[cfg(feature = "types")]
pub use analysis::Analysis;
#[cfg(not(feature = "types"))]
pub use untyped::Analysis;

use crate::finding::Finding;

/// The checker recurses with the nesting of a source. Luau, which has to accept it too, stops at a nesting of 1000.
pub const STACK: usize = 64 * 1024 * 1024;

/// Checks the types of a bundle's own files, as far as its entry requires them: others may be runbooks themselves.
/// What the entry declares says which names its hooks may ask for.
#[cfg(feature = "types")]
pub fn check(bundle: &Bundle, plan: Option<&Plan>) -> Vec<Finding> {
    checker::check_reached(bundle, plan)
}

/// Checks the types of a test file, which is its bundle's entry.
#[cfg(feature = "types")]
pub fn check_test(bundle: &Bundle) -> Vec<Finding> {
    checker::check_only(bundle, |name| name == bundle.entry)
}

/// The globals that scripts have, by name.
#[cfg(feature = "types")]
pub fn globals() -> Vec<String> {
    globals::names(&mut checker::open(bundle(None)))
}

/// Checks the standard library itself.
#[cfg(feature = "types")]
pub fn library() -> Vec<Finding> {
    checker::check_only(&bundle(None), |name| name.starts_with('@'))
}

/// The same, with another source for one of its modules, which is all that is looked at.
#[cfg(feature = "types")]
pub fn library_with(name: &str, source: &str) -> Vec<Finding> {
    checker::check_only(&bundle(Some((name, source))), |it| it == name)
}

#[cfg(feature = "types")]
fn bundle(other: Option<(&str, &str)>) -> Bundle {
    let module = |(name, source): &(&str, &str)| {
        let source = other.filter(|(it, _)| it == name).map_or(*source, |(_, source)| source);
        ((*name).to_owned(), Module { file: format!("{name}.luau"), source: source.into() })
    };
    let all = moontide_stdlib::MODULES.iter().chain([&moontide_stdlib::TEST]);
    let modules = all.map(module).collect();
    Bundle { entry: "@moontide".to_owned(), modules }
}

/// This build has no type checker.
#[cfg(not(feature = "types"))]
pub fn check(_: &Bundle, _: Option<&Plan>) -> Vec<Finding> {
    Vec::new()
}

/// This build has no type checker.
#[cfg(not(feature = "types"))]
pub fn check_test(_: &Bundle) -> Vec<Finding> {
    Vec::new()
}
