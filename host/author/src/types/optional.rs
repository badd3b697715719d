//! Values that fit although the checker says that they do not.
//!
//! Luau takes `{ attempts = 3 }` for a type whose other fields are optional only where the literal itself stands in
//! its place, and not behind a name, in a list that is built in a loop, or before a function with generics. No author
//! means anything by the difference. Here a value fits unless something speaks against it: a field that is not
//! wanted, one that is missing, or one of another kind.

use std::iter;

use luau_analysis::types::{
    Name, PrimitiveTypeKind, TableIndexer, TableType, TypeGraph, TypeId, TypeKind, TypePackId,
    TypePackKind,
};

use super::names::lossy;

/// How deep tables are looked into.
const DEEPEST: usize = 8;

/// Whether both are tables, or may be.
pub(super) fn are_tables(graph: &TypeGraph<'_>, wanted: TypeId, given: TypeId) -> bool {
    let is_table = |ty: TypeId| matches!(graph.kind(graph.follow_type(ty)), TypeKind::Table(_));
    is_table(given) && options(graph, wanted).into_iter().any(is_table)
}

/// Whether nothing speaks against a value where another is wanted.
pub(super) fn fits(graph: &TypeGraph<'_>, wanted: TypeId, given: TypeId) -> bool {
    takes(graph, wanted, given, DEEPEST)
}

/// Whether one of the things that a value may be fits.
pub(super) fn may_fit(graph: &TypeGraph<'_>, wanted: TypeId, given: TypeId) -> bool {
    options(graph, given).into_iter().any(|given| takes(graph, wanted, given, DEEPEST))
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
        (one, other) if is_open(one) || is_open(other) => true,
        (TypeKind::Intersection(wanted), _) => {
            wanted.parts.iter().all(|part| takes(graph, *part, given, depth))
        }
        (_, TypeKind::Intersection(given)) => parts(graph, wanted, &given.parts, depth),
        (TypeKind::Metatable(it), _) => takes(graph, it.table, given, depth),
        (_, TypeKind::Metatable(it)) => takes(graph, wanted, it.table, depth),
        (TypeKind::Table(wanted), TypeKind::Table(given)) => tables(graph, wanted, &[given], depth),
        (TypeKind::Function(_), TypeKind::Function(_)) => true,
        (TypeKind::Singleton(wanted), TypeKind::Singleton(given)) => wanted == given,
        // A text that a local holds has lost which one it is.
        (TypeKind::Singleton(_), TypeKind::Primitive(_))
        | (TypeKind::Primitive(_), TypeKind::Singleton(_)) => {
            kind_of(graph, wanted) == kind_of(graph, given)
        }
        (TypeKind::Primitive(it), TypeKind::Table(_)) => it.kind == PrimitiveTypeKind::Table,
        (TypeKind::Primitive(it), TypeKind::Function(_)) => it.kind == PrimitiveTypeKind::Function,
        _ => wanted == given || kind_of(graph, wanted) == kind_of(graph, given),
    }
}

/// Whether a type says nothing of what is there.
fn is_open(kind: &TypeKind) -> bool {
    !matches!(
        kind,
        TypeKind::Primitive(_)
            | TypeKind::Singleton(_)
            | TypeKind::Table(_)
            | TypeKind::Metatable(_)
            | TypeKind::Function(_)
            | TypeKind::Intersection(_)
    )
}

/// Of what is several things at once, each of which says a part of it: one has to fit, or all tables together.
fn parts(graph: &TypeGraph<'_>, wanted: TypeId, given: &[TypeId], depth: usize) -> bool {
    let given: Vec<TypeId> = given.iter().map(|part| graph.follow_type(*part)).collect();
    let known = || given.iter().filter(|part| !is_open(graph.kind(**part)));
    let each: Vec<&TableType> = known()
        .filter_map(|part| match graph.kind(*part) {
            TypeKind::Table(table) => Some(table),
            _ => None,
        })
        .collect();
    if let TypeKind::Table(wanted) = graph.kind(wanted)
        && !each.is_empty()
    {
        return tables(graph, wanted, &each, depth);
    }
    known().count() == 0 || known().any(|part| takes(graph, wanted, *part, depth))
}

/// Of a table, whose fields stand in one type or in several.
fn tables(graph: &TypeGraph<'_>, wanted: &TableType, given: &[&TableType], depth: usize) -> bool {
    let names = given.iter().flat_map(|it| it.props.keys());
    let known = names.clone().all(|name| {
        let mut types = given.iter().filter_map(|it| it.props.get(name)?.read_ty).peekable();
        let field = wanted.props.get(name).and_then(|property| property.read_ty);
        let any = wanted.indexer.as_ref().filter(|indexer| takes_names(graph, indexer));
        let wanted = field.or(any.map(|indexer| indexer.index_result_type));
        types.peek().is_none()
            || wanted.is_some_and(|wanted| types.any(|it| takes(graph, wanted, it, depth)))
    });
    let items = given.iter().filter_map(|it| it.indexer.as_ref()).all(|given| {
        let wanted = wanted.indexer.as_ref();
        let is_unknown = is_open(graph.kind(graph.follow_type(given.index_type)));
        is_unknown
            || wanted.is_some_and(|wanted| {
                takes(graph, wanted.index_type, given.index_type, depth)
                    && takes(graph, wanted.index_result_type, given.index_result_type, depth)
            })
    });
    let is_given = |name: &Name| names.clone().any(|it| it == name);
    let missing = wanted.props.iter().any(|(name, property)| {
        let may_lack =
            |ty: TypeId| options(graph, ty).into_iter().any(|it| kind_of(graph, it) == "nil");
        !is_given(name) && !property.read_ty.is_some_and(may_lack)
    });
    known && items && !missing
}

/// What a function returns first of all, where one function is wanted.
pub(super) fn returned(graph: &TypeGraph<'_>, wanted: TypeId) -> Option<TypeId> {
    let mut functions =
        options(graph, wanted).into_iter().filter_map(|option| match graph.kind(option) {
            TypeKind::Function(function) => Some(function.ret_types),
            _ => None,
        });
    let only = functions.next().filter(|_| functions.next().is_none())?;
    let (each, rest) = pack(graph, only);
    each.first().copied().or(rest)
}

/// Whether nothing speaks against several values where others are wanted.
pub(super) fn pack_fits(graph: &TypeGraph<'_>, wanted: TypePackId, given: TypePackId) -> bool {
    let (each, rest) = pack(graph, wanted);
    let (given, _) = pack(graph, given);
    let wanted = each.into_iter().map(Some).chain(iter::repeat(rest));
    given
        .into_iter()
        .zip(wanted)
        .all(|(given, wanted)| wanted.is_some_and(|wanted| takes(graph, wanted, given, DEEPEST)))
}

/// The types of several values, and that of all behind them.
fn pack(graph: &TypeGraph<'_>, pack: TypePackId) -> (Vec<TypeId>, Option<TypeId>) {
    let (each, rest) = graph.flatten_type_pack(pack);
    let rest = rest.and_then(|rest| match graph.pack_kind(rest) {
        TypePackKind::Variadic(all) => Some(all.ty),
        _ => None,
    });
    (each, rest)
}

/// Whether a table is a list of items, and no more.
pub(super) fn is_list(graph: &TypeGraph<'_>, table: &TableType) -> bool {
    let indexer = table.indexer.as_ref();
    table.props.is_empty() && indexer.is_some_and(|indexer| !takes_names(graph, indexer))
}

/// Whether what is asked for by a name is found: not in a list.
fn takes_names(graph: &TypeGraph<'_>, indexer: &TableIndexer) -> bool {
    options(graph, indexer.index_type).into_iter().any(|key| kind_of(graph, key) != "number")
}

/// The types of a union; of another type, itself.
pub(super) fn options(graph: &TypeGraph<'_>, ty: TypeId) -> Vec<TypeId> {
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
