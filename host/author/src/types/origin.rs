//! Where the things that a type speaks of are written down.

use luau_analysis::types::{Property, TypeGraph, TypeId, TypeKind};
use luau_syntax::location::Location;

use super::answers::{Origin, Spot};
use super::names::lossy;

/// How deep unions, intersections and metatables are looked into.
const DEEPEST: usize = 6;

/// A field of a type: the field, and where it is written down.
pub(super) struct Field<'g> {
    pub(super) property: &'g Property,
    pub(super) origin: Option<Origin>,
}

/// The field of that name, in the first part of the type that has it.
pub(super) fn field<'g>(graph: &'g TypeGraph<'_>, ty: TypeId, name: &str) -> Option<Field<'g>> {
    find(graph, ty, name, DEEPEST)
}

fn find<'g>(graph: &'g TypeGraph<'_>, ty: TypeId, name: &str, depth: usize) -> Option<Field<'g>> {
    let depth = depth.checked_sub(1)?;
    match graph.kind(graph.follow_type(ty)) {
        TypeKind::Table(table) => {
            let property = table.props.get(name.as_bytes())?;
            let at = property.location.or(property.type_location);
            let module = lossy(&table.definition_module_name);
            let here = at.filter(|_| !module.is_empty()).map(|at| origin(module, at));
            // What is assigned from elsewhere is written down there.
            let origin = here.or_else(|| of_type(graph, property.read_ty?));
            Some(Field { property, origin })
        }
        TypeKind::Union(union) => {
            union.options.iter().find_map(|option| find(graph, *option, name, depth))
        }
        TypeKind::Intersection(intersection) => {
            intersection.parts.iter().find_map(|part| find(graph, *part, name, depth))
        }
        TypeKind::Metatable(both) => find(graph, both.table, name, depth).or_else(|| {
            let index = find(graph, both.metatable, "__index", depth)?;
            find(graph, index.property.read_ty?, name, depth)
        }),
        _ => None,
    }
}

/// Where a function, or a table, is written down.
pub(super) fn of_type(graph: &TypeGraph<'_>, ty: TypeId) -> Option<Origin> {
    let (module, at) = match graph.kind(graph.follow_type(ty)) {
        TypeKind::Function(function) => {
            let definition = function.definition.as_ref()?;
            (definition.definition_module_name.as_ref()?, definition.original_name_location)
        }
        TypeKind::Table(table) => (&table.definition_module_name, table.definition_location),
        _ => return None,
    };
    let module = lossy(module);
    // Luau's own are in no file.
    (!module.is_empty() && module != "@luau").then(|| origin(module, at))
}

pub(super) fn origin(module: String, at: Location) -> Origin {
    let spot = |at: luau_syntax::location::Position| Spot { line: at.line, byte: at.column };
    Origin { module, begin: spot(at.begin), end: spot(at.end) }
}
