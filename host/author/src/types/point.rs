//! What stands at a place: a field, a local, a type, a module.

use luau_analysis::ast::query::{find_ast_ancestry_of_position, find_expr_or_local_at_position};
use luau_analysis::module::Symbol;
use luau_analysis::types::TypeId;
use luau_analysis::{SemanticModel, TypeRef};
use luau_syntax::ast::{
    AstNode, Block, Expression, ExpressionKind, Local, Statement, TableItem, Type, TypeKind,
};
use luau_syntax::location::Position;

use super::answers::{Origin, Spot};
use super::names::lossy;
use super::origin::{self, field, of_type};

/// What was found.
#[derive(Default)]
pub(super) struct Point {
    pub(super) name: String,
    pub(super) ty: Option<TypeId>,
    /// Where it is written down.
    pub(super) origin: Option<Origin>,
    /// The module that it is, or holds.
    pub(super) module: Option<String>,
}

/// Looks at a place of a module. `source` reads modules.
pub(super) fn find<'s>(
    model: &SemanticModel<'_>,
    own: &str,
    at: Position,
    source: impl Fn(&str) -> Option<&'s str>,
) -> Option<Point> {
    let root = model.module().root()?;
    let ancestry = find_ast_ancestry_of_position(root, at, true);
    let (last, outer) = ancestry.split_last()?;
    match last {
        AstNode::Type(ty) => named_type(root, *ty, own, source),
        AstNode::Expression(expression) => of_expression(model, *expression, outer.last(), at)
            .or_else(|| variable(model, root, own, at)),
        _ => variable(model, root, own, at),
    }
}

/// A field behind a dot, a key of a table, or the name of a module.
fn of_expression(
    model: &SemanticModel<'_>,
    expression: Expression<'_>,
    around: Option<&AstNode<'_>>,
    at: Position,
) -> Option<Point> {
    if let Some(indexed) = expression.as_index_name() {
        // Before the dot is another one.
        if at < indexed.index_location.begin {
            return None;
        }
        let table = model.expression_type(indexed.expr)?.id();
        let known = model.expression_type(expression).map(TypeRef::id);
        return Some(of_field(model, table, &lossy(indexed.index.bytes()), known));
    }
    let text = lossy(expression.as_string()?.value.as_bytes());
    let AstNode::Expression(around) = around? else { return None };
    if required(*around).as_deref() == Some(text.as_str()) {
        let module = text.strip_prefix("./").unwrap_or(&text).to_owned();
        return Some(Point { name: text, module: Some(module), ..Point::default() });
    }
    let is_key = around.as_table()?.items.iter().any(|item| match item {
        TableItem::Record { key, .. } => key.as_ptr() == expression.as_ptr(),
        _ => false,
    });
    let wanted = model.expected_expression_type(*around).filter(|_| is_key)?;
    Some(of_field(model, wanted.id(), &text, None))
}

fn of_field(model: &SemanticModel<'_>, table: TypeId, name: &str, known: Option<TypeId>) -> Point {
    let found = field(model.graph(), table, name);
    let ty = known.or_else(|| found.as_ref()?.property.read_ty);
    let origin = found.and_then(|field| field.origin);
    Point { name: name.to_owned(), ty, origin, module: None }
}

/// A local, where it is declared or used, or a global.
fn variable(model: &SemanticModel<'_>, root: Block<'_>, own: &str, at: Position) -> Option<Point> {
    let found = find_expr_or_local_at_position(root, at)?;
    let name = lossy(found.name()?.bytes());
    let expression = found.expression();
    let known = expression.and_then(|it| model.expression_type(it)).map(TypeRef::id);
    let local = match expression {
        Some(expression) => expression.as_local().map(|it| it.local),
        None => found.local(),
    };
    let Some(local) = local else {
        expression?.as_global()?;
        return Some(Point { name, ty: known, ..Point::default() });
    };
    let declared = || model.scopes().lookup_symbol(model.scope_at(at)?, Symbol::local(local));
    let ty = known.or_else(declared);
    let is_declaration = local.location.contains(at);
    let here = origin::origin(own.to_owned(), local.location);
    let origin = match ty.and_then(|ty| of_type(model.graph(), ty)) {
        // A function is described where it is written down, and so is what a declaration holds.
        Some(there) if is_declaration || there.module == own && there.begin == here.begin => there,
        _ => here,
    };
    Some(Point { name, ty, origin: Some(origin), module: module_of(root, local) })
}

/// The module that a local was made of, as in `local ssm = require("@moontide/ssm")`.
fn module_of(root: Block<'_>, local: &Local<'_>) -> Option<String> {
    let ancestry = find_ast_ancestry_of_position(root, local.location.begin, false);
    let mut statements = ancestry.into_iter().rev().filter_map(AstNode::as_statement);
    let statement = statements.find_map(Statement::as_local)?;
    let at = statement.bindings.iter().position(|it| it.location == local.location)?;
    let name = required(*statement.values.get(at)?)?;
    Some(name.strip_prefix("./").map(str::to_owned).unwrap_or(name))
}

/// What a call of `require` asks for.
fn required(expression: Expression<'_>) -> Option<String> {
    let call = expression.as_call()?;
    let is_require = call.func.as_global()?.name.bytes() == b"require";
    let [asked] = call.args else { return None };
    let ExpressionKind::String { value, .. } = asked.kind() else { return None };
    is_require.then(|| lossy(value.as_bytes()))
}

/// A type by its name, such as `moontide.Wave`.
fn named_type<'s>(
    root: Block<'_>,
    ty: Type<'_>,
    own: &str,
    source: impl Fn(&str) -> Option<&'s str>,
) -> Option<Point> {
    let TypeKind::Reference { prefix_local, prefix, name, .. } = ty.kind() else { return None };
    let name = lossy(name.bytes());
    let module = match (prefix, prefix_local) {
        (None, _) => own.to_owned(),
        (Some(_), local) => module_of(root, local?)?,
    };
    let (line, byte) = declared(source(&module)?, &name)?;
    let begin = Spot { line, byte };
    let end = Spot { byte: byte + u32::try_from(name.len()).unwrap_or_default(), ..begin };
    Some(Point { name, origin: Some(Origin { module, begin, end }), ..Point::default() })
}

/// The line and the byte at which a source declares a type of that name.
fn declared(source: &str, name: &str) -> Option<(u32, u32)> {
    source.lines().enumerate().find_map(|(at, line)| {
        let rest = line.strip_prefix("export ").unwrap_or(line).strip_prefix("type ")?;
        let behind = rest.strip_prefix(name)?;
        let is_whole = !behind.starts_with(|it: char| it.is_ascii_alphanumeric() || it == '_');
        let place =
            || Some((u32::try_from(at).ok()?, u32::try_from(line.len() - rest.len()).ok()?));
        is_whole.then(place)?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_found_by_its_whole_name() {
        let source = "type Waves = { Wave }\nexport type Wave<T> = {}\n";
        assert_eq!(declared(source, "Wave"), Some((1, 12)));
        assert_eq!(declared(source, "Waves"), Some((0, 5)));
        assert_eq!(declared(source, "Wav"), None);
    }
}
