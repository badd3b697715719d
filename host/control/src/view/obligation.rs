//! What is owed for an execution: its cleanup, when it falls due, and what became of it.

use jiff::Timestamp;
use moontide_runtime::plan::duration;
use moontide_runtime::store::Obligation;
use moontide_runtime::store::obligations::{Ends, Progress, What, ended};
use schemars::JsonSchema;
use serde::Serialize;

use super::Record;
use super::time::{speed_of, time_of};
use crate::contract::engine;
use crate::error::Hint;
use crate::next::Next;
use crate::words;

/// Something that is owed, or was.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ObligationView {
    /// What.
    #[schemars(with = "engine::What")]
    pub what: What,
    /// How long after the end.
    pub after: String,
    /// Whether it is owed only where its execution completes.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub if_completed: bool,
    /// The operator who has asked for it.
    pub by: String,
    /// How far it is.
    pub state: Stage,
    /// When it falls due; `None`: its execution is not over, or it is not to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// The execution that carries it out, or has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carried_by: Option<String>,
    /// When it was done or dropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// The operator who has dropped it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dropped_by: Option<String>,
    /// Why it is not done yet, or why it was dropped.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Whether its execution is not over, and no runner drives it.
    #[serde(skip)]
    pub is_left: bool,
}

/// How far an obligation is, as people see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Its execution is not over, or its time has not come.
    Owed,
    /// Its time has come.
    Due,
    /// A carrier has begun with it.
    Taken,
    /// It is done.
    Done,
    /// It is not to be done: an operator does not want it, or it is owed only where its execution completes, which did
    /// not.
    Dropped,
    /// Its execution was never begun.
    Void,
    /// Its execution was moved, and the obligation with it.
    Elsewhere,
}

impl Stage {
    /// As a word.
    pub fn word(self) -> &'static str {
        match self {
            Stage::Owed => "owed",
            Stage::Due => "due",
            Stage::Taken => "taken",
            Stage::Done => "done",
            Stage::Dropped => "dropped",
            Stage::Void => "void",
            Stage::Elsewhere => "elsewhere",
        }
    }
}

/// Why one is not owed that is so only where its execution completes.
const SPARED: &str = "it did not complete, and is left to be looked at";

/// When an obligation of a loaded execution falls due; `None`: the execution is not over, or it is not to be done.
pub fn due(obligation: &Obligation, record: &Record) -> Option<Timestamp> {
    obligation.due(ended(&record.graph, &record.entries).filter(|_| record.is_over()))
}

impl ObligationView {
    /// That of a loaded execution, if it has one.
    pub fn of(record: &Record) -> Option<ObligationView> {
        let obligation = record.obligation.as_ref()?;
        let due_at = due(obligation, record);
        let is_due = due_at.is_some_and(|due| due <= time_of(record, speed_of(record)));
        Some(ObligationView::new(obligation, due_at, is_due).beside(obligation, record))
    }

    /// One that falls due then.
    pub fn new(obligation: &Obligation, due_at: Option<Timestamp>, is_due: bool) -> ObligationView {
        let terms = &obligation.terms;
        let mut view = ObligationView {
            what: What::Cleanup,
            after: duration::format(terms.after),
            if_completed: terms.ends() == Ends::Completed,
            by: terms.by.clone(),
            state: if is_due { Stage::Due } else { Stage::Owed },
            due_at,
            carried_by: obligation.carried_by().map(str::to_owned),
            ended_at: None,
            dropped_by: None,
            note: String::new(),
            is_left: false,
        };
        match &terms.state {
            Progress::Owed => {}
            Progress::Taken { note, .. } => {
                view.state = Stage::Taken;
                view.note.clone_from(note);
            }
            Progress::Done { done_at, .. } => {
                view.state = Stage::Done;
                view.ended_at = Some(*done_at);
            }
            Progress::Dropped { dropped_by, dropped_at, reason } => {
                view.state = Stage::Dropped;
                view.ended_at = Some(*dropped_at);
                view.dropped_by = Some(dropped_by.clone());
                view.note.clone_from(reason);
            }
        }
        view
    }

    /// Of one that its execution does not call for: it was never begun, or is elsewhere.
    #[must_use]
    pub fn at(self, state: Stage) -> ObligationView {
        ObligationView { state, due_at: None, ..self }
    }

    /// The same beside its execution, which may have ended in a way after which it is not owed.
    #[must_use]
    pub fn beside(self, obligation: &Obligation, record: &Record) -> ObligationView {
        if obligation.is_spared(record.status()) {
            self.at(Stage::Dropped).because(SPARED.to_owned())
        } else {
            self
        }
    }

    /// The same, and why it is not done.
    #[must_use]
    pub fn because(self, note: String) -> ObligationView {
        ObligationView { note, ..self }
    }

    /// Whether a carrier has something to do now.
    pub fn is_to_be_done(&self) -> bool {
        self.due_at.is_some() && matches!(self.state, Stage::Due | Stage::Taken)
    }

    /// When, in words.
    pub fn when(&self) -> String {
        let carried = self.carried_by.as_deref();
        match (self.state, self.due_at) {
            (Stage::Owed | Stage::Taken, None) if self.if_completed => {
                format!("{} after its end, if it completes", self.after)
            }
            (Stage::Owed | Stage::Taken, None) => format!("{} after its end", self.after),
            (Stage::Owed, Some(due)) => format!("at {}", words::time(due)),
            (Stage::Due | Stage::Taken, due) => {
                format!("since {}", due.map(words::time).unwrap_or_default())
            }
            (Stage::Done, _) => match carried {
                Some(carried) => format!("at {} by {carried}", self.ended()),
                None => format!("at {}: nothing was left to do", self.ended()),
            },
            (Stage::Dropped, _) if self.dropped_by.is_none() => "at its end".to_owned(),
            (Stage::Dropped, _) => {
                format!("at {} by {}", self.ended(), self.dropped_by.as_deref().unwrap_or("?"))
            }
            (Stage::Void, _) => "its execution was never begun".to_owned(),
            (Stage::Elsewhere, _) => "its execution was moved, and this with it".to_owned(),
        }
    }

    fn ended(&self) -> String {
        self.ended_at.map(words::time).unwrap_or_default()
    }

    /// What carries it out, and when, while its time has not come: then its own line says since when it is due, and that
    /// is the next step.
    pub fn hint(&self) -> Option<Hint> {
        match (self.state, self.due_at) {
            (Stage::Owed, Some(due)) => {
                let before = format!("{} owed at {}: `", self.what.word(), words::time(due));
                Some(Hint::step(before, Next::CarryOut, "` carries it out from then on"))
            }
            _ => None,
        }
    }
}
