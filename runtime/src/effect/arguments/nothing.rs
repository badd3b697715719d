//! No arguments at all.

use serde::{Deserialize, Serialize};

/// The arguments of an operation that takes none.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::effect) struct Nothing {}
