//! SSM commands, as they were sent; `invoke` computes them.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::scenario::CommandStatus;

/// From a cancellation to the end of the command.
const STOPS: SignedDuration = SignedDuration::from_secs(2);

/// What the caller of `SendCommand` asked for.
#[derive(Debug)]
pub(crate) struct CommandOrder {
    /// The document as the caller gave it, which may be an ARN.
    pub(crate) document: String,
    /// The name that the caller meant.
    pub(crate) name: String,
    pub(crate) document_version: String,
    pub(crate) comment: String,
    pub(crate) parameters: BTreeMap<String, Vec<String>>,
    /// Until delivery.
    pub(crate) delivery_timeout: SignedDuration,
    /// From delivery on.
    pub(crate) execution_timeout: SignedDuration,
    /// As the caller gave them; an empty list if instances were named.
    pub(crate) targets: serde_json::Value,
}

impl CommandOrder {
    /// The step of the document that runs.
    pub(super) fn plugin(&self) -> &'static str {
        if self.document.contains("PowerShell") {
            "aws:runPowerShellScript"
        } else {
            "aws:runShellScript"
        }
    }
}

/// A command that was sent.
#[derive(Debug)]
pub(crate) struct CommandRun {
    pub(crate) id: String,
    pub(crate) order: CommandOrder,
    pub(crate) requested: Timestamp,
    /// `GetCommandInvocation` and `ListCommandInvocations` know it from here.
    pub(crate) visible: Timestamp,
    pub(crate) invocations: Vec<Invocation>,
}

/// A command on one instance.
#[derive(Debug)]
pub(crate) struct Invocation {
    pub(crate) instance_id: String,
    pub(crate) instance_name: String,
    /// `None` if it is never delivered.
    pub(crate) starts: Option<Timestamp>,
    pub(crate) ends: Timestamp,
    pub(crate) outcome: CommandStatus,
    pub(crate) exit_code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// When the agent restarts the instance, to run the document again.
    pub(crate) reboots: Vec<Timestamp>,
    /// Whether the document is for another platform, so that the agent refuses it.
    pub(crate) misplaced: bool,
    /// Whether it is a process, whose end is not known yet.
    pub(crate) is_running: bool,
    /// When `CancelCommand` reached it, before its end.
    pub(crate) cancelled: Option<Timestamp>,
}

/// Where an invocation is: `Status` and `StatusDetails` of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) status: &'static str,
    pub(crate) details: &'static str,
}

impl Invocation {
    /// Where it is at `now`.
    pub(crate) fn standing(&self, now: Timestamp) -> Standing {
        if let Some(at) = self.cancelled {
            let over = now >= at + STOPS;
            let status = if over { "Cancelled" } else { "Cancelling" };
            return Standing { status, details: status };
        }
        let (status, details) = match (self.outcome, self.starts) {
            _ if now < self.starts.unwrap_or(self.ends) => ("Pending", "Pending"),
            _ if now < self.ends => ("InProgress", "InProgress"),
            _ if self.misplaced => ("Failed", "Invalid Platform"),
            (_, None) => ("TimedOut", "Delivery Timed Out"),
            (CommandStatus::Success, _) => ("Success", "Success"),
            (CommandStatus::Failed, _) => ("Failed", "Failed"),
            (CommandStatus::TimedOut, _) => ("TimedOut", "Execution Timed Out"),
        };
        Standing { status, details }
    }

    /// Whether it is over.
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        now >= self.cancelled.map_or(self.ends, |at| at + STOPS)
    }

    /// Stops it, unless it is over: the agent takes a moment. Returns the reboots that this averts.
    pub(crate) fn cancel(&mut self, at: Timestamp) -> Vec<Timestamp> {
        if self.is_over(at) || self.cancelled.is_some() {
            return Vec::new();
        }
        self.cancelled = Some(at);
        self.exit_code = -1;
        self.reboots.extract_if(.., |reboot| *reboot > at + STOPS).collect()
    }
}

impl CommandRun {
    /// The worst of its invocations, or how far it is. One that met no instance has succeeded.
    pub(crate) fn status(&self, now: Timestamp) -> &'static str {
        let has =
            |wanted: &str| self.invocations.iter().any(|one| one.standing(now).status == wanted);
        let over = self.invocations.iter().filter(|one| one.is_over(now)).count();
        if has("Cancelling") {
            return "Cancelling";
        }
        match (has("Pending"), has("InProgress")) {
            (true, false) if over == 0 => "Pending",
            (true, _) | (_, true) => "InProgress",
            _ if has("Cancelled") => "Cancelled",
            _ if has("Failed") => "Failed",
            _ if has("TimedOut") => "TimedOut",
            _ => "Success",
        }
    }
}
