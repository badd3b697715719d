//! Lua ⇄ JSON, with budgets. Plain serde would follow a cycle for ever and write out a table that is
//! used twice at every level a million times.
//!
//! The rules, both ways:
//!
//! - A table with keys 1 to n is an array, a table with string keys an object; anything else is refused.
//!   **An empty table is always `[]`**: operations read `[]` as an object without fields.
//! - `null` in an object is a field that is not there; in an array it is refused. `nil` alone is `null`.
//! - Numbers are finite; a whole number is an integer and lies within ±2^53.
//! - Strings are UTF-8. Functions, threads, buffers and everything else are refused.
//! - Metatables are ignored: only what a table itself holds counts.
//! - A table inside itself is refused. A table that is used in several places is written out, and
//!   counted, in each of them.
//!
//! - `from_json`, `to_json`: either way; `budget`: what cannot cross, and what is left of a budget.

mod budget;
mod from_json;
#[cfg(test)]
mod tests;
mod to_json;

pub(super) use budget::Refusal;
pub(super) use from_json::from_json;
pub(super) use to_json::to_json;
