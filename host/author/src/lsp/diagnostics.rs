//! Findings as an editor shows them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location,
    NumberOrString, Position, Range,
};
use moontide_control::error::Place;
use moontide_control::runbook::Files;
use moontide_runtime::plan::suggest::nearest;
use serde::{Deserialize, Serialize};

use super::bundle::Sources;
use super::library::Library;
use super::owner::Owner;
use super::{Surroundings, text, uri};
use crate::finding::{Finding, Severity};

/// What a diagnostic carries for whom asks what to do about it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Mend {
    /// What was probably meant, to be put in the place of what it marks.
    pub(super) suggestion: String,
}

/// From findings to diagnostics.
pub(super) struct Diagnostics<'s> {
    pub(super) owner: &'s Owner,
    /// None, if its files could not be read.
    pub(super) sources: Option<&'s Sources>,
    pub(super) surroundings: &'s Surroundings,
    pub(super) library: &'s Library,
    /// Whether a file is this runbook's to speak of.
    pub(super) is_of_it: &'s dyn Fn(&PathBuf) -> bool,
}

impl Diagnostics<'_> {
    /// Each at its file.
    pub(super) fn of(&self, findings: &[Finding]) -> BTreeMap<PathBuf, Vec<Diagnostic>> {
        let mut all: BTreeMap<PathBuf, Vec<Diagnostic>> = BTreeMap::new();
        for finding in findings.iter().filter(|it| !self.is_of_another_test(it)) {
            let (path, diagnostic) = self.one(finding);
            all.entry(path).or_default().push(diagnostic);
        }
        all
    }

    /// Whether it is about a test of another runbook in the folder, which tells it.
    fn is_of_another_test(&self, finding: &Finding) -> bool {
        let first = finding.places.first().and_then(|place| self.file(place));
        first.is_some_and(|(path, _)| Files::is_test(&path) && !(self.is_of_it)(&path))
    }

    fn one(&self, finding: &Finding) -> (PathBuf, Diagnostic) {
        let own = finding.places.iter().position(|place| {
            place.line.is_some() && self.file(place).is_some_and(|(path, _)| (self.is_of_it)(&path))
        });
        let found = own.and_then(|at| Some((at, self.file(&finding.places[at])?)));
        let (path, range) = match &found {
            Some((at, (path, text))) => {
                let end = finding.end.filter(|_| *at == 0);
                (path.clone(), range(text, &finding.places[*at], end))
            }
            // It is in no file that is shown: the runbook's first line tells it.
            None => (self.owner.path().to_path_buf(), Range::default()),
        };
        let marked = found.as_ref().map_or("", |(_, (_, text))| text::within(text, range));
        let mend = finding.suggestion.as_deref().and_then(|it| mend(marked, it));
        let at = found.as_ref().map(|(at, _)| *at);
        let others = finding.places.iter().enumerate().filter(|(it, _)| Some(*it) != at);
        let related: Vec<DiagnosticRelatedInformation> =
            others.filter_map(|(_, place)| self.related(place)).collect();
        let page = self.library.page(finding.code.name).and_then(|path| uri::of(&path));
        let diagnostic = Diagnostic {
            range,
            severity: Some(match finding.severity {
                Severity::Error => DiagnosticSeverity::ERROR,
                Severity::Warning => DiagnosticSeverity::WARNING,
            }),
            code: Some(NumberOrString::String(finding.code.name.to_owned())),
            code_description: page.map(|href| CodeDescription { href }),
            source: Some("moontide".to_owned()),
            message: self.message(finding),
            related_information: (!related.is_empty()).then_some(related),
            tags: None,
            data: mend.and_then(|mend| serde_json::to_value(mend).ok()),
        };
        (path, diagnostic)
    }

    /// The sentence, and what to do.
    fn message(&self, finding: &Finding) -> String {
        let step = |next: &_| format!("`moontide {}`", (self.surroundings.words)(next));
        let hints = finding.hints.iter().map(|hint| hint.text(step));
        hints.fold(finding.sentence(), |text, hint| format!("{text}\n{hint}"))
    }

    /// The file and the text of a place in one of the author's modules.
    fn file(&self, place: &Place) -> Option<(PathBuf, &str)> {
        let sources = self.sources?;
        let module = sources.called(&place.file)?;
        Some((sources.path(module)?, sources.text(module)?))
    }

    fn related(&self, place: &Place) -> Option<DiagnosticRelatedInformation> {
        let sources = self.sources?;
        let module = sources.called(&place.file)?;
        let path = sources.path(module).or_else(|| self.library.module(module))?;
        let range = range(sources.text(module)?, place, None);
        let message = place.message.clone().unwrap_or_else(|| "it came to that here".to_owned());
        Some(DiagnosticRelatedInformation {
            location: Location { uri: uri::of(&path)?, range },
            message,
        })
    }
}

/// What is marked: up to the end, where that is known, else a word.
fn range(text: &str, place: &Place, end: Option<(usize, usize)>) -> Range {
    let Some(line) = place.line else { return Range::default() };
    let begin = text::position_of(text, (line, place.column.unwrap_or(1)));
    let end: Option<Position> = end.map(|end| text::position_of(text, end));
    match end.filter(|end| *end > begin) {
        Some(end) => Range::new(begin, end),
        None => text::word(text, begin),
    }
}

/// What to put in the place of what is marked, if that is one name or one text, and near to it.
fn mend(marked: &str, suggestion: &str) -> Option<Mend> {
    let quote = marked.chars().next().filter(|it| "\"'".contains(*it));
    let bare = |text: &str| text.trim_matches(['"', '\'']).to_owned();
    let is_name = |text: &str| text.chars().all(|it| it.is_alphanumeric() || it == '_');
    let (from, to) = (bare(marked), bare(suggestion));
    nearest(&from, [to.as_str()])?;
    let suggestion = match quote {
        Some(quote) => format!("{quote}{to}{quote}"),
        None if is_name(&from) && is_name(&to) => to,
        None => return None,
    };
    Some(Mend { suggestion })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_mended_is_a_name_or_a_text() {
        let mended = |marked, suggestion| mend(marked, suggestion).map(|it| it.suggestion);
        assert_eq!(mended("depend_on", "depends_on").as_deref(), Some("depends_on"));
        assert_eq!(mended("\"aks\"", "\"ask\"").as_deref(), Some("\"ask\""));
        assert_eq!(mended("'databse'", "database").as_deref(), Some("'database'"));
        assert_eq!(mended("waves = {", "waves"), None);
        assert_eq!(mended("pause", "depends_on"), None);
        assert_eq!(mended("", "depends_on"), None);
    }
}
