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
use moontide_runtime::plan::Plan;

use super::modules::Modules;
use super::names::lossy;
use super::{STACK, given, globals, never, odd, place, refused, required, values, words};
use crate::finding::Finding;

/// In seconds. A source that takes longer is checked no further.
const LONGEST: f64 = 5.0;

pub(super) type Checker = Frontend<Modules, NullConfigResolver>;

/// What kind of thing is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The source is no Luau.
    Syntax,
    /// A type does not fit.
    Type,
    /// A module is not there.
    Module,
    /// It fits, unless there is nothing.
    Nil,
    /// It fails, unless it is what it may be: there, for instance.
    Doubtful,
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
pub(super) fn check_only(bundle: &Bundle, wanted: impl Fn(&str) -> bool + Send) -> Vec<Finding> {
    on_a_stack(bundle, || {
        let names = bundle.modules.keys().filter(|name| wanted(name)).cloned().collect();
        check_all(&mut open(bundle.clone()), bundle, names, wanted, None)
    })
}

/// Checks the entry of the bundle and what it requires, but not the library.
pub(super) fn check_reached(bundle: &Bundle, plan: Option<&Plan>) -> Vec<Finding> {
    on_a_stack(bundle, || {
        let entry = vec![bundle.entry.clone()];
        check_all(&mut open(bundle.clone()), bundle, entry, |_| true, plan)
    })
}

/// These modules and what they require, but not the library.
pub(super) fn reached(
    checker: &mut Checker,
    bundle: &Bundle,
    mut names: Vec<String>,
) -> Vec<String> {
    let mut at = 0;
    while let Some(name) = names.get(at) {
        at += 1;
        let name = BString::from(name.as_str());
        let _ = checker.parse(&name);
        let required = checker
            .source_node(&name)
            .into_iter()
            .flat_map(|node| node.required_modules().map(|name| lossy(name)).collect::<Vec<_>>());
        let news: Vec<String> = required
            .filter(|name| !name.starts_with('@') && bundle.modules.contains_key(name))
            .filter(|name| !names.contains(name))
            .collect();
        names.extend(news);
    }
    names.sort();
    names.dedup();
    names
}

/// A checker that fails has a defect, or no room for its stack: that nothing was found says nothing then.
fn on_a_stack(bundle: &Bundle, check: impl FnOnce() -> Vec<Finding> + Send) -> Vec<Finding> {
    let checked = thread::scope(|scope| {
        let thread = thread::Builder::new().name("types".to_owned()).stack_size(STACK);
        thread.spawn_scoped(scope, check).ok()?.join().ok()
    });
    checked.unwrap_or_else(|| failed(bundle))
}

/// What is said when the checker has failed.
pub(super) fn failed(bundle: &Bundle) -> Vec<Finding> {
    place::findings(bundle, &bundle.entry, vec![unchecked("the type checker has failed")])
}

/// What is said of a file whose types were not looked at, or not to the end.
fn unchecked(why: &str) -> Told {
    whole(format!("its types were not checked to the end: {why}"))
}

/// What is said of a file that asks for less.
fn half_checked() -> Told {
    whole(
        "`--!nonstrict` switches off most of the check of its types: without it they are checked"
            .into(),
    )
}

/// Something that is said of a whole file.
fn whole(message: String) -> Told {
    Told {
        at: Location::zero(),
        message,
        field: None,
        suggestion: None,
        kind: Kind::Odd,
        is_of_a_table: false,
    }
}

/// Checks those of these modules, and of what they require of the bundle's own, that are wanted.
pub(super) fn check_all(
    checker: &mut Checker,
    bundle: &Bundle,
    names: Vec<String>,
    wanted: impl Fn(&str) -> bool,
    plan: Option<&Plan>,
) -> Vec<Finding> {
    let names = reached(checker, bundle, names);
    let mut found = Vec::new();
    for name in &names {
        let told = refused::find(checker, &BString::from(name.as_str()));
        found.extend(place::findings(bundle, name, told));
    }
    // What they do is not known before they run, and they may never end.
    if !found.is_empty() {
        return found;
    }
    for name in names.iter().filter(|name| wanted(name)) {
        // What the runbook declares stands in its entry.
        let plan = plan.filter(|_| *name == bundle.entry);
        let mut told = check_one(checker, &BString::from(name.as_str()), plan);
        for told in &mut told {
            required::suggest(told, bundle);
        }
        found.extend(place::findings(bundle, name, told));
    }
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
fn check_one(checker: &mut Checker, name: &ModuleName, plan: Option<&Plan>) -> Vec<Told> {
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
        let found = values::find(&model);
        told.retain(|told| !found.iter().any(|it| explains(it, told)));
        told.extend(found.into_iter().map(|it| it.told));
        if let Some(root) = model.module().root() {
            told.extend(never::find(&model, root));
            if let Some(plan) = plan {
                told.extend(given::find(root, plan));
            }
        }
        if model.module().mode() == luau_syntax::parser::Mode::Nonstrict {
            told.push(half_checked());
        }
    }
    told.extend(result.lint_result.errors.iter().filter_map(odd::told));
    told.extend(result.lint_result.warnings.iter().filter_map(odd::told));
    let place = |told: &Told| (told.at.begin.line, told.at.begin.column);
    let nothing: BTreeSet<_> = told.iter().filter(|it| it.kind == Kind::Nil).map(place).collect();
    told.retain(|told| told.kind != Kind::Doubtful || !nothing.contains(&place(told)));
    let mut seen = BTreeSet::new();
    told.retain(|told| {
        let begin = told.at.begin;
        seen.insert((begin.line, begin.column, told.message.clone()))
    });
    told
}

/// Whether what is wrong in a table says all that the checker says of it, or of the table.
fn explains(found: &values::Found, told: &Told) -> bool {
    let place = |at: Position| (at.line, at.column);
    let is_in = |one: Position, whole: Location| {
        (place(whole.begin)..place(whole.end)).contains(&place(one))
    };
    is_in(told.at.begin, found.covers)
        || told.is_of_a_table && found.is_all && is_in(found.told.at.begin, told.at)
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
