//! From the table that a runbook declares to plain data.

use std::ffi::c_void;

use mlua::{Table, Value};

use super::error::ScriptError;
use super::limits::Budget;
use crate::plan::Node;

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
/// plan to complain about; only what has no end is an error here.
pub(super) fn node(table: &Table, budget: Budget) -> Result<Node, ScriptError> {
    let mut walk =
        Walk { nodes: budget.nodes, bytes: budget.bytes, depth: budget.depth, open: Vec::new() };
    walk.table(table).map_err(|problem| ScriptError::new("NotARunbook", problem))
}

struct Walk {
    nodes: usize,
    bytes: usize,
    depth: usize,
    open: Vec<*const c_void>,
}

impl Walk {
    fn value(&mut self, value: &Value) -> Result<Node, String> {
        self.nodes = self.nodes.checked_sub(1).ok_or("the runbook holds too many values")?;
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

    fn text(&mut self, bytes: &[u8]) -> Result<Option<String>, String> {
        self.bytes = self
            .bytes
            .checked_sub(bytes.len())
            .ok_or("the runbook holds too much text; an operator can raise `entry_size`")?;
        Ok(std::str::from_utf8(bytes).ok().map(str::to_owned))
    }

    fn table(&mut self, table: &Table) -> Result<Node, String> {
        let this = table.to_pointer();
        if self.open.contains(&this) {
            return Err("the runbook holds a table that holds itself".to_owned());
        }
        if self.open.len() >= self.depth {
            return Err(format!("the runbook nests tables more than {} deep", self.depth));
        }
        self.open.push(this);
        let node = self.fields(table);
        self.open.pop();
        node
    }

    fn fields(&mut self, table: &Table) -> Result<Node, String> {
        let length = table.raw_len();
        let mut items = vec![Node::Nil; length.min(self.nodes)];
        let mut fields = Vec::new();
        for pair in table.pairs::<Value, Value>() {
            let (key, value) = pair.map_err(|error| error.to_string())?;
            let value = self.value(&value)?;
            if let Value::String(key) = &key {
                match self.text(&key.as_bytes())? {
                    Some(key) => fields.push((key, value)),
                    None => return Ok(Node::Foreign("a table with a key that is not UTF-8")),
                }
            } else if let Some(item) =
                key.as_usize().and_then(|place| items.get_mut(place.checked_sub(1)?))
            {
                *item = value;
            } else {
                return Ok(Node::Foreign("a table with keys that are neither names nor 1 to n"));
            }
        }
        match (items.is_empty(), fields.is_empty()) {
            (_, true) if items.contains(&Node::Nil) => Ok(Node::Foreign("a list with gaps")),
            (_, true) => Ok(Node::List(items)),
            (true, false) => {
                fields.sort_by(|a, b| a.0.cmp(&b.0));
                Ok(Node::Record(fields))
            }
            (false, false) => Ok(Node::Foreign("a table that mixes a list and named fields")),
        }
    }
}
