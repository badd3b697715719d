//! What answers prompts in this process, besides a person who is asked there and then.
//!
//! - [`flags`]: `--answer`, given beforehand.
//! - [`rehearsal`]: what a rehearsal assumes.
//! - [`people`]: the people who may answer. `choice`: what they may say.
//! - `standing_in`: a process without a person, and a person who goes by another name.

mod choice;
pub mod flags;
pub mod people;
pub mod rehearsal;
mod standing_in;

#[cfg(test)]
use choice::prompt;
pub use choice::{choice, choices};
pub use standing_in::{Signed, Unattended};
