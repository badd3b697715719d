//! Tables that lack what they need not have.
//!
//! Luau takes `{ attempts = 3 }` for a type whose other fields are optional only where the literal itself stands in
//! its place, and not behind a name or before a function with generics. No author means anything by the difference.

use luau_analysis::types::{TableType, TypeGraph, TypeId, TypeKind};

/// Whether a table fits: it has no field that is not wanted, each is of a type that is, and what it lacks may be nil.
pub(super) fn fits(graph: &TypeGraph<'_>, wanted: TypeId, given: TypeId) -> bool {
    let tables = table(graph, wanted).zip(table(graph, given));
    let Some((wanted, given)) =
        tables.filter(|(wanted, given)| wanted.indexer.is_none() && given.indexer.is_none())
    else {
        return false;
    };
    let knows = given.props.iter().all(|(name, property)| {
        let pair = wanted.props.get(name).and_then(|it| it.read_ty).zip(property.read_ty);
        pair.is_some_and(|(wanted, given)| is_one_of(graph, wanted, given))
    });
    let lacks = wanted.props.iter().filter(|(name, _)| !given.props.contains_key(*name));
    knows
        && lacks.into_iter().all(|(_, property)| {
            property.read_ty.is_some_and(|ty| options(graph, ty).iter().any(|it| it == "nil"))
        })
}

fn table<'g>(graph: &'g TypeGraph<'_>, ty: TypeId) -> Option<&'g TableType> {
    match graph.kind(graph.follow_type(ty)) {
        TypeKind::Table(table) => Some(table),
        TypeKind::Union(union) => {
            let mut tables = union.options.iter().filter_map(|option| table(graph, *option));
            tables.next().filter(|_| tables.next().is_none())
        }
        _ => None,
    }
}

/// Whether a type is one of those that are wanted, by its name.
fn is_one_of(graph: &TypeGraph<'_>, wanted: TypeId, given: TypeId) -> bool {
    let (wanted, given) = (options(graph, wanted), options(graph, given));
    let takes_any = wanted.iter().any(|it| it == "any" || it == "unknown");
    takes_any || given.iter().all(|it| it == "any" || wanted.contains(it))
}

/// The types of a union, by their names; of another type, its own.
fn options(graph: &TypeGraph<'_>, ty: TypeId) -> Vec<String> {
    let followed = graph.follow_type(ty);
    match graph.kind(followed) {
        TypeKind::Union(union) => {
            union.options.iter().flat_map(|option| options(graph, *option)).collect()
        }
        _ => vec![super::names::lossy(&graph.stringify_type(followed))],
    }
}
