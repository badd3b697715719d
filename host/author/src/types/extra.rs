//! Fields that nothing asks for. Luau takes a table that has more than its type: of an option that is misspelt, it
//! would say nothing.

use luau_analysis::SemanticModel;
use luau_syntax::ast::{AstVisitor, Expression, ExpressionKind, TableItem};
use moontide_runtime::plan::suggest::nearest;

use super::checker::{Kind, Told};
use super::names;

/// Every field of a table that stands where its type is known, and has no such field.
pub(super) fn find(model: &SemanticModel<'_>) -> Vec<Told> {
    let mut search = Search { model, told: Vec::new() };
    if let Some(root) = model.module().root() {
        root.visit(&mut search);
    }
    search.told
}

struct Search<'s, 'f> {
    model: &'s SemanticModel<'f>,
    told: Vec<Told>,
}

impl<'ast> AstVisitor<'ast> for Search<'_, '_> {
    fn visit_expression(&mut self, expression: Expression<'ast>) -> bool {
        if let ExpressionKind::Table { items } = expression.kind() {
            self.look(expression, items);
        }
        true
    }
}

impl Search<'_, '_> {
    fn look(&mut self, table: Expression<'_>, items: &[TableItem<'_>]) {
        let graph = self.model.graph();
        let Some(wanted) = self.model.expected_expression_type(table) else { return };
        let Some(fields) = names::fields(graph, wanted.id()).filter(|fields| !fields.is_empty())
        else {
            return;
        };
        for item in items {
            let TableItem::Record { key, .. } = item else { continue };
            let ExpressionKind::String { value, .. } = key.kind() else { continue };
            let name = names::lossy(value.as_bytes());
            if fields.contains(&name) {
                continue;
            }
            let suggestion = nearest(&name, fields.iter().map(String::as_str));
            let all: Vec<String> = fields.iter().map(|field| format!("`{field}`")).collect();
            let message = match suggestion {
                Some(_) => format!("unknown field `{name}`"),
                None => format!("unknown field `{name}`; what is asked for has {}", all.join(", ")),
            };
            self.told.push(Told {
                at: key.location(),
                message,
                suggestion: suggestion.map(str::to_owned),
                field: Some(name),
                kind: Kind::Type,
                is_of_a_table: false,
            });
        }
    }
}
