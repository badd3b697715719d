//! What the checker does not know, but has guessed: of values whose author wrote no type. An author who wants these
//! checked writes the type. What is inside a type that has a name was written by its author.

use luau_analysis::diagnostics::TypeErrorData;
use luau_analysis::types::{PrimitiveTypeKind, TypeGraph, TypeId, TypeKind, TypePackId};

/// Whether a type, or a part of it, is only guessed.
pub(super) fn is_guessed(graph: &TypeGraph<'_>, ty: TypeId) -> bool {
    is_any_part(graph, ty, &mut Seen::default(), &|kind| {
        matches!(
            kind,
            TypeKind::Unknown(_)
                | TypeKind::Error(_)
                | TypeKind::Free(_)
                | TypeKind::Blocked(_)
                | TypeKind::PendingExpansion(_)
                | TypeKind::Lazy(_)
        )
    })
}

/// Whether a type was narrowed, or stands for another one: the checker takes it too narrowly now and then.
pub(super) fn is_computed(graph: &TypeGraph<'_>, ty: TypeId) -> bool {
    is_any_part(graph, ty, &mut Seen::default(), &|kind| {
        matches!(
            kind,
            TypeKind::Generic(_)
                | TypeKind::Negation(_)
                | TypeKind::Intersection(_)
                | TypeKind::NoRefine(_)
                | TypeKind::FunctionInstance(_)
        )
    })
}

/// Whether a type was narrowed by what the source has asked before.
pub(super) fn is_narrowed(graph: &TypeGraph<'_>, ty: TypeId) -> bool {
    is_any_part(graph, ty, &mut Seen::default(), &|kind| matches!(kind, TypeKind::Negation(_)))
}

/// A type without what the source has asked of it before, where one is left then.
pub(super) fn plain(graph: &TypeGraph<'_>, ty: TypeId) -> TypeId {
    let followed = graph.follow_type(ty);
    let TypeKind::Intersection(all) = graph.kind(followed) else { return ty };
    let mut asked = all.parts.iter().filter(|part| !is_narrowed(graph, **part));
    match (asked.next(), asked.next()) {
        (Some(only), None) => *only,
        _ => ty,
    }
}

/// Whether a type holds tables of which nothing is known.
pub(super) fn is_vague(graph: &TypeGraph<'_>, ty: TypeId) -> bool {
    is_any_part(graph, ty, &mut Seen::default(), &|kind| match kind {
        TypeKind::Table(table) => table.props.is_empty() && table.indexer.is_none(),
        kind => matches!(kind, TypeKind::Generic(_)),
    })
}

/// Whether there may be nothing, or one of the operands of what is computed may be nothing.
pub(super) fn may_be_nil(graph: &TypeGraph<'_>, ty: TypeId) -> bool {
    match graph.kind(graph.follow_type(ty)) {
        TypeKind::Union(union) => union.options.iter().any(|option| may_be_nil(graph, *option)),
        TypeKind::FunctionInstance(computed) => {
            computed.type_arguments.iter().any(|operand| may_be_nil(graph, *operand))
        }
        TypeKind::Primitive(primitive) => primitive.kind == PrimitiveTypeKind::Nil,
        _ => false,
    }
}

/// The types that an error is about; those of a mismatch are compared elsewhere.
pub(super) fn types_of(graph: &TypeGraph<'_>, data: &TypeErrorData) -> Vec<TypeId> {
    let packed = |pack: TypePackId| graph.flatten_type_pack(pack).0;
    match data {
        TypeErrorData::UnknownProperty(it) => vec![it.table],
        TypeErrorData::UnknownPropButFoundLikeProp(it) => vec![it.table],
        TypeErrorData::MissingUnionProperty(it) => vec![it.ty],
        TypeErrorData::NotATable(it) => vec![it.ty],
        TypeErrorData::CannotExtendTable(it) => vec![it.table_type],
        TypeErrorData::PropertyAccessViolation(it) => vec![it.table],
        TypeErrorData::OnlyTablesCanHaveMethods(it) => vec![it.table_type],
        TypeErrorData::CannotCompareUnrelatedTypes(it) => vec![it.left, it.right],
        TypeErrorData::TypesAreUnrelated(it) => vec![it.left, it.right],
        TypeErrorData::CannotCallNonFunction(it) => vec![it.ty],
        TypeErrorData::OptionalValueAccess(it) => vec![it.optional],
        TypeErrorData::MissingProperties(it) => vec![it.super_type, it.sub_type],
        TypeErrorData::UninhabitedTypeFunction(it) => vec![it.ty],
        TypeErrorData::TypePackMismatch(it) => [packed(it.wanted_tp), packed(it.given_tp)].concat(),
        TypeErrorData::UninhabitedTypePackFunction(it) => packed(it.tp),
        TypeErrorData::CannotAssignToNever(it) => [vec![it.rhs_type], it.cause.clone()].concat(),
        TypeErrorData::GenericBoundsMismatch(it) => {
            [it.lower_bounds.clone(), it.upper_bounds.clone()].concat()
        }
        _ => Vec::new(),
    }
}

/// Whether a field may be there. `None` where the type is neither narrowed nor one of several: the checker knows.
pub(super) fn may_have(graph: &TypeGraph<'_>, ty: TypeId, key: &str) -> Option<bool> {
    let ty = graph.follow_type(ty);
    let is_mixed = matches!(graph.kind(ty), TypeKind::Union(_) | TypeKind::Intersection(_));
    is_mixed.then(|| has(graph, ty, key, DEEPEST))
}

/// How deep types are looked into.
const DEEPEST: usize = 8;

fn has(graph: &TypeGraph<'_>, ty: TypeId, key: &str, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return true };
    match graph.kind(graph.follow_type(ty)) {
        TypeKind::Table(table) => {
            let indexer = table.indexer.as_ref();
            let takes_texts = indexer.is_some_and(|it| !is_number(graph, it.index_type));
            takes_texts || table.props.contains_key(key.as_bytes())
        }
        TypeKind::Union(union) => union.options.iter().any(|it| has(graph, *it, key, depth)),
        TypeKind::Intersection(all) => all.parts.iter().any(|it| has(graph, *it, key, depth)),
        TypeKind::Primitive(primitive) => primitive.kind == PrimitiveTypeKind::Table,
        TypeKind::Singleton(_) | TypeKind::Function(_) | TypeKind::Negation(_) => false,
        _ => true,
    }
}

fn is_number(graph: &TypeGraph<'_>, ty: TypeId) -> bool {
    let kind = graph.kind(graph.follow_type(ty));
    matches!(kind, TypeKind::Primitive(it) if it.kind == PrimitiveTypeKind::Number)
}

/// Whether a type or a part of it is of a kind. One that holds itself, and has no name, was computed: so it is.
fn is_any_part(
    graph: &TypeGraph<'_>,
    ty: TypeId,
    seen: &mut Seen,
    is_so: &impl Fn(&TypeKind) -> bool,
) -> bool {
    let ty = graph.follow_type(ty);
    if seen.above.contains(&ty) {
        return true;
    }
    if seen.done.contains(&ty) {
        return false;
    }
    seen.above.push(ty);
    let kind = graph.kind(ty);
    let is_any = is_so(kind)
        || parts(graph, kind).into_iter().any(|part| is_any_part(graph, part, seen, is_so));
    seen.above.pop();
    seen.done.push(ty);
    is_any
}

/// The types that were looked at.
#[derive(Default)]
struct Seen {
    /// Those that hold the one that is looked at.
    above: Vec<TypeId>,
    /// Those in which nothing was found.
    done: Vec<TypeId>,
}

/// The types that a type is made of.
fn parts(graph: &TypeGraph<'_>, kind: &TypeKind) -> Vec<TypeId> {
    match kind {
        TypeKind::Table(table) if table.name.is_some() || table.synthetic_name.is_some() => {
            Vec::new()
        }
        TypeKind::Table(table) => {
            let fields = table.props.values().filter_map(|it| it.read_ty.or(it.write_ty));
            let indexer = table.indexer.as_ref();
            let items = indexer.into_iter().flat_map(|it| [it.index_type, it.index_result_type]);
            fields.chain(items).collect()
        }
        TypeKind::Metatable(it) if it.synthetic_name.is_none() => vec![it.table, it.metatable],
        TypeKind::Union(union) => union.options.clone(),
        TypeKind::Intersection(intersection) => intersection.parts.clone(),
        TypeKind::Negation(negation) => vec![negation.ty],
        TypeKind::FunctionInstance(computed) => computed.type_arguments.clone(),
        TypeKind::Function(function) => {
            let packed = |pack| graph.flatten_type_pack(pack).0;
            [packed(function.arg_types), packed(function.ret_types)].concat()
        }
        _ => Vec::new(),
    }
}
