//! Stories about the pretend world, told through its router under a paused clock.

mod drill;
mod story;
