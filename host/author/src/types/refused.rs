//! What is not given to the checker: functions that compute types. It would run them, and they may never end.

use luau_common::BString;
use luau_syntax::ast::{AstVisitor, Statement};
use luau_syntax::location::Location;

use super::checker::{Checker, Kind, Told};

/// Every `type function` of a file.
pub(super) fn find(checker: &mut Checker, name: &BString) -> Vec<Told> {
    let mut search = Search::default();
    if checker.parse(name).is_ok()
        && let Some(root) = checker.source_module(name).map(|source| source.root())
    {
        root.visit(&mut search);
    }
    let told = |at| Told {
        at,
        message: "a `type function` is not taken: write the type that it computes".to_owned(),
        field: None,
        suggestion: None,
        kind: Kind::Type,
        is_of_a_table: false,
    };
    search.0.into_iter().map(told).collect()
}

#[derive(Default)]
struct Search(Vec<Location>);

impl<'ast> AstVisitor<'ast> for Search {
    fn visit_type_function_statement(&mut self, statement: Statement<'ast>) -> bool {
        self.0.push(statement.location());
        false
    }
}
