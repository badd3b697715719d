//! Lists of executions: what a row shows without reading a journal, and which rows are wanted.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::history::{Channel, Execution};
use crate::machine::ExecutionStatus;
use crate::plan::Mode;

/// What the runbook of every cleanup is called.
const CLEANUP: &str = "cleanup";

/// Where an execution stands after its last entry, as its runner wrote it with the entry that changed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Its status.
    pub status: ExecutionStatus,
    /// The number of the last signal that was taken.
    pub seen: u64,
}

impl Standing {
    /// That of an execution which has not begun.
    pub const NEW: Standing = Standing { status: ExecutionStatus::Pending, seen: 0 };
}

/// An execution in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The execution's id.
    pub id: String,
    /// The runbook's name.
    pub runbook: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// What its operator has put on it.
    pub labels: BTreeMap<String, String>,
    /// What started it, where that is known.
    pub source: Option<Channel>,
    /// Whether it was pruned.
    pub pruned: bool,
    /// Whether it was moved to another store at some time: it may be back, which its seal says.
    pub moved: bool,
    /// What the list itself knows of it; `None` if an earlier release began it, whose journal tells.
    pub told: Option<Told>,
}

/// What the list itself knows of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Drill or recovery.
    pub mode: Mode,
    /// Where it stands.
    pub standing: Standing,
    /// The number of the last signal that was sent.
    pub sent: u64,
}

impl Told {
    /// How many signals wait for a runner.
    pub fn waiting(&self) -> u64 {
        self.sent.saturating_sub(self.standing.seen)
    }
}

/// Which executions are wanted, newest first. Those of which the list does not know the status are among them,
/// whatever status is wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// Those with one of these statuses; empty: with any.
    pub statuses: Vec<ExecutionStatus>,
    /// Those of the runbook with this name.
    pub runbook: Option<String>,
    /// Those that bear all of these labels.
    pub labels: BTreeMap<String, String>,
    /// Those that were started by this.
    pub source: Option<Channel>,
    /// Those that were created then or later.
    pub since: Option<Timestamp>,
    /// Those that are no cleanups of drills.
    pub without_cleanups: bool,
    /// Those behind this one.
    pub after: Option<Cursor>,
    /// So many at most; `None`: all.
    pub limit: Option<usize>,
}

impl Wanted {
    /// Whether a row is one of them, but for the limit.
    pub fn takes(&self, row: &Row) -> bool {
        let is_status = |told: Told| self.statuses.contains(&told.standing.status);
        (self.statuses.is_empty() || row.told.is_none_or(is_status))
            && self.runbook.as_ref().is_none_or(|runbook| *runbook == row.runbook)
            && self.labels.iter().all(|(key, value)| row.labels.get(key) == Some(value))
            && self.source.is_none_or(|source| row.source == Some(source))
            && self.since.is_none_or(|since| row.created_at >= since)
            && !(self.without_cleanups && row.is_cleanup())
            && self.after.as_ref().is_none_or(|after| row.cursor().is_behind(after))
    }
}

/// A part of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// The executions, newest first.
    pub rows: Vec<Row>,
    /// Where the list goes on, if it does.
    pub next: Option<Cursor>,
}

impl Part {
    /// These rows, which are one more than wanted if there is more.
    pub fn of(mut rows: Vec<Row>, limit: Option<usize>) -> Part {
        let has_more = limit.is_some_and(|limit| rows.len() > limit);
        rows.truncate(limit.unwrap_or(usize::MAX));
        let next = rows.last().filter(|_| has_more).map(Row::cursor);
        Part { rows, next }
    }
}

/// A place in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// When the last execution before it was created, in microseconds since 1970.
    pub created_us: i64,
    /// The id of that one.
    pub id: String,
}

impl Cursor {
    /// Whether it comes later in a list than another one.
    fn is_behind(&self, other: &Cursor) -> bool {
        (self.created_us, &self.id) < (other.created_us, &other.id)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.created_us, self.id)
    }
}

impl FromStr for Cursor {
    type Err = String;

    fn from_str(text: &str) -> Result<Cursor, String> {
        let (created, id) = text.split_once('/').unwrap_or_default();
        match created.parse() {
            Ok(created_us) if !id.is_empty() => Ok(Cursor { created_us, id: id.to_owned() }),
            _ => {
                Err("a place in the list is written as `list` names it, like `1763625600000000/ID`"
                    .to_owned())
            }
        }
    }
}

impl Row {
    /// The row of an execution, of which the list knows this.
    pub fn of(execution: &Execution, standing: Standing, sent: u64) -> Row {
        Row {
            id: execution.id.clone(),
            runbook: execution.plan.name.clone(),
            created_at: execution.created_at,
            labels: execution.labels.clone(),
            source: execution.source,
            pruned: false,
            moved: false,
            told: Some(Told { mode: execution.mode, standing, sent }),
        }
    }

    /// Whether it is the cleanup of a drill, as far as its name and its runbook tell.
    pub fn is_cleanup(&self) -> bool {
        let name = self.id.trim_end_matches(|letter: char| letter.is_ascii_digit());
        self.runbook == CLEANUP && name.len() < self.id.len() && name.ends_with(".cleanup-")
    }

    /// Its place in a list.
    pub fn cursor(&self) -> Cursor {
        Cursor { created_us: self.created_at.as_microsecond(), id: self.id.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_is_written() {
        let cursor = Cursor { created_us: 1_763_625_600_000_000, id: "a-1.cleanup-2".to_owned() };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for wrong in ["", "x", "1/", "/x", "x/1", "1"] {
            assert!(wrong.parse::<Cursor>().is_err(), "{wrong}");
        }
    }
}
