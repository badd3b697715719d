//! The params of a plan: what is given for them, and the values that they have.
//!
//! - `bound`: the values of all params of a plan.
//! - [`given`]: a text for a param, and whence it comes.
//! - [`secrets`]: where the values of secret params are, and how the next runner gets them.
//! - `sealed`: values that only this machine can read.

mod bound;
pub mod given;
mod sealed;
pub mod secrets;

pub use bound::{Bound, bind, shown, values};
pub use given::Given;
