//! A signal that was left in the store, and who will take it.

use moontide_runtime::store::{Signal, Wish};
use serde::Serialize;

use super::{Outside, Replaced};
use crate::output::style::{attention, faint, plain, strong};
use crate::output::{Document, Page};

/// What was sent, and what happens with it.
#[derive(Serialize)]
pub(crate) struct Sent {
    pub(crate) execution: String,
    /// Its number among the execution's signals; none where it is journaled already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) number: Option<u64>,
    pub(crate) signal: Signal,
    /// The runner that will take it; `None`: nobody drives the execution.
    pub(crate) runner: Option<String>,
    /// What to type so that somebody takes it.
    pub(crate) next: Option<String>,
    /// Other waves that wait for their turn again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) called_back: Vec<String>,
    /// Those that are left out all the same when their turn comes, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) still_skipped: Vec<String>,
    /// What goes on outside in spite of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) outside: Vec<Outside>,
    /// What others have launched since, where that matters.
    #[serde(skip_serializing_if = "Replaced::is_empty")]
    pub(crate) replaced: Replaced,
    /// Whether the time of what it answers is over by this machine's clock, and the runner has not taken it although
    /// there was time: then it may still be refused.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) unsure: bool,
    /// What it means, for people.
    #[serde(skip)]
    pub(crate) meaning: String,
}

impl Document for Sent {
    fn write(&self, page: &mut Page) {
        page.line([plain(self.meaning.as_str())]);
        if !self.called_back.is_empty() {
            let waves = self.called_back.join(", ");
            page.line([faint("wait for their turn again: "), plain(waves)]);
        }
        if !self.still_skipped.is_empty() {
            let waves = self.still_skipped.join("; ");
            page.line([faint("are left out all the same: "), plain(waves)]);
        }
        Outside::write(&self.outside, page);
        self.replaced.write(page);
        match (&self.runner, &self.next) {
            (Some(runner), _) if self.unsure => page.line([
                attention("it is not taken yet"),
                plain(format!(
                    ": the time to answer is over by this machine's clock, and {runner}, which decides, has said \
                     nothing; `moontide journal {}` shows what becomes of it",
                    self.execution
                )),
            ]),
            (Some(runner), _) => page.line([plain(format!("{runner} drives it and will take it"))]),
            (None, Some(next)) => {
                let way = match self.signal.wish {
                    Wish::Cancel { .. } => "nobody drives it now; to bring it to its end: ",
                    _ => "nobody drives it now; to go on: ",
                };
                page.line([plain(way), strong(next.as_str())]);
            }
            (None, None) => {}
        }
    }
}
