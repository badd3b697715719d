//! EC2, for the list of services. Its protocol is ec2: a query in the body, XML in the reply.

use super::operations::{self, Ec2};
use super::{error, reboot, status, tags, terminate, wildcard};
use crate::instance;
use crate::plug::{Facts, Plug};
use crate::wire::{Claim, Message, Service};

/// Amazon EC2.
pub(crate) const PLUG: Plug = Plug {
    service: Service { name: "ec2", operations: operations::NAMES },
    is_global: false,
    recognise,
    sections: &[],
    state: |_| Box::new(Ec2),
    facts: Facts {
        courses: &[instance::FACTS],
        calls: &[
            operations::FACTS,
            reboot::FACTS,
            status::FACTS,
            tags::FACTS,
            terminate::FACTS,
            wildcard::FACTS,
        ],
    },
    throttled: error::throttled,
    failed: error::failed,
};

/// The mark of an unsigned call of EC2. One of another version may still be a call of EC2.
const API_VERSION: &str = "2016-11-15";

fn recognise(message: &Message) -> Option<Claim> {
    let action = message.form("Action")?;
    if message.scope.is_some() {
        return Some(Claim::Sure(action));
    }
    let version = message.form("Version").filter(|_| message.may_be_form())?;
    Some(if version == API_VERSION { Claim::Sure(action) } else { Claim::Likely(action) })
}
