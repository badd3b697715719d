//! AWS Security Token Service: whose credentials these are.
//!
//! - `plug`: the service, as this crate reaches it; `operations`: what runbooks may ask of it.
//! - everything else: an operation, under its own name.

mod get_caller_identity;
mod operations;
mod plug;

pub(crate) use operations::OPERATIONS;
pub(crate) use plug::Sts;
