//! Services of AWS through which others are told: not for runbooks, but for the runner's own notifications.
//!
//! - [`sns`]: a message for a topic. [`eventbridge`]: an event for a bus. [`s3`]: an object that is locked. `untold`: why it was
//!   not told.

pub mod eventbridge;
pub mod s3;
pub mod sns;
mod untold;

#[cfg(test)]
mod tests;

pub use untold::Untold;
