//! The long document: everything that the store knows about an execution, secrets left out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use moontide_control::params;
use moontide_control::words;
use moontide_runtime::journal::execution::Simulator;
use moontide_runtime::journal::{Body, Channel, Entry};
use moontide_runtime::scheduler::{End, Event, Failure, Signal, Wish};
use serde::Serialize;
use serde_json::Value;

use super::{Record, ServerView, Summary, signal};
use crate::context::Context;
use crate::output::style::{bad, faint, good, plain, said, strong};
use crate::output::{Document, Page};

/// Everything about an execution.
#[derive(Serialize)]
pub(crate) struct Whole {
    #[serde(flatten)]
    summary: Summary,
    created_by: String,
    params: BTreeMap<String, Value>,
    regions: Vec<String>,
    account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    simulator: Option<Simulator>,
    replaceable: Vec<String>,
    /// Executions beside which it goes on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    beside: Vec<String>,
    /// The only waves that it runs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    only: Vec<String>,
    /// The servers that it leaves out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    excluded: Vec<String>,
    /// What it may touch in a drill besides what it launches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    outside: Vec<String>,
    /// The hash of the sources it runs from.
    sources: String,
    moontide: String,
    luau: String,
    journal_entries: usize,
    /// The answers that were taken; one of several voices too, also if something else closed its prompt.
    answers: Vec<Answered>,
    /// Everything that people wanted, also what was refused.
    signals: Vec<Signalled>,
    /// Groups of approvers.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    approvers: BTreeMap<String, Vec<String>>,
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
    /// Whether it closed its prompt.
    closed: bool,
    /// What closed its prompt, where that was something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_by: Option<String>,
}

/// Something that somebody wanted.
#[derive(Serialize)]
struct Signalled {
    /// When a runner took it.
    at: Timestamp,
    signal: Signal,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
    /// What there is to know about it.
    #[serde(skip)]
    note: String,
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
            params: params::shown(execution),
            regions: execution.regions.clone(),
            account: execution.account.clone(),
            simulator: execution.simulator.clone(),
            replaceable: execution.replaceable.clone(),
            beside: execution.beside.clone(),
            outside: execution.plan.outside.lines(),
            only: execution.only.clone(),
            excluded: execution.excluded.clone(),
            sources: execution.digest(),
            moontide: execution.moontide.clone(),
            luau: execution.luau.clone(),
            journal_entries: record.entries.len(),
            answers: Vec::new(),
            signals: Vec::new(),
            approvers: execution.approvers.clone(),
            attempts: Vec::new(),
            cancelled_by: record.state.cancelled_by.clone(),
        };
        for entry in &record.entries {
            if let Body::Event { event } = &entry.body {
                whole.note(record, entry, event);
            }
        }
        whole
    }

    fn note(&mut self, record: &Record, entry: &Entry, event: &Event) {
        let at = entry.at;
        match event {
            Event::Signalled { signal, .. } => {
                let refused = record.refused.get(&entry.sequence).map(ToString::to_string);
                let mut note = refused.clone().unwrap_or_default();
                if refused.is_none()
                    && let Some(answer) = Answered::of(record, entry, signal)
                {
                    note = answer.note();
                    self.answers.push(answer);
                }
                self.signals.push(Signalled { at, signal: signal.clone(), refused, note });
            }
            Event::Ended { wave, attempt, end } => {
                let held = |value: &Value| -> Vec<ServerView> {
                    let servers = ServerView::all_in(value).into_iter();
                    servers.map(|it| it.held_to(record.execution.plan.rpo)).collect()
                };
                let (word, servers, failure) = match end {
                    End::Completed { result } => ("completed", held(result), None),
                    End::Failed { failure } => {
                        ("failed", held(&failure.details), Some(failure.clone()))
                    }
                    End::Cancelled { details } => ("cancelled", ServerView::all_in(details), None),
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
            Event::Started
            | Event::Asked { .. }
            | Event::TimedOut { .. }
            | Event::Clock { .. }
            | Event::Limited { .. }
            | Event::Extended { .. }
            | Event::Withdrawn { .. } => {}
        }
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let list = |items: &[String]| items.join(", ");
        let groups = self.approvers.iter().map(|(name, who)| format!("{name}: {}", list(who)));
        let params = self.params.iter().map(|(name, value)| format!("{name}={value}"));
        let simulator = self.simulator.as_ref().map(|it| it.endpoint_url.clone());
        let mut facts = vec![
            ("created", format!("{} by {}", words::time(self.summary.created_at), self.created_by)),
            ("started by", self.summary.source.map_or("", Channel::word).to_owned()),
            ("account", self.account.clone().unwrap_or_default()),
            ("regions", list(&self.regions)),
            ("approvers", groups.collect::<Vec<_>>().join("; ")),
            ("params", params.collect::<Vec<_>>().join(" ")),
            ("simulator", simulator.unwrap_or_default()),
            ("replaces", list(&self.replaceable)),
            ("beside", list(&self.beside)),
            ("outside", list(&self.outside)),
            ("only", list(&self.only)),
            ("excluded", list(&self.excluded)),
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
        if !self.signals.is_empty() {
            page.gap();
            page.line([strong("signals")]);
        }
        for Signalled { at, signal, refused, note } in &self.signals {
            let mut line = vec![faint(words::time(*at)), plain("  ")];
            line.extend(refused.as_ref().map(|_| bad("refused: ")));
            line.extend(signal::noted(signal, note));
            page.line(line);
        }
    }
}

impl Answered {
    fn of(record: &Record, entry: &Entry, signal: &Signal) -> Option<Answered> {
        let Wish::Answer { prompt, choice, .. } = &signal.wish else { return None };
        // What still waits for a runner has closed nothing.
        let closing = record.closed_by(prompt).filter(|closing| closing.entry.is_some());
        let closed = closing.is_some_and(|closing| closing.entry == Some(entry.sequence));
        let other = closing.filter(|_| !closed);
        Some(Answered {
            at: entry.at,
            prompt: prompt.clone(),
            choice: choice.clone(),
            by: signal.by.clone(),
            comment: signal.comment.clone(),
            closed,
            closed_by: other.map(|closing| closing.by(prompt)),
        })
    }

    /// What is said of one voice of several.
    fn note(&self) -> String {
        match &self.closed_by {
            Some(other) => format!("one voice; closed by {other}"),
            None if self.closed => String::new(),
            None => "one voice so far".to_owned(),
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
