//! Luau's type checker over a bundle.

use std::collections::BTreeSet;
use std::thread;

use luau_analysis::diagnostics::{TypeError, TypeErrorData};
use luau_analysis::{
    DefinitionEnvironment, Frontend, FrontendOptions, ModuleName, NullConfigResolver,
};
use luau_common::BString;
use luau_config::Mode;
use luau_syntax::location::{Location, Position};
use moontide_runtime::journal::Bundle;

use super::modules::Modules;
use super::names::lossy;
use super::{extra, globals, odd, place, refused, words};
use crate::finding::Finding;

/// The checker recurses with the nesting of a source. Luau, which has to accept it too, stops at a nesting of 1000.
const STACK: usize = 64 * 1024 * 1024;
/// In seconds. A source that takes longer is checked no further.
const LONGEST: f64 = 5.0;
/// So many are told of one runbook: their author mends these first.
const MOST: usize = 50;

pub(super) type Checker = Frontend<Modules, NullConfigResolver>;

/// What kind of thing is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The source is no Luau.
    Syntax,
    /// A type does not fit.
    Type,
    /// It fits, unless there is nothing.
    Nil,
    /// It may be meant so.
    Odd,
}

/// A place in a file, and what is to be said of it.
pub(super) struct Told {
    pub(super) at: Location,
    pub(super) message: String,
    pub(super) field: Option<String>,
    pub(super) suggestion: Option<String>,
    pub(super) kind: Kind,
    /// Whether it may follow from a field that the table has too many.
    pub(super) is_of_a_table: bool,
}

/// Checks those files of the bundle that are wanted, on a stack of its own.
pub(super) fn check_only(bundle: &Bundle, wanted: impl Fn(&str) -> bool + Sync) -> Vec<Finding> {
    on_a_stack(bundle, || {
        let names: Vec<String> =
            bundle.modules.keys().filter(|name| wanted(name)).cloned().collect();
        check_all(&mut open(bundle.clone()), bundle, &names)
    })
}

/// Checks the entry of the bundle and what it requires, but not the library.
pub(super) fn check_reached(bundle: &Bundle) -> Vec<Finding> {
    on_a_stack(bundle, || {
        let mut checker = open(bundle.clone());
        let mut names = vec![bundle.entry.clone()];
        let mut at = 0;
        while let Some(name) = names.get(at) {
            at += 1;
            let name = BString::from(name.as_str());
            let _ = checker.parse(&name);
            let required = checker.source_node(&name).into_iter().flat_map(|node| {
                node.required_modules().map(|name| lossy(name)).collect::<Vec<_>>()
            });
            let news: Vec<String> = required
                .filter(|name| !name.starts_with('@') && bundle.modules.contains_key(name))
                .filter(|name| !names.contains(name))
                .collect();
            names.extend(news);
        }
        names.sort();
        names.dedup();
        check_all(&mut checker, bundle, &names)
    })
}

/// A checker that fails has a defect, or no room for its stack: that nothing was found says nothing then.
fn on_a_stack(bundle: &Bundle, check: impl FnOnce() -> Vec<Finding> + Send) -> Vec<Finding> {
    let checked = thread::scope(|scope| {
        let thread = thread::Builder::new().name("types".to_owned()).stack_size(STACK);
        thread.spawn_scoped(scope, check).ok()?.join().ok()
    });
    checked.unwrap_or_else(|| {
        vec![place::finding(bundle, &bundle.entry, unchecked("the type checker has failed"))]
    })
}

/// What is said of a file whose types were not looked at, or not to the end.
fn unchecked(why: &str) -> Told {
    Told {
        at: Location::zero(),
        message: format!("its types were not checked to the end: {why}"),
        field: None,
        suggestion: None,
        kind: Kind::Odd,
        is_of_a_table: false,
    }
}

fn check_all(checker: &mut Checker, bundle: &Bundle, names: &[String]) -> Vec<Finding> {
    let mut found = Vec::new();
    for name in names {
        let told = refused::find(checker, &BString::from(name.as_str()));
        found.extend(told.into_iter().map(|told| place::finding(bundle, name, told)));
    }
    // What they do is not known before they run, and they may never end.
    if !found.is_empty() {
        return found;
    }
    for name in names {
        let told = check_one(checker, &BString::from(name.as_str()));
        found.extend(told.into_iter().map(|told| place::finding(bundle, name, told)));
    }
    found.truncate(MOST);
    found
}

/// A checker that knows the globals of scripts, and no file yet.
pub(super) fn open(bundle: Bundle) -> Checker {
    let mut config = NullConfigResolver::default();
    config.default_config.mode = Mode::Strict;
    let options = FrontendOptions {
        run_lint_checks: true,
        retain_full_type_graphs: true,
        module_time_limit_sec: Some(LONGEST),
        ..FrontendOptions::default()
    };
    let mut checker = Frontend::new(Modules(bundle), config, options);
    if checker.register_builtin_globals(DefinitionEnvironment::Globals).is_ok() {
        globals::close(&mut checker, DefinitionEnvironment::Globals);
    }
    checker
}

/// What is wrong with one file. How far the checker came is no mistake of the author's, and is said.
fn check_one(checker: &mut Checker, name: &ModuleName) -> Vec<Told> {
    let Ok(result) = checker.check(name, None) else {
        return vec![unchecked("the type checker has failed")];
    };
    let mut told: Vec<Told> = Vec::new();
    if result.timeout_hits.contains(name) {
        told.push(unchecked("it takes too long"));
    } else if result.errors.iter().any(|it| it.module_name == *name && is_too_much(&it.data)) {
        told.push(unchecked("it is too complex"));
    }
    if let Some(model) = checker.semantic_model(name) {
        let own = |error: &&TypeError| error.module_name == *name && is_of_the_author(&error.data);
        told.extend(
            result.errors.iter().filter(own).filter_map(|error| words::error(&model, error)),
        );
        let extra = extra::find(&model);
        let follows = |told: &Told| told.is_of_a_table && extra.iter().any(|it| is_in(it, told));
        told.retain(|told| !follows(told));
        told.extend(extra);
    }
    told.extend(result.lint_result.errors.iter().filter_map(odd::told));
    told.extend(result.lint_result.warnings.iter().filter_map(odd::told));
    let mut seen = BTreeSet::new();
    told.retain(|told| {
        let begin = told.at.begin;
        seen.insert((begin.line, begin.column, told.message.clone()))
    });
    told
}

/// Whether a field is in a table, and was probably meant to be another one of its fields.
fn is_in(field: &Told, table: &Told) -> bool {
    let place = |at: Position| (at.line, at.column);
    let whole = place(table.at.begin)..place(table.at.end);
    field.suggestion.is_some() && whole.contains(&place(field.at.begin))
}

/// Whether the checker gave up.
fn is_too_much(data: &TypeErrorData) -> bool {
    matches!(
        data,
        TypeErrorData::CodeTooComplex(_)
            | TypeErrorData::UnificationTooComplex(_)
            | TypeErrorData::NormalizationTooComplex(_)
    )
}

/// Whether it is about the source, and not about how far the checker came.
fn is_of_the_author(data: &TypeErrorData) -> bool {
    !matches!(
        data,
        TypeErrorData::InternalError(_)
            | TypeErrorData::CodeTooComplex(_)
            | TypeErrorData::UnificationTooComplex(_)
            | TypeErrorData::NormalizationTooComplex(_)
            | TypeErrorData::ConstraintSolvingIncompleteError(_)
            | TypeErrorData::UnexpectedTypeInSubtyping(_)
            | TypeErrorData::UnexpectedTypePackInSubtyping(_)
            | TypeErrorData::CannotCheckDynamicStringFormatCalls(_)
    )
}
