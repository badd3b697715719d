//! What came otherwise than the journal has it, for people: what was recorded, what is asked now, and both places.

use moontide_control::error::CommandError;
use moontide_control::runbook::Files;
use moontide_runtime::journal::{Body, Difference, Entry, Mismatch, Step};
use moontide_runtime::plan::FailurePolicy;
use moontide_runtime::scheduler::{End, Event, Failure};
use serde_json::Value;

use super::super::case::{Failed, Place};
use super::DIFFERS;

/// Where a program's places lie on disk.
pub(super) struct Site<'f> {
    pub(super) files: &'f Files,
}

impl Site<'_> {
    /// The line at `file:line`, if that is one of the runbook's own files.
    fn place(&self, site: &str) -> Option<Place> {
        let (file, line) = site.split(" in ").next()?.rsplit_once(':')?;
        let line: usize = line.parse().ok()?;
        let modules = self.files.bundle.modules.iter();
        let mut own = modules.filter(|(name, _)| !name.starts_with('@'));
        let (name, module) = own.find(|(_, module)| module.file == file)?;
        let source = module.source.lines().nth(line.saturating_sub(1));
        Some(Place {
            path: self.files.folder.join(format!("{name}.luau")).display().to_string(),
            line,
            source_line: source.map(|it| it.trim().to_owned()),
        })
    }
}

fn differs(message: String) -> Failed {
    Failed { assertion: true, code: DIFFERS.to_owned(), message, ..Failed::default() }
}

/// An operation, and where it was asked for.
fn at(operation: &str, site: &str) -> String {
    if site.is_empty() { format!("`{operation}`") } else { format!("`{operation}` at {site}") }
}

/// A program that is not there any more, or does not load.
pub(super) fn not_there(error: &CommandError) -> Failed {
    let hints = error.hints.iter().map(|hint| hint.text(|_| String::new()));
    let message = std::iter::once(error.message.clone()).chain(hints).collect::<Vec<_>>();
    differs(message.join("; "))
}

/// An effect that is another one than was recorded, or that is not asked for any more.
pub(super) fn mismatch(mismatch: Mismatch, site: &Site<'_>) -> Failed {
    let Mismatch { lane, position, sequence, recorded, recorded_site, asked, site: now, .. } =
        &mismatch;
    let ends = asked == "nothing";
    let message = match &mismatch.difference {
        Some(difference) => {
            format!("{lane}, effect {position}: `{recorded}` differs: {difference}")
        }
        None if ends => format!("{lane}, effect {position}: the program ends before it"),
        None => format!("{lane}, effect {position}: another one is asked for"),
    };
    let got = if ends { "the end of the program".to_owned() } else { at(asked, now) };
    Failed {
        expected: Some(format!("{}, entry {sequence}", at(recorded, recorded_site))),
        got: Some(got),
        place: site.place(now),
        mismatch: Some(Box::new(mismatch)),
        ..differs(message)
    }
}

/// An effect, or a question, beyond those that were recorded.
pub(super) fn beyond(entry: &Entry, site: &Site<'_>) -> Failed {
    let (message, got, place) = match &entry.body {
        Body::Intent { step, .. } | Body::Outcome { step, .. } => {
            let Step { lane, position, operation, site: now, .. } = step;
            let message = format!("{lane}, effect {position}: the journal has none here any more");
            (message, at(operation, now), site.place(now))
        }
        Body::Event { event: Event::Asked { prompt } } => {
            let message = format!("{}: the journal has no such question", prompt.id);
            (message, format!("a question: {}", prompt.message), None)
        }
        Body::Event { .. } => ("the journal has no such event".to_owned(), String::new(), None),
    };
    let expected = Some("the end of the program".to_owned());
    Failed { expected, got: Some(got), place, ..differs(message) }
}

/// An attempt that does not come to its end.
pub(super) fn without_end(then: &End) -> Failed {
    let message = "it does not come to its end: it waits for what the journal does not have";
    let (expected, got) = (Some(word(then)), Some("no end".to_owned()));
    Failed { expected, got, ..differs(message.to_owned()) }
}

/// How two ends differ, if they do. Where an error was raised is no part of that: lines move.
pub(super) fn ends(then: &End, now: &End, site: &Site<'_>) -> Option<Failed> {
    let of = |message: String| {
        let place = match now {
            End::Failed { failure } => failure.trace.iter().find_map(|line| site.place(line)),
            End::Completed { .. } | End::Cancelled { .. } => None,
        };
        let (expected, got) = (Some(word(then)), Some(word(now)));
        Some(Failed { expected, got, place, ..differs(message) })
    };
    let difference = |what: &str, then: &Value, now: &Value| {
        let Difference { path, then, now } = Difference::between(then, now)?;
        let path = if path.is_empty() { what.to_owned() } else { format!("{what}: `{path}`") };
        Some(Failed {
            expected: Some(then),
            got: Some(now),
            ..differs(format!("it ends otherwise: {path} differs"))
        })
    };
    match (then, now) {
        (End::Completed { result: then }, End::Completed { result: now }) => {
            difference("its result", then, now)
        }
        (End::Cancelled { details: then }, End::Cancelled { details: now }) => {
            difference("what it knew", then, now)
        }
        (End::Failed { failure: then }, End::Failed { failure: now }) => {
            if (&then.code, &then.message) != (&now.code, &now.message) {
                return of("it fails of something else".to_owned());
            }
            if decided(then) != decided(now) {
                return of("it decides otherwise about its failure".to_owned());
            }
            difference("what it knew", &then.details, &now.details)
        }
        _ => of("it ends otherwise".to_owned()),
    }
}

fn decided(failure: &Failure) -> (Option<FailurePolicy>, bool) {
    (failure.decision, failure.uncertain)
}

/// An end in words.
fn word(end: &End) -> String {
    match end {
        End::Completed { .. } => "completed".to_owned(),
        End::Cancelled { .. } => "cancelled".to_owned(),
        End::Failed { failure } => {
            let decision = failure.decision.map(|it| format!("; its on_failure says {it:?}"));
            let at = failure.trace.first().map(|line| format!(", at {line}"));
            let (decision, at) = (decision.unwrap_or_default(), at.unwrap_or_default());
            format!("failed | {}: {}{at}{decision}", failure.code, failure.message)
        }
    }
}
