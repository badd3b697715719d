//! From an offset in the text to what a person calls that place: file, line, field.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::error::{Mistake, WorldError};

/// Gives a mistake its file and line.
pub(super) fn name(mistake: &Mistake, text: &str, file: &str) -> WorldError {
    let offset = mistake.span.as_ref().map_or(0, |span| span.start.min(text.len()));
    WorldError {
        file: file.to_owned(),
        line: text.get(..offset).unwrap_or(text).matches('\n').count() + 1,
        field: String::new(),
        message: mistake.message.clone(),
        suggestion: mistake.suggestion.clone(),
    }
}

/// The path of the field in which a mistake lies: `servers[1].replication`. Empty if it lies in the
/// file as a whole.
pub(super) fn field(document: &DeTable<'_>, mistake: &Mistake) -> String {
    let path = mistake.span.as_ref().and_then(|span| in_table(document, span));
    path.unwrap_or_default().trim_start_matches('.').to_owned()
}

/// The path to the innermost part that covers `span`. Parts are asked before the whole, because the
/// span of a `[[table]]` is only its header.
fn in_table(table: &DeTable<'_>, span: &Range<usize>) -> Option<String> {
    table.iter().find_map(|(key, value)| {
        let inner = in_value(value.get_ref(), span);
        let here = covers(key.span(), span) || covers(value.span(), span);
        let inner = inner.or_else(|| here.then(String::new))?;
        Some(format!(".{}{inner}", key.get_ref()))
    })
}

fn in_value(value: &DeValue<'_>, span: &Range<usize>) -> Option<String> {
    match value {
        DeValue::Table(table) => in_table(table, span),
        DeValue::Array(items) => items.iter().enumerate().find_map(|(index, item)| {
            let inner = in_value(item.get_ref(), span);
            let inner = inner.or_else(|| covers(item.span(), span).then(String::new))?;
            Some(format!("[{index}]{inner}"))
        }),
        _ => None,
    }
}

fn covers(whole: Range<usize>, part: &Range<usize>) -> bool {
    whole.start <= part.start && part.end <= whole.end
}
