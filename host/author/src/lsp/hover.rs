//! What stands at a place: its type, and the comment above it.

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind};

use super::session::Asked;
use crate::types::Analysis;

/// In Markdown.
pub(super) fn answer(analysis: &mut Analysis, asked: &Asked<'_>) -> Option<Hover> {
    let found = analysis.describe(&asked.sources.whole, &asked.module, asked.spot)?;
    let typed = found.ty.map(|ty| format!("```luau\n{}: {ty}\n```", found.name));
    let parts: Vec<String> = typed.into_iter().chain(found.documentation).collect();
    let value = parts.join("\n\n");
    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
    (!parts.is_empty()).then_some(Hover { contents, range: None })
}
