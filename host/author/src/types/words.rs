//! What the checker says, in a sentence, with what was probably meant.

use luau_analysis::SemanticModel;
use luau_analysis::diagnostics::{TypeError, TypeErrorData};
use luau_analysis::types::{TypeGraph, TypeId};
use luau_syntax::location::Position;
use moontide_runtime::plan::suggest::nearest;

use super::checker::{Kind, Told};
use super::names::{self, lossy};
use super::{optional, worded};

/// A longer sentence is cut: a type may be a page long.
const LONGEST: usize = 400;

/// What is said of a value that would fit if it were there.
const MAY_BE_NIL: &str = ": it may be nil";

/// An error of the checker's, if it is one.
pub(super) fn error(model: &SemanticModel<'_>, error: &TypeError) -> Option<Told> {
    let message = sentence(&lossy(&model.error_message(error)));
    if is_guess(&error.data, &message) {
        return None;
    }
    if let TypeErrorData::TypeMismatch(mismatch) = &error.data
        && optional::fits(model.graph(), mismatch.wanted_type, mismatch.given_type)
    {
        return None;
    }
    let kind = match &error.data {
        TypeErrorData::SyntaxError(_) => Kind::Syntax,
        data if is_of_nil(data, &message) => Kind::Nil,
        // A record can be walked, although no type says what comes.
        TypeErrorData::GenericError(_) => Kind::Nil,
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

/// Whether all that is wrong is that there may be nothing. It often is there: the author knows.
fn is_of_nil(data: &TypeErrorData, message: &str) -> bool {
    match data {
        TypeErrorData::OptionalValueAccess(_) => true,
        TypeErrorData::TypeMismatch(_) => message.ends_with(MAY_BE_NIL),
        TypeErrorData::UnknownProperty(_)
        | TypeErrorData::CountMismatch(_)
        | TypeErrorData::MissingProperties(_)
        | TypeErrorData::UnknownSymbol(_) => false,
        _ => message.contains('?'),
    }
}

/// Whether it is about a type that the checker has only guessed, and too narrowly: what a function takes whose author
/// wrote none, or what `pcall` has caught. An author who wants that checked writes the type.
fn is_guess(data: &TypeErrorData, message: &str) -> bool {
    let is_of_a_name = matches!(
        data,
        TypeErrorData::UnknownSymbol(_)
            | TypeErrorData::UnknownRequire(_)
            | TypeErrorData::SyntaxError(_)
            | TypeErrorData::GenericError(_)
    );
    let is_guessed = |part: &str| part == "unknown" || part == "*error-type*";
    let mut parts = message.split(|it: char| !(it.is_alphanumeric() || "*-_".contains(it)));
    let is_computed = message.contains(" where t1 = ") || message.contains("& ~");
    !is_of_a_name && (is_computed || parts.any(is_guessed))
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
        TypeErrorData::UnknownSymbol(unknown) => {
            Told { field: Some(lossy(&unknown.name)), ..plain }
        }
        TypeErrorData::TypeMismatch(mismatch) => {
            let allowed = names::texts(graph, mismatch.wanted_type);
            let given = names::texts(graph, mismatch.given_type);
            let near = given.first().and_then(|it| nearest(it, allowed.iter().map(String::as_str)));
            Told { suggestion: near.map(|text| format!("\"{text}\"")), ..plain }
        }
        _ => plain,
    }
}

fn called(graph: &TypeGraph<'_>, ty: TypeId) -> String {
    lossy(&graph.stringify_type(ty))
}

fn near_field(graph: &TypeGraph<'_>, table: TypeId, key: &str) -> Option<String> {
    let fields = names::fields(graph, table).unwrap_or_default();
    nearest(key, fields.iter().map(String::as_str)).map(str::to_owned)
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
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
