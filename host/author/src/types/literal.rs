//! A value that stands in the source as it is.

use std::fmt;

use luau_analysis::types::{PrimitiveTypeKind, SingletonValue, TypeGraph, TypeId, TypeKind};
use luau_syntax::ast::{Expression, ExpressionKind, Function, TableItem};
use moontide_runtime::plan::suggest::nearest;

use super::{names, optional};

/// What is known of it without any type.
pub(super) enum Literal<'ast> {
    Nil,
    Boolean(bool),
    Number,
    /// A text, and which, unless it is put together when it runs.
    Text(Option<String>),
    Function(&'ast Function<'ast>),
    Table(&'ast [TableItem<'ast>]),
}

impl<'ast> Literal<'ast> {
    /// The literal that an expression is, if it is one.
    pub(super) fn of(expression: Expression<'ast>) -> Option<Literal<'ast>> {
        Some(match expression.kind() {
            ExpressionKind::Nil => Literal::Nil,
            ExpressionKind::Boolean(value) => Literal::Boolean(value),
            ExpressionKind::Number { .. } | ExpressionKind::Integer { .. } => Literal::Number,
            ExpressionKind::String { value, .. } => {
                Literal::Text(Some(names::lossy(value.as_bytes())))
            }
            ExpressionKind::InterpString { .. } => Literal::Text(None),
            ExpressionKind::FunctionLiteral(function) => Literal::Function(function),
            ExpressionKind::Table { items } => Literal::Table(items),
            _ => return None,
        })
    }

    /// Whether it may be a value of this type.
    pub(super) fn is_taken(&self, graph: &TypeGraph<'_>, wanted: TypeId) -> bool {
        let options = optional::options(graph, wanted);
        options.into_iter().any(|option| self.is_one(graph.kind(option)))
    }

    fn is_one(&self, wanted: &TypeKind) -> bool {
        match wanted {
            TypeKind::Primitive(primitive) => match primitive.kind {
                PrimitiveTypeKind::Nil => matches!(self, Literal::Nil),
                PrimitiveTypeKind::Boolean => matches!(self, Literal::Boolean(_)),
                PrimitiveTypeKind::Number => matches!(self, Literal::Number),
                PrimitiveTypeKind::String => matches!(self, Literal::Text(_)),
                PrimitiveTypeKind::Function => matches!(self, Literal::Function(_)),
                PrimitiveTypeKind::Table => matches!(self, Literal::Table(_)),
                _ => true,
            },
            TypeKind::Singleton(singleton) => match (&singleton.value, self) {
                (SingletonValue::String(one), Literal::Text(Some(text))) => {
                    *one.value == *text.as_bytes()
                }
                (SingletonValue::String(_), Literal::Text(None)) => true,
                (SingletonValue::Boolean(one), Literal::Boolean(value)) => one.value == *value,
                _ => false,
            },
            TypeKind::Table(_) | TypeKind::Metatable(_) => matches!(self, Literal::Table(_)),
            TypeKind::Function(_) => matches!(self, Literal::Function(_)),
            _ => true,
        }
    }

    /// What was probably meant.
    pub(super) fn suggestion(&self, graph: &TypeGraph<'_>, wanted: TypeId) -> Option<String> {
        let Literal::Text(Some(text)) = self else { return None };
        let allowed = names::texts(graph, wanted);
        nearest(text, allowed.iter().map(String::as_str)).map(|text| format!("\"{text}\""))
    }
}

impl fmt::Display for Literal<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Literal::Nil => "nil",
            Literal::Boolean(_) => "boolean",
            Literal::Number => "number",
            Literal::Text(_) => "string",
            Literal::Function(_) => "function",
            Literal::Table(_) => "table",
        })
    }
}
