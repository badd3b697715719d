//! What a hook asks of what it is given, by a name: of the params, of what other waves returned, of how they ended.
//! The types take any name, and the declaration in the same file says which there are. Only hooks are looked at that
//! stand in the declaration itself.

use std::collections::BTreeSet;

use luau_syntax::ast::{AstVisitor, Block, Expression, ExpressionKind, Function, TableItem};
use luau_syntax::location::Location;
use moontide_runtime::plan::Plan;
use moontide_runtime::plan::suggest::nearest;

use super::checker::{Kind, Told};
use super::names::lossy;

/// Every name that a hook asks for, and that is not there.
pub(super) fn find(root: Block<'_>, plan: &Plan) -> Vec<Told> {
    let mut declarations = Declarations(Vec::new());
    root.visit(&mut declarations);
    let [declared] = declarations.0.as_slice() else { return Vec::new() };
    let names = || plan.waves.iter().map(|wave| wave.name.clone());
    let params: BTreeSet<String> = plan.params.keys().cloned().collect();
    let mut told = Vec::new();
    for (field, value) in fields(declared) {
        match (field.as_str(), value.kind()) {
            ("on_start", ExpressionKind::FunctionLiteral(hook)) => {
                told.extend(hook_of(hook, &[("params", &params)]));
            }
            ("on_cancel" | "on_finish", ExpressionKind::FunctionLiteral(hook)) => {
                let waves = names().collect();
                let given = [("params", &params), ("results", &waves), ("waves", &waves)];
                told.extend(hook_of(hook, &given));
            }
            ("waves", ExpressionKind::Table { items }) => {
                told.extend(items.iter().flat_map(|item| of_wave(item, plan, &params)));
            }
            _ => {}
        }
    }
    told
}

/// What the hooks of a wave ask for.
fn of_wave(item: &TableItem<'_>, plan: &Plan, params: &BTreeSet<String>) -> Vec<Told> {
    let TableItem::List { value } = item else { return Vec::new() };
    let ExpressionKind::Table { items } = value.kind() else { return Vec::new() };
    let name = fields(items).find_map(|(field, value)| {
        let ExpressionKind::String { value, .. } = value.kind() else { return None };
        (field == "name").then(|| lossy(value.as_bytes()))
    });
    let Some(before) = name.and_then(|name| before(plan, &name)) else { return Vec::new() };
    let hooks = fields(items).filter_map(|(field, value)| match value.kind() {
        ExpressionKind::FunctionLiteral(hook) => Some((field, hook)),
        _ => None,
    });
    let told = hooks.flat_map(|(field, hook)| {
        // What the other waves returned is not all known to what puts away after a cancel.
        let results = (field != "on_cancel").then_some(("results", &before));
        let given: Vec<_> = [Some(("params", params)), results].into_iter().flatten().collect();
        hook_of(hook, &given)
    });
    told.collect()
}

/// The waves that a wave depends on, directly or not.
fn before(plan: &Plan, name: &str) -> Option<BTreeSet<String>> {
    let wave = |name: &str| plan.waves.iter().find(|wave| wave.name == name);
    let mut before = BTreeSet::new();
    let mut next = wave(name)?.depends_on.clone();
    while let Some(name) = next.pop() {
        if before.insert(name.clone()) {
            next.extend(wave(&name).into_iter().flat_map(|wave| wave.depends_on.clone()));
        }
    }
    Some(before)
}

/// What one hook asks for that its wave does not have.
fn hook_of(hook: &Function<'_>, given: &[(&str, &BTreeSet<String>)]) -> Vec<Told> {
    let Some(wave) = hook.args.first() else { return Vec::new() };
    let mut asked = Asked { wave: wave.location, names: Vec::new() };
    hook.body.visit(&mut asked);
    let told = asked.names.into_iter().filter_map(|(field, name, at)| {
        let (_, known) = given.iter().find(|(it, known)| *it == field && !known.contains(&name))?;
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let suggestion = nearest(&name, known.iter().copied());
        let message = match (field.as_str(), known.as_slice()) {
            ("params", _) => format!("the runbook declares no param `{name}`"),
            ("results", []) => {
                "this wave depends on no other, and has no results of any".to_owned()
            }
            ("results", _) => format!("this wave does not depend on a wave `{name}`"),
            _ => format!("the runbook has no wave `{name}`"),
        };
        Some(Told {
            at,
            message,
            suggestion: suggestion.map(str::to_owned),
            field: Some(name),
            kind: Kind::Type,
            is_of_a_table: false,
        })
    });
    told.collect()
}

/// The fields of a table that have a name.
fn fields<'t, 'ast>(
    items: &'t [TableItem<'ast>],
) -> impl Iterator<Item = (String, Expression<'ast>)> + use<'t, 'ast> {
    items.iter().filter_map(|item| {
        let TableItem::Record { key, value } = item else { return None };
        let ExpressionKind::String { value: name, .. } = key.kind() else { return None };
        Some((lossy(name.as_bytes()), *value))
    })
}

/// Every table that is handed to `moontide.runbook`.
struct Declarations<'ast>(Vec<&'ast [TableItem<'ast>]>);

impl<'ast> AstVisitor<'ast> for Declarations<'ast> {
    fn visit_expression(&mut self, expression: Expression<'ast>) -> bool {
        if let ExpressionKind::Call { func, args, .. } = expression.kind()
            && let ExpressionKind::IndexName { index, .. } = func.kind()
            && index.bytes() == b"runbook"
            && let [table] = args
            && let ExpressionKind::Table { items } = table.kind()
        {
            self.0.push(items);
        }
        true
    }
}

/// What is asked for, as `wave.params.environment`: the field of the wave, the name, and where that stands.
struct Asked {
    /// Where the hook declares what it is given.
    wave: Location,
    names: Vec<(String, String, Location)>,
}

impl<'ast> AstVisitor<'ast> for Asked {
    fn visit_expression(&mut self, expression: Expression<'ast>) -> bool {
        if let Some((of, name, at)) = index(expression)
            && let Some((wave, field, _)) = index(of)
            && let ExpressionKind::Local { local, .. } = wave.kind()
            && local.location == self.wave
        {
            self.names.push((field, name, at));
        }
        true
    }
}

/// What is indexed, by which name, and where that stands.
fn index(expression: Expression<'_>) -> Option<(Expression<'_>, String, Location)> {
    match expression.kind() {
        ExpressionKind::IndexName { expr, index, index_location, .. } => {
            Some((expr, lossy(index.bytes()), index_location))
        }
        ExpressionKind::IndexExpr { expr, index } => match index.kind() {
            ExpressionKind::String { value, .. } => {
                Some((expr, lossy(value.as_bytes()), index.location()))
            }
            _ => None,
        },
        _ => None,
    }
}
