//! From sources to a checked plan, or to everything that is wrong with it, line by line.

use std::collections::BTreeMap;

use moontide_runtime::journal::Bundle;
use moontide_runtime::plan::{Complaint, Located, Plan, locate};
use moontide_runtime::sandbox::{Declared, Limits, Mistakes, ScriptError, Vm};

use crate::error::{Code, CommandError, Place, Result, code};
use crate::listener::{Listener, Remark};
use crate::words;

/// Loads the bundle's entry in a sandbox and checks what it declares. What Luau would take without a word is told
/// first: it may be why the rest makes no sense.
pub(super) fn plan(
    listener: &dyn Listener,
    bundle: &Bundle,
    passed_over: &BTreeMap<String, String>,
    limits: &Limits,
    seed: u64,
) -> Result<Plan> {
    let broken = |error| CommandError::of_script(&why_missing(error, passed_over), bundle);
    let vm = Vm::open(bundle, limits, seed).map_err(broken)?;
    let Mistakes { found, unread } = vm.mistakes();
    for file in unread {
        listener.hear(&Remark::UnreadSyntax { file });
    }
    if !found.is_empty() {
        return Err(mistaken(code::RUNBOOK_MISTAKES, found));
    }
    let declared = vm.declare().map_err(broken)?;
    Plan::check(&declared.node).map_err(|complaints| refused(bundle, &declared, complaints))
}

/// A module that is not there, although something of its name is, is told with what that is.
fn why_missing(error: ScriptError, passed_over: &BTreeMap<String, String>) -> ScriptError {
    let named = |name: &str| {
        let words =
            [format!("there is no module `{name}`"), format!("there is no module `./{name}`")];
        words.iter().any(|words| error.message.starts_with(words.as_str()))
    };
    match passed_over.iter().find(|(name, _)| error.code == "ModuleNotFound" && named(name)) {
        Some((name, why)) => {
            ScriptError { message: format!("there is no module `{name}`: {why}"), ..error }
        }
        None => error,
    }
}

fn refused(bundle: &Bundle, declared: &Declared, complaints: Vec<Complaint>) -> CommandError {
    let file = &declared.file;
    let module = bundle.modules.values().find(|module| module.file == *file);
    let source = module.map_or("", |module| &*module.source);
    let line = usize::try_from(declared.line).ok();
    mistaken(code::PLAN_REFUSED, locate(file, source, line, complaints))
}

/// One mistake in its own sentence, several each at its place.
fn mistaken(code: &'static Code, located: Vec<Located>) -> CommandError {
    let message = match located.as_slice() {
        [only] => only.complaint.to_string(),
        several => format!("the runbook has {}", words::count(several.len(), "mistake")),
    };
    let alone = located.len() == 1;
    let places = located.into_iter().map(|located| place(located, alone));
    places.fold(CommandError::new(code, message), CommandError::at)
}

/// A complaint's place; if it is the only one, the error's own sentence says what is wrong.
fn place(located: Located, alone: bool) -> Place {
    let message = (!alone).then(|| located.complaint.to_string());
    let (line, column, source_line) = match located.place {
        Some(place) => (Some(place.line), Some(place.column), Some(place.source_line)),
        None => (None, None, None),
    };
    Place { file: located.file, line, column, source_line, message }
}
