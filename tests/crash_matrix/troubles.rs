//! What keeps a runner from seeing AWS through no fault of the runbook, and a machine whose clock is wrong.

use std::fmt;
use std::process::Command;
use std::time::Duration;

use crate::support::outage::{Lasting, Outage, Spell};
use crate::support::{Ran, SPEED, shim};

/// AWS cannot be seen from a call on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// What is in the way.
    pub(crate) outage: Outage,
    /// Whether it stays in the way for longer than the runner's patience.
    pub(crate) lasting: bool,
}

impl Trouble {
    /// All that a runner has to wait for, or to stop at.
    pub(crate) fn all() -> Vec<Trouble> {
        let outages = [
            Outage::Expired,
            Outage::Reset,
            Outage::Unanswered,
            Outage::UnansweredThenExpired,
            Outage::Refused,
        ];
        let both = |outage| [false, true].map(|lasting| Trouble { outage, lasting });
        outages.into_iter().flat_map(both).collect()
    }

    /// From the call with this number on.
    pub(crate) fn spell(self, number: usize) -> Spell {
        let lasting = match (self.lasting, self.outage) {
            (true, _) => Lasting::Ever,
            // Nothing counts the calls that are not heard.
            (false, Outage::Refused) => Lasting::Real(Duration::from_millis(60)),
            (false, _) => Lasting::Calls(4),
        };
        Spell { operation: None, number, outage: self.outage, lasting }
    }

    /// The command with a patience that outlasts what passes, and no other; the engine's alone, not the
    /// SDK's, whose repetitions take time as in life.
    pub(crate) fn around(self, mut command: Command) -> Command {
        let patience = if self.lasting { "5m" } else { "9h" };
        command.env("MOONTIDE_PATIENCE", patience).env("AWS_MAX_ATTEMPTS", "1");
        command
    }

    /// What is wrong with how a process ended that met it. `exists`: whether there is an execution.
    pub(crate) fn wrong_with(self, ran: &Ran, exists: bool) -> String {
        let said = &ran.stderr;
        let wrong = match ran.code {
            // Before there is an execution, nothing is kept by waiting; nor before anything is driven on.
            Some(6) if !exists || said.contains("AWS cannot be asked who we are") => {
                return String::new();
            }
            // AWS did not say in whose name it answers.
            Some(4) if said.contains("it answers nothing") => return String::new(),
            Some(0) if !self.lasting => return String::new(),
            // What had been begun came to its end without AWS.
            Some(0) => return String::new(),
            Some(6) if self.lasting && said.contains("moontide resume x") => return String::new(),
            Some(6) if self.lasting => "it does not say what to do now",
            _ => "it ended badly",
        };
        format!("{wrong}: exit code {:?}: {said}; ", ran.code)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outage = match self.outage {
            Outage::Expired => "credentials expire at a call",
            Outage::Reset => "connections are lost before a call",
            Outage::Unanswered => "replies are lost from a call on",
            Outage::UnansweredThenExpired => "a reply is lost, credentials expire",
            Outage::Refused => "connections are refused from a call on",
        };
        out.pad(&format!("{outage}{}", if self.lasting { ", for ever" } else { "" }))
    }
}

/// By how many seconds of the execution the clocks of the machines are wrong that run its processes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Clocks {
    /// The machine of the first process.
    pub(crate) first: i32,
    /// Those of all later ones.
    pub(crate) later: i32,
}

impl Clocks {
    /// One hour and ten minutes fast and slow: everywhere, at first, and later on.
    pub(crate) fn all() -> Vec<Clocks> {
        let by = [3600, -3600, 600, -600];
        let each = |by| {
            [
                Clocks { first: by, later: by },
                Clocks { first: by, later: 0 },
                Clocks { first: 0, later: by },
            ]
        };
        by.into_iter().flat_map(each).collect()
    }

    /// The command on the machine of the first process, or of a later one.
    pub(crate) fn around(self, command: Command, is_first: bool) -> Command {
        if self == Clocks::default() {
            return command;
        }
        // The execution's clock runs from when it was created, so many times as fast: what the later machine
        // is off by then counts as often.
        let first = f64::from(self.first);
        let later = first + (f64::from(self.later) - first) / SPEED;
        shim::shifted(command, if is_first { first } else { later })
    }
}

impl fmt::Display for Clocks {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Clocks { first, later } = self;
        let (by, whose) = match (first, later) {
            (0, 0) => return out.pad("clocks are right"),
            (by, later) if by == later => (by, "every clock"),
            (0, by) => (by, "a later clock"),
            (by, _) => (by, "the first clock"),
        };
        out.pad(&format!("{whose} {:+} min", by / 60))
    }
}
