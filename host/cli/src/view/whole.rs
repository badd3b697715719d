//! The long document: everything that the store knows about an execution, secrets left out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use moontide_runtime::scheduler::{End, Event, Failure};
use serde::Serialize;
use serde_json::Value;

use super::record::events;
use super::{Record, ServerView, Summary};
use crate::context::Context;
use crate::output::style::{bad, faint, good, plain, said, strong};
use crate::output::{Document, Page, words};
use crate::params;

/// Everything about an execution.
#[derive(Serialize)]
pub(crate) struct Whole {
    #[serde(flatten)]
    summary: Summary,
    created_by: String,
    params: BTreeMap<String, Value>,
    regions: Vec<String>,
    account: Option<String>,
    replaceable: Vec<String>,
    /// The hash of the sources it runs from.
    sources: String,
    moontide: String,
    luau: String,
    journal_entries: usize,
    answers: Vec<Answered>,
    attempts: Vec<Attempt>,
    cancelled_by: Option<String>,
}

/// An answer that was given.
#[derive(Serialize)]
struct Answered {
    at: Timestamp,
    prompt: String,
    choice: String,
    by: String,
    comment: String,
}

/// An attempt of a wave that has ended.
#[derive(Serialize)]
struct Attempt {
    at: Timestamp,
    wave: String,
    #[serde(rename = "attempt")]
    number: u32,
    end: &'static str,
    servers: Vec<ServerView>,
    failure: Option<Failure>,
}

impl Whole {
    /// The document of a loaded execution.
    pub(crate) fn of(record: &Record, context: &Context) -> Whole {
        let execution = &record.execution;
        let mut summary = Summary::of(record, context);
        let this = context.command(&format!("show {}", execution.id));
        summary.next.retain(|command| *command != this);
        let mut whole = Whole {
            summary,
            created_by: execution.created_by.clone(),
            params: params::shown(&execution.plan, &execution.params),
            regions: execution.regions.clone(),
            account: execution.account.clone(),
            replaceable: execution.replaceable.clone(),
            sources: execution.bundle.digest(),
            moontide: execution.moontide.clone(),
            luau: execution.luau.clone(),
            journal_entries: record.entries.len(),
            answers: Vec::new(),
            attempts: Vec::new(),
            cancelled_by: record.state.cancelled_by.clone(),
        };
        for (at, event) in events(&record.entries) {
            whole.note(at, event);
        }
        whole
    }

    fn note(&mut self, at: Timestamp, event: &Event) {
        match event {
            Event::Answered { prompt, choice, by, comment } => self.answers.push(Answered {
                at,
                prompt: prompt.clone(),
                choice: choice.clone(),
                by: by.clone(),
                comment: comment.clone(),
            }),
            Event::Ended { wave, attempt, end } => {
                let (word, servers, failure) = match end {
                    End::Completed { result } => ("completed", ServerView::all_in(result), None),
                    End::Failed { failure } => {
                        ("failed", ServerView::all_in(&failure.details), Some(failure.clone()))
                    }
                    End::Cancelled => ("cancelled", Vec::new(), None),
                };
                let (wave, attempt) = (wave.clone(), *attempt);
                self.attempts.push(Attempt {
                    at,
                    wave,
                    number: attempt,
                    end: word,
                    servers,
                    failure,
                });
            }
            Event::Started | Event::Asked { .. } | Event::CancelRequested { .. } => {}
        }
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let list = |items: &[String]| items.join(", ");
        let params = self.params.iter().map(|(name, value)| format!("{name}={value}"));
        let mut facts = vec![
            ("created", format!("{} by {}", words::time(self.summary.created_at), self.created_by)),
            ("account", self.account.clone().unwrap_or_default()),
            ("regions", list(&self.regions)),
            ("params", params.collect::<Vec<_>>().join(" ")),
            ("replaces", list(&self.replaceable)),
            ("sources", self.sources.chars().take(16).collect()),
            ("written by", format!("moontide {}, {}", self.moontide, self.luau)),
            ("journal", words::count(self.journal_entries, "line")),
            ("cancelled by", self.cancelled_by.clone().unwrap_or_default()),
        ];
        facts.retain(|(_, fact)| !fact.is_empty());
        facts
    }
}

impl Document for Whole {
    fn write(&self, page: &mut Page) {
        self.summary.write(page);
        page.gap();
        let facts = self.facts();
        let rows: Vec<_> =
            facts.iter().map(|(name, fact)| vec![faint(*name), plain(fact.as_str())]).collect();
        page.table(&rows);
        for attempt in &self.attempts {
            attempt.write(page);
        }
        if !self.answers.is_empty() {
            page.gap();
            page.line([strong("answers")]);
        }
        for answer in &self.answers {
            let Answered { at, prompt, choice, by, comment } = answer;
            page.line([
                faint(words::time(*at)),
                plain(format!("  {prompt}: ")),
                strong(choice.as_str()),
                plain(format!(" by {by}")),
                plain(if comment.is_empty() { String::new() } else { format!(": {comment}") }),
            ]);
        }
    }
}

impl Attempt {
    fn write(&self, page: &mut Page) {
        page.gap();
        let word = if self.end == "completed" { good(self.end) } else { bad(self.end) };
        page.line([
            faint(words::time(self.at)),
            plain("  "),
            strong(self.wave.as_str()),
            plain(format!(" attempt {} ", self.number)),
            word,
        ]);
        page.indented(|page| {
            let rows: Vec<_> = self.servers.iter().map(ServerView::row).collect();
            page.table(&rows);
            let Some(failure) = &self.failure else { return };
            let message = format!("{}: {}", failure.code, failure.message);
            page.line([bad("failed")].into_iter().chain(said(&message)));
            for line in &failure.trace {
                page.line([faint("at "), plain(line.as_str())]);
            }
            if failure.uncertain {
                page.line([plain(
                    "nobody can tell whether one of its calls happened: look before a retry",
                )]);
            }
        });
    }
}
