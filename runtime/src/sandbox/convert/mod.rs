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

mod from_json;
mod to_json;

use std::fmt;

pub(super) use from_json::from_json;
pub(super) use to_json::to_json;

use super::guard::Trip;
use super::limits::Budget;

/// The largest whole number that Lua and every JSON reader agree on.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// A longer key is cut where a sentence names it.
const LONGEST_KEY: usize = 200;

/// What cannot cross, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// From the outermost table to the place: `filters`, `3`.
    path: Vec<String>,
    /// What is wrong there.
    problem: String,
    /// Whether the VM had no memory left for it: a tripped limit rather than a wrong value.
    pub(super) exhausted: bool,
}

impl Refusal {
    fn new(problem: impl Into<String>) -> Refusal {
        Refusal { path: Vec::new(), problem: problem.into(), exhausted: false }
    }

    /// A failure inside the VM.
    fn vm(error: &mlua::Error) -> Refusal {
        let exhausted = matches!(error, mlua::Error::MemoryError(_));
        Refusal { exhausted, ..Refusal::new(error.to_string()) }
    }

    /// A limit tripped on the way. What ends the program is the guard's own word.
    fn tripped(trip: Trip) -> Refusal {
        Refusal::new(format!("the script {trip}"))
    }

    /// The same problem, seen from the table around it.
    fn under(mut self, key: impl Into<String>) -> Refusal {
        let mut key = key.into();
        if key.len() > LONGEST_KEY {
            key.truncate(key.floor_char_boundary(LONGEST_KEY));
            key.push('…');
        }
        self.path.insert(0, key);
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "at `{}`: ", self.path.join("."))?;
        }
        f.write_str(&self.problem)
    }
}

/// What is left of a budget.
struct Purse {
    budget: Budget,
    nodes: usize,
    bytes: usize,
}

impl Purse {
    fn new(budget: Budget) -> Purse {
        Purse { budget, nodes: budget.nodes, bytes: budget.bytes }
    }

    fn node(&mut self, depth: usize) -> Result<(), Refusal> {
        let most = self.budget.depth;
        if depth > most {
            return Err(Refusal::new(format!("tables are nested more than {most} deep")));
        }
        let most = self.budget.nodes;
        self.nodes = self.nodes.checked_sub(1).ok_or_else(|| {
            let hint = "a table that is used several times counts each time";
            Refusal::new(format!("there are more than {most} values in it ({hint}); an operator can raise `entry_size`"))
        })?;
        Ok(())
    }

    fn bytes(&mut self, count: usize) -> Result<(), Refusal> {
        let most = self.budget.bytes / 1024;
        self.bytes = self.bytes.checked_sub(count).ok_or_else(|| {
            let raise = "an operator can raise `entry_size`";
            Refusal::new(format!("there is more than {most} KiB of text in it; {raise}"))
        })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
