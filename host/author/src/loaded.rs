//! What loading a runbook says, finding by finding.

use moontide_control::error::{Code, CommandError, Place, code};
use moontide_control::runbook::Refusal;
use moontide_runtime::journal::Bundle;
use moontide_runtime::plan::Located;
use moontide_runtime::sandbox::{Limits, Vm};

use crate::finding::{Finding, Severity};

/// Everything that keeps the runbook from loading.
pub(crate) fn findings(refusal: Refusal) -> Vec<Finding> {
    match refusal {
        Refusal::Unloaded(error) => vec![failed(error)],
        Refusal::Mistaken(code, located) => {
            located.into_iter().map(|located| mistaken(code, located)).collect()
        }
    }
}

/// What Luau would take without a word, such as a name that is given twice.
pub(crate) fn mistakes(bundle: &Bundle) -> Vec<Finding> {
    let found = Vm::open(bundle, &Limits::default(), 0).map(|vm| vm.mistakes().found);
    let found = found.unwrap_or_default().into_iter();
    found.map(|located| mistaken(code::RUNBOOK_MISTAKES, located)).collect()
}

/// It could not be loaded: its places say how it came to that.
pub(crate) fn failed(error: CommandError) -> Finding {
    Finding {
        severity: Severity::Error,
        code: error.code,
        message: error.message,
        field: None,
        suggestion: None,
        places: error.places,
        end: None,
        hints: error.hints,
    }
}

pub(crate) fn mistaken(code: &'static Code, located: Located) -> Finding {
    let Located { file, place, complaint } = located;
    let path = complaint.path.to_string();
    let field = Some(path).filter(|path| !path.is_empty());
    let message = match &field {
        Some(field) => format!("{field}: {}", complaint.message),
        None => complaint.message,
    };
    let (line, column, source_line) = match place {
        Some(place) => (Some(place.line), Some(place.column), Some(place.source_line)),
        None => (None, None, None),
    };
    Finding {
        severity: Severity::Error,
        code,
        message,
        field,
        suggestion: complaint.suggestion,
        places: vec![Place { file, line, column, source_line, message: None }],
        end: None,
        hints: Vec::new(),
    }
}
