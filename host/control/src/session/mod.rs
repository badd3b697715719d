//! A session: what an operator types, line by line, against AWS or a simulator. It is an execution like any other, of
//! the runbook `@moontide/session`: its lines and its effects are journaled, its launches are drills, and one that was
//! killed goes on where it was.
//!
//! - [`desk`]: where a face types lines, sees what came of them, and consents to what changes anything.
//! - [`begin`]: beginning a session, and going on with one. [`left`]: those that no runner drives.
//! - `world`: AWS as a session reaches it; `guarded`: what the operator is asked about first; `permit`: whether
//!   anything may be changed at all; `lines`: the two operations by which a session talks to its desk.

pub mod begin;
pub mod desk;
mod guarded;
pub mod left;
mod lines;
mod permit;
mod world;

pub use begin::{begin, go_on};
pub use desk::{Desk, Input, Proposal, Typed};
