//! What the process's exit code says.
//!
//! Never 137, 168, 169 or 194: the SSM agent gives them meanings of its own, and at 194 it reboots the
//! server.

use moontide_control::error::{Code, Kind};
use moontide_runtime::scheduler::ExecutionStatus;

/// The execution is completed, or the command did what it was asked.
pub(crate) const COMPLETED: u8 = 0;
/// The execution failed or was cancelled, or the rehearsal did.
pub(crate) const FAILED: u8 = 1;
/// The command line makes no sense, or does not fit the execution it names. Also clap's own code.
pub(crate) const USAGE: u8 = 2;
/// The runbook, its params or its world are refused; nothing was begun.
pub(crate) const REFUSED: u8 = 3;
/// Nothing can go on before a person answers. The journal is in order and nothing is held.
pub(crate) const WAITING: u8 = 4;
/// Another runner drives this execution, or another execution is at work on its plan.
pub(crate) const HELD: u8 = 5;
/// The store, the settings, the credentials or the Region.
pub(crate) const CONFIGURATION: u8 = 6;
/// The journal does not match the runbook. Nothing was sent.
pub(crate) const MISMATCH: u8 = 7;
/// What was to be proved could not be, and nothing contradicts it.
pub(crate) const NOT_PROVED: u8 = 8;
/// A defect of Moontide.
pub(crate) const INTERNAL: u8 = 70;
/// Stopped by SIGHUP: its terminal is gone; `resume` goes on.
pub(crate) const HUNG_UP: u8 = 129;
/// Stopped by SIGINT (Ctrl-C); `resume` goes on.
pub(crate) const INTERRUPTED: u8 = 130;
/// Stopped by SIGTERM; `resume` goes on.
pub(crate) const TERMINATED: u8 = 143;

/// What an execution's end says.
pub(crate) fn of(status: ExecutionStatus) -> u8 {
    match status {
        ExecutionStatus::Completed => COMPLETED,
        ExecutionStatus::Failed | ExecutionStatus::Cancelled => FAILED,
        ExecutionStatus::Pending
        | ExecutionStatus::Running
        | ExecutionStatus::Paused
        | ExecutionStatus::Waiting => WAITING,
    }
}

/// What an error says.
pub(crate) fn of_error(code: &Code) -> u8 {
    match code.kind {
        Kind::Failed => FAILED,
        Kind::Usage => USAGE,
        Kind::Refused => REFUSED,
        Kind::Held => HELD,
        Kind::Configuration => CONFIGURATION,
        Kind::Mismatch => MISMATCH,
        Kind::Internal => INTERNAL,
    }
}

/// Whether a process ends like this because it was asked to stop.
pub(crate) fn is_stop(exit: u8) -> bool {
    [INTERRUPTED, TERMINATED, HUNG_UP].contains(&exit)
}

/// What several exit codes come to: what most needs an operator.
pub(crate) fn worst(exits: &[u8]) -> u8 {
    let last = exits.last().copied().filter(|it| is_stop(*it));
    let order = [INTERNAL, FAILED, MISMATCH, CONFIGURATION, WAITING, HELD];
    let known = order.into_iter().find(|it| exits.contains(it));
    let other = exits.iter().copied().find(|it| *it != COMPLETED);
    last.or(known).or(other).unwrap_or(COMPLETED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_code_of_several_is_that_of_the_one_that_most_needs_an_operator() {
        assert_eq!(worst(&[]), COMPLETED);
        assert_eq!(worst(&[0, 0]), COMPLETED);
        assert_eq!(worst(&[5, 0, 4]), WAITING);
        assert_eq!(worst(&[4, 1, 6]), FAILED);
        assert_eq!(worst(&[0, 2]), USAGE);
        assert_eq!(worst(&[1, 143]), TERMINATED);
    }

    #[test]
    fn no_exit_code_means_something_else_to_the_ssm_agent() {
        let all = || moontide_control::error::code::ALL.iter().map(|code| of_error(code));
        assert!(all().all(|exit| ![0, 137, 168, 169, 194].contains(&exit)));
    }
}
