//! What a stored journal is worth: proof for an auditor, and for the operator who wonders.
//!
//! - [`head`](fn@head): where the chain of an execution ends, to be noted elsewhere. [`verify`]: whether a journal is as it was
//!   written, and whether a head that was noted is one of it. [`all`](fn@all): the same of all journals of a store.

mod all;
mod head;
mod verify;

pub use all::{All, Unread, all};
pub use head::{hash, head};
pub use moontide_runtime::store::verified::{How, Noted, Trouble, Verdict, Verified};
pub use verify::{complaint, verify};
