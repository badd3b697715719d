//! Mistakes that Luau takes without a word, on every path of a source, also those that no rehearsal walks:
//! a global that does not exist is nil, of a key that is given twice the first is lost, and an answer is no text.
//!
//! They are looked for when a runbook is loaded from its folder. What has begun runs on as it was pinned.
//!
//! - `find`: module by module; `bytecode`: which names a file uses; `tree`, `bound`, `key`: what its syntax tells.

mod bound;
mod bytecode;
mod find;
mod key;
#[cfg(test)]
mod tests;
mod tree;

pub use find::Mistakes;
pub(super) use find::find;
