//! Everything that is wrong with a runbook, in one list.

use moontide_control::error::code;
use moontide_control::listener::{Listener, Silent};
use moontide_control::runbook::{Files, Refusal};
use moontide_control::settings::Settings;
use moontide_runtime::journal::Bundle;
use moontide_runtime::plan::Plan;
use moontide_runtime::sandbox::Limits;

use crate::finding::Finding;
use crate::types::Analysis;
use crate::{loaded, people, types};

/// The seed does not matter: nothing that a runbook declares may depend on it.
const SEED: u64 = 0;

/// What was found.
#[derive(Debug)]
pub struct Checked {
    /// The plan, if it loads. It may have mistakes all the same.
    pub plan: Option<Plan>,
    /// What is wrong or odd: errors first, each file from the top.
    pub findings: Vec<Finding>,
}

/// Loads a runbook, and checks its types.
pub fn check(files: &Files, listener: &dyn Listener, limits: &Limits) -> Checked {
    let loaded = files.examine(listener, limits, SEED);
    let typed = types::check(&files.bundle, loaded.as_ref().ok());
    joined(loaded, typed, of_tests(files))
}

/// The same for an editor, which asks again after each edit. `whole` also holds the tests beside it, and `open` are
/// modules that are looked at although the runbook may not require them.
pub(crate) fn check_again(
    analysis: &mut Analysis,
    files: &Files,
    (whole, tests): (&Bundle, &[String]),
    open: Vec<String>,
    settings: &Settings,
) -> Checked {
    let loaded = files.examine(&Silent, &settings.limits(), SEED);
    let is_test = |name: &String| tests.contains(name);
    let own = open.into_iter().filter(|name| !is_test(name)).chain([files.bundle.entry.clone()]);
    let typed = analysis.check(whole, &own.collect::<Vec<_>>(), loaded.as_ref().ok());
    let mistakes = tests.iter().flat_map(|test| mistakes_of(whole, tests, test)).collect();
    let of_tests = with_news(mistakes, analysis.check_only(whole, tests));
    with_people(joined(loaded, typed, of_tests), files, settings)
}

/// What Luau would take without a word in one of the tests.
fn mistakes_of(whole: &Bundle, tests: &[String], test: &str) -> Vec<Finding> {
    let Some(file) = whole.modules.get(test).map(|module| &module.file) else { return Vec::new() };
    let mut bundle = Bundle { entry: test.to_owned(), modules: whole.modules.clone() };
    bundle.modules.retain(|name, _| name == test || !tests.contains(name));
    let mut found = loaded::mistakes(&bundle);
    found.retain(|finding| finding.places.first().is_some_and(|place| place.file == *file));
    found
}

/// What loading says, what the type checker says, and what it says of the tests, in one list.
fn joined(
    loaded: Result<Plan, Refusal>,
    mut typed: Vec<Finding>,
    of_tests: Vec<Finding>,
) -> Checked {
    let (plan, mut findings) = match loaded {
        Ok(plan) => (Some(plan), Vec::new()),
        Err(refusal) => (None, loaded::findings(refusal)),
    };
    let is_syntax = |finding: &Finding| finding.code == code::RUNBOOK_SYNTAX;
    if typed.iter().any(is_syntax) {
        // The rest is guessed from what is no Luau; and the checker knows the column, and goes on behind it.
        typed.retain(is_syntax);
        findings.retain(|finding| !is_syntax(finding));
    }
    let mut findings = with_news(findings, typed);
    findings.extend(of_tests);
    findings.sort_by_key(Finding::rank);
    Checked { plan, findings }
}

/// The same, for an operator with these settings: whose people are enough for its pause points.
pub fn check_for(files: &Files, listener: &dyn Listener, settings: &Settings) -> Checked {
    with_people(check(files, listener, &settings.limits()), files, settings)
}

fn with_people(checked: Checked, files: &Files, settings: &Settings) -> Checked {
    let Checked { plan, mut findings } = checked;
    let missing = plan.as_ref().map(|plan| people::findings(files, plan, &settings.approvers));
    findings.extend(missing.unwrap_or_default());
    findings.sort_by_key(Finding::rank);
    Checked { plan, findings }
}

/// What is wrong with the tests beside it. `moontide test` says what keeps one from being read.
fn of_tests(files: &Files) -> Vec<Finding> {
    let tests = Files::tests(&files.folder).unwrap_or_default();
    let bundles = tests.iter().filter_map(|path| Files::test(path).ok());
    let of = |bundle| with_news(loaded::mistakes(&bundle), types::check_test(&bundle));
    bundles.flat_map(of).collect()
}

/// What was found, and what the type checker finds besides.
fn with_news(mut found: Vec<Finding>, typed: Vec<Finding>) -> Vec<Finding> {
    let news = typed.into_iter().filter(|finding| !found.iter().any(|it| says(it, finding)));
    let news: Vec<Finding> = news.collect();
    found.extend(news);
    found
}

/// Whether loading the runbook has said already what the type checker says in its own words: it is about the same
/// piece of a file, about the value of a field that loading complains about, or about the same name.
fn says(loaded: &Finding, typed: &Finding) -> bool {
    let (Some(one), Some(other)) = (loaded.places.first(), typed.places.first()) else {
        return false;
    };
    let (Some((line, column)), Some((first, from))) = (loaded.position(), typed.position()) else {
        return false;
    };
    let (last, to) = typed.end.unwrap_or((first, from + 1));
    let is_inside = ((first, from)..(last, to)).contains(&(line, column));
    let source = one.source_line.as_deref().unwrap_or_default();
    let is_of_the_field = line == first
        && (loaded.field.is_some() && is_value_of(source, column, from)
            || loaded.names(typed)
            || loaded.message.starts_with(&typed.message));
    one.file == other.file && (is_inside || is_of_the_field)
}

/// Whether a field's name stands at the one column of a line, and its value begins at the other.
fn is_value_of(line: &str, field: usize, value: usize) -> bool {
    let between = line.chars().skip(field.saturating_sub(1));
    let between: String = between.take(value.saturating_sub(field)).collect();
    let name = between.trim_end().strip_suffix('=').map(str::trim_end);
    name.is_some_and(|name| !name.is_empty() && !name.contains(['=', ',', '{', '}', ';']))
}
