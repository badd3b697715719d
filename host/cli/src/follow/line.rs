//! A line of whoever follows an execution.

use jiff::Timestamp;
use moontide_runtime::observe::Notice;
use serde::Serialize;

use crate::output::style::{attention, faint, plain, strong};
use crate::output::{Document, Page};
use crate::progress::sentence;

/// Something that happened.
#[derive(Serialize)]
pub(super) struct Line {
    /// The execution.
    pub(super) execution: String,
    /// When, by the clock of its runner.
    pub(super) at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub(super) news: News,
}

/// What happened.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum News {
    /// What the runner tells those who watch it.
    Notice(Box<Notice>),
    /// Another runner drives it.
    Driven(Driven),
    /// No runner drives it any more, and something is left to do.
    Left(Left),
}

/// A runner that has begun to drive.
#[derive(Serialize)]
pub(super) struct Driven {
    notice: &'static str,
    runner: String,
}

/// A runner that drives no more.
#[derive(Serialize)]
pub(super) struct Left {
    notice: &'static str,
    runner: String,
    /// How that is known.
    reason: String,
    /// What to type.
    next: String,
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

    /// This runner drives it no more, for this reason; the command goes on with it.
    pub(super) fn left(runner: String, reason: String, next: String) -> News {
        News::Left(Left { notice: "left", runner, reason, next })
    }
}

impl Document for Line {
    fn write(&self, page: &mut Page) {
        let said = match &self.news {
            News::Driven(driven) => Some(vec![faint("driven by "), plain(driven.runner.clone())]),
            News::Left(Left { runner, reason, next, .. }) => Some(vec![
                attention("nobody drives it"),
                plain(format!(": its runner {runner} {reason}; to go on: ")),
                strong(next.clone()),
            ]),
            News::Notice(notice) => match notice.as_ref() {
                Notice::Phase { wave, phase } => {
                    let mut line = sentence::speaker(wave, "");
                    line.push(faint(phase.clone()));
                    Some(line)
                }
                notice => sentence::of(notice),
            },
        };
        if let Some(said) = said {
            let at = faint(self.at.strftime("%H:%M:%SZ").to_string());
            page.line([at, plain("  ")].into_iter().chain(said));
        }
    }
}
