//! Comparisons with a text that a value never is.

use luau_analysis::SemanticModel;
use luau_analysis::types::TypeId;
use luau_syntax::ast::{Block, Expression};
use moontide_runtime::plan::suggest::nearest;

use super::checker::{Kind, Told};
use super::literal::Literal;
use super::{names, optional, source};

/// Every comparison whose answer is known: a value that is one of several texts, with another text. Luau runs it.
pub(super) fn find(model: &SemanticModel<'_>, root: Block<'_>) -> Vec<Told> {
    let both =
        source::comparisons(root).into_iter().flat_map(|(one, other)| [(one, other), (other, one)]);
    both.filter_map(|(value, text)| never(model, value, text)).collect()
}

fn never(model: &SemanticModel<'_>, value: Expression<'_>, text: Expression<'_>) -> Option<Told> {
    let Some(Literal::Text(Some(literal))) = Literal::of(text) else { return None };
    let allowed = texts(model, model.expression_type(value)?.id())?;
    if allowed.contains(&literal) {
        return None;
    }
    let all: Vec<String> = allowed.iter().map(|text| format!("`\"{text}\"`")).collect();
    let suggestion = nearest(&literal, allowed.iter().map(String::as_str));
    Some(Told {
        at: text.location(),
        message: format!("this is never `\"{literal}\"`, only {}", all.join(" or ")),
        field: None,
        suggestion: suggestion.map(|text| format!("\"{text}\"")),
        kind: Kind::Doubtful,
        is_of_a_table: false,
    })
}

/// The texts that a value may be, if it is one of several and nothing else.
fn texts(model: &SemanticModel<'_>, ty: TypeId) -> Option<Vec<String>> {
    let graph = model.graph();
    let options = optional::options(graph, ty);
    let texts = names::texts(graph, ty);
    (texts.len() > 1 && texts.len() == options.len()).then_some(texts)
}
