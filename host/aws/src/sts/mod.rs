//! AWS Security Token Service: whose credentials these are.
//!
//! - `plug`: the service for the list of services.
//! - everything else: an operation, under its own name.

mod get_caller_identity;
mod plug;

pub(crate) use plug::Sts;
