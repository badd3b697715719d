//! What is owed for an execution: its cleanup, when it falls due, and what became of it.

use std::sync::Arc;

use jiff::Timestamp;
use moontide_control::clocks::ScaledClock;
use moontide_control::words;
use moontide_runtime::clock::Clock;
use moontide_runtime::plan::duration;
use moontide_runtime::store::Obligation;
use moontide_runtime::store::obligations::{Progress, What, ended};
use serde::Serialize;

use super::Record;
use super::record::now;
use crate::commands::obligations::CARRY_OUT;
use crate::context::Context;
use crate::output::Page;
use crate::output::style::{attention, faint, plain, said};

/// Something that is owed, or was.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ObligationView {
    /// What.
    pub(crate) what: What,
    /// How long after the end.
    pub(crate) after: String,
    /// Who has asked for it.
    pub(crate) by: String,
    /// How far it is.
    pub(crate) state: Stage,
    /// When it falls due; `None`: its execution is not over, or it is not to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) due_at: Option<Timestamp>,
    /// The execution that carries it out, or has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) carried_by: Option<String>,
    /// When it was done or dropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ended_at: Option<Timestamp>,
    /// Who has dropped it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dropped_by: Option<String>,
    /// Why it is not done yet, or why it was dropped.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) note: String,
    /// Whether its execution is not over, and no runner drives it.
    #[serde(skip)]
    pub(crate) is_left: bool,
}

/// How far an obligation is, as people see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Stage {
    /// Its execution is not over, or its time has not come.
    Owed,
    /// Its time has come.
    Due,
    /// A carrier has begun with it.
    Taken,
    /// It is done.
    Done,
    /// An operator does not want it.
    Dropped,
    /// Its execution was never begun.
    Void,
    /// Its execution was moved, and the obligation with it.
    Elsewhere,
}

impl Stage {
    /// As a word.
    pub(crate) fn word(self) -> &'static str {
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

/// The time of an execution: that of its simulator, or of AWS as its last runner knew it.
pub(crate) fn time_of(record: &Record, speed: Option<f64>) -> Timestamp {
    match speed {
        Some(speed) => {
            let clock: Arc<dyn Clock> =
                Arc::new(ScaledClock::since(record.execution.created_at, speed));
            clock.now()
        }
        None => now(&record.entries),
    }
}

/// How fast the time of an execution runs, if not as in life.
pub(crate) fn speed_of(record: &Record) -> Option<f64> {
    record.execution.simulator.as_ref().and_then(|simulator| simulator.speed)
}

/// When an obligation of a loaded execution falls due; `None`: the execution is not over, or it is not to be done.
pub(crate) fn due(obligation: &Obligation, record: &Record) -> Option<Timestamp> {
    obligation.due(ended(&record.graph, &record.entries).filter(|_| record.is_over()))
}

impl ObligationView {
    /// That of a loaded execution, if it has one.
    pub(crate) fn of(record: &Record) -> Option<ObligationView> {
        let obligation = record.obligation.as_ref()?;
        let due_at = due(obligation, record);
        let is_due = due_at.is_some_and(|due| due <= time_of(record, speed_of(record)));
        Some(ObligationView::new(obligation, due_at, is_due))
    }

    /// One that falls due then.
    pub(crate) fn new(
        obligation: &Obligation,
        due_at: Option<Timestamp>,
        is_due: bool,
    ) -> ObligationView {
        let terms = &obligation.terms;
        let mut view = ObligationView {
            what: terms.what,
            after: duration::format(terms.after),
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
    pub(crate) fn at(self, state: Stage) -> ObligationView {
        ObligationView { state, due_at: None, ..self }
    }

    /// The same, and why it is not done.
    pub(crate) fn because(self, note: String) -> ObligationView {
        ObligationView { note, ..self }
    }

    /// Whether a carrier has something to do now.
    pub(crate) fn is_to_be_done(&self) -> bool {
        self.due_at.is_some() && matches!(self.state, Stage::Due | Stage::Taken)
    }

    /// When, in words.
    pub(crate) fn when(&self) -> String {
        let carried = self.carried_by.as_deref();
        match (self.state, self.due_at) {
            (Stage::Owed | Stage::Taken, None) => format!("{} after its end", self.after),
            (Stage::Owed, Some(due)) => format!("at {}", words::time(due)),
            (Stage::Due | Stage::Taken, due) => {
                format!("since {}", due.map(words::time).unwrap_or_default())
            }
            (Stage::Done, _) => match carried {
                Some(carried) => format!("at {} by {carried}", self.ended()),
                None => format!("at {}: nothing was left to do", self.ended()),
            },
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

    /// A line of the execution's own view; what is to come at a certain time is a hint there.
    pub(crate) fn write(&self, page: &mut Page) {
        if self.state == Stage::Owed && self.due_at.is_some() {
            return;
        }
        let what = format!("{} {} ", self.what.word(), self.state.word());
        let is_late = matches!(self.state, Stage::Due | Stage::Taken);
        let mut line = vec![if is_late { attention(what) } else { plain(what) }];
        line.push(plain(self.when()));
        match self.state {
            Stage::Taken => {
                let carried = self.carried_by.as_deref().unwrap_or_default();
                line.push(plain(match self.note.as_str() {
                    "" => format!(", in {carried}"),
                    note => format!(": {note}"),
                }));
            }
            Stage::Dropped => line.extend(said(&self.note)),
            Stage::Owed => line.push(faint(format!(", asked for by {}", self.by))),
            _ => {}
        }
        page.line(line);
    }

    /// What carries it out, and when, while its time has not come: then its own line says since when it is due, and the
    /// command is the next one.
    pub(crate) fn hint(&self, context: &Context) -> Option<String> {
        let command = context.command(CARRY_OUT);
        match (self.state, self.due_at) {
            (Stage::Owed, Some(due)) => {
                let (what, due) = (self.what.word(), words::time(due));
                Some(format!("{what} owed at {due}: `{command}` carries it out from then on"))
            }
            _ => None,
        }
    }
}
