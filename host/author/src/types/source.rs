//! What stands at the place of an error.

use luau_syntax::ast::{
    AstVisitor, BinaryOp, Block, Expression, ExpressionKind, Function, Statement, TableItem,
};
use luau_syntax::location::Location;

/// The two sides of what is computed there.
pub(super) fn operands(root: Block<'_>, at: Location) -> Option<(Expression<'_>, Expression<'_>)> {
    match expression(root, at)?.kind() {
        ExpressionKind::Binary { lhs, rhs, .. } => Some((lhs, rhs)),
        _ => None,
    }
}

/// Every comparison of one thing with another, for being the same or not.
pub(super) fn comparisons(root: Block<'_>) -> Vec<(Expression<'_>, Expression<'_>)> {
    let mut search = Comparisons(Vec::new());
    root.visit(&mut search);
    search.0
}

/// What a function returns, first of all, wherever it returns something.
pub(super) fn returns<'ast>(function: &Function<'ast>) -> Vec<Expression<'ast>> {
    let mut search = Returns(Vec::new());
    function.body.visit(&mut search);
    search.0
}

/// Whether what stands there is returned by a function whose author wrote no type for that.
pub(super) fn is_returned_untyped(root: Block<'_>, at: Location) -> bool {
    functions(root).into_iter().any(|function| {
        function.return_annotation.is_none()
            && returns(function).into_iter().any(|value| value.location() == at)
    })
}

/// Whether a function stands there whose author wrote no type for what it returns.
pub(super) fn is_untyped(root: Block<'_>, at: Location) -> bool {
    functions(root).into_iter().any(|it| it.location == at && it.return_annotation.is_none())
}

fn functions(root: Block<'_>) -> Vec<&Function<'_>> {
    let mut search = Functions(Vec::new());
    root.visit(&mut search);
    search.0
}

/// What an item of a table is.
pub(super) fn value<'ast>(item: &TableItem<'ast>) -> Expression<'ast> {
    match item {
        TableItem::List { value }
        | TableItem::Record { value, .. }
        | TableItem::General { value, .. } => *value,
    }
}

/// Whether a field stands there of what `table.clone` has made: it can be written to, and what it lacks is nil.
pub(super) fn is_of_a_clone(root: Block<'_>, at: Location) -> bool {
    let Some(expression) = expression(root, at) else { return false };
    let mut clones = Clones(Vec::new());
    root.visit(&mut clones);
    match expression.kind() {
        ExpressionKind::IndexName { expr, .. } | ExpressionKind::IndexExpr { expr, .. } => {
            is_clone(expr)
                || matches!(expr.kind(), ExpressionKind::Local { local, .. } if clones.0.contains(&local.location))
        }
        _ => false,
    }
}

/// The expression that stands there.
pub(super) fn expression(root: Block<'_>, at: Location) -> Option<Expression<'_>> {
    let mut search = At { at, found: None };
    root.visit(&mut search);
    search.found
}

struct Functions<'ast>(Vec<&'ast Function<'ast>>);

impl<'ast> AstVisitor<'ast> for Functions<'ast> {
    fn visit_expression(&mut self, expression: Expression<'ast>) -> bool {
        if let ExpressionKind::FunctionLiteral(function) = expression.kind() {
            self.0.push(function);
        }
        true
    }
}

struct Returns<'ast>(Vec<Expression<'ast>>);

impl<'ast> AstVisitor<'ast> for Returns<'ast> {
    fn visit_return_statement(&mut self, statement: Statement<'ast>) -> bool {
        let returned = statement.as_return().and_then(|it| it.expressions.first());
        self.0.extend(returned.copied());
        true
    }

    fn visit_expression(&mut self, expression: Expression<'ast>) -> bool {
        // What a function inside returns is another affair.
        !matches!(expression.kind(), ExpressionKind::FunctionLiteral(_))
    }
}

struct At<'ast> {
    at: Location,
    found: Option<Expression<'ast>>,
}

impl<'ast> AstVisitor<'ast> for At<'ast> {
    fn visit_expression(&mut self, expression: Expression<'ast>) -> bool {
        if expression.location() == self.at {
            self.found = Some(expression);
        }
        self.found.is_none()
    }
}

struct Comparisons<'ast>(Vec<(Expression<'ast>, Expression<'ast>)>);

impl<'ast> AstVisitor<'ast> for Comparisons<'ast> {
    fn visit_expression(&mut self, expression: Expression<'ast>) -> bool {
        if let ExpressionKind::Binary { lhs, op, rhs } = expression.kind()
            && matches!(op, BinaryOp::Equal | BinaryOp::NotEqual)
        {
            self.0.push((lhs, rhs));
        }
        true
    }
}

/// Where the locals are declared that hold clones.
struct Clones(Vec<Location>);

impl<'ast> AstVisitor<'ast> for Clones {
    fn visit_local_statement(&mut self, statement: Statement<'ast>) -> bool {
        if let Some(declared) = statement.as_local() {
            let clones = declared.bindings.iter().zip(declared.values);
            self.0.extend(clones.filter(|(_, value)| is_clone(**value)).map(|(it, _)| it.location));
        }
        true
    }
}

/// Whether it is a call of `table.clone`.
fn is_clone(expression: Expression<'_>) -> bool {
    let ExpressionKind::Call { func, .. } = expression.kind() else { return false };
    let ExpressionKind::IndexName { expr, index, .. } = func.kind() else { return false };
    matches!(expr.kind(), ExpressionKind::Global(name) if name.bytes() == b"table")
        && index.bytes() == b"clone"
}
