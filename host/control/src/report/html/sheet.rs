//! What stands in the tables of a report's page: the words of its data, a row each.

mod facts;
mod happened;

use jiff::Timestamp;
use serde::Serialize;

use super::shown;
use crate::report::{Known, Report};
use crate::words;

/// A part of the page.
#[derive(Serialize)]
pub(super) struct Section {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// What stands above the table.
    pub(super) notes: Vec<String>,
    /// What the table is about.
    pub(super) caption: &'static str,
    pub(super) columns: Vec<&'static str>,
    /// The first cell of each names the row.
    pub(super) rows: Vec<Vec<Cell>>,
}

/// A cell of a table.
#[derive(Serialize)]
pub(super) struct Cell {
    text: String,
    /// How it looks; its words say the same.
    class: &'static str,
}

/// All parts, in the order in which they are read.
pub(super) fn sections(report: &Report) -> Vec<Section> {
    vec![
        facts::objectives(report),
        facts::identity(report),
        happened::timeline(report),
        happened::servers(report),
        happened::checks(report),
        happened::decisions(report),
        happened::interventions(report),
        happened::troubles(report),
        happened::not_run(report),
        happened::leftovers(report),
        facts::cost(report),
        facts::before(report),
        facts::evidence(report),
    ]
}

/// A plain cell.
fn text(text: impl AsRef<str>) -> Cell {
    Cell { text: shown(text.as_ref()), class: "" }
}

/// A cell with a look.
fn styled(words: impl AsRef<str>, class: &'static str) -> Cell {
    Cell { class, ..text(words) }
}

/// What is known, in words; otherwise `unknown`, with the reason.
fn known<T>(known: &Known<T>, words: impl FnOnce(&T) -> String) -> Cell {
    match known {
        Known::Known(value) => text(words(value)),
        Known::Unknown { unknown } => styled(format!("unknown: {unknown}"), "unknown"),
    }
}

/// The same in plain words.
fn said<T>(it: &Known<T>, words: impl FnOnce(&T) -> String) -> String {
    known(it, words).text
}

/// A number of seconds.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that `known` asks for")]
fn length(seconds: &u64) -> String {
    words::duration(std::time::Duration::from_secs(*seconds))
}

/// A moment, and how long after the beginning that was.
fn moment(begin: Timestamp, at: Timestamp) -> Cell {
    let after = if at < begin {
        String::new()
    } else {
        format!("{} ", words::offset(words::between(begin, at)))
    };
    text(format!("{after}({})", words::time(at)))
}
