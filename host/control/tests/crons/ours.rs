//! What we make of an expression in a zone.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::DateTime;
use moontide_control::schedule::when::Found;

use super::Question;

/// The times of a year.
pub(crate) struct Ours {
    /// Those that come.
    pub(crate) seconds: BTreeSet<i64>,
    /// Those that the clocks are set forward over.
    pub(crate) missing: Vec<DateTime>,
}

impl Ours {
    /// Of this question.
    pub(crate) fn of(question: &Question, (from, to): (Timestamp, Timestamp)) -> Ours {
        let when = question.drawn.when();
        let before = from - jiff::SignedDuration::from_secs(1);
        let (mut seconds, mut missing) = (BTreeSet::new(), Vec::new());
        for time in when.times(&question.zone, from, before).take_while(|it| it.about() < to) {
            match time.found {
                Found::Once(at) | Found::First(at) => assert!(seconds.insert(at.as_second())),
                Found::Missing(_) => missing.push(time.local),
            }
        }
        Ours { seconds, missing }
    }
}
