//! What happened to an execution that is watched.

use jiff::Timestamp;
use moontide_runtime::observe::Notice;
use schemars::JsonSchema;
use serde::Serialize;

use crate::contract::asked;
use crate::next::Next;
use crate::view::Summary;

/// What a watch has seen.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Seen {
    /// Where it stands: at the beginning, and at the end.
    Stands(Box<Summary>),
    /// Something that happened in between.
    Happened(Change),
}

/// Something that happened.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Change {
    /// The execution.
    pub execution: String,
    /// When, by the clock of its runner.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub news: News,
}

/// What happened.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum News {
    /// What the runner tells those who watch it.
    Notice(#[schemars(with = "asked::Notice")] Box<Notice>),
    /// Another runner drives it.
    Driven(Driven),
    /// No runner drives it any more, and something is left to do.
    Left(Left),
}

/// A runner that has begun to drive.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Driven {
    /// `driven`.
    notice: &'static str,
    /// Its name.
    pub runner: String,
}

/// A runner that drives no more.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Left {
    /// `left`.
    notice: &'static str,
    /// Its name.
    pub runner: String,
    /// How that is known.
    pub reason: String,
    /// How the execution goes on.
    pub next: Next,
}

impl News {
    /// This has happened.
    pub(super) fn notice(notice: Notice) -> News {
        News::Notice(Box::new(notice))
    }

    /// This runner drives it now.
    pub(super) fn driven(runner: String) -> News {
        News::Driven(Driven { notice: "driven", runner })
    }

    /// This runner drives it no more, for this reason; the step goes on with it.
    pub(super) fn left(runner: String, reason: String, next: Next) -> News {
        News::Left(Left { notice: "left", runner, reason, next })
    }
}
