//! Stories about the pretend world, told through its router under a paused clock.

#![expect(clippy::unwrap_used, reason = "a story that breaks should say where")]

mod drill;
mod story;
