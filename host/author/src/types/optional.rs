//! Tables that fit although the checker says that they do not.
//!
//! Luau takes `{ attempts = 3 }` for a type whose other fields are optional only where the literal itself stands in
//! its place, and not behind a name, in a list that is built in a loop, or before a function with generics. No author
//! means anything by the difference. Here a table fits unless something speaks against it: a field that is not
//! wanted, one that is missing, or one of another kind.

use luau_analysis::types::{TableType, TypeGraph, TypeId, TypeKind};

use super::names::lossy;

/// How deep tables are looked into.
const DEEPEST: usize = 8;

/// Whether nothing speaks against a table, where a table is wanted.
pub(super) fn fits(graph: &TypeGraph<'_>, wanted: TypeId, given: TypeId) -> bool {
    let is_table = |ty: TypeId| matches!(graph.kind(graph.follow_type(ty)), TypeKind::Table(_));
    is_table(given)
        && options(graph, wanted).into_iter().any(is_table)
        && takes(graph, wanted, given, DEEPEST)
}

fn takes(graph: &TypeGraph<'_>, wanted: TypeId, given: TypeId, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return true };
    // Of what may be one thing or another, each has to fit; which it is, is known where it runs.
    let given = options(graph, given);
    let wanted = options(graph, wanted);
    given.into_iter().all(|given| wanted.iter().any(|wanted| is_one(graph, *wanted, given, depth)))
}

/// Of two types that are no unions.
fn is_one(graph: &TypeGraph<'_>, wanted: TypeId, given: TypeId, depth: usize) -> bool {
    match (graph.kind(wanted), graph.kind(given)) {
        (TypeKind::Table(wanted), TypeKind::Table(given)) => tables(graph, wanted, given, depth),
        (TypeKind::Any(_) | TypeKind::Unknown(_), _)
        | (_, TypeKind::Any(_))
        | (TypeKind::Function(_), TypeKind::Function(_)) => true,
        (TypeKind::Singleton(wanted), TypeKind::Singleton(given)) => wanted == given,
        // A text that a local holds has lost which one it is.
        (TypeKind::Singleton(_), TypeKind::Primitive(_))
        | (TypeKind::Primitive(_), TypeKind::Singleton(_)) => {
            kind_of(graph, wanted) == kind_of(graph, given)
        }
        _ => wanted == given || kind_of(graph, wanted) == kind_of(graph, given),
    }
}

fn tables(graph: &TypeGraph<'_>, wanted: &TableType, given: &TableType, depth: usize) -> bool {
    let known = given.props.iter().all(|(name, property)| {
        let Some(given) = property.read_ty else { return true };
        let field = wanted.props.get(name).and_then(|property| property.read_ty);
        let any = wanted.indexer.as_ref().map(|indexer| indexer.index_result_type);
        field.or(any).is_some_and(|wanted| takes(graph, wanted, given, depth))
    });
    let items = match (&wanted.indexer, &given.indexer) {
        (Some(wanted), Some(given)) => {
            takes(graph, wanted.index_result_type, given.index_result_type, depth)
        }
        (None, Some(_)) => false,
        (_, None) => true,
    };
    let missing = wanted.props.iter().any(|(name, property)| {
        let may_lack =
            |ty: TypeId| options(graph, ty).into_iter().any(|it| kind_of(graph, it) == "nil");
        !given.props.contains_key(name) && !property.read_ty.is_some_and(may_lack)
    });
    known && items && !missing
}

/// The types of a union; of another type, itself.
fn options(graph: &TypeGraph<'_>, ty: TypeId) -> Vec<TypeId> {
    let followed = graph.follow_type(ty);
    match graph.kind(followed) {
        TypeKind::Union(union) => {
            union.options.iter().flat_map(|option| options(graph, *option)).collect()
        }
        _ => vec![followed],
    }
}

/// What it is: `string`, `nil`; of a certain text, `string` as well.
fn kind_of(graph: &TypeGraph<'_>, ty: TypeId) -> String {
    let name = lossy(&graph.stringify_type(ty));
    match name.as_str() {
        "true" | "false" => "boolean".to_owned(),
        text if text.starts_with('"') => "string".to_owned(),
        _ => name,
    }
}
