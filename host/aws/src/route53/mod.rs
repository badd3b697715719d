//! Amazon Route 53: the records of hosted zones. A global service: its operations take no Region.
//!
//! - `plug`: the service for the list of services.
//! - `record_set`: a record set as runbooks write it, and as AWS has it.
//! - everything else: an operation, under its own name.

mod change_resource_record_sets;
mod list_resource_record_sets;
mod plug;
mod record_set;

pub(crate) use plug::Route53;
