//! A rehearsal: the real engine and the real SDK against the simulator in this process, in virtual
//! time. Nothing real may be awaited in it: while tokio's time is paused, a wait that depends on the
//! outside would let the clock run ahead.
//!
//! - `perform`: the rehearsal itself. `connector`: the SDK's requests, handed to the simulator without a network.
//! - [`Staged`]: what a test stages in it. `witness`: what is remembered of what happened. `report`: how it went. `hooks`: which hooks ran.

mod connector;
mod hooks;
mod perform;
mod report;
mod staged;
mod witness;

pub use hooks::Hook;
pub use perform::{Rehearsal, Rehearsed, runtime, session};
pub use report::{Answered, Report};
pub use staged::{Staged, StagedAnswer, StagedSignal, Unmet, What};
pub use witness::Witness;
