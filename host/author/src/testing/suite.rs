//! A test file, loaded: its runbook, and the cases that it declares.

use std::path::{Path, PathBuf};

use moontide_control::error::{CommandError, Result, code};
use moontide_control::listener::Silent;
use moontide_control::runbook::{Files, Refusal};
use moontide_control::settings::Settings;
use moontide_runtime::journal::Bundle;
use moontide_runtime::plan::{Node, Plan};
use moontide_runtime::sandbox::{Limits, Vm};

use crate::{finding, types};

/// A test file.
#[derive(Clone, Debug)]
pub struct Suite {
    /// Where it lies, as it was named.
    pub path: PathBuf,
    /// What errors call it.
    pub file: String,
    /// The files of the runbook that it tests.
    pub(super) runbook: Files,
    /// What it declares.
    pub(super) plan: Plan,
    /// The settings of the runbook's folder.
    pub(super) settings: Settings,
    /// Its own sources.
    pub(super) bundle: Bundle,
    /// Its cases, in the order of the file.
    pub cases: Vec<Case>,
}

/// A case of a test file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// The line in which it begins, where that can be told.
    pub line: Option<usize>,
    /// Its place among the programs that the file declares.
    pub(super) place: usize,
}

impl Suite {
    /// Loads a test file, and what it tests. What does not load, or has wrong types, is refused.
    pub fn read(path: &Path, settings: &dyn Fn(&Path) -> Result<Settings>) -> Result<Suite> {
        Suite::load(path, settings, true)
    }

    /// The same of a file in which a check has found nothing wrong.
    pub fn read_checked(
        path: &Path,
        settings: &dyn Fn(&Path) -> Result<Settings>,
    ) -> Result<Suite> {
        Suite::load(path, settings, false)
    }

    fn load(
        path: &Path,
        settings: &dyn Fn(&Path) -> Result<Settings>,
        checks: bool,
    ) -> Result<Suite> {
        let bundle = Files::test(path)?;
        let entry = &bundle.modules[&bundle.entry];
        let (file, source) = (entry.file.clone(), entry.source.clone());
        let limits = Limits::default();
        let vm =
            Vm::open(&bundle, &limits, 0).map_err(|it| CommandError::of_script(&it, &bundle))?;
        // Of a name that is given twice Luau keeps one, and says nothing.
        let mistakes = vm.mistakes().found;
        if !mistakes.is_empty() {
            return Err(Refusal::Mistaken(code::RUNBOOK_MISTAKES, mistakes).into());
        }
        let declared = vm.declare();
        // A checker that says where it is wrong knows more than what a sandbox stumbles over.
        let findings = if checks { types::check_test(&bundle) } else { Vec::new() };
        let wrong: Vec<_> = findings.iter().filter(|it| it.is_error()).collect();
        if let Some(error) = finding::together(&wrong) {
            return Err(error);
        }
        let declared = declared.map_err(|error| match error.code.as_str() {
            "NotARunbook" => {
                let message = format!("{file} declares no tests");
                CommandError::new(code::TEST_MISSING, message)
                    .hint("it ends with `return test.of(\"./runbook\", { … })`")
            }
            _ => CommandError::of_script(&error, &bundle),
        })?;
        let (runbook, names) = read(&declared.node).ok_or_else(|| {
            CommandError::new(code::TEST_MISSING, format!("{file} declares no tests"))
                .hint("it ends with `return test.of(\"./runbook\", { … })`")
        })?;
        let folder = path.parent().filter(|it| *it != Path::new("")).unwrap_or(Path::new("."));
        let within = runbook.strip_prefix("./").unwrap_or(&runbook);
        let inside = !within.is_empty()
            && within.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
        if !inside {
            let message = format!("{file} tests `{runbook}`, and a test lies beside its runbook");
            return Err(CommandError::new(code::RUNBOOK_MISSING, message));
        }
        let runbook = Files::read(&folder.join(format!("{within}.luau")))?;
        let settings = settings(&runbook.folder)?;
        // Nothing that a runbook declares depends on its seed.
        let plan = runbook.plan(&Silent, &settings.limits(), 0)?;
        if names.is_empty() {
            let message = format!("{file} has no case");
            return Err(CommandError::new(code::TEST_MISSING, message).hint(
                "a case is a function by its name: `[\"it completes\"] = function(t) … end`",
            ));
        }
        let mut cases: Vec<Case> = names
            .into_iter()
            .enumerate()
            .map(|(place, name)| Case { line: line_of(&source, &name), name, place })
            .collect();
        cases.sort_by_key(|case| (case.line.unwrap_or(usize::MAX), case.place));
        Ok(Suite { path: path.to_path_buf(), file, runbook, plan, settings, bundle, cases })
    }

    /// A file beside the test.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.path.with_file_name(name)
    }
}

/// The runbook that is named, and the names of the cases.
fn read(declared: &Node) -> Option<(String, Vec<String>)> {
    let field = |node: &Node, name: &str| match node {
        Node::Record(fields) => fields.iter().find(|it| it.0 == name).map(|it| it.1.clone()),
        _ => None,
    };
    let text = |node: &Node, name: &str| match field(node, name) {
        Some(Node::Text(text)) => Some(text),
        _ => None,
    };
    let runbook = text(declared, "runbook")?;
    let Node::List(cases) = field(declared, "waves")? else { return None };
    Some((runbook, cases.iter().filter_map(|case| text(case, "name")).collect()))
}

/// The line in which a case's name stands as a key.
fn line_of(source: &str, name: &str) -> Option<usize> {
    let quoted = [format!("[\"{name}\"]"), format!("['{name}']"), format!("[`{name}`]")];
    let is_key = |line: &str| {
        let line = line.trim_start();
        let plain = line.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('='));
        plain || quoted.iter().any(|key| line.starts_with(key.as_str()))
    };
    source.lines().position(is_key).map(|line| line + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_begins_where_its_name_stands_as_a_key() {
        let source = "return test.of(\"./runbook\", {\n\tshop = function(t) end,\n\t[\"a b\"] = function(t) end,\n})";
        assert_eq!(line_of(source, "shop"), Some(2));
        assert_eq!(line_of(source, "a b"), Some(3));
        assert_eq!(line_of(source, "sho"), None);
    }
}
