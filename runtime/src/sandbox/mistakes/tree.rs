//! What the syntax tree of a source shows: keys that a table literal has twice, of which the last counts and the
//! first is lost; answers of a person that are compared with a text, and never equal one, because they are
//! tables; and functions of a module that are called with a colon.

use std::collections::HashMap;
use std::thread;

use full_moon::ast::{
    Assignment, Ast, BinOp, Call, Expression, FunctionCall, Index, LocalAssignment, Prefix, Suffix,
    TableConstructor, Var,
};
use full_moon::node::Node;
use full_moon::tokenizer::TokenReference;
use full_moon::visitors::Visitor;

use super::key::Key;

/// Luau, which has accepted the source by now, stops at a nesting of 1000; see `plan::locate`.
const STACK: usize = 256 * 1024 * 1024;

/// A key that stands in its table for the second time.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Duplicate {
    pub(super) key: String,
    /// Line and column of it.
    pub(super) at: (usize, usize),
    /// The line of the first one.
    pub(super) first: usize,
}

/// An answer that is compared with a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Compared {
    /// The text.
    pub(super) text: String,
    /// Line and column of the comparison.
    pub(super) at: (usize, usize),
}

/// A function of a module that is called with a colon.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Called {
    /// What stands before the colon, and the function.
    pub(super) path: String,
    pub(super) name: String,
    /// Line and column of the colon.
    pub(super) at: (usize, usize),
}

/// What is wrong with a source that Luau accepts.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) duplicates: Vec<Duplicate>,
    pub(super) compared: Vec<Compared>,
    pub(super) called: Vec<Called>,
}

/// Reads it; `None` if the parser does not know what Luau knows.
pub(super) fn read(source: &str) -> Option<Found> {
    let read = || {
        let ast = full_moon::parse(source).ok()?;
        let mut tables = Tables::default();
        tables.visit_ast(&ast);
        let mut comparisons = Comparisons { names: Only::of(&ast, is_answer), found: Vec::new() };
        comparisons.visit_ast(&ast);
        let mut calls = Calls { modules: Only::of(&ast, is_module), found: Vec::new() };
        calls.visit_ast(&ast);
        Some(Found { duplicates: tables.found, compared: comparisons.found, called: calls.found })
    };
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("tree".to_owned()).stack_size(STACK);
        thread.spawn_scoped(scope, read).ok()?.join().ok()?
    })
}

/// Line and column at which something begins. Asks its first token: `full_moon` finds the start of a node together
/// with its end, which doubles the work with every level of nesting.
fn start(node: &impl Node) -> Option<(usize, usize)> {
    let first = node.tokens().next()?.token().start_position();
    Some((first.line(), first.character()))
}

/// The locals of one kind: those that are only ever given a value of it.
struct Only {
    is_of_kind: fn(&Expression) -> bool,
    /// Whether each name is only ever given one.
    names: HashMap<String, bool>,
}

impl Only {
    /// Those of a source.
    fn of(ast: &Ast, is_of_kind: fn(&Expression) -> bool) -> Only {
        let mut only = Only { is_of_kind, names: HashMap::new() };
        only.visit_ast(ast);
        only
    }

    fn has(&self, name: &TokenReference) -> bool {
        self.names.get(&name.token().to_string()) == Some(&true)
    }

    fn note(&mut self, name: &TokenReference, value: Option<&Expression>) {
        let is_one = value.is_some_and(self.is_of_kind);
        *self.names.entry(name.token().to_string()).or_insert(true) &= is_one;
    }
}

impl Visitor for Only {
    fn visit_local_assignment(&mut self, local: &LocalAssignment) {
        let mut values = local.expressions().iter();
        for name in local.names() {
            self.note(name, values.next());
        }
    }

    fn visit_assignment(&mut self, assignment: &Assignment) {
        let mut values = assignment.expressions().iter();
        for variable in assignment.variables() {
            let value = values.next();
            if let Var::Name(name) = variable {
                self.note(name, value);
            }
        }
    }
}

/// Whether it is a call of `….ask`, and nothing else.
fn is_answer(value: &Expression) -> bool {
    let Expression::FunctionCall(call) = value else { return false };
    asks(call)
}

fn asks(call: &FunctionCall) -> bool {
    let suffixes: Vec<&Suffix> = call.suffixes().collect();
    match suffixes.as_slice() {
        [.., Suffix::Index(Index::Dot { name, .. }), Suffix::Call(_)] => {
            name.token().to_string() == "ask"
        }
        _ => false,
    }
}

/// Looks for answers beside texts.
struct Comparisons {
    names: Only,
    found: Vec<Compared>,
}

impl Comparisons {
    fn is_answer(&self, value: &Expression) -> bool {
        match value {
            Expression::Var(Var::Name(name)) => self.names.has(name),
            value => is_answer(value),
        }
    }
}

impl Visitor for Comparisons {
    fn visit_expression(&mut self, expression: &Expression) {
        let Expression::BinaryOperator { lhs, binop, rhs } = expression else { return };
        if !matches!(binop, BinOp::TwoEqual(_) | BinOp::TildeEqual(_)) {
            return;
        }
        let pair = match (&**lhs, &**rhs) {
            (answer, Expression::String(text)) | (Expression::String(text), answer) => {
                Some((answer, text)).filter(|(answer, _)| self.is_answer(answer))
            }
            _ => None,
        };
        if let Some(((_, text), at)) = pair.zip(start(expression)) {
            self.found.push(Compared { text: text.token().to_string(), at });
        }
    }
}

#[derive(Default)]
struct Tables {
    found: Vec<Duplicate>,
}

impl Visitor for Tables {
    fn visit_table_constructor(&mut self, table: &TableConstructor) {
        let mut first: HashMap<Key, usize> = HashMap::new();
        let mut items = 0;
        for field in table.fields() {
            let Some(key) = Key::of(field, &mut items) else { continue };
            let Some(at) = start(field) else { continue };
            if let Some(first) = first.get(&key) {
                self.found.push(Duplicate { key: key.to_string(), at, first: *first });
            } else {
                first.insert(key, at.0);
            }
        }
    }
}

/// Looks for functions of a module that are called with a colon, which hands them the module itself.
struct Calls {
    /// The names of modules of the library.
    modules: Only,
    found: Vec<Called>,
}

/// Whether it is `require("@moontide…")`.
fn is_module(value: &Expression) -> bool {
    let Expression::FunctionCall(call) = value else { return false };
    let is_require =
        matches!(call.prefix(), Prefix::Name(name) if name.token().to_string() == "require");
    is_require && call.suffixes().count() == 1 && call.to_string().contains("@moontide")
}

impl Visitor for Calls {
    fn visit_function_call(&mut self, call: &FunctionCall) {
        let Prefix::Name(module) = call.prefix() else { return };
        if !self.modules.has(module) {
            return;
        }
        let mut path = module.token().to_string();
        for suffix in call.suffixes() {
            match suffix {
                Suffix::Index(Index::Dot { name, .. }) => {
                    path.push('.');
                    path.push_str(&name.token().to_string());
                }
                Suffix::Call(Call::MethodCall(method)) => {
                    let name = method.name().token().to_string();
                    if let Some(at) = start(method.colon_token()) {
                        self.found.push(Called { path, name, at });
                    }
                    return;
                }
                _ => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(source: &str) -> Vec<(String, (usize, usize), usize)> {
        let found = read(source).expect("it is Luau").duplicates;
        found.into_iter().map(|it| (it.key, it.at, it.first)).collect()
    }

    #[test]
    fn a_key_that_is_given_twice_is_found_however_it_is_written() {
        let source = "return {\n\tverify = 1,\n\tother = { verify = 2 },\n\t['verify'] = 3,\n}";
        assert_eq!(of(source), [("`verify`".to_owned(), (4, 2), 2)]);
        let source = "return { 'a', 'b', [2] = 'c', [\"2\"] = 'd' }";
        assert_eq!(of(source), [("2".to_owned(), (1, 20), 1)]);
        for (source, key) in [
            ("return { Tier = 1, [ [[Tier]] ] = 2 }", "`Tier`"),
            ("return { ['\\u{54}ier'] = 1, [\"T\\x69\\101r\"] = 2 }", "`Tier`"),
            ("return { [0x10] = 1, [16] = 2 }", "16"),
            ("return { [-1] = 1, [-1.0] = 2 }", "-1"),
            ("return { [true] = 1, [(true)] = 2 }", "true"),
            ("return { [1_000] = 1, [1e3] = 2 }", "1000"),
            ("return { ['a\\z   b'] = 1, ab = 2 }", "`ab`"),
        ] {
            let found: Vec<String> = of(source).into_iter().map(|it| it.0).collect();
            assert_eq!(found, [key], "{source}");
        }
        // In a function, in an argument without parentheses, in a string with values in it.
        for source in [
            "f(function() return { a = 1, a = 2 } end)",
            "f { a = 1, a = 2 }",
            "return `{#{ a = 1, a = 2 }}`",
            "local t: { a: number } = { a = 1, a = 2 } :: any",
            "return if x then { a = 1, a = 2 } else nil",
        ] {
            assert_eq!(of(source).len(), 1, "{source}");
        }
    }

    #[test]
    fn what_only_looks_alike_is_no_duplicate() {
        for source in [
            "return { a = { a = 1 }, b = function() local a = 1 a = 2 return a end }",
            "type T = { a: number, b: { a: string } } return { [f()] = 1, [f()] = 2 }",
            "return { [1.5] = 1, 1, 2, ['1'] = 3 }",
        ] {
            assert_eq!(of(source), [], "{source}");
        }
    }

    #[test]
    fn an_answer_that_is_compared_with_a_text_is_found() {
        let compared = |source: &str| {
            let found = read(source).expect("it is Luau").compared;
            found.into_iter().map(|it| it.at).collect::<Vec<_>>()
        };
        assert_eq!(compared("if moontide.ask { message = '?' } == 'no' then end"), [(1, 4)]);
        assert_eq!(compared("local a = m.ask({})\nif 'no' ~= a then end"), [(2, 4)]);
        for source in [
            "if moontide.ask { message = '?' }.choice == 'no' then end",
            "local a = m.ask({}).choice if a == 'no' then end",
            "local a = m.ask({}) a = a.choice if a == 'no' then end",
            "local a = m.task({}) if a == 'no' then end",
        ] {
            assert_eq!(compared(source), [], "{source}");
        }
    }

    #[test]
    fn a_function_of_a_module_that_is_called_with_a_colon_is_found() {
        let called = |source: &str| {
            let found = read(source).expect("it is Luau").called;
            found.into_iter().map(|it| (it.path, it.name, it.at)).collect::<Vec<_>>()
        };
        let found = called("local m = require('@moontide')\nm.log:warn('x')");
        assert_eq!(found, [("m.log".to_owned(), "warn".to_owned(), (2, 6))]);
        for source in [
            "local m = require('@moontide')\nm.log.warn('x')",
            "local m = require('@moontide') m = {} m:log('x')",
            "local m = require('./own') m:log('x')",
            "local s = 'x' return s:upper()",
            "local m = require('@moontide') return m.now():upper()",
        ] {
            assert_eq!(called(source), [], "{source}");
        }
    }

    #[test]
    fn deep_nesting_is_read_in_time() {
        let source = format!("return {}1{}", "{ a = ".repeat(400), " }".repeat(400));
        assert_eq!(read(&source).expect("it is Luau").duplicates, []);
    }
}
