//! What the tests of several crates are made of. It knows the engine, and no crate above it, so that the unit tests of
//! those may use it.
//!
//! - [`staged`]: executions and journals, written without a runner.

#![expect(clippy::missing_panics_doc, reason = "a test that cannot be staged fails")]

pub mod staged;
