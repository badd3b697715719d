//! What stands in the tables of a source. Of fields that nothing asks for Luau says nothing, and it takes the values
//! of a map for its type, whatever they are.

use std::collections::BTreeSet;

use luau_analysis::types::{TableType, TypeGraph, TypeId, TypeKind};
use luau_analysis::{SemanticModel, TypeRef};
use luau_syntax::ast::{AstVisitor, Expression, ExpressionKind, Function, TableItem};
use luau_syntax::location::Location;
use moontide_runtime::plan::suggest::nearest;

use super::checker::{Kind, Told};
use super::literal::Literal;
use super::{names, optional, source};

/// Something that is wrong in a table.
pub(super) struct Found {
    pub(super) told: Told,
    /// What else is wrong in here follows from it.
    pub(super) covers: Location,
    /// Whether a table that holds it is no other one than what is wanted for any other reason.
    pub(super) is_all: bool,
}

/// Everything that is wrong in a table that stands where its type is known.
pub(super) fn find(model: &SemanticModel<'_>) -> Vec<Found> {
    let mut search = Search { model, found: Vec::new(), seen: BTreeSet::new() };
    if let Some(root) = model.module().root() {
        root.visit(&mut search);
    }
    search.found
}

struct Search<'s, 'f> {
    model: &'s SemanticModel<'f>,
    found: Vec<Found>,
    /// Where the tables begin that were looked at as a part of another one, or follow from what is wrong in it.
    seen: BTreeSet<(u32, u32)>,
}

impl<'ast> AstVisitor<'ast> for Search<'_, '_> {
    fn visit_expression(&mut self, expression: Expression<'ast>) -> bool {
        if let ExpressionKind::Table { items } = expression.kind()
            && !self.seen.contains(&begin(expression))
            && let Some(wanted) = self.model.expected_expression_type(expression)
        {
            self.look(wanted.id(), expression.location(), items);
        }
        true
    }
}

/// Tables that are not looked at.
struct Passed<'s>(&'s mut BTreeSet<(u32, u32)>);

impl<'ast> AstVisitor<'ast> for Passed<'_> {
    fn visit_expression(&mut self, expression: Expression<'ast>) -> bool {
        self.0.insert(begin(expression));
        true
    }
}

fn begin(expression: Expression<'_>) -> (u32, u32) {
    let begin = expression.location().begin;
    (begin.line, begin.column)
}

impl Search<'_, '_> {
    /// A table of these items, where one of this type is wanted.
    fn look(&mut self, wanted: TypeId, at: Location, items: &[TableItem<'_>]) {
        self.names(wanted, items);
        let graph = self.model.graph();
        let Some(table) = only_table(graph, wanted) else { return };
        let is_named = |item: &TableItem<'_>| matches!(item, TableItem::Record { .. });
        if optional::is_list(graph, table) && items.iter().any(is_named) {
            self.mismatch(wanted, at, "a table with names", None, None);
            for value in items.iter().map(source::value) {
                value.visit(&mut Passed(&mut self.seen));
            }
            return;
        }
        let any = table.indexer.as_ref().map(|indexer| indexer.index_result_type);
        for item in items {
            let (field, wanted, value) = match item {
                TableItem::Record { key, value } => {
                    let name = text(*key);
                    let known = name.as_ref().and_then(|name| {
                        table.props.get(name.as_bytes()).and_then(|field| field.read_ty)
                    });
                    (name, known.or(any), *value)
                }
                TableItem::List { value } | TableItem::General { value, .. } => (None, any, *value),
            };
            if let Some(wanted) = wanted {
                let is_in_a_map = any.is_some();
                self.value(wanted, value, field.as_deref(), is_in_a_map);
            }
        }
    }

    /// A value, where one of this type is wanted.
    fn value(
        &mut self,
        wanted: TypeId,
        value: Expression<'_>,
        field: Option<&str>,
        is_in_a_map: bool,
    ) {
        let graph = self.model.graph();
        match value.kind() {
            ExpressionKind::Grouped(inner) => self.value(wanted, inner, field, is_in_a_map),
            ExpressionKind::If { then_expression, else_expression, .. } => {
                self.value(wanted, then_expression, field, is_in_a_map);
                self.value(wanted, else_expression, field, is_in_a_map);
            }
            _ => match Literal::of(value) {
                Some(literal) if !literal.is_taken(graph, wanted) => {
                    let suggestion = literal.suggestion(graph, wanted);
                    let given = format!("`{literal}`");
                    self.mismatch(wanted, value.location(), &given, field, suggestion);
                }
                Some(Literal::Table(items)) => {
                    self.seen.insert(begin(value));
                    self.look(wanted, value.location(), items);
                }
                Some(Literal::Function(function)) => self.returned(wanted, function),
                Some(_) => {}
                None => self.named(wanted, value, field, is_in_a_map),
            },
        }
    }

    /// What a function returns, where that is looked at.
    fn returned(&mut self, wanted: TypeId, function: &Function<'_>) {
        let graph = self.model.graph();
        let Some(wanted) = optional::returned(graph, wanted) else { return };
        for value in source::returns(function) {
            self.value(wanted, value, None, true);
        }
    }

    /// A value that is known by its type only. Luau compares it itself, unless it is in a map, or a table.
    fn named(
        &mut self,
        wanted: TypeId,
        value: Expression<'_>,
        field: Option<&str>,
        is_in_a_map: bool,
    ) {
        let graph = self.model.graph();
        let Some(given) = self.model.expression_type(value).map(TypeRef::id) else {
            return;
        };
        let is_looked_at = is_in_a_map || optional::are_tables(graph, wanted, given);
        if is_looked_at && !optional::may_fit(graph, wanted, given) {
            let given = format!("`{}`", names::lossy(&graph.stringify_type(given)));
            self.mismatch(wanted, value.location(), &given, field, None);
        }
    }

    fn mismatch(
        &mut self,
        wanted: TypeId,
        at: Location,
        given: &str,
        field: Option<&str>,
        suggestion: Option<String>,
    ) {
        let wanted = names::lossy(&self.model.graph().stringify_type(wanted));
        let told = Told {
            at,
            message: format!("expected this to be `{wanted}`, but got {given}"),
            field: field.map(str::to_owned),
            suggestion,
            kind: Kind::Type,
            is_of_a_table: false,
        };
        self.found.push(Found { told, covers: at, is_all: true });
    }

    /// Fields that no type asks for.
    fn names(&mut self, wanted: TypeId, items: &[TableItem<'_>]) {
        let graph = self.model.graph();
        let Some(fields) = names::fields(graph, wanted).filter(|fields| !fields.is_empty()) else {
            return;
        };
        for item in items {
            let TableItem::Record { key, .. } = item else { continue };
            let Some(name) = text(*key).filter(|name| !fields.contains(name)) else { continue };
            let suggestion = nearest(&name, fields.iter().map(String::as_str));
            let all: Vec<String> = fields.iter().map(|field| format!("`{field}`")).collect();
            let message = match suggestion {
                Some(_) => format!("unknown field `{name}`"),
                None => format!("unknown field `{name}`; what is asked for has {}", all.join(", ")),
            };
            let told = Told {
                at: key.location(),
                message,
                suggestion: suggestion.map(str::to_owned),
                field: Some(name),
                kind: Kind::Type,
                is_of_a_table: false,
            };
            // It was probably meant to be another one of its fields, which is then not missing.
            let is_all = told.suggestion.is_some();
            self.found.push(Found { covers: told.at, told, is_all });
        }
    }
}

/// The text that an expression is.
fn text(expression: Expression<'_>) -> Option<String> {
    match expression.kind() {
        ExpressionKind::String { value, .. } => Some(names::lossy(value.as_bytes())),
        _ => None,
    }
}

/// The one table that a type allows, where it allows no other.
fn only_table<'g>(graph: &'g TypeGraph<'_>, wanted: TypeId) -> Option<&'g TableType> {
    let mut tables = optional::options(graph, wanted).into_iter().filter_map(|option| match graph
        .kind(option)
    {
        TypeKind::Table(table) => Some(table),
        _ => None,
    });
    tables.next().filter(|_| tables.next().is_none())
}
