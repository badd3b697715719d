//! The long document: everything that the store knows about an execution, secrets left out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use moontide_runtime::journal::execution::Simulator;
use moontide_runtime::journal::{Body, Entry};
use moontide_runtime::scheduler::{End, Event, Failure, Signal, SignalKind};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{Record, ServerView, Summary};
use crate::contract::{asked, engine};
use crate::next::Next;
use crate::params;

/// Everything about an execution.
#[derive(Serialize, JsonSchema)]
pub struct Whole {
    /// Where it stands.
    #[serde(flatten)]
    pub summary: Summary,
    /// The person who has created it.
    pub created_by: String,
    /// Its params, secrets left out.
    pub params: BTreeMap<String, Value>,
    /// Its Regions.
    pub regions: Vec<String>,
    /// Its AWS account, where that is known.
    pub account: Option<String>,
    /// The simulator that it was begun against.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<engine::Simulator>")]
    pub simulator: Option<Simulator>,
    /// The servers whose instances it may delete.
    pub replaceable: Vec<String>,
    /// Executions beside which it goes on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<String>,
    /// The only waves that it runs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// The servers that it leaves out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub excluded: Vec<String>,
    /// What it may touch in a drill besides what it launches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outside: Vec<String>,
    /// The hash of the sources it runs from.
    pub sources: String,
    /// The release that has created it.
    pub moontide: String,
    /// The Luau that it was created with.
    pub luau: String,
    /// How many lines its journal has.
    pub journal_entries: usize,
    /// The answers that were taken; one of several approvals too, also if something else closed its prompt.
    pub answers: Vec<Answered>,
    /// Everything that people wanted, also what was refused.
    pub signals: Vec<Signalled>,
    /// Groups of approvers.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub approvers: BTreeMap<String, Vec<String>>,
    /// The attempts that have ended.
    pub attempts: Vec<Attempt>,
    /// The person who has cancelled it.
    pub cancelled_by: Option<String>,
}

/// An answer that was given.
#[derive(Serialize, JsonSchema)]
pub struct Answered {
    /// When a runner took it.
    pub at: Timestamp,
    /// The prompt's id.
    pub prompt: String,
    /// The answer.
    pub choice: String,
    /// The person who has given it.
    pub by: String,
    /// Why.
    pub comment: String,
    /// Whether it closed its prompt.
    pub closed: bool,
    /// What closed its prompt, where that was something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_by: Option<String>,
}

/// Something that a person wanted.
#[derive(Serialize, JsonSchema)]
pub struct Signalled {
    /// When a runner took it.
    pub at: Timestamp,
    /// What was wanted, by whom.
    #[schemars(with = "asked::Signal")]
    pub signal: Signal,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// What there is to know about it.
    #[serde(skip)]
    pub note: String,
}

/// An attempt of a wave that has ended.
#[derive(Serialize, JsonSchema)]
pub struct Attempt {
    /// When it ended.
    pub at: Timestamp,
    /// The wave.
    pub wave: String,
    /// Which one it was.
    #[serde(rename = "attempt")]
    pub number: u32,
    /// How it ended: `completed`, `failed` or `cancelled`.
    pub end: &'static str,
    /// The verdicts on its servers.
    pub servers: Vec<ServerView>,
    /// Of what it failed.
    #[schemars(with = "Option<engine::Failure>")]
    pub failure: Option<Failure>,
}

impl Whole {
    /// The document of a loaded execution.
    pub fn of(record: &Record, typed: &[(String, String)]) -> Whole {
        let execution = &record.execution;
        let mut summary = Summary::of(record, typed);
        let this = Next::show(&execution.id);
        summary.next.retain(|step| *step != this);
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
}

impl Answered {
    fn of(record: &Record, entry: &Entry, signal: &Signal) -> Option<Answered> {
        let SignalKind::Answer { prompt, choice, .. } = &signal.wish else { return None };
        // What still waits for a runner has closed nothing.
        let closing = record.closed_by(prompt).filter(|closing| closing.entry().is_some());
        let closed = closing.is_some_and(|closing| closing.entry() == Some(entry.sequence));
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

    /// What is said of one approval of several.
    fn note(&self) -> String {
        match &self.closed_by {
            Some(other) => format!("one voice; closed by {other}"),
            None if self.closed => String::new(),
            None => "one voice so far".to_owned(),
        }
    }
}
