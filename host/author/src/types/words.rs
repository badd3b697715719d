//! What the checker says, in a sentence, with what was probably meant.

use luau_analysis::diagnostics::{TypeError, TypeErrorData};
use luau_analysis::types::{TypeGraph, TypeId, TypeKind};
use luau_analysis::{SemanticModel, TypeRef};
use luau_syntax::ast::Block;
use luau_syntax::location::{Location, Position};
use moontide_runtime::plan::suggest::nearest;

use super::checker::{Kind, Told};
use super::names::{self, lossy};
use super::{guess, optional, required, source, worded};

/// A longer sentence is cut: a type may be a page long.
const LONGEST: usize = 400;

/// What is said of a value that would fit if it were there.
const MAY_BE_NIL: &str = ": it may be nil";

/// An error of the checker's, if it is one.
pub(super) fn error(model: &SemanticModel<'_>, error: &TypeError) -> Option<Told> {
    let message = sentence(&lossy(&model.error_message(error)));
    let judged = judge(model, error);
    if judged == Judged::Runs {
        return None;
    }
    let kind = match &error.data {
        TypeErrorData::SyntaxError(_) => Kind::Syntax,
        TypeErrorData::OptionalValueAccess(_) => Kind::Nil,
        data if judged == Judged::MayFail || is_of_nil(model.graph(), data, &message) => {
            Kind::Doubtful
        }
        _ => Kind::Type,
    };
    let plain = Told {
        at: error.location,
        message,
        field: None,
        suggestion: None,
        kind,
        is_of_a_table: matches!(
            error.data,
            TypeErrorData::TypeMismatch(_) | TypeErrorData::MissingProperties(_)
        ),
    };
    Some(worded(model.graph(), &error.data, plain))
}

/// What becomes of what the checker complains about, when it runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Judged {
    Fails,
    MayFail,
    Runs,
}

/// The checker guesses types where an author wrote none, and too narrowly: what a function takes, or what `pcall` has
/// caught. Where all that is known fits, there is no mistake.
fn judge(model: &SemanticModel<'_>, error: &TypeError) -> Judged {
    let graph = model.graph();
    let at = |is: fn(Block<'_>, Location) -> bool| {
        model.module().root().is_some_and(|root| is(root, error.location))
    };
    match &error.data {
        // It is advice.
        TypeErrorData::ExplicitFunctionAnnotationRecommended(_)
        | TypeErrorData::CannotInferBinaryOperation(_) => Judged::Runs,
        // What a function returns was guessed from what it returns elsewhere.
        TypeErrorData::TypeMismatch(_) if at(source::is_returned_untyped) => Judged::Runs,
        TypeErrorData::TypePackMismatch(it)
            if optional::pack_fits(graph, it.wanted_tp, it.given_tp) =>
        {
            Judged::Runs
        }
        TypeErrorData::FunctionExitsWithoutReturning(_) if at(source::is_untyped) => Judged::Runs,
        TypeErrorData::TypeMismatch(it) => match compare(graph, it.wanted_type, it.given_type) {
            Judged::Fails if fits_in_part(model, error, it.wanted_type) => Judged::MayFail,
            judged => judged,
        },
        TypeErrorData::CannotExtendTable(_) | TypeErrorData::PropertyAccessViolation(_)
            if at(source::is_of_a_clone) =>
        {
            Judged::Runs
        }
        TypeErrorData::UnknownProperty(_) if at(source::is_of_a_clone) => Judged::MayFail,
        TypeErrorData::GenericError(_) => operands(model, error),
        data => {
            let types = guess::types_of(graph, data);
            let is_guessed = types.iter().any(|it| guess::is_guessed(graph, *it));
            let is_there = match data {
                TypeErrorData::UnknownProperty(it) => {
                    guess::may_have(graph, it.table, &lossy(&it.key)).unwrap_or(false)
                }
                _ => types.iter().any(|it| guess::is_narrowed(graph, *it)),
            };
            if is_guessed || is_there { Judged::Runs } else { Judged::Fails }
        }
    }
}

/// Whether only one of the things does not fit that a value may be.
fn fits_in_part(model: &SemanticModel<'_>, error: &TypeError, wanted: TypeId) -> bool {
    let value = model.module().root().and_then(|root| source::expression(root, error.location));
    let given = value.and_then(|value| model.expression_type(value)).map(TypeRef::id);
    given.is_some_and(|given| {
        optional::options(model.graph(), given).len() > 1
            && optional::may_fit(model.graph(), wanted, given)
    })
}

/// What is computed of two values, of which the checker may know nothing.
fn operands(model: &SemanticModel<'_>, error: &TypeError) -> Judged {
    let root = model.module().root();
    let sides = root.and_then(|root| source::operands(root, error.location));
    let is_guessed = |side| {
        let known = model.expression_type(side);
        known.is_none_or(|known| guess::is_guessed(model.graph(), known.id()))
    };
    match sides {
        Some((left, right)) if is_guessed(left) || is_guessed(right) => Judged::Runs,
        // A record can be walked, although no type says what comes.
        _ => Judged::MayFail,
    }
}

/// A value where another one is wanted.
fn compare(graph: &TypeGraph<'_>, wanted: TypeId, given: TypeId) -> Judged {
    let is_any = |is: fn(&TypeGraph<'_>, TypeId) -> bool| is(graph, wanted) || is(graph, given);
    let is_loose = optional::are_tables(graph, wanted, given)
        || is_any(guess::is_guessed)
        || is_any(guess::is_computed);
    let is_function =
        |ty: TypeId| matches!(graph.kind(graph.follow_type(ty)), TypeKind::Function(_));
    let returns_texts = || {
        let returned = optional::returned(graph, wanted);
        returned.is_some_and(|returned| !names::texts(graph, returned).is_empty())
    };
    match optional::fits(graph, wanted, given) {
        // No author can write what is narrowed.
        _ if guess::is_guessed(graph, wanted) || guess::is_narrowed(graph, wanted) => Judged::Runs,
        // What it returns is looked at elsewhere, value by value.
        _ if is_function(given) && returns_texts() => Judged::Runs,
        _ if guess::is_narrowed(graph, given) && guess::is_vague(graph, wanted) => Judged::Runs,
        true if is_loose => Judged::Runs,
        true if !is_function(given) => Judged::MayFail,
        _ => Judged::Fails,
    }
}

/// Whether all that is wrong is that there may be nothing. It often is there: the author knows.
fn is_of_nil(graph: &TypeGraph<'_>, data: &TypeErrorData, message: &str) -> bool {
    match data {
        TypeErrorData::TypeMismatch(_) => message.ends_with(MAY_BE_NIL),
        TypeErrorData::UnknownProperty(_)
        | TypeErrorData::MissingProperties(_)
        | TypeErrorData::CannotExtendTable(_)
        | TypeErrorData::PropertyAccessViolation(_) => false,
        data => guess::types_of(graph, data).into_iter().any(|it| guess::may_be_nil(graph, it)),
    }
}

/// The same in our words, where there are better ones.
fn worded(graph: &TypeGraph<'_>, data: &TypeErrorData, plain: Told) -> Told {
    match data {
        TypeErrorData::UnknownProperty(unknown) => {
            let key = lossy(&unknown.key);
            let suggestion = near_field(graph, unknown.table, &key);
            let message = worded::unknown_field(&called(graph, unknown.table), &key);
            // All of `ssm.run_comand`: the name is its end.
            let mut at = plain.at;
            let length = u32::try_from(key.len()).unwrap_or_default();
            at.begin = Position { column: at.end.column.saturating_sub(length), ..at.end };
            Told { at, message, field: Some(key), suggestion, ..plain }
        }
        TypeErrorData::UnknownPropButFoundLikeProp(unknown) => {
            let suggestion = unknown.candidates.iter().next().map(|name| lossy(name));
            Told { field: Some(lossy(&unknown.key)), suggestion, ..plain }
        }
        TypeErrorData::CannotExtendTable(extended) => {
            let key = lossy(&extended.prop);
            let message = worded::not_written(&called(graph, extended.table_type), &key);
            Told { message, field: Some(key), ..plain }
        }
        TypeErrorData::PropertyAccessViolation(access) => {
            let key = lossy(&access.key);
            let message = worded::not_written(&called(graph, access.table), &key);
            Told { message, field: Some(key), ..plain }
        }
        TypeErrorData::MissingProperties(missing) => {
            let field = missing.properties.first().map(|name| lossy(name));
            Told { field, ..plain }
        }
        TypeErrorData::UnknownRequire(unknown) => {
            required::missing(plain, &lossy(&unknown.module_path))
        }
        TypeErrorData::UnknownSymbol(unknown) => {
            Told { field: Some(lossy(&unknown.name)), ..plain }
        }
        TypeErrorData::TypeMismatch(mismatch) => {
            let allowed = names::texts(graph, mismatch.wanted_type);
            let given = names::texts(graph, mismatch.given_type);
            let near = given.first().and_then(|it| nearest(it, allowed.iter().map(String::as_str)));
            let mut told = Told { suggestion: near.map(|text| format!("\"{text}\"")), ..plain };
            if guess::is_narrowed(graph, mismatch.given_type) {
                let wanted = called(graph, mismatch.wanted_type);
                let given = called(graph, mismatch.given_type);
                told.message = format!("expected this to be `{wanted}`, but got `{given}`");
            }
            told
        }
        _ => plain,
    }
}

/// A type as text, without what the source has asked of it before. One that was narrowed has lost its name.
fn called(graph: &TypeGraph<'_>, ty: TypeId) -> String {
    let plain = guess::plain(graph, ty);
    match graph.kind(graph.follow_type(plain)) {
        TypeKind::Table(_) if guess::is_narrowed(graph, plain) => "table".to_owned(),
        _ => lossy(&graph.stringify_type(plain)),
    }
}

fn near_field(graph: &TypeGraph<'_>, table: TypeId, key: &str) -> Option<String> {
    let fields = names::fields(graph, table).unwrap_or_default();
    nearest(key, fields.iter().map(String::as_str)).map(str::to_owned)
}

/// A type in Luau, cut where it is a page long.
pub(super) fn ty(graph: &TypeGraph<'_>, ty: TypeId) -> String {
    cut(&called(graph, ty))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// One line of at most so many characters, names between backquotes. What stands behind the first sentence leads
/// through the insides of types; all that an author needs of it is whether there may be nothing.
pub(super) fn sentence(text: &str) -> String {
    let (first, reasons) = text.split_once("; \n").unwrap_or((text, ""));
    let mut text = first.split_whitespace().collect::<Vec<_>>().join(" ").replace('\'', "`");
    if reasons.contains("of the union is `nil`") {
        text.push_str(MAY_BE_NIL);
    }
    if let Some(letter) = text.get_mut(..1) {
        letter.make_ascii_lowercase();
    }
    cut(&text)
}
