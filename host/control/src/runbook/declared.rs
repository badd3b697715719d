//! From sources to a checked plan, or to everything that is wrong with it, line by line.

use std::collections::BTreeMap;

use moontide_runtime::journal::Bundle;
use moontide_runtime::plan::{Complaint, Located, Plan, locate};
use moontide_runtime::sandbox::{Declared, Limits, Mistakes, ScriptError, Vm};

use crate::error::{Code, CommandError, Place, Result, code};
use crate::listener::{Listener, Remark};
use crate::words;

/// Why there is no plan.
#[derive(Debug)]
pub enum Refusal {
    /// Its files do not load.
    Unloaded(CommandError),
    /// Everything that was found wrong, at its place.
    Mistaken(&'static Code, Vec<Located>),
}

/// Loads the bundle's entry in a sandbox and checks what it declares. What Luau would take without a word is told
/// first: it may be why the rest makes no sense.
pub(super) fn plan(
    listener: &dyn Listener,
    bundle: &Bundle,
    passed_over: &BTreeMap<String, String>,
    limits: &Limits,
    seed: u64,
) -> Result<Plan, Refusal> {
    let broken = |error| {
        Refusal::Unloaded(CommandError::of_script(&why_missing(error, passed_over), bundle))
    };
    let vm = Vm::open(bundle, limits, seed).map_err(broken)?;
    let Mistakes { found, unread } = vm.mistakes();
    for file in unread {
        listener.hear(&Remark::UnreadSyntax { file });
    }
    if !found.is_empty() {
        return Err(Refusal::Mistaken(code::RUNBOOK_MISTAKES, found));
    }
    let declared = vm.declare().map_err(broken)?;
    Plan::check(&declared.node).map_err(|complaints| {
        Refusal::Mistaken(code::PLAN_REFUSED, located(bundle, &declared, complaints))
    })
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

fn located(bundle: &Bundle, declared: &Declared, complaints: Vec<Complaint>) -> Vec<Located> {
    let file = &declared.file;
    let module = bundle.modules.values().find(|module| module.file == *file);
    let source = module.map_or("", |module| &*module.source);
    locate(file, source, usize::try_from(declared.line).ok(), complaints)
}

/// One mistake in its own sentence, several each at its place.
impl From<Refusal> for CommandError {
    fn from(refusal: Refusal) -> CommandError {
        let (code, located) = match refusal {
            Refusal::Unloaded(error) => return error,
            Refusal::Mistaken(code, located) => (code, located),
        };
        let message = match located.as_slice() {
            [only] => only.complaint.to_string(),
            several => format!("the runbook has {}", words::count(several.len(), "mistake")),
        };
        let alone = located.len() == 1;
        let places = located.into_iter().map(|located| place(located, alone));
        places.fold(CommandError::new(code, message), CommandError::at)
    }
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
