//! What the sandbox says about a runbook that would not load.

use moontide_runtime::journal::Bundle;
use moontide_runtime::sandbox::{ScriptError, Speaker};

use super::code::{self, Code};
use super::{CommandError, Place};

impl CommandError {
    /// The error of a script in this bundle.
    pub fn of_script(error: &ScriptError, bundle: &Bundle) -> CommandError {
        // A runbook may raise an error of any code: only our own say what happened.
        let ours = error.speaker == Speaker::Engine;
        let kind = if ours { error.code.as_str() } else { "" };
        let code: &'static Code = match kind {
            "SyntaxError" => code::RUNBOOK_SYNTAX,
            "LimitExceeded" => code::RUNBOOK_LIMIT,
            "Internal" => code::INTERNAL,
            _ => code::RUNBOOK_FAILED,
        };
        let message = if ours {
            error.message.clone()
        } else {
            format!("the runbook raised an error | {}", error.message)
        };
        let complaint = CommandError::new(code, message);
        let complaint = match kind {
            "LimitExceeded" => complaint.hint(
                "loading a runbook only declares what will happen: is there a loop without an end?",
            ),
            "EffectDuringLoad" => {
                complaint.hint("put the call into a hook, or into a wave's `run`")
            }
            _ => complaint,
        };
        let places = error.trace.iter().filter_map(|line| place(line, bundle));
        places.fold(complaint, CommandError::at)
    }
}

/// Reads a line of a trace, ``file:line in function `name` ``.
fn place(trace: &str, bundle: &Bundle) -> Option<Place> {
    let (position, within) = match trace.split_once(" in ") {
        Some((position, within)) => (position, Some(format!("in {within}"))),
        None => (trace, None),
    };
    let (file, line) = position.rsplit_once(':')?;
    let line = line.parse().ok()?;
    let module = bundle.modules.values().find(|module| module.file == file);
    let source = module.map_or("", |module| &*module.source);
    Some(Place { message: within, ..Place::in_source(file, line, source) })
}

#[cfg(test)]
mod tests {
    use moontide_runtime::journal::execution::Module;

    use super::*;

    #[test]
    fn a_trace_line_becomes_a_place_with_its_source() {
        let source = "local x\n\terror(\"no\")\n".into();
        let module = Module { file: "hello/runbook.luau".into(), source };
        let modules = [("runbook".to_owned(), module)].into();
        let bundle = Bundle { entry: "runbook".into(), modules };
        let found = place("hello/runbook.luau:2 in function `verify`", &bundle).expect("a place");
        assert_eq!(found.position(), "hello/runbook.luau:2:2");
        assert_eq!(found.source_line.as_deref(), Some("\terror(\"no\")"));
        assert_eq!(found.message.as_deref(), Some("in function `verify`"));
        assert_eq!(place("nonsense", &bundle), None);
    }
}
