//! What cannot cross, and what is left of a budget.

use std::fmt;

use crate::sandbox::guard::Trip;
use crate::sandbox::limits::Budget;

/// The largest whole number that Lua and every JSON reader agree on.
pub(super) const WHOLE: f64 = 9_007_199_254_740_992.0;

/// A longer key is cut where a sentence names it.
pub(super) const LONGEST_KEY: usize = 200;

/// What cannot cross, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sandbox) struct Refusal {
    /// From the outermost table to the place: `filters`, `3`.
    path: Vec<String>,
    /// What is wrong there.
    problem: String,
    /// Whether the VM had no memory left for it: a tripped limit rather than a wrong value.
    pub(in crate::sandbox) exhausted: bool,
}

impl Refusal {
    pub(super) fn new(problem: impl Into<String>) -> Refusal {
        Refusal { path: Vec::new(), problem: problem.into(), exhausted: false }
    }

    /// A failure inside the VM.
    pub(super) fn vm(error: &mlua::Error) -> Refusal {
        let exhausted = matches!(error, mlua::Error::MemoryError(_));
        Refusal { exhausted, ..Refusal::new(error.to_string()) }
    }

    /// A limit tripped on the way. What ends the program is the guard's own word.
    pub(super) fn tripped(trip: Trip) -> Refusal {
        Refusal::new(format!("the script {trip}"))
    }

    /// The same problem, seen from the table around it.
    pub(super) fn under(mut self, key: impl Into<String>) -> Refusal {
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
pub(super) struct Purse {
    budget: Budget,
    nodes: usize,
    bytes: usize,
}

impl Purse {
    pub(super) fn new(budget: Budget) -> Purse {
        Purse { budget, nodes: budget.nodes, bytes: budget.bytes }
    }

    pub(super) fn node(&mut self, depth: usize) -> Result<(), Refusal> {
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

    pub(super) fn bytes(&mut self, count: usize) -> Result<(), Refusal> {
        let most = self.budget.bytes / 1024;
        self.bytes = self.bytes.checked_sub(count).ok_or_else(|| {
            let raise = "an operator can raise `entry_size`";
            Refusal::new(format!("there is more than {most} KiB of text in it; {raise}"))
        })?;
        Ok(())
    }
}
