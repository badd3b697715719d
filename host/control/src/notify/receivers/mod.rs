//! What is sent to each kind of receiver, as plain data: a pure function of the receiver and the event. One file each.
//!
//! - [`slack`], [`teams`], [`pagerduty`], [`servicenow`], [`webhook`]: over the web. [`sns`], [`eventbridge`], [`s3`]: over AWS.
//! - `outgoing`: what all of them come to. `words`: texts as they take them.

pub mod eventbridge;
mod outgoing;
pub mod pagerduty;
pub mod s3;
pub mod servicenow;
pub mod slack;
pub mod sns;
pub mod teams;
pub mod webhook;
mod words;

#[cfg(test)]
mod tests;

pub use outgoing::{Known, Outgoing, Request, outgoing};
pub use words::{cut, cut_json};
