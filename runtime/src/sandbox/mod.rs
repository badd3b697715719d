//! The Lua VM that runbooks live in, and the only way out of it.
//!
//! Start reading at `vm` and `program`.
//!
//! - `vm`: a fresh, closed VM, used once: to `declare` a runbook or to start a program.
//! - `program`: one attempt of a wave, walked from `ask` to ask by what `arrive`s;
//!   `lanes` are its coroutines.
//! - `globals`: what a script finds in its world; `trusted` is the Luau behind it, `native`
//!   the functions in Rust that the trusted code calls.
//! - `sources`: `require` over the pinned bundle, and nothing else; `compile` makes it bytecode or a
//!   `syntax_error`, `loops` and `tokens` see to it that every loop is checked.
//! - `lines`: what is typed into a session becomes a source.
//! - `mistakes`: what Luau would take without a word, found when a runbook is loaded.
//! - `convert`: Lua ⇄ JSON with budgets.
//! - `limits`: how much a script may use; `guard` watches and poisons; `cpu` is its clock; `pool` is the memory
//!   that all programs of an execution share.
//! - `error`, `trace`: errors with file and line, fit for a terminal.
//! - `said`: what a program tells the observer.
//! - `flags`: Luau's fast flags, set before the first VM.
//!
//! # What is not promised
//!
//! A table that once had tables or functions as keys may, after they are gone, be walked in an order that
//! differs from process to process: Luau offers no way to see it. While they are there, every way to walk it
//! is refused.
//! Likewise `setmetatable` refuses a metatable with `__mode`, but cannot see one that is added later. A
//! program that depends on either all the same is stopped by the journal's mismatch report.

mod arrive;
mod ask;
mod compile;
mod convert;
mod cpu;
mod declare;
mod error;
mod flags;
mod globals;
mod guard;
mod lanes;
mod limits;
mod lines;
mod loops;
mod mistakes;
mod native;
mod pool;
mod program;
mod said;
mod sources;
mod syntax_error;
mod tokens;
mod trace;
mod trusted;
mod vm;

pub use crate::text::plain;
pub use ask::Ask;
pub use declare::Declared;
pub use error::{ScriptError, Speaker};
pub use guard::{Spent, Stopper};
pub use limits::{Budget, Limits, Together};
pub use lines::Typed;
pub use mistakes::Mistakes;
pub use native::Remembered;
pub use pool::Pool;
pub use program::{Program, Progress};
pub use said::Said;
pub use vm::{NOTHING_OF, Unit, Vm, luau_version};

#[cfg(test)]
mod tests;
