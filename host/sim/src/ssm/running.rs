//! Commands that are processes of this machine: what is started, and how an invocation ends with it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::command::{CommandOrder, Invocation};
use super::document::Document;
use super::state::Ssm;
use crate::estate::Estate;
use crate::process::{End, Id, Order, Start};
use crate::scenario::CommandStatus;

impl Ssm {
    /// The document of this name that a caller has made.
    pub(super) fn document(&self, name: &str) -> Option<&Document> {
        self.documents.iter().find(|it| it.name == name)
    }

    /// Orders the process of a command, if its agent will ever run it. It ends when the process does.
    pub(super) fn start_process(
        &mut self,
        estate: &Estate,
        (command, order): (&str, &CommandOrder),
        invocation: &mut Invocation,
        starts: Option<Timestamp>,
    ) {
        let Some(at) = starts else { return };
        let (script, directory) = match self.document(&order.name) {
            Some(made) => made.script(&order.parameters),
            None => script_of(&order.parameters),
        };
        let mut variables = BTreeMap::from([
            ("AWS_SSM_INSTANCE_ID".to_owned(), invocation.instance_id.clone()),
            ("AWS_SSM_PLATFORM_NAME".to_owned(), "Amazon Linux".to_owned()),
            ("AWS_SSM_PLATFORM_VERSION".to_owned(), "2023".to_owned()),
            ("AWS_SSM_REGION_NAME".to_owned(), estate.scenario.region.clone()),
            ("SSM_COMMAND_ID".to_owned(), command.to_owned()),
        ]);
        variables.extend(
            self.document(&order.name).iter().flat_map(|it| it.variables(&order.parameters)),
        );
        let id = Id { command: command.to_owned(), instance: invocation.instance_id.clone() };
        let timeout = order.execution_timeout;
        self.orders.push(Order::Start(Start { id, at, timeout, script, directory, variables }));
        invocation.is_running = true;
        invocation.outcome = CommandStatus::Success;
        invocation.ends = Timestamp::MAX;
    }

    /// Writes down how a process has ended.
    pub(super) fn end_process(&mut self, now: Timestamp, process: &Id, end: End) {
        let command = self.commands.iter_mut().find(|it| it.id == process.command);
        let invocations = command.into_iter().flat_map(|it| &mut it.invocations);
        let mut invocations = invocations.filter(|it| it.instance_id == process.instance);
        let Some(invocation) = invocations.find(|it| it.is_running) else { return };
        invocation.is_running = false;
        invocation.ends = now.max(invocation.starts.unwrap_or(now));
        invocation.outcome = match end.code {
            None => CommandStatus::TimedOut,
            Some(0) => CommandStatus::Success,
            Some(_) => CommandStatus::Failed,
        };
        invocation.exit_code = end.code.unwrap_or(-1);
        (invocation.stdout, invocation.stderr) = (end.stdout, end.stderr);
    }
}

/// What a document of AWS's own runs: its lines.
fn script_of(parameters: &BTreeMap<String, Vec<String>>) -> (String, Option<String>) {
    let lines = parameters.get("commands").map(|it| it.join("\n")).unwrap_or_default();
    let directory = parameters.get("workingDirectory").and_then(|it| it.first());
    (lines + "\n", directory.filter(|it| !it.is_empty()).cloned())
}
