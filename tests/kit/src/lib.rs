//! What the tests of several crates are made of. It knows the engine, and no crate above it, so that the unit tests of
//! those may use it; the engine's own unit tests may not, since they would meet its types twice.
//!
//! - [`Hooked`]: a store that does what another one does, but where a test hooks in.
//! - [`TestWorld`]: a world whose operations are declared in a line each.
//! - [`TestClock`]: tokio's paused clock, as the engine's.
//! - [`sources`]: executions of a runbook that a test writes down.
//! - [`driver`]: what drives them, and who answers.
//! - [`staged`]: executions and journals, written without a runner.

#![expect(clippy::missing_panics_doc, reason = "a test that cannot be staged fails")]

mod clock;
mod driver;
mod hooked;
pub mod sources;
pub mod staged;
mod world;

pub use clock::TestClock;
pub use driver::{Answering, driver, lease};
pub use hooked::{Hooked, Hooks};
pub use world::{Performed, TestOperation, TestWorld};
