//! From the table that a runbook declares to plain data.

use std::ffi::c_void;

use mlua::{Table, Value};

use super::error::ScriptError;
use super::guard::Guard;
use super::limits::Budget;
use super::native::Shared;
use super::trace;
use crate::plan::path::Segment;
use crate::plan::{Node, Path};
use crate::text::plain;

/// What a runbook's file declares, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Declared {
    /// The table that was given to `moontide.runbook`.
    pub node: Node,
    /// The file of the call.
    pub file: String,
    /// Its line.
    pub line: u32,
}

/// The plain data of a declared table. What no declaration may hold stays visible as `Foreign`, for the
/// plan to complain about; only what has no end, or takes too long, is an error here.
pub(super) fn node(table: &Table, shared: &Shared) -> Result<Node, ScriptError> {
    let Budget { nodes, bytes, depth } = shared.limits.result;
    let mut walk = Walk { guard: &shared.guard, tables: 0, nodes, bytes, depth, open: Vec::new() };
    walk.table(table).map_err(|problem| match shared.guard.tripped() {
        Some(_) => trace::poisoned(shared),
        None => ScriptError::new("NotARunbook", problem.sentence()),
    })
}

/// A table of so many is what is too large, and not the one among them that came last.
const MANY: usize = 1_000;

/// How much of a path a sentence names.
const LONGEST_PATH: usize = 120;

/// Why a table cannot be read to its end, and where.
struct Problem {
    /// The way to the value, its last step first.
    steps: Vec<Segment>,
    what: String,
    /// What would help.
    hint: &'static str,
}

impl Problem {
    fn new(what: impl Into<String>) -> Problem {
        Problem { steps: Vec::new(), what: what.into(), hint: "" }
    }

    /// A budget is used up, which the operator can raise.
    fn too_much(what: String) -> Problem {
        Problem { hint: "; an operator can raise `entry_size`", ..Problem::new(what) }
    }

    fn under(mut self, key: &Value) -> Problem {
        self.steps.extend(match key {
            Value::String(name) => Some(Segment::Field(name.to_string_lossy())),
            key => key.as_usize().map(Segment::Item),
        });
        self
    }

    fn sentence(&self) -> String {
        let Problem { steps, what, hint } = self;
        if steps.is_empty() {
            return format!("the runbook {what}{hint}");
        }
        let path = steps.iter().rev().fold(Path::root(), |path, step| match step {
            Segment::Field(name) => path.field(name),
            Segment::Item(number) => path.item(*number),
        });
        format!("the runbook's `{}` {what}{hint}", plain(&path.to_string(), LONGEST_PATH))
    }
}

struct Walk<'g> {
    guard: &'g Guard,
    /// How many tables have been walked.
    tables: usize,
    nodes: usize,
    bytes: usize,
    depth: usize,
    open: Vec<*const c_void>,
}

impl Walk<'_> {
    fn value(&mut self, value: &Value) -> Result<Node, Problem> {
        self.nodes = self
            .nodes
            .checked_sub(1)
            .ok_or_else(|| Problem::too_much("is one value too many".to_owned()))?;
        self.guard.tick().map_err(|trip| Problem::new(trip.to_string()))?;
        Ok(match value {
            Value::Nil => Node::Nil,
            Value::Boolean(flag) => Node::Boolean(*flag),
            #[expect(clippy::cast_precision_loss, reason = "Luau's numbers are doubles anyway")]
            Value::Integer(whole) => Node::Number(*whole as f64),
            Value::Number(number) => Node::Number(*number),
            Value::String(text) => match self.text(&text.as_bytes())? {
                Some(text) => Node::Text(text),
                None => Node::Foreign("a string that is not UTF-8"),
            },
            Value::Function(_) => Node::Function,
            Value::Table(table) => self.table(table)?,
            Value::Thread(_) => Node::Foreign("a thread"),
            Value::Buffer(_) => Node::Foreign("a buffer"),
            _ => Node::Foreign("a foreign value"),
        })
    }

    fn text(&mut self, bytes: &[u8]) -> Result<Option<String>, Problem> {
        self.bytes = self.bytes.checked_sub(bytes.len()).ok_or_else(|| {
            let length = bytes.len().div_ceil(1024);
            Problem::too_much(format!("is too much text, of {length} KiB"))
        })?;
        Ok(std::str::from_utf8(bytes).ok().map(str::to_owned))
    }

    fn table(&mut self, table: &Table) -> Result<Node, Problem> {
        let this = table.to_pointer();
        if self.open.contains(&this) {
            return Err(Problem::new("holds a table that holds itself"));
        }
        if self.open.len() >= self.depth {
            return Err(Problem::new(format!("nests tables more than {} deep", self.depth)));
        }
        self.tables += 1;
        self.guard.step(self.tables).map_err(|trip| Problem::new(trip.to_string()))?;
        self.open.push(this);
        let node = self.fields(table);
        self.open.pop();
        node
    }

    fn fields(&mut self, table: &Table) -> Result<Node, Problem> {
        let length = table.raw_len();
        let mut items = Vec::new();
        let mut fields = Vec::new();
        for pair in table.pairs::<Value, Value>() {
            let (key, value) = pair.map_err(|error| Problem::new(error.to_string()))?;
            let value = match self.value(&value) {
                Ok(value) => value,
                Err(_) if self.nodes == 0 && fields.len().max(items.len()) >= MANY => {
                    let many = if fields.is_empty() { "items" } else { "names" };
                    let count = fields.len().max(items.len());
                    return Err(Problem::too_much(format!(
                        "has too many {many}: {count} and more"
                    )));
                }
                Err(problem) => return Err(problem.under(&key)),
            };
            if let Value::String(key) = &key {
                let text = self.text(&key.as_bytes());
                match text.map_err(|problem| problem.under(&Value::String(key.clone())))? {
                    Some(key) => fields.push((key, value)),
                    None => return Ok(Node::Foreign("a table with a key that is not UTF-8")),
                }
            } else if let Some(place) = key.as_usize().filter(|place| (1..=length).contains(place))
            {
                items.push((place, value));
            } else {
                return Ok(Node::Foreign("a table with keys that are neither names nor 1 to n"));
            }
        }
        match (length == 0, fields.is_empty()) {
            // Only what is there was walked: a gap costs nothing, and shows in the count.
            (_, true) if items.len() < length => Ok(Node::Foreign("a list with gaps")),
            (_, true) => {
                items.sort_by_key(|(place, _)| *place);
                Ok(Node::List(items.into_iter().map(|(_, item)| item).collect()))
            }
            (true, false) => {
                fields.sort_by(|a, b| a.0.cmp(&b.0));
                Ok(Node::Record(fields))
            }
            (false, false) => Ok(Node::Foreign("a table that mixes a list and named fields")),
        }
    }
}
