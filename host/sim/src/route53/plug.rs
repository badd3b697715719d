//! Route 53, for the list of services. Its protocol is rest-xml: a method and a path, XML in the body and in the reply.

use axum::http::Method;

use super::zones::{self, Route53};
use super::{change, error, list, operations};
use crate::plug::{Facts, Plug};
use crate::wire::{Claim, Message, Service};

/// Amazon Route 53.
pub(crate) const PLUG: Plug = Plug {
    service: Service { name: "route53", operations: operations::NAMES },
    is_global: true,
    recognise,
    sections: &[&zones::SECTION],
    state: |estate| Box::new(Route53::new(estate)),
    facts: Facts { courses: &[], calls: &[zones::FACTS, list::FACTS, change::FACTS] },
    throttled: error::throttled,
    failed: error::failed,
};

/// Every path of Route 53 begins with the version of its model.
fn recognise(message: &Message) -> Option<Claim> {
    let path = message.path.strip_prefix("/2013-04-01/")?;
    let is_records = operations::zone_of(&message.path).is_some();
    Some(match &message.method {
        &Method::POST if is_records => Claim::Sure("ChangeResourceRecordSets".to_owned()),
        &Method::GET if is_records => Claim::Sure("ListResourceRecordSets".to_owned()),
        method => Claim::Sure(format!("{method} {path}")),
    })
}
