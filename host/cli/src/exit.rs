//! What the process's exit code says: a contract with scripts. Codes are added, and none changes its meaning.
//!
//! Never 137, 168, 169 or 194: the SSM agent gives them meanings of its own, and at 194 it reboots the
//! server.

use moontide_control::error::{Code, Kind};
use moontide_runtime::scheduler::ExecutionStatus;

macro_rules! exits {
    ($($code:literal $name:ident: $meaning:literal;)+) => {
        $(#[doc = $meaning]
        pub(crate) const $name: u8 = $code;)+

        /// The contract: every exit code, and what it says. The guide `machines` has the same table.
        #[cfg(test)]
        pub(crate) const ALL: &[(u8, &str)] = &[$(($code, $meaning),)+];
    };
}

exits! {
    0 COMPLETED: "The execution is completed, or the command did what it was asked.";
    1 FAILED: "The execution failed or was cancelled, or the rehearsal did.";
    2 USAGE: "The command line makes no sense, or does not fit the execution it names.";
    3 REFUSED: "The runbook, its params or its world are refused; nothing was begun.";
    4 WAITING: "Nothing can go on before a person answers. The journal is in order and nothing is held.";
    5 HELD: "Another runner drives this execution, or another execution is at work on its plan.";
    6 CONFIGURATION: "The store, the settings, the credentials or the Region.";
    7 MISMATCH: "The journal does not match the runbook. Nothing was sent.";
    8 NOT_PROVED: "What was to be proved could not be, and nothing contradicts it.";
    70 INTERNAL: "A defect of Moontide.";
    129 HUNG_UP: "Stopped by SIGHUP: its terminal is gone; `resume` goes on.";
    130 INTERRUPTED: "Stopped by SIGINT (Ctrl-C); `resume` goes on.";
    143 TERMINATED: "Stopped by SIGTERM; `resume` goes on.";
}

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
    fn the_guide_has_the_same_table() {
        let guide = include_str!("../guides/machines.md");
        let cells = |line: &str| -> Option<(u8, String)> {
            let (code, meaning) = line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | ")?;
            Some((code.parse().ok()?, meaning.to_owned()))
        };
        let written: Vec<(u8, String)> = guide.lines().filter_map(cells).collect();
        let known: Vec<(u8, String)> =
            ALL.iter().map(|(code, meaning)| (*code, (*meaning).to_owned())).collect();
        assert_eq!(written, known);
    }

    #[test]
    fn every_code_that_an_error_or_an_end_has_is_in_the_table() {
        let errors = moontide_control::error::code::ALL.iter().map(|code| of_error(code));
        let ends = [ExecutionStatus::Completed, ExecutionStatus::Failed, ExecutionStatus::Waiting];
        let used = errors.chain(ends.map(of)).chain([HUNG_UP, INTERRUPTED, TERMINATED]);
        for code in used {
            assert!(ALL.iter().any(|(known, _)| *known == code), "{code}");
        }
    }

    #[test]
    fn no_exit_code_means_something_else_to_the_ssm_agent() {
        let all = || moontide_control::error::code::ALL.iter().map(|code| of_error(code));
        assert!(all().all(|exit| ![0, 137, 168, 169, 194].contains(&exit)));
    }
}
