//! Amazon Route 53: the records of hosted zones. A global service: its operations take no Region.
//!
//! - `plug`: the service, as this crate reaches it; `operations`: what runbooks may ask of it.
//! - `record_set`: a record set as runbooks write it, and as AWS has it.
//! - everything else: an operation, under its own name.

mod change_resource_record_sets;
mod list_resource_record_sets;
mod operations;
mod plug;
mod record_set;

pub(crate) use operations::OPERATIONS;
pub(crate) use plug::Route53;
