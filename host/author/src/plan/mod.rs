//! What a runbook will do, before it does anything: its waves in layers, who is asked, which hooks run in which order.
//!
//! - [`outline`](mod@outline): all of it, as plain data. [`layers`]: which waves wait for which.
//! - [`words`]: the same in a few words each. [`svg`]: as a picture.

pub mod layers;
pub mod outline;
pub mod svg;
pub mod words;

pub use outline::{Asked, Does, ModeOutline, Outline, Step, WaveOutline};

#[cfg(test)]
mod tests;
