//! Systems Manager, for the list of services. Its protocol is JSON 1.1: the operation is in `X-Amz-Target`.

use super::state::Ssm;
use super::{
    cancel_command, create_document, error, get_automation_execution, instance_information,
    invocations, invoke, operations, send_command, start_automation_execution,
    stop_automation_execution,
};
use crate::documents;
use crate::plug::{Facts, Plug};
use crate::processes;
use crate::wire::{Claim, Message, Service};

/// AWS Systems Manager.
pub(crate) const PLUG: Plug = Plug {
    service: Service { name: "ssm", operations: operations::NAMES },
    is_global: false,
    recognise,
    sections: &[],
    state: |_| Box::new(Ssm::default()),
    facts: Facts {
        courses: &[invoke::FACTS, processes::FACTS],
        calls: &[
            operations::FACTS,
            cancel_command::FACTS,
            create_document::FACTS,
            documents::FACTS,
            send_command::FACTS,
            instance_information::FACTS,
            invocations::FACTS,
            start_automation_execution::FACTS,
            get_automation_execution::FACTS,
            stop_automation_execution::FACTS,
        ],
    },
    throttled: error::throttled,
    failed: error::failed,
};

/// Whatever has a target: no other service here speaks this protocol.
fn recognise(message: &Message) -> Option<Claim> {
    message.target().map(|operation| Claim::Sure(operation.to_owned()))
}
