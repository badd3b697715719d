//! The state machine: `apply(graph, state, at, event) -> (state, requests)`. Synchronous, over plain values; the same
//! events at the same times give the same state on every machine. No clock, no store and no Lua are in reach.
//!
//! The table of a wave's states stands at [`WaveStatus`].
//!
//! - [`graph`]: which wave waits for which; [`state`], [`waves`], [`status`]: where an execution stands.
//! - [`step`]: one event; `signal`: what people want; `answer`: what an answered prompt does to its wave.
//! - `abort`: what keeps every further wave from starting, and the answer that takes it back.
//! - `end`: what the end of an attempt, or a cancellation, does.
//! - `advance`: what can start now, what never will, and whether it is over.
//! - [`Refusal`]: why an event does not fit.
//! - [`seen`]: what an attempt sees of the others.
//! - [`mod@outlook`]: what pending signals and silence will do, for the driver and for every view.

mod abort;
mod advance;
mod answer;
mod end;
pub mod graph;
pub mod outlook;
mod refusal;
pub mod seen;
mod signal;
pub mod state;
pub mod status;
pub mod step;
pub mod waves;

pub use graph::Graph;
pub use outlook::{Outlook, outlook};
pub use refusal::Refusal;
pub use state::{Abort, Answer, State, WaveState};
pub use status::{ExecutionStatus, WaveStatus};
pub use step::{Request, apply, fold, outstanding, results};
