//! What ran when: a row for each attempt of a wave and each question, with the phases in it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::known::Known;
use super::phases::{self, Phase};
use super::subject::Subject;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Row {
    /// What it is about: a wave, a hook of the runbook, or the question to a person.
    pub name: String,
    /// Which kind of thing that is.
    pub kind: RowKind,
    /// Which attempt; 0 of a question.
    pub attempt: u32,
    /// When it began.
    pub from: Timestamp,
    /// When it ended.
    pub to: Known<Timestamp>,
    /// How it ended, or stands.
    pub end: String,
    /// What it was busy with; none, where the journal does not tell all.
    pub phases: Vec<Phase>,
}

/// The kinds of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    /// An attempt of a wave, or of a hook of the runbook.
    Wave,
    /// A question to a person.
    Question,
}

/// All rows, in the order in which they began.
pub(super) fn rows(subject: &Subject<'_>) -> Vec<Row> {
    let nodes = subject.record.graph.nodes();
    let attempts = subject.moments.attempts.iter().map(|attempt| {
        let name = nodes[attempt.node].name.clone();
        let to = Known::or_why(attempt.to, "its end is not in the journal");
        // Of what was busy with what, a journal that does not tell all tells too little to add up.
        let phases = match subject.gone() {
            Some(_) => Vec::new(),
            None => phases::of(subject, &name, attempt.number, attempt.from),
        };
        let end = subject.end_of(&name, attempt.number).unwrap_or("not over").to_owned();
        Row {
            name,
            kind: RowKind::Wave,
            attempt: attempt.number,
            from: attempt.from,
            to,
            end,
            phases,
        }
    });
    let questions = subject.moments.questions.iter().map(|question| {
        let closed = question.closed.as_ref();
        Row {
            name: question.prompt.id.clone(),
            kind: RowKind::Question,
            attempt: 0,
            from: question.from,
            to: Known::or_why(closed.map(|closed| closed.at), "it is open"),
            end: closed.map_or_else(|| "open".to_owned(), |closed| closed.how.clone()),
            phases: Vec::new(),
        }
    });
    let mut rows: Vec<Row> = attempts.chain(questions).collect();
    rows.sort_by_key(|row| row.from);
    rows
}
