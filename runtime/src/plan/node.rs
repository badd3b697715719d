//! A Lua value as a runbook declared it, with nothing left in it that could run.

/// A declared value. Tables keep their fields in a fixed order; functions are only known to exist.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// `nil`, or a field that is not there.
    Nil,
    /// `true` or `false`.
    Boolean(bool),
    /// Any Lua number.
    Number(f64),
    /// A string that is valid UTF-8.
    Text(String),
    /// A function: a hook, or a program.
    Function,
    /// A table with keys 1 to n only. The empty table is a `List`.
    List(Vec<Node>),
    /// A table with string keys only, sorted by key.
    Record(Vec<(String, Node)>),
    /// Anything that no declaration may hold: a thread, a buffer, a mixed table. Says what it is.
    Foreign(&'static str),
}

impl Node {
    /// What it is, in the author's words: `a string`, `a list`.
    pub fn describe(&self) -> &'static str {
        match self {
            Node::Nil => "nil",
            Node::Boolean(_) => "a boolean",
            Node::Number(_) => "a number",
            Node::Text(_) => "a string",
            Node::Function => "a function",
            Node::List(_) => "a list",
            Node::Record(_) => "a table",
            Node::Foreign(what) => what,
        }
    }
}
