//! Whether an execution met its objectives: one judgement, for its status, its report, and all of a store.
//!
//! [`judge`]: whether the RTO and the RPO are met, pure over values. [`ran`]: what really ran, and came up.

pub(crate) mod judge;
pub(crate) mod ran;
