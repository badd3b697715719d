//! Where a finding is: the checker counts lines from 0, and bytes.

use moontide_control::error::{Place, code};
use moontide_runtime::journal::Bundle;
use moontide_runtime::plan::LONGEST_LINE;

use super::checker::{Kind, Told};
use crate::finding::{Finding, Severity};

/// What is said of a file of the bundle, as findings.
pub(super) fn findings(bundle: &Bundle, name: &str, told: Vec<Told>) -> Vec<Finding> {
    let module = bundle.modules.get(name);
    let lines: Vec<&str> = module.map_or("", |module| &*module.source).lines().collect();
    let file = module.map_or(name, |module| module.file.as_str());
    told.into_iter().map(|told| finding(file, &lines, told)).collect()
}

fn finding(file: &str, lines: &[&str], told: Told) -> Finding {
    let (severity, code) = match told.kind {
        Kind::Syntax => (Severity::Error, code::RUNBOOK_SYNTAX),
        Kind::Type | Kind::Module => (Severity::Error, code::RUNBOOK_TYPES),
        Kind::Nil | Kind::Doubtful => (Severity::Warning, code::RUNBOOK_TYPES),
        Kind::Odd => (Severity::Warning, code::RUNBOOK_ODD),
    };
    let at = |line: u32, byte: u32| {
        let text = lines.get(line as usize).copied().unwrap_or_default();
        let before = text.get(..byte as usize).unwrap_or(text);
        (line as usize + 1, before.chars().count() + 1)
    };
    let (line, column) = at(told.at.begin.line, told.at.begin.column);
    let shown = lines.get(line - 1).filter(|line| line.len() <= LONGEST_LINE);
    let place = Place {
        file: file.to_owned(),
        line: Some(line),
        column: Some(column),
        source_line: shown.map(|line| (*line).to_owned()),
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
