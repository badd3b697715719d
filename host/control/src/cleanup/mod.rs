//! The cleanup of a drill.
//!
//! - [`begun`]: the cleanups that there are. [`launched`]: what there is to clean up.

pub mod begun;
pub mod launched;
