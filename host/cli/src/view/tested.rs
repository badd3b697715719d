//! How tests went.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use moontide_author::testing::{Ended, Failed, Ran, Suite, Told};
use moontide_control::error::{Place, Result};
use moontide_control::words;
use schemars::JsonSchema;
use serde::Serialize;

use crate::context::Context;
use crate::output::style::{attention, bad, faint, good, plain, said, strong};
use crate::output::{Document, Format, Output, Page, github};

/// A longer failure is cut in the summary of a step.
const LONGEST_CELL: usize = 600;

/// All of it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Tested {
    /// The test files, in order.
    pub(crate) files: Vec<TestedFile>,
    /// How many cases have passed.
    pub(crate) passed: usize,
    /// How many have failed.
    pub(crate) failed: usize,
    /// How many were not run.
    pub(crate) skipped: usize,
    /// How often cases were killed and went on, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) crash_points: Option<usize>,
    /// How long it took on this machine.
    pub(crate) seconds: f64,
}

/// A test file.
#[derive(Serialize, JsonSchema)]
pub(crate) struct TestedFile {
    /// The file.
    pub(crate) path: String,
    /// How its cases went.
    pub(crate) cases: Vec<Ran>,
    /// What is odd about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<String>,
}

impl Tested {
    pub(crate) fn new(suites: &[Suite]) -> Tested {
        Tested::of(suites.iter().map(|suite| suite.path.as_path()))
    }

    /// The same of files with these paths.
    pub(crate) fn of<'p>(paths: impl Iterator<Item = &'p Path>) -> Tested {
        let file = |path: &Path| TestedFile {
            path: path.display().to_string(),
            cases: Vec::new(),
            notes: Vec::new(),
        };
        let files = paths.map(file).collect();
        Tested { files, passed: 0, failed: 0, skipped: 0, crash_points: None, seconds: 0.0 }
    }

    /// Adds a case of the file at this place.
    pub(crate) fn add(&mut self, file: usize, ran: Ran) {
        match ran.ended {
            Ended::Passed => self.passed += 1,
            Ended::Failed(_) => self.failed += 1,
            Ended::Skipped => self.skipped += 1,
        }
        self.seconds += ran.seconds;
        if let Some(points) = ran.crash_points {
            *self.crash_points.get_or_insert(0) += points;
        }
        self.files[file].cases.push(ran);
    }

    /// `7 passed, 1 failed, 0 skipped`.
    fn counts(&self) -> String {
        format!("{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

impl Document for Tested {
    fn write(&self, page: &mut Page) {
        for note in self.files.iter().flat_map(|file| &file.notes) {
            let mut spans = vec![attention("note:")];
            spans.extend(said(note));
            page.line(spans);
        }
        page.gap();
        if let Some(points) = self.crash_points {
            let cases = words::count(self.passed, "case");
            let points = words::count(points, "crash point");
            let took = words::duration(Duration::from_secs_f64(self.seconds));
            page.line([plain(format!("{cases}, {points}, {took}"))]);
        }
        let counts = self.counts();
        page.line([if self.failed > 0 { bad(counts) } else { good(counts) }]);
    }
}

/// What is said at the end: the counts to people, all of it to programs, a table to GitHub.
#[expect(clippy::disallowed_methods, reason = "GitHub says where, and it is no setting")]
pub(crate) fn summary(context: &Context, tested: &Tested) -> Result<()> {
    if context.output.format == Format::Github
        && let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY")
        && let Ok(mut file) = OpenOptions::new().create(true).append(true).open(path)
    {
        let _ = file.write_all(markdown(tested).as_bytes());
    }
    context.output.show(tested)
}

/// A case as it has ended.
pub(crate) fn page(file: &str, ran: &Ran) -> Page {
    let mut page = Page::default();
    let word = match &ran.ended {
        Ended::Passed => good("passed "),
        Ended::Failed(_) => bad("failed "),
        Ended::Skipped => faint("skipped"),
    };
    let mut spans = vec![word, plain(" "), faint(format!("{file}  ")), strong(&*ran.case)];
    if let Some(points) = ran.crash_points {
        spans.push(faint(format!("  {}", words::count(points, "crash point"))));
    }
    page.line(spans);
    page.indented(|page| {
        for note in &ran.notes {
            let mut spans = vec![attention("note:")];
            spans.extend(said(note));
            page.line(spans);
        }
        if let Ended::Failed(failed) = &ran.ended {
            failure(page, failed);
        }
    });
    page
}

/// The same as text, with an annotation where the format has some.
pub(crate) fn line(output: Output, file: &str, ran: &Ran) -> String {
    let mut text = page(file, ran).into_text();
    if let (Format::Github, Ended::Failed(failed)) = (output.format, &ran.ended) {
        let place = failed.place.as_ref().map(|place| Place {
            file: place.path.clone(),
            line: Some(place.line),
            column: None,
            source_line: None,
            message: None,
        });
        text += &github::annotation("error", place.as_ref(), None, &ran.case, &whole(failed));
    }
    text
}

fn failure(page: &mut Page, failed: &Failed) {
    let mut spans = vec![bad(if failed.assertion { "failed" } else { "error" })];
    if !failed.assertion {
        spans.push(plain(format!(" {}", failed.code)));
    }
    spans.extend(said(&failed.message));
    page.line(spans);
    if let Some(place) = &failed.place {
        page.line([plain("at "), strong(format!("{}:{}", place.path, place.line))]);
        if let Some(source) = &place.source_line {
            page.indented(|page| page.line(said(source)));
        }
    }
    for (name, text) in [("expected", &failed.expected), ("got     ", &failed.got)] {
        if let Some(text) = text {
            let mut spans = vec![plain(name)];
            spans.extend(said(text));
            page.line(spans);
        }
    }
    if !failed.timeline.is_empty() {
        page.line([faint("the last of what happened")]);
        page.indented(|page| failed.timeline.iter().for_each(|line| page.line(said(line))));
    }
}

/// A failure in a paragraph.
pub(crate) fn whole(failed: &Failed) -> String {
    let mut text = failed.message.clone();
    for (name, part) in [("expected", &failed.expected), ("got", &failed.got)] {
        if let Some(part) = part {
            let _ = write!(text, "\n{name}: {part}");
        }
    }
    failed.timeline.iter().fold(text, |text, line| text + "\n" + line)
}

/// A table for the summary of a workflow's step.
fn markdown(tested: &Tested) -> String {
    let cell = |text: &str| {
        let text = cut(text);
        let text = text.replace('\\', "\\\\").replace('|', "\\|").replace('\n', " ");
        text.replace('&', "&amp;").replace('<', "&lt;")
    };
    let mut text = format!("### moontide test: {}\n\n", tested.counts());
    text += "| test | case | result |\n|---|---|---|\n";
    for file in &tested.files {
        for ran in &file.cases {
            let result = match &ran.ended {
                Ended::Passed => "passed".to_owned(),
                Ended::Skipped => "skipped".to_owned(),
                Ended::Failed(failed) => format!("**failed**: {}", cell(&whole(failed))),
            };
            let (path, case) = (cell(&file.path), cell(&ran.case));
            let _ = writeln!(text, "| {path} | {case} | {result} |");
        }
    }
    text + "\n"
}

/// What a table of a step's summary shows of a failure; GitHub takes no more than a megabyte of all.
fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST_CELL) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text.to_owned(),
    }
}

/// The cases that there are.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Listed {
    /// They, in the order in which they would run.
    cases: Vec<ListedCase>,
}

/// A test.
#[derive(Serialize, JsonSchema)]
struct ListedCase {
    /// The test file, or the journal that is replayed.
    path: String,
    /// Its line in that file. Absent: it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    /// Its name.
    case: String,
}

impl Listed {
    pub(crate) fn of(cases: &[Told<'_>]) -> Listed {
        let cases = cases.iter().map(|(suite, case)| ListedCase {
            path: suite.path.display().to_string(),
            line: case.line,
            case: case.name.clone(),
        });
        Listed { cases: cases.collect() }
    }

    /// Cases that stand in no line of their files.
    pub(crate) fn named<'p>(cases: impl Iterator<Item = (&'p Path, String)>) -> Listed {
        let cases = cases.map(|(path, case)| ListedCase {
            path: path.display().to_string(),
            line: None,
            case,
        });
        Listed { cases: cases.collect() }
    }
}

impl Document for Listed {
    fn write(&self, page: &mut Page) {
        for ListedCase { path, line, case } in &self.cases {
            let line = line.map(|line| format!(":{line}")).unwrap_or_default();
            page.line([faint(format!("{path}{line}  ")), plain(case.as_str())]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_cut_between_letters() {
        assert_eq!(cut("short"), "short");
        let long = "ü".repeat(LONGEST_CELL + 5);
        assert_eq!(cut(&long).chars().count(), LONGEST_CELL + 2);
    }
}
