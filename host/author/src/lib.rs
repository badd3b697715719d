//! What an author of runbooks can do, as a library: plain data in, plain data out, no terminal.
//!
//! - [`check`](mod@check): everything that is wrong with a runbook, in one list. `loaded`: what loading it says; `people`:
//!   who is missing.
//! - [`docs`]: the reference, made of the sources that the loader and the library use.
//! - [`finding`]: one thing that is wrong, or odd, at its place.
//! - [`fresh`]: a folder with a new runbook.
//! - [`lines`]: what is typed into a session, by its types.
//! - [`lsp`]: the language server.
//! - [`testing`]: tests of runbooks, each case a rehearsal.
//! - [`watching`]: a check and a rehearsal at each change.
//! - [`documents`]: what programs may rely on of it.
//! - [`plan`]: what a runbook will do, before it does anything.
//! - [`types`]: what Luau's type checker says. [`typings`]: the same types for editors.

pub mod check;
pub mod docs;
pub mod documents;
pub mod finding;
pub mod fresh;
pub mod lines;
mod loaded;
pub mod lsp;
mod people;
pub mod plan;
pub mod testing;
pub mod types;
pub mod typings;
pub mod watching;

pub use check::{Checked, check, check_for};
pub use finding::{Finding, Severity};
