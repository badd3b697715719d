//! The operations of Route 53, by name.

use jiff::Timestamp;

use super::error::Error;
use super::zones::Route53;
use super::{change, list};
use crate::estate::Estate;
use crate::plug::State;
use crate::wire::{Reply, Request, decode_path};

/// Those that are simulated.
pub(super) const NAMES: &[&str] = &["ChangeResourceRecordSets", "ListResourceRecordSets"];

/// The zone whose records a path names: `/2013-04-01/hostedzone/Z1/rrset`.
pub(super) fn zone_of(path: &str) -> Option<String> {
    let path = path.strip_prefix("/2013-04-01/hostedzone/")?;
    let zone = path.strip_suffix("/rrset").or_else(|| path.strip_suffix("/rrset/"))?;
    Some(decode_path(zone))
}

impl State for Route53 {
    fn handle(&mut self, estate: &mut Estate, now: Timestamp, request: &Request) -> Reply {
        let zone = zone_of(&request.message.path).unwrap_or_default();
        let reply = match request.operation.as_str() {
            "ChangeResourceRecordSets" => {
                change::change(self, estate, now, &zone, &request.message)
            }
            "ListResourceRecordSets" => list::list(self, estate, &zone, &request.message),
            other => Err(Error::unknown(other)),
        };
        reply.unwrap_or_else(Reply::from)
    }
}
