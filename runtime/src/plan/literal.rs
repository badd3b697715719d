//! The declaration of a runbook as its source spells it.

use std::collections::HashMap;

use full_moon::ast::{
    Assignment, Call, Expression, Field, FunctionArgs, FunctionCall, Index, LocalAssignment,
    Prefix, Stmt, Suffix, TableConstructor, Var,
};
use full_moon::node::Node;
use full_moon::tokenizer::{TokenReference, TokenType};
use full_moon::visitors::Visitor;

use super::path::{Path, Segment};

/// The call that declares the runbook: `moontide.runbook { … }`.
pub(super) struct Declaration {
    /// Line and column of the call.
    call: (usize, usize),
    /// What it is called with.
    argument: Expression,
    /// The file's own names for values: `local waves = { … }`.
    locals: HashMap<String, Expression>,
}

/// How many names are followed to reach one table. More is a circle.
const MOST_NAMES: usize = 16;

impl Declaration {
    /// Finds the call in `source`: on `line` where that is known, else by its name.
    pub(super) fn find(source: &str, line: Option<usize>) -> Option<Declaration> {
        let ast = full_moon::parse(source).ok()?;
        let mut calls = Calls { line, best: None };
        calls.visit_ast(&ast);
        let (_, call, argument) = calls.best?;
        let mut locals = Locals::default();
        locals.visit_ast(&ast);
        for statement in ast.nodes().stmts() {
            if let Stmt::LocalAssignment(local) = statement {
                locals.keep(local);
            }
        }
        Some(Declaration { call, argument, locals: locals.values })
    }

    /// Line and column of the value at `path`, or of the closest thing around it that is there.
    pub(super) fn position(&self, path: &Path) -> (usize, usize) {
        let mut position = self.call;
        let mut value = &self.argument;
        for segment in path.segments() {
            let Some(table) = self.table(value) else {
                break;
            };
            let found = table.fields().iter().filter_map(Entry::of);
            let found = match segment {
                Segment::Field(name) => found.filter(|entry| entry.is_named(name)).last(),
                Segment::Item(number) => {
                    found.filter(|entry| entry.name.is_none()).nth(number.saturating_sub(1))
                }
            };
            let Some(entry) = found else { break };
            position = entry.position;
            value = entry.value;
        }
        position
    }

    /// The table literal that an expression is, or is the name of.
    fn table<'a>(&'a self, mut expression: &'a Expression) -> Option<&'a TableConstructor> {
        let mut names = 0;
        loop {
            expression = match expression {
                Expression::TableConstructor(table) => return Some(table),
                Expression::Parentheses { expression, .. }
                | Expression::TypeAssertion { expression, .. } => expression,
                Expression::Var(Var::Name(name)) if names < MOST_NAMES => {
                    names += 1;
                    self.locals.get(&word(name))?
                }
                _ => return None,
            }
        }
    }
}

/// One field of a table literal.
struct Entry<'a> {
    /// Its key where it is a name or a string; `None` for an item of a list.
    name: Option<String>,
    /// Where its key begins, or the item.
    position: (usize, usize),
    value: &'a Expression,
}

impl<'a> Entry<'a> {
    /// The field as far as it can be known without running it.
    fn of(field: &'a Field) -> Option<Entry<'a>> {
        let position = start(field)?;
        let (name, value) = match field {
            Field::NameKey { key, value, .. } => (Some(word(key)), &**value),
            Field::ExpressionKey { key, value, .. } => match &**key {
                Expression::String(key) => (Some(word(key)), &**value),
                _ => return None,
            },
            Field::NoKey(value) => (None, value),
            _ => return None,
        };
        Some(Entry { name, position, value })
    }

    fn is_named(&self, name: &str) -> bool {
        self.name.as_deref() == Some(name)
    }
}

/// Looks for the call: named `runbook`, on the right line. The first one wins among equals.
struct Calls {
    line: Option<usize>,
    best: Option<(bool, (usize, usize), Expression)>,
}

impl Visitor for Calls {
    fn visit_function_call(&mut self, call: &FunctionCall) {
        let suffixes: Vec<&Suffix> = call.suffixes().collect();
        let Some((Suffix::Call(Call::AnonymousCall(arguments)), callee)) = suffixes.split_last()
        else {
            return;
        };
        let named = match (callee.last(), call.prefix()) {
            (Some(Suffix::Index(Index::Dot { name, .. })), _) | (None, Prefix::Name(name)) => {
                word(name) == "runbook"
            }
            _ => false,
        };
        // Luau gives a call the line on which the name of the function ends.
        let name = match callee.last() {
            Some(suffix) => suffix.tokens().next_back(),
            None => call.prefix().tokens().next_back(),
        };
        let line = name.map(|name| name.token().end_position().line());
        let here = match self.line {
            Some(wanted) => line == Some(wanted),
            None => named,
        };
        let better = self.best.as_ref().is_none_or(|(best, ..)| named && !best);
        if let (true, true, Some(argument), Some(start)) =
            (here, better, argument(arguments), start(call))
        {
            self.best = Some((named, start, argument));
        }
    }
}

/// What a call of one argument is called with.
fn argument(arguments: &FunctionArgs) -> Option<Expression> {
    match arguments {
        FunctionArgs::TableConstructor(table) => Some(Expression::TableConstructor(table.clone())),
        FunctionArgs::Parentheses { arguments, .. } => arguments.iter().next().cloned(),
        _ => None,
    }
}

/// The names that the file gives to values, without those that change their value.
#[derive(Default)]
struct Locals {
    values: HashMap<String, Expression>,
    /// How often each name is given a value, anywhere in the file.
    given: HashMap<String, usize>,
}

impl Locals {
    fn keep(&mut self, local: &LocalAssignment) {
        for (name, value) in local.names().iter().zip(local.expressions()) {
            let name = word(name);
            if self.given.get(&name) == Some(&1) {
                self.values.insert(name, value.clone());
            }
        }
    }
}

impl Visitor for Locals {
    fn visit_local_assignment(&mut self, local: &LocalAssignment) {
        for name in local.names() {
            *self.given.entry(word(name)).or_default() += 1;
        }
    }

    fn visit_assignment(&mut self, assignment: &Assignment) {
        for variable in assignment.variables() {
            if let Var::Name(name) = variable {
                *self.given.entry(word(name)).or_default() += 1;
            }
        }
    }
}

/// A name as it is spelled, or what stands between a string's quotes.
fn word(token: &TokenReference) -> String {
    match token.token().token_type() {
        TokenType::StringLiteral { literal, .. } => literal.to_string(),
        _ => token.token().to_string(),
    }
}

/// Line and column at which something begins. Asks its first token, because `full_moon` finds the
/// start of a node together with its end, which doubles the work with every level of nesting.
fn start(node: &impl Node) -> Option<(usize, usize)> {
    let first = node.tokens().next()?.token().start_position();
    Some((first.line(), first.character()))
}
