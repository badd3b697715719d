//! What could be written.

use std::collections::BTreeSet;

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionResponse, CompletionTextEdit, Documentation,
    MarkupContent, MarkupKind, Position, Range, TextEdit,
};

use super::session::Asked;
use super::text;
use crate::types::Analysis;
use crate::types::answers::{Offer, OfferKind};

/// Fields and functions first.
pub(super) fn answer(analysis: &mut Analysis, asked: &Asked<'_>) -> CompletionResponse {
    let before = text::before(&asked.document.text, asked.at);
    let items: Vec<CompletionItem> = if let Some(begun) = required(before) {
        let (line, end) = (asked.at.line, text::units(before));
        let start = Position::new(line, end - text::units(begun));
        let range = Range::new(start, Position::new(line, end));
        modules(asked, begun).into_iter().map(|offer| whole(offer, range)).collect()
    } else {
        let offers = analysis.offers(&asked.sources.whole, &asked.module, asked.spot);
        offers.into_iter().map(item).collect()
    };
    CompletionResponse::Array(items)
}

/// A module by its whole name, in the place of what is written of it: an editor takes only its last word for begun.
fn whole(offer: Offer, range: Range) -> CompletionItem {
    let edit = TextEdit { range, new_text: offer.label.clone() };
    let edit = Some(CompletionTextEdit::Edit(edit));
    CompletionItem { filter_text: Some(offer.label.clone()), text_edit: edit, ..item(offer) }
}

fn item(offer: Offer) -> CompletionItem {
    let kind = match offer.kind {
        OfferKind::Field => CompletionItemKind::FIELD,
        OfferKind::Function => CompletionItemKind::FUNCTION,
        OfferKind::Text => CompletionItemKind::VALUE,
        OfferKind::Type => CompletionItemKind::CLASS,
        OfferKind::Module => CompletionItemKind::MODULE,
        OfferKind::Variable => CompletionItemKind::VARIABLE,
        OfferKind::Keyword => CompletionItemKind::KEYWORD,
    };
    let documentation = offer.documentation.map(|value| {
        Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value })
    });
    CompletionItem {
        sort_text: Some(format!("{}{}", offer.kind as u8, offer.label)),
        label: offer.label,
        kind: Some(kind),
        detail: offer.detail,
        documentation,
        ..CompletionItem::default()
    }
}

/// What has been written of a module's name, inside `require("…`.
fn required(before: &str) -> Option<&str> {
    let (_, rest) = before.rsplit_once("require")?;
    let rest = rest.trim_start();
    let rest = rest.strip_prefix('(').unwrap_or(rest).trim_start();
    let begun = rest.strip_prefix(['"', '\''])?;
    (!begun.contains(['"', '\''])).then_some(begun)
}

/// The modules whose names begin so.
fn modules(asked: &Asked<'_>, begun: &str) -> Vec<Offer> {
    let is_test = asked.sources.tests.contains(&asked.module);
    let own = asked.sources.files.bundle.modules.keys();
    let all = own.filter(|name| **name != asked.module).cloned();
    let tests = is_test.then(|| moontide_stdlib::TEST.0.to_owned());
    let named =
        all.chain(tests).map(|name| if name.starts_with('@') { name } else { format!("./{name}") });
    let fitting: BTreeSet<String> = named.filter(|name| name.starts_with(begun)).collect();
    let offer = |label| Offer { label, kind: OfferKind::Module, detail: None, documentation: None };
    fitting.into_iter().map(offer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_module_is_completed_inside_its_quotes() {
        assert_eq!(required("local x = require(\"@moontide/s"), Some("@moontide/s"));
        assert_eq!(required("local x = require '"), Some(""));
        assert_eq!(required("local x = require(\"@moontide\")"), None);
        assert_eq!(required("require(x, "), None);
        assert_eq!(required("local x = \""), None);
    }
}
