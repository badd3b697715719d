//! What came of carrying one out.

use std::time::Duration;

use moontide_runtime::scheduler::{Ended, ExecutionStatus};

use crate::cleanup::End;
use crate::error::{Code, Hint};
use crate::view::ObligationView;

/// What came of one.
#[derive(Clone, Debug)]
pub struct Came {
    /// How it stands.
    pub view: ObligationView,
    /// Why it is not carried out although it is due, where a step belongs to that.
    pub why: Option<Hint>,
    /// What that means for the carrier.
    pub how: How,
    /// How long until it falls due, in the time of this machine.
    pub due_in: Option<Duration>,
}

/// What carrying one out has come to, for the carrier.
#[derive(Clone, Debug, PartialEq)]
pub enum How {
    /// Nothing is left to do now: it is done, or it is not due.
    InOrder,
    /// A person has called its cleanup off, and has to decide.
    CalledOff,
    /// Another runner is at it.
    Held,
    /// It was cleaned up, with such an end in each Region.
    CleanedUp(Vec<End>),
    /// Its cleanups have completed, and did not see to all of it.
    Undone,
    /// It could not be carried out, or not be read.
    Failed(&'static Code),
}

impl How {
    /// Whether the carrier was stopped at it.
    pub fn is_stop(&self) -> bool {
        let stopped = End::Driven(Ended::Interrupted);
        matches!(self, How::CleanedUp(ends) if ends.contains(&stopped))
    }

    /// Whether nothing stands against it.
    pub(super) fn is_in_order(&self) -> bool {
        let completed = End::Driven(Ended::Finished(ExecutionStatus::Completed));
        match self {
            How::InOrder => true,
            How::CleanedUp(ends) => ends.iter().all(|end| *end == completed),
            How::CalledOff | How::Held | How::Undone | How::Failed(_) => false,
        }
    }
}

impl Came {
    /// One that needs nothing now.
    pub(super) fn in_order(view: ObligationView, due_in: Option<Duration>) -> Came {
        Came { due_in, ..Came::so(view, How::InOrder) }
    }

    /// One that came to this.
    pub(super) fn so(view: ObligationView, how: How) -> Came {
        Came { view, why: None, how, due_in: None }
    }
}
