//! What could be written at a place.

use luau_analysis::ast::query::find_ancestry_at_position_for_autocomplete;
use luau_analysis::autocomplete::{AutocompleteEntry, AutocompleteEntryKind};
use luau_analysis::types::{TypeId, TypeKind};
use luau_analysis::{SemanticModel, TypeRef};
use luau_common::BString;
use luau_syntax::ast::AstNode;
use luau_syntax::location::Position;

use super::answers::{Offer, OfferKind, Origin};
use super::checker::Checker;
use super::comment;
use super::names::{lossy, texts};
use super::origin::{field, of_type};
use super::words;

/// What fits at a place of a module that has been checked, by name.
pub(super) fn find(checker: &Checker, name: &BString, at: Position) -> Vec<Offer> {
    let Some(model) = checker.semantic_model(name) else { return Vec::new() };
    let Some(root) = model.module().root() else { return Vec::new() };
    let ancestry = find_ancestry_at_position_for_autocomplete(root, at);
    let look = Look { checker, model: &model, table: asked(&model, &ancestry) };
    let found = checker.autocomplete(name.as_ref(), at, &mut |_, _, _| None);
    let entries = found.entries.iter();
    let mut offers: Vec<Offer> =
        entries.filter_map(|(name, entry)| look.offer(&lossy(name), entry)).collect();
    if offers.is_empty() {
        offers = allowed(&model, ancestry.last());
    }
    offers.sort_by(|one, other| (one.kind, &one.label).cmp(&(other.kind, &other.label)));
    offers
}

/// The type of the table whose fields are asked for: what stands before the dot, or what a table is wanted to be.
fn asked(model: &SemanticModel<'_>, ancestry: &[AstNode<'_>]) -> Option<TypeId> {
    ancestry.iter().rev().take(3).find_map(|node| {
        let expression = node.as_expression()?;
        let found = match expression.as_index_name() {
            Some(indexed) => model.expression_type(indexed.expr),
            None => expression.as_table().and_then(|_| model.expected_expression_type(expression)),
        };
        found.map(TypeRef::id)
    })
}

/// The texts that are allowed where a text stands.
fn allowed(model: &SemanticModel<'_>, last: Option<&AstNode<'_>>) -> Vec<Offer> {
    let text = last.and_then(|node| node.as_expression()).filter(|it| it.as_string().is_some());
    let wanted = text.and_then(|text| model.expected_expression_type(text));
    let texts = wanted.map(|wanted| texts(model.graph(), wanted.id())).unwrap_or_default();
    let offer = |label| Offer { label, kind: OfferKind::Text, detail: None, documentation: None };
    texts.into_iter().map(offer).collect()
}

struct Look<'c> {
    checker: &'c Checker,
    model: &'c SemanticModel<'c>,
    table: Option<TypeId>,
}

impl Look<'_> {
    fn offer(&self, name: &str, entry: &AutocompleteEntry) -> Option<Offer> {
        let graph = self.model.graph();
        let field = (entry.kind == AutocompleteEntryKind::Property)
            .then(|| field(graph, self.table?, name))
            .flatten();
        // A type that was made for the answer alone is gone with it.
        let known = entry.ty.and_then(|ty| self.model.type_ref(ty)).map(TypeRef::id);
        let ty = field.as_ref().and_then(|field| field.property.read_ty).or(known);
        let is_function =
            ty.is_some_and(|ty| matches!(graph.kind(graph.follow_type(ty)), TypeKind::Function(_)));
        let kind = match entry.kind {
            AutocompleteEntryKind::Property if is_function => OfferKind::Function,
            AutocompleteEntryKind::Property => OfferKind::Field,
            AutocompleteEntryKind::Binding => OfferKind::Variable,
            AutocompleteEntryKind::Keyword | AutocompleteEntryKind::HotComment => {
                OfferKind::Keyword
            }
            AutocompleteEntryKind::String => OfferKind::Text,
            AutocompleteEntryKind::Type => OfferKind::Type,
            AutocompleteEntryKind::Module | AutocompleteEntryKind::RequirePath => OfferKind::Module,
            AutocompleteEntryKind::GeneratedFunction => return None,
        };
        let origin = field.and_then(|field| field.origin);
        let origin = origin.or_else(|| of_type(graph, ty?).filter(|_| is_function));
        Some(Offer {
            label: name.to_owned(),
            kind,
            detail: ty.map(|ty| words::ty(graph, ty)),
            documentation: origin.and_then(|origin| self.comment(&origin)),
        })
    }

    fn comment(&self, origin: &Origin) -> Option<String> {
        comment::above(self.checker.file_resolver().source(&origin.module)?, origin.begin.line)
    }
}
