//! What a check has found: each at its line, and how many there are.

use moontide_author::{Finding, Severity};
use moontide_control::error::CommandError;
use moontide_control::next::Next;
use moontide_control::words;

use super::style::{attention, bad, faint, plain};
use super::{Page, complaint, github};

/// So many are shown: the author mends these first.
const MOST: usize = 50;

/// For people: errors first, how many at the end.
pub(super) fn text(findings: &[Finding], step: &dyn Fn(&Next) -> String, watched: bool) -> Page {
    let mut page = Page::default();
    for finding in findings.iter().take(MOST) {
        page.gap();
        let error = CommandError::from(finding);
        complaint::write(&mut page, &error, step, finding.severity == Severity::Error);
    }
    let (errors, warnings) = count(findings);
    if let Some(more) = findings.len().checked_sub(MOST).filter(|more| *more > 0) {
        page.gap();
        page.line([faint(format!("and {more} more"))]);
    }
    if findings.len() > 1 {
        page.gap();
        let mut line = Vec::new();
        if errors > 0 {
            line.push(bad(words::count(errors, "error")));
        }
        if warnings > 0 {
            line.extend((errors > 0).then(|| plain(", ")));
            line.push(attention(words::count(warnings, "warning")));
        }
        page.line(line);
    }
    if let Some(first) = findings.first().filter(|_| watched) {
        page.line([faint(format!("more: moontide explain {}", first.code.name))]);
    }
    page
}

/// As annotations of a workflow of GitHub's.
pub(super) fn annotations(findings: &[Finding]) -> String {
    let line = |finding: &Finding| {
        let kind = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let place = finding.places.first();
        github::annotation(kind, place, finding.end, finding.code.name, &finding.sentence())
    };
    findings.iter().take(MOST).map(line).collect()
}

fn count(findings: &[Finding]) -> (usize, usize) {
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    (errors, findings.len() - errors)
}
