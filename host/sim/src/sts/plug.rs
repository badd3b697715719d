//! STS, for the list of services. Its protocol is query: a form in the body, XML in the reply.

use super::error;
use super::operations::{self, Sts};
use crate::plug::{Facts, Plug};
use crate::wire::{Claim, Message, Service};

/// AWS Security Token Service.
pub(crate) const PLUG: Plug = Plug {
    service: Service { name: "sts", operations: operations::NAMES },
    is_global: false,
    recognise,
    sections: &[],
    state: |_| Box::new(Sts),
    facts: Facts { courses: &[], calls: &[operations::FACTS] },
    throttled: error::throttled,
    failed: error::failed,
};

/// The mark of an unsigned call of STS.
const API_VERSION: &str = "2011-06-15";

fn recognise(message: &Message) -> Option<Claim> {
    let is_ours = message.scope.is_some()
        || message.may_be_form() && message.form("Version").as_deref() == Some(API_VERSION);
    message.form("Action").filter(|_| is_ours).map(Claim::Sure)
}
