//! Keys that a table literal has twice: the last one counts, and the first is lost without a word.

use std::collections::HashMap;
use std::thread;

use full_moon::ast::{Expression, Field, TableConstructor};
use full_moon::node::Node;
use full_moon::visitors::Visitor;

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

/// Those of a source that Luau accepts; `None` if the parser does not know what Luau knows.
pub(super) fn duplicates(source: &str) -> Option<Vec<Duplicate>> {
    let read = || {
        let ast = full_moon::parse(source).ok()?;
        let mut tables = Tables::default();
        tables.visit_ast(&ast);
        Some(tables.found)
    };
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("duplicates".to_owned()).stack_size(STACK);
        thread.spawn_scoped(scope, read).ok()?.join().ok()?
    })
}

#[derive(Default)]
struct Tables {
    found: Vec<Duplicate>,
}

impl Visitor for Tables {
    fn visit_table_constructor(&mut self, table: &TableConstructor) {
        let mut first: HashMap<String, usize> = HashMap::new();
        let mut items = 0_usize;
        for field in table.fields() {
            let key = match field {
                Field::NameKey { key, .. } => quoted(&key.token().to_string()),
                Field::ExpressionKey { key, .. } => match &**key {
                    Expression::String(key) => {
                        quoted(key.token().to_string().trim_matches(['"', '\'']))
                    }
                    Expression::Number(key) => key.token().to_string(),
                    _ => continue,
                },
                Field::NoKey(_) => {
                    items += 1;
                    items.to_string()
                }
                _ => continue,
            };
            let Some(at) = field.start_position() else { continue };
            if let Some(first) = first.get(&key) {
                let at = (at.line(), at.character());
                self.found.push(Duplicate { key, at, first: *first });
            } else {
                first.insert(key, at.line());
            }
        }
    }
}

fn quoted(name: &str) -> String {
    format!("`{name}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(source: &str) -> Vec<(String, (usize, usize), usize)> {
        let found = duplicates(source).expect("it is Luau");
        found.into_iter().map(|it| (it.key, it.at, it.first)).collect()
    }

    #[test]
    fn a_key_that_is_given_twice_is_found_however_it_is_written() {
        let source = "return {\n\tverify = 1,\n\tother = { verify = 2 },\n\t['verify'] = 3,\n}";
        assert_eq!(of(source), [("`verify`".to_owned(), (4, 2), 2)]);
        let source = "return { 'a', 'b', [2] = 'c', [\"2\"] = 'd' }";
        assert_eq!(of(source), [("2".to_owned(), (1, 20), 1)]);
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
}
