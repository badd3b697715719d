//! What an execution's programs say while they run: logs, phases, reports. It is no part of the journal. The last of
//! it is kept for those who follow in other processes; what is older goes, and all of it may be missing.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::observe::Notice;
use crate::text::plain;

/// So many lines are kept at most.
const MOST: usize = 100;

/// So many bytes are kept at most, in JSON: what DynamoDB reads and writes at the lowest price.
const LARGEST: usize = 3_500;

/// A longer text is cut.
const LONGEST: usize = 700;

/// Where a line stands: the lease under which it was said, and its number under that one, from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The epoch of the lease.
    pub epoch: u64,
    /// The number of the line.
    pub number: u64,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its number under the lease.
    pub number: u64,
    /// When it was said, by the runner's clock.
    pub at: Timestamp,
    /// What was said.
    #[serde(flatten)]
    pub words: Words,
}

/// What a program of a wave says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "says")]
pub enum Words {
    /// A line for the log.
    Log {
        /// The wave.
        wave: String,
        /// `debug`, `info`, `warn` or `error`.
        level: String,
        /// The line.
        message: String,
    },
    /// What it is busy with.
    Phase {
        /// The wave.
        wave: String,
        /// A few words.
        phase: String,
    },
    /// Something structured, such as the verdict on a server.
    Report {
        /// The wave.
        wave: String,
        /// What it is about.
        topic: String,
        /// The report.
        data: Value,
    },
}

impl Words {
    /// What a runner tells those who watch it, where the journal does not say it; nothing, if it is too large.
    pub fn of(notice: &Notice) -> Option<Words> {
        let words = match notice.clone() {
            Notice::Log { wave, level, message } => {
                Words::Log { wave, level, message: plain(&message, LONGEST) }
            }
            Notice::Phase { wave, phase } => Words::Phase { wave, phase: plain(&phase, LONGEST) },
            Notice::Report { wave, topic, data } => Words::Report { wave, topic, data },
            _ => return None,
        };
        (size(&words) <= LARGEST).then_some(words)
    }

    /// The same as a notice.
    pub fn notice(self) -> Notice {
        match self {
            Words::Log { wave, level, message } => Notice::Log { wave, level, message },
            Words::Phase { wave, phase } => Notice::Phase { wave, phase },
            Words::Report { wave, topic, data } => Notice::Report { wave, topic, data },
        }
    }
}

/// How many bytes it has in JSON.
fn size(value: &impl Serialize) -> usize {
    serde_json::to_string(value).map_or(usize::MAX, |json| json.len())
}

/// The last of what was said under one lease.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Feed {
    /// The epoch of the lease.
    pub epoch: u64,
    /// The lines, in order.
    pub lines: VecDeque<Line>,
    /// How many bytes they have in JSON, where a feed adds to them.
    #[serde(skip)]
    bytes: usize,
}

impl Feed {
    /// Under a lease of this epoch nothing was said yet.
    pub fn new(epoch: u64) -> Feed {
        Feed { epoch, ..Feed::default() }
    }

    /// Adds a line; the oldest go if there are too many.
    pub fn say(&mut self, at: Timestamp, words: Words) {
        let number = self.lines.back().map_or(0, |line| line.number) + 1;
        let line = Line { number, at, words };
        self.bytes += size(&line);
        self.lines.push_back(line);
        while self.lines.len() > MOST || (self.bytes > LARGEST && self.lines.len() > 1) {
            let oldest = self.lines.pop_front();
            self.bytes = self.bytes.saturating_sub(oldest.as_ref().map_or(0, size));
        }
    }

    /// Where its last line stands.
    pub fn end(&self) -> Place {
        let number = self.lines.back().map_or(0, |line| line.number);
        Place { epoch: self.epoch, number }
    }

    /// The lines behind a place.
    pub fn behind(&self, place: Place) -> impl Iterator<Item = &Line> {
        let is_behind =
            move |line: &&Line| Place { epoch: self.epoch, number: line.number } > place;
        self.lines.iter().filter(is_behind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phase(text: &str) -> Words {
        Words::Phase { wave: "web".to_owned(), phase: text.to_owned() }
    }

    #[test]
    fn of_a_flood_the_last_is_kept() {
        let mut feed = Feed::new(3);
        for number in 1..=10_000 {
            feed.say(Timestamp::UNIX_EPOCH, phase(&format!("step {number}")));
        }
        assert_eq!(feed.end(), Place { epoch: 3, number: 10_000 });
        assert!(feed.lines.len() > 20 && feed.lines.len() <= MOST, "{}", feed.lines.len());
        assert!(size(&feed) < LARGEST + 200, "{}", size(&feed));
        let last = feed.behind(Place { epoch: 3, number: 9_998 });
        assert_eq!(last.map(|line| line.number).collect::<Vec<_>>(), [9_999, 10_000]);
        assert_eq!(feed.behind(Place { epoch: 4, number: 0 }).count(), 0);
        assert_eq!(feed.behind(Place { epoch: 2, number: 20_000 }).count(), feed.lines.len());
    }

    #[test]
    fn a_long_text_is_cut_and_a_report_that_is_too_large_is_left_out() {
        let (wave, level) = ("web".to_owned(), "info".to_owned());
        let long = Notice::Log { wave: wave.clone(), level, message: "x".repeat(1 << 20) };
        let words = Words::of(&long).unwrap();
        assert!(size(&words) < LONGEST + 100);
        let data = "x".repeat(LARGEST).into();
        assert_eq!(Words::of(&Notice::Report { wave, topic: "t".to_owned(), data }), None);
    }
}
