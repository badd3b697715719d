//! The names that a type has, for a suggestion.

use std::collections::BTreeSet;

use luau_analysis::types::{SingletonValue, TypeGraph, TypeId, TypeKind};

/// How deep unions and metatables are looked into.
const DEEPEST: usize = 6;

/// The fields of a type. `None` if it takes any.
pub(super) fn fields(graph: &TypeGraph<'_>, ty: TypeId) -> Option<BTreeSet<String>> {
    let mut fields = BTreeSet::new();
    collect(graph, ty, DEEPEST, &mut fields).then_some(fields)
}

/// Collects fields; whether these are all that there are.
fn collect(graph: &TypeGraph<'_>, ty: TypeId, depth: usize, fields: &mut BTreeSet<String>) -> bool {
    if depth == 0 {
        return false;
    }
    match graph.kind(graph.follow_type(ty)) {
        TypeKind::Table(table) => {
            fields.extend(table.props.keys().map(|name| lossy(name)));
            table.indexer.is_none()
        }
        TypeKind::Union(union) => {
            union.options.iter().all(|option| collect(graph, *option, depth - 1, fields))
        }
        TypeKind::Intersection(intersection) => {
            intersection.parts.iter().all(|part| collect(graph, *part, depth - 1, fields))
        }
        TypeKind::Metatable(metatable) => {
            collect(graph, metatable.table, depth - 1, fields)
                && collect(graph, metatable.metatable, depth - 1, fields)
        }
        TypeKind::Primitive(_) | TypeKind::Singleton(_) | TypeKind::Function(_) => true,
        _ => false,
    }
}

/// The texts that a type allows, where it allows only some.
pub(super) fn texts(graph: &TypeGraph<'_>, ty: TypeId) -> Vec<String> {
    match graph.kind(graph.follow_type(ty)) {
        TypeKind::Union(union) => {
            union.options.iter().flat_map(|option| texts(graph, *option)).collect()
        }
        TypeKind::Singleton(singleton) => match &singleton.value {
            SingletonValue::String(text) => vec![lossy(&text.value)],
            SingletonValue::Boolean(_) => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// A name as text.
pub(super) fn lossy(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}
