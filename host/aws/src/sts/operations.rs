//! What runbooks may ask of AWS Security Token Service.

use super::get_caller_identity::GetCallerIdentity;
use crate::binding::{Line, looks};

/// One line each.
pub(crate) const OPERATIONS: &[Line] = &[looks::<GetCallerIdentity>()];
