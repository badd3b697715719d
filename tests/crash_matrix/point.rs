//! Where a process is killed, or a call of it fails.

use std::fmt;

use crate::failures::{Failing, Fault};
use crate::support::{Moment, SPEED, Side};
use crate::troubles::Trouble;

/// One moment of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Point {
    /// What is counted, and what happens there.
    pub(crate) kind: Kind,
    /// The how manieth, counted from 1 in each process.
    pub(crate) number: usize,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// After a write to the journal, or to anything else in the store, is durable.
    Written,
    /// In the middle of such a write; where it is a request, before it has had its effect.
    Writing,
    /// When a call to AWS is on the wire and has no effect yet; it never will.
    BeforeCall,
    /// When a call to AWS has had its effect, and its reply never arrives.
    AfterCall,
    /// The same as [`Kind::BeforeCall`], of launches only.
    BeforeLaunch,
    /// The same as [`Kind::AfterCall`], of launches only.
    AfterLaunch,
    /// A call to the store fails, and the process lives.
    Fails(Failing),
    /// AWS cannot be seen from a call on, and the process lives.
    Trouble(Trouble),
    /// After a write to the store is durable its process is stopped, for longer than its lease holds; another
    /// one goes on to the end, and then the first one is continued.
    Stopped,
}

impl Kind {
    /// Those that every death belongs to.
    pub(crate) const ALL: [Kind; 4] =
        [Kind::Written, Kind::Writing, Kind::BeforeCall, Kind::AfterCall];

    /// The point with this number.
    pub(crate) fn at(self, number: usize) -> Point {
        Point { kind: self, number }
    }

    /// How much faster than life a story goes whose processes meet it. The time of a pause runs whether or not
    /// its runner can write: its four hours must be longer than what two processes wait for their locks.
    pub(crate) fn speed(self) -> f64 {
        match self {
            Kind::Fails(Failing { fault: Fault::Refused, lasting: true }) => SPEED / 3.0,
            _ => SPEED,
        }
    }

    /// The moment at the simulator; `None` if it is one at the store.
    pub(crate) fn moment(self, number: usize) -> Option<Moment> {
        let launch = Some("StartRecovery");
        let (operation, side) = match self {
            Kind::Written | Kind::Writing | Kind::Fails(_) | Kind::Trouble(_) | Kind::Stopped => {
                return None;
            }
            Kind::BeforeCall => (None, Side::Before),
            Kind::AfterCall => (None, Side::After),
            Kind::BeforeLaunch => (launch, Side::Before),
            Kind::AfterLaunch => (launch, Side::After),
        };
        Some(Moment { operation, number, side })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Kind::Written => "after a write to the store",
            Kind::Writing => "in a write to the store",
            Kind::BeforeCall => "before an AWS call",
            Kind::AfterCall => "after an AWS call",
            Kind::BeforeLaunch => "before a launch",
            Kind::AfterLaunch => "after a launch",
            Kind::Fails(failing) => return failing.fmt(out),
            Kind::Trouble(trouble) => return trouble.fmt(out),
            Kind::Stopped => "stopped after a write, past its lease",
        })
    }
}

impl fmt::Display for Point {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.kind, self.number)
    }
}
