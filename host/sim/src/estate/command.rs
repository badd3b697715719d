//! SSM commands: computed whole when they are sent, like everything here.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::Estate;
use crate::world::{Command, CommandStatus};

/// From a command's sending to its delivery at an agent that is online.
const DELIVERY: SignedDuration = SignedDuration::from_secs(2);

/// From a cancellation to the end of the command.
const STOPS: SignedDuration = SignedDuration::from_secs(2);

/// What the caller of `SendCommand` asked for.
#[derive(Debug)]
pub(crate) struct CommandOrder {
    pub(crate) document: String,
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

    /// Stops it, unless it is over: the agent takes a moment.
    pub(crate) fn cancel(&mut self, at: Timestamp) {
        if !self.is_over(at) && self.cancelled.is_none() {
            self.cancelled = Some(at);
            self.exit_code = -1;
        }
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

impl Estate {
    /// Sends a command to instances, given by index. All checks are behind us.
    pub(crate) fn send_command(
        &mut self,
        order: CommandOrder,
        instances: &[usize],
        at: Timestamp,
    ) -> &CommandRun {
        let mut invocations = Vec::new();
        for instance in instances {
            invocations.push(self.invoke(&order, *instance, at));
        }
        let run = CommandRun {
            id: self.seed.uuid(&format!("command/{}", self.commands.len())),
            requested: at,
            visible: at + self.world.timing.command_visible_after,
            invocations,
            order,
        };
        self.commands.push(run);
        &self.commands[self.commands.len() - 1]
    }

    fn invoke(&mut self, order: &CommandOrder, instance: usize, at: Timestamp) -> Invocation {
        let name = &self.server(self.instances[instance].server).name;
        let values: Vec<&str> = order.parameters.values().flatten().map(String::as_str).collect();
        let answers = |command: &Command| command.matches(&order.document, &values, name);
        let script = self.world.commands.iter().position(answers);
        self.met.command(&order.document, &values, script);
        let silent = Command::default();
        let script = script.map_or(&silent, |place| &self.world.commands[place]);
        let instance = &self.instances[instance];
        let server = self.server(instance.server);

        let expires = at + order.delivery_timeout;
        let starts =
            self.reachable_from(&server.name, at + DELIVERY).filter(|starts| *starts < expires);
        let cut =
            script.takes > order.execution_timeout || script.status() == CommandStatus::TimedOut;
        let (outcome, takes) = if cut {
            (CommandStatus::TimedOut, order.execution_timeout)
        } else {
            (script.status(), script.takes)
        };
        Invocation {
            instance_id: instance.id.clone(),
            instance_name: server.name.clone(),
            starts,
            ends: starts.map_or(expires, |starts| starts + takes),
            outcome,
            exit_code: match (starts, outcome) {
                (None, _) | (_, CommandStatus::TimedOut) => -1,
                (_, CommandStatus::Failed) => script.exit_code.unwrap_or(1),
                (_, CommandStatus::Success) => script.exit_code.unwrap_or(0),
            },
            stdout: script.stdout.clone(),
            stderr: script.stderr.clone(),
            cancelled: None,
        }
    }
}
