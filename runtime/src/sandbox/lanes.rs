//! The strands of one program: a root, and the branches that `parallel` splits off. Each is a coroutine
//! that is resumed with what it waited for, and stops at the next thing it wants.

use mlua::{Function, LuaString, MultiValue, Table, Thread, Value};

use super::globals::Trusted;
use crate::history::Lane;

/// One lane.
#[derive(Debug)]
pub(super) struct Strand {
    pub(super) thread: Thread,
    /// Effects asked so far.
    pub(super) position: u32,
    /// `parallel` calls so far.
    pub(super) splits: u32,
    /// The lane that waits for this one, and this one's place among its branches.
    pub(super) parent: Option<(Lane, usize)>,
    /// What it waits for.
    pub(super) waits: Waits,
}

/// What a lane waits for.
#[derive(Debug)]
pub(super) enum Waits {
    /// To be run.
    Turn,
    /// The outcome of the effect it asked for.
    Outcome,
    /// Its branches.
    Branches(Join),
}

/// The branches of one `parallel`, on their way.
#[derive(Debug)]
pub(super) struct Join {
    ended: Vec<Option<Result<Value, Value>>>,
}

/// What a lane stopped at.
pub(super) enum Stop {
    /// It wants an effect.
    Effect { operation: Value, arguments: Value, site: String },
    /// It wants these functions run side by side.
    Split(Table),
    /// It returned.
    Done(Value),
    /// It raised.
    Raised(Value),
}

impl Strand {
    /// A lane that will run `main`.
    pub(super) fn spawn(
        trusted: &Trusted,
        main: &Function,
        parent: Option<(Lane, usize)>,
    ) -> mlua::Result<Strand> {
        let thread = trusted.spawn.call(main)?;
        Ok(Strand { thread, position: 0, splits: 0, parent, waits: Waits::Turn })
    }

    /// Runs it until it stops.
    pub(super) fn resume(&mut self, trusted: &Trusted, with: MultiValue) -> mlua::Result<Stop> {
        self.waits = Waits::Turn;
        let (well, word, first, second, file, line): (bool, Value, Value, Value, Value, Value) =
            trusted.resume.call((&self.thread, with))?;
        if !well {
            return Ok(Stop::Raised(word));
        }
        let word = word.as_string().map(LuaString::as_bytes);
        match (word.as_deref(), first) {
            (Some(b"done"), value) => Ok(Stop::Done(value)),
            (Some(b"parallel"), Value::Table(functions)) => Ok(Stop::Split(functions)),
            (Some(b"effect"), operation) => {
                Ok(Stop::Effect { operation, arguments: second, site: site(&file, &line) })
            }
            _ => Err(mlua::Error::runtime("a lane stopped at something unknown")),
        }
    }
}

impl Join {
    pub(super) fn of(branches: usize) -> Join {
        Join { ended: vec![None; branches] }
    }

    /// Takes down how a branch ended.
    pub(super) fn end(&mut self, branch: usize, how: Result<Value, Value>) {
        self.ended[branch] = Some(how);
    }

    /// What the lane goes on with, once every branch has ended: the results in order, or the first
    /// error by the order of the branches.
    pub(super) fn outcome(&self, lua: &mlua::Lua) -> Option<mlua::Result<MultiValue>> {
        let ended: Vec<_> = self.ended.iter().map(Option::as_ref).collect::<Option<_>>()?;
        let results: Result<Vec<Value>, Value> = ended.into_iter().cloned().collect();
        Some(match results {
            Ok(results) => lua.create_table_with_capacity(results.len(), 0).and_then(|table| {
                for (place, result) in (1..).zip(results) {
                    table.raw_seti(place, result)?;
                }
                Ok(MultiValue::from_iter([Value::Boolean(true), Value::Table(table)]))
            }),
            Err(error) => Ok(MultiValue::from_iter([Value::Boolean(false), error])),
        })
    }
}

/// `file:line`, from our own trusted code; empty where the line is 0.
fn site(file: &Value, line: &Value) -> String {
    match (line.as_u32(), file.as_string()) {
        (Some(line), Some(file)) if line > 0 => format!("{}:{line}", file.to_string_lossy()),
        _ => String::new(),
    }
}
