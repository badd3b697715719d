//! A call to the store fails instead of ending its process: what can happen to it, and what the process
//! has to say then.

use std::fmt;

use crate::dynamo::proxy::{Action, Asked, Phase};
use crate::place::Backend;
use crate::support::Ran;
use crate::support::shim::CallFault;

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A write finds no room.
    Full,
    /// A write fails.
    Broken,
    /// A commit is not done.
    Unsynced,
    /// A commit is done, and is said to have failed.
    LostCommit,
    /// A lock is refused.
    Refused,
    /// A request is throttled.
    Throttled,
    /// A write meets another transaction.
    Conflict,
    /// A request is done, and is said to have failed.
    FailedAfter,
    /// A request is done, and the connection is lost.
    LostReply,
}

/// A fault that happens once, or from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Failing {
    /// What happens.
    pub(crate) fault: Fault,
    /// Whether it happens to every later call too.
    pub(crate) lasting: bool,
}

impl Backend {
    /// What can happen to calls to a store of this kind.
    fn faults(self) -> &'static [Fault] {
        match self {
            Backend::Sqlite => {
                &[Fault::Full, Fault::Broken, Fault::Unsynced, Fault::LostCommit, Fault::Refused]
            }
            Backend::Dynamo => {
                &[Fault::Throttled, Fault::Conflict, Fault::FailedAfter, Fault::LostReply]
            }
        }
    }
}

impl Failing {
    /// All that can happen to a store of this kind.
    pub(crate) fn all(backend: Backend) -> Vec<Failing> {
        let both = |&fault: &Fault| [false, true].map(|lasting| Failing { fault, lasting });
        backend.faults().iter().flat_map(both).collect()
    }

    /// Whether a commit to a file fails.
    pub(crate) fn is_of_a_commit(self) -> bool {
        matches!(self.fault, Fault::Unsynced | Fault::LostCommit)
    }

    /// What the shim does at the call with this number.
    pub(crate) fn strike(self, number: usize) -> CallFault {
        let (calls, then) = match self.fault {
            Fault::Full => ("write", "ENOSPC"),
            Fault::Broken => ("write", "EIO"),
            Fault::Unsynced => ("sync", "EIO"),
            Fault::LostCommit => ("sync", "EIO-after"),
            Fault::Refused => ("lock", "EAGAIN"),
            fault => unreachable!("no file knows {fault:?}"),
        };
        CallFault { lasting: self.lasting, ..CallFault::once(calls, number, then) }
    }

    /// What the proxy does to a request, if the n-th is to fail. Only writes meet other transactions.
    pub(crate) fn action(self, asked: &Asked, phase: Phase, number: usize) -> Option<Action> {
        let (count, side, action) = match self.fault {
            Fault::Throttled => {
                let code = "ProvisionedThroughputExceededException";
                (Some(asked.number), Phase::Before, Action::Throttle(code))
            }
            Fault::Conflict => (asked.write, Phase::Before, Action::Conflict),
            Fault::FailedAfter => (Some(asked.number), Phase::After, Action::Fail),
            Fault::LostReply => (Some(asked.number), Phase::After, Action::Drop),
            fault => unreachable!("no table knows {fault:?}"),
        };
        let hit = count.is_some_and(|it| it == number || self.lasting && it > number);
        (hit && phase == side).then_some(action)
    }
}

/// The ends that a process may come to whose store fails: it got over it; another runner holds the lease, or
/// it could not renew its own; the store cannot be used.
const SENSIBLE: [i32; 3] = [0, 5, 6];

/// What is wrong with how a process ended, in words. `next`: what has to be done then, if there is an
/// execution.
pub(crate) fn wrong_with(ran: &Ran, next: Option<&str>) -> String {
    let (said, code) = (&ran.stderr, ran.code);
    let code_is_sensible = code.is_some_and(|code| SENSIBLE.contains(&code));
    let has_code = said.lines().any(|line| {
        let rest = line.strip_prefix("error[M");
        let rest = rest.and_then(|rest| rest.split_once("]: "));
        rest.is_some_and(|(code, text)| code.len() == 4 && text.len() > 10)
    });
    let wrong = if !code_is_sensible || said.contains("panicked") {
        "it ended badly"
    } else if code == Some(0) {
        return String::new();
    } else if !has_code {
        "it does not say why"
    } else if next.is_some_and(|next| !said.contains(next)) {
        "it does not say what to do now"
    } else {
        return String::new();
    };
    format!("{wrong}: exit code {code:?}: {said}; ")
}

impl fmt::Display for Failing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fault = match self.fault {
            Fault::Full => "a write finds no room",
            Fault::Broken => "a write fails",
            Fault::Unsynced => "a commit fails",
            Fault::LostCommit => "a commit is done and fails",
            Fault::Refused => "a lock is refused",
            Fault::Throttled => "a request is throttled",
            Fault::Conflict => "a write meets another one",
            Fault::FailedAfter => "a request is done and fails",
            Fault::LostReply => "a request's reply is lost",
        };
        let lasting = if self.lasting { ", and so on" } else { "" };
        out.pad(&format!("{fault}{lasting}"))
    }
}
