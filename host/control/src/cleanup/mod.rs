//! The cleanup of a drill.
//!
//! - [`begun`]: the cleanups that there are. [`launched`]: what there is to clean up.
//! - `before`: what the cleanups of earlier releases were given.

mod before;
pub mod begun;
pub mod launched;
