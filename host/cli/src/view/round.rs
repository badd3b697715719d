//! A round of a watch, in a line.

use std::time::Duration;

use moontide_author::finding::Finding;
use moontide_author::testing::{Ended, Ran};
use moontide_author::watching::Round;
use moontide_author::watching::round::Tested;
use moontide_control::error::Result;
use moontide_control::words;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::worded::{self, Steps};
use crate::context::Context;
use crate::output::style::{bad, execution_status, faint, good, plain};
use crate::output::{Page, Span};

/// What was seen.
#[derive(Serialize, JsonSchema)]
pub(crate) struct RoundView {
    /// When, on this machine's wall.
    pub(crate) at: String,
    /// The file that changed; none at the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) changed: Option<String>,
    /// Whether there is nothing to mend.
    pub(crate) good: bool,
    /// What the check found.
    pub(crate) findings: Vec<Finding>,
    /// How the tests went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tests: Option<TestsView>,
    /// Why it could not be looked at, tested or rehearsed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// How the rehearsal went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rehearsal: Option<moontide_author::watching::round::Rehearsed>,
    /// How long it took to see, in seconds.
    pub(crate) seconds: f64,
}

/// How tests went.
#[derive(Serialize, JsonSchema)]
pub(crate) struct TestsView {
    /// How many cases have passed.
    pub(crate) passed: usize,
    /// Those that have not, each with its file.
    pub(crate) failed: Vec<FailedView>,
}

/// A case that has not passed.
#[derive(Serialize, JsonSchema)]
pub(crate) struct FailedView {
    /// The test file.
    pub(crate) file: String,
    /// How it went.
    #[serde(flatten)]
    pub(crate) ran: Ran,
}

impl TestsView {
    fn of(tested: &[Tested]) -> TestsView {
        let failed = tested.iter().filter(|it| it.ran.ended != Ended::Passed);
        let failed = failed.map(|it| FailedView { file: it.file.clone(), ran: it.ran.clone() });
        let failed: Vec<FailedView> = failed.collect();
        TestsView { passed: tested.len() - failed.len(), failed }
    }
}

impl RoundView {
    /// The view of a round.
    pub(crate) fn of(
        at: String,
        changed: Option<String>,
        round: &Result<Round>,
        took: Duration,
    ) -> RoundView {
        let seconds = took.as_secs_f64();
        let (findings, tests, rehearsal) = match round {
            Ok(Round { findings, tests, rehearsal }) => {
                (findings.clone(), tests.as_ref(), rehearsal.as_ref())
            }
            Err(_) => (Vec::new(), None, None),
        };
        let error = round.as_ref().err();
        let error = error.or_else(|| tests?.as_ref().err()).or_else(|| rehearsal?.as_ref().err());
        RoundView {
            at,
            changed,
            good: round.as_ref().is_ok_and(Round::is_good),
            findings,
            tests: tests.and_then(|it| Some(TestsView::of(it.as_ref().ok()?))),
            error: error.map(|error| error.message.clone()),
            rehearsal: rehearsal.and_then(|it| it.as_ref().ok().cloned()),
            seconds,
        }
    }
}

impl Steps for RoundView {
    fn word(&self, context: &Context, json: &mut Value) {
        worded::put_findings(context, &self.findings, json);
    }

    fn write(&self, _: &Context, page: &mut Page) {
        let errors = self.findings.iter().filter(|it| it.is_error()).count();
        let check: Span<'_> = match (errors, &self.error) {
            (0, _) => good("check ok"),
            (errors, _) => bad(words::count(errors, "error")),
        };
        let mut line = vec![faint(format!("[{}] ", self.at))];
        line.extend(self.changed.as_ref().map(|file| plain(format!("{file} · "))));
        line.push(check);
        if let Some(TestsView { passed, failed }) = &self.tests {
            line.push(plain(" · "));
            line.push(match failed.len() {
                0 => good(format!("{} passed", words::count(*passed, "test"))),
                some => bad(format!("{} failed, {passed} passed", words::count(some, "test"))),
            });
        }
        if let Some(rehearsed) = &self.rehearsal {
            line.extend([plain(" · rehearsal "), execution_status(rehearsed.status)]);
            line.push(plain(format!(", {} virtual", words::duration(rehearsed.virtual_time))));
        } else if self.error.is_some() {
            line.extend([plain(" · "), bad("not rehearsed")]);
        } else if errors == 0 {
            line.push(plain(" · no world.toml, not rehearsed"));
        }
        line.push(plain(format!(", {:.2} s", self.seconds)));
        page.line(line);
    }
}
