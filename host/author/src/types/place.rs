//! Where a finding is: the checker counts lines from 0, and bytes.

use moontide_control::error::{Place, code};
use moontide_runtime::journal::Bundle;
use moontide_runtime::plan::LONGEST_LINE;

use super::checker::{Kind, Told};
use crate::finding::{Finding, Severity};

/// A finding in a file of the bundle.
pub(super) fn finding(bundle: &Bundle, name: &str, told: Told) -> Finding {
    let module = bundle.modules.get(name);
    let source = module.map_or("", |module| &*module.source);
    let file = module.map_or(name, |module| module.file.as_str());
    let (severity, code) = match told.kind {
        Kind::Syntax => (Severity::Error, code::RUNBOOK_SYNTAX),
        Kind::Type => (Severity::Error, code::RUNBOOK_TYPES),
        Kind::Nil => (Severity::Warning, code::RUNBOOK_TYPES),
        Kind::Odd => (Severity::Warning, code::RUNBOOK_ODD),
    };
    let at = |line: u32, byte: u32| {
        let text = source.lines().nth(line as usize).unwrap_or_default();
        let before = text.get(..byte as usize).unwrap_or(text);
        (line as usize + 1, before.chars().count() + 1)
    };
    let (line, column) = at(told.at.begin.line, told.at.begin.column);
    let shown = source.lines().nth(line - 1).filter(|line| line.len() <= LONGEST_LINE);
    let place = Place {
        file: file.to_owned(),
        line: Some(line),
        column: Some(column),
        source_line: shown.map(str::to_owned),
        message: None,
    };
    Finding {
        severity,
        code,
        message: told.message,
        field: told.field,
        suggestion: told.suggestion,
        places: vec![place],
        end: Some(at(told.at.end.line, told.at.end.column)),
        hints: Vec::new(),
    }
}
