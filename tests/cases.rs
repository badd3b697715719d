//! What once went wrong, a folder of `tests/cases` each, and what is right: a table with a line for each.
//!
//! ```sh
//! cargo test -p moontide --test cases -- --nocapture
//! ```
//!
//! - `shown`: the line of a case, and what the stories share.
//! - `rehearsed`: those that a rehearsal shows.
//! - `launches`, `owners`, `between`, `instances`, `kept`: one server, two waves; one server, two executions; a server that is launched again.
//! - `claims`: what two people begin at once.
//! - `excluded`: servers that the operator leaves out.
//! - `outside`, `zones`: what a drill touches besides what it has launched.
//! - `programs`: what a program is given, and what it hands to AWS.
//! - `operators`: what a person says, mends and cancels.
//! - `clocks`: whose clock says when the time for an answer is over.
//! - `outages`, `phases`, `waiting`: AWS cannot be seen for a while.
//! - `keys`: credentials that change while a runner works.

#![cfg(target_os = "linux")]

mod support;

#[path = "cases/between.rs"]
mod between;
#[path = "cases/claims.rs"]
mod claims;
#[path = "cases/clocks.rs"]
mod clocks;
#[path = "cases/excluded.rs"]
mod excluded;
#[path = "cases/instances.rs"]
mod instances;
#[path = "cases/kept.rs"]
mod kept;
#[path = "cases/keys.rs"]
mod keys;
#[path = "cases/launches.rs"]
mod launches;
#[path = "cases/operators.rs"]
mod operators;
#[path = "cases/outages.rs"]
mod outages;
#[path = "cases/outside.rs"]
mod outside;
#[path = "cases/owners.rs"]
mod owners;
#[path = "cases/phases.rs"]
mod phases;
#[path = "cases/programs.rs"]
mod programs;
#[path = "cases/rehearsed.rs"]
mod rehearsed;
#[path = "cases/shown.rs"]
mod shown;
#[path = "cases/waiting.rs"]
mod waiting;
#[path = "cases/zones.rs"]
mod zones;
