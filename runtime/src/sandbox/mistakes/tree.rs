//! What the syntax tree of a source shows: keys that a table literal has twice, of which the last counts and the
//! first is lost; answers of a person that are compared with a text, and never equal one, because they are
//! tables; and functions of a module that are called with a colon.

use std::collections::HashMap;
use std::thread;

use full_moon::ast::{
    BinOp, Call, Expression, FunctionArgs, FunctionCall, Index, Prefix, Suffix, TableConstructor,
    Var,
};
use full_moon::node::Node;
use full_moon::tokenizer::TokenType;
use full_moon::visitors::Visitor;

use super::bound::Only;
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
        let mut found = Found { duplicates: tables.found, ..Found::default() };
        let modules = Only::of(&ast, &is_module);
        // A runbook that has a `require` of its own requires what it likes.
        if modules.knows("require") {
            return Some(found);
        }
        let is_answer = |value: &Expression| is_answer(value, &modules);
        let answers = Only::of(&ast, &is_answer);
        let mut comparisons = Comparisons { answers, modules: &modules, found: Vec::new() };
        comparisons.visit_ast(&ast);
        let mut calls = Calls { modules: &modules, found: Vec::new() };
        calls.visit_ast(&ast);
        found.compared = comparisons.found;
        found.called = calls.found;
        Some(found)
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

/// Whether it is a call of a module's `ask`, and nothing else. A helper of that name may return what it likes.
fn is_answer(value: &Expression, modules: &Only) -> bool {
    let Expression::FunctionCall(call) = value else { return false };
    let Prefix::Name(module) = call.prefix() else { return false };
    let suffixes: Vec<&Suffix> = call.suffixes().collect();
    match suffixes.as_slice() {
        [Suffix::Index(Index::Dot { name, .. }), Suffix::Call(_)] => {
            name.token().to_string() == "ask" && modules.has(module)
        }
        _ => false,
    }
}

/// Looks for answers beside texts.
struct Comparisons<'k> {
    answers: Only<'k>,
    modules: &'k Only<'k>,
    found: Vec<Compared>,
}

impl Comparisons<'_> {
    fn is_answer(&self, value: &Expression) -> bool {
        match value {
            Expression::Var(Var::Name(name)) => self.answers.has(name),
            value => is_answer(value, self.modules),
        }
    }
}

impl Visitor for Comparisons<'_> {
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
struct Calls<'k> {
    /// The names of modules of the library.
    modules: &'k Only<'k>,
    found: Vec<Called>,
}

/// Whether it is `require("@moontide…")`.
fn is_module(value: &Expression) -> bool {
    let Expression::FunctionCall(call) = value else { return false };
    let is_require =
        matches!(call.prefix(), Prefix::Name(name) if name.token().to_string() == "require");
    let suffixes: Vec<&Suffix> = call.suffixes().collect();
    let [Suffix::Call(Call::AnonymousCall(arguments))] = suffixes.as_slice() else { return false };
    let text = match &**arguments {
        FunctionArgs::String(text) => Some(text),
        FunctionArgs::Parentheses { arguments, .. } => match arguments.iter().next() {
            Some(Expression::String(text)) => Some(text),
            _ => None,
        },
        _ => None,
    };
    let Some(TokenType::StringLiteral { literal, .. }) = text.map(|it| it.token().token_type())
    else {
        return false;
    };
    is_require && (literal.as_str() == "@moontide" || literal.starts_with("@moontide/"))
}

impl Visitor for Calls<'_> {
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

    const MODULE: &str = "local m = require('@moontide')";

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
        let in_runbook = |source: &str| compared(&format!("{MODULE}\n{source}"));
        assert_eq!(in_runbook("if m.ask { message = '?' } == 'no' then end"), [(2, 4)]);
        assert_eq!(in_runbook("local a = m.ask({})\nif 'no' ~= a then end"), [(3, 4)]);
        let twice = "do local a = m.ask({}) end\nlocal a = m.ask {} if a == 'no' then end";
        assert_eq!(in_runbook(twice).len(), 1);
        for source in [
            "if m.ask { message = '?' }.choice == 'no' then end",
            "local a = m.ask({}).choice if a == 'no' then end",
            "local a = m.ask({}) a = a.choice if a == 'no' then end",
            "local a = m.task({}) if a == 'no' then end",
            "local own = require('./own') local a = own.ask({}) if a == 'no' then end",
            "local own = { ask = function() return 'no' end } if own.ask() == 'no' then end",
        ] {
            assert_eq!(in_runbook(source), [], "{source}");
        }
        let own = format!("local require = own\n{MODULE}\nif m.ask {{}} == 'no' then end");
        assert_eq!(compared(&own), []);
    }

    /// Whatever else binds the name of an answer or of a module, in another scope or in this one, may be a text.
    #[test]
    fn a_name_that_means_something_else_somewhere_is_never_told() {
        for other in [
            "local function choose(NAME) return USE end",
            "local function choose(NAME: string): boolean return USE end",
            "local function choose(x, NAME, ...) return USE end",
            "table.sort({}, function(x, NAME) return USE end)",
            "for _, NAME in { 'continue' } do local _ = USE end",
            "for NAME, _ in { continue = 1 } do local _ = USE end",
            "for NAME = 1, 2 do local _ = USE end",
            "local f = function() NAME = 'continue' end f() local _ = USE",
            "do local NAME = 'x' local _ = USE end",
            "local function NAME() return USE end",
            "function NAME() return USE end",
            "local t = {} function t.of(NAME) return USE end",
            "NAME ..= 'x' local _ = USE",
            "local x, NAME = 1 local _ = USE",
            "local _ = if true then function(NAME) return USE end else nil",
            "local _ = { verify = function(NAME) return USE end }",
            "local _ = `{(function(NAME) return USE end)('x')}`",
        ] {
            for (own, used) in [
                ("local NAME = m.ask { message = '?' }", "NAME == 'continue'"),
                ("local NAME = require('@moontide/ec2')", "NAME:upper()"),
            ] {
                let (own, other) = (own.replace("NAME", "a"), other.replace("USE", used));
                let other = other.replace("NAME", "a");
                for source in
                    [format!("{MODULE}\n{own}\n{other}"), format!("{MODULE}\n{other}\n{own}")]
                {
                    let found = read(&source).unwrap_or_else(|| panic!("it is no Luau: {source}"));
                    assert_eq!((found.compared, found.called), (vec![], vec![]), "{source}");
                }
            }
        }
        let own = "local self = m.ask {} local t = {} function t:is_yes() return self == 'yes' end";
        assert_eq!(read(&format!("{MODULE}\n{own}")).expect("it is Luau").compared, []);
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
            "local m = require('./own/@moontide') m:log('x')",
            "local m = require(own, '@moontide') m:log('x')",
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
