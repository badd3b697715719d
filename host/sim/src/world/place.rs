//! From an offset in the text to what a person calls that place: file, line, field.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::WorldError;
use super::error::Trouble;

/// Gives a trouble its file and line.
pub(super) fn name(trouble: &Trouble, text: &str, file: &str) -> WorldError {
    let offset = trouble
        .span
        .as_ref()
        .map_or(0, |span| span.start.min(text.len()));
    WorldError {
        file: file.to_owned(),
        line: text.get(..offset).unwrap_or(text).matches('\n').count() + 1,
        field: String::new(),
        message: trouble.message.clone(),
        suggestion: trouble.suggestion.clone(),
    }
}

/// The path of the field in which a trouble lies: `servers[1].replication`.
pub(super) fn field(document: &DeTable<'_>, trouble: &Trouble) -> String {
    let mut path = String::new();
    if let Some(span) = &trouble.span {
        descend(document, span, &mut path);
    }
    path
}

fn descend(table: &DeTable<'_>, span: &Range<usize>, path: &mut String) {
    for (key, value) in table {
        let whole = key.span().start.min(value.span().start)..value.span().end;
        let inside = whole.contains(&span.start) || holds(value.get_ref(), span);
        if !inside {
            continue;
        }
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(key.get_ref());
        if !key.span().contains(&span.start) {
            descend_value(value.get_ref(), span, path);
        }
        return;
    }
}

fn descend_value(value: &DeValue<'_>, span: &Range<usize>, path: &mut String) {
    match value {
        DeValue::Table(table) => descend(table, span, path),
        DeValue::Array(items) => {
            let inside = items
                .iter()
                .enumerate()
                .find(|(_, item)| item.span().contains(&span.start) || holds(item.get_ref(), span));
            if let Some((index, item)) = inside {
                path.extend(["[", &index.to_string(), "]"]);
                descend_value(item.get_ref(), span, path);
            }
        }
        _ => {}
    }
}

/// Whether a place lies in a part of `value`. The span of a `[[table]]` is only its header, so its
/// parts must be asked.
fn holds(value: &DeValue<'_>, span: &Range<usize>) -> bool {
    match value {
        DeValue::Table(table) => table.iter().any(|(key, value)| {
            key.span().contains(&span.start)
                || value.span().contains(&span.start)
                || holds(value.get_ref(), span)
        }),
        DeValue::Array(items) => items
            .iter()
            .any(|item| item.span().contains(&span.start) || holds(item.get_ref(), span)),
        _ => false,
    }
}
