//! The operations of Systems Manager, by name.

use std::any::Any;

use jiff::Timestamp;

use super::error::Error;
use super::state::Ssm;
use super::{
    cancel_command, create_document, get_automation_execution, instance_information, invocations,
    list_commands, list_invocations, send_command, start_automation_execution,
    stop_automation_execution,
};
use crate::assumption::Assumption;
use crate::estate::Estate;
use crate::fact::{Fact, source};
use crate::plug::State;
use crate::process::{End, Id, Order};
use crate::scenario::Scenario;
use crate::wire::{Reply, Request};

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "ssm.protocol",
        "Requests are JSON with the operation in X-Amz-Target; an error is 400 with its name in \
         __type; times are seconds since 1970.",
        source::SSM_MODEL,
    ),
    Fact::documented(
        "ssm.output-cut",
        "GetCommandInvocation cuts stdout at 24,000 characters and stderr at 8,000; lists cut \
         output at 2,500.",
        source::SSM_MODEL,
    ),
];

/// Those that are simulated.
pub(super) const NAMES: &[&str] = &[
    "CancelCommand",
    "CreateDocument",
    "DescribeInstanceInformation",
    "GetAutomationExecution",
    "GetCommandInvocation",
    "ListCommandInvocations",
    "ListCommands",
    "SendCommand",
    "StartAutomationExecution",
    "StopAutomationExecution",
];

impl State for Ssm {
    fn handle(&mut self, estate: &mut Estate, now: Timestamp, request: &Request) -> Reply {
        let body = request.message.body.as_str();
        let reply = match request.operation.as_str() {
            "CancelCommand" => cancel_command::cancel(self, estate, now, body),
            "CreateDocument" => create_document::create(self, now, body),
            "DescribeInstanceInformation" => instance_information::describe(estate, now, body),
            "GetAutomationExecution" => get_automation_execution::get(self, now, body),
            "GetCommandInvocation" => invocations::get(self, now, body),
            "ListCommandInvocations" => list_invocations::list(self, now, body),
            "ListCommands" => list_commands::list(self, now, body),
            "SendCommand" => send_command::send(self, estate, now, body),
            "StartAutomationExecution" => {
                start_automation_execution::start(self, estate, now, body)
            }
            "StopAutomationExecution" => stop_automation_execution::stop(self, now, body),
            other => Err(Error::unknown_operation(other)),
        };
        reply.unwrap_or_else(Reply::from)
    }

    fn orders(&mut self) -> Vec<Order> {
        std::mem::take(&mut self.orders)
    }

    fn ended(&mut self, now: Timestamp, process: &Id, end: End) {
        self.end_process(now, process, end);
    }

    fn assumptions(
        &self,
        others: &[&dyn State],
        scenario: &Scenario,
        hide: &dyn Fn(&str) -> String,
    ) -> Vec<Assumption> {
        let mut met = self.met.clone();
        for other in others {
            let other: &dyn Any = *other;
            met.add(&other.downcast_ref::<Ssm>().expect("a service has one type of state").met);
        }
        met.assumptions(scenario, hide)
    }
}
