//! What an answer, or the lack of one, says about whether a call happened.
//!
//! - [`failure`]: why a call did not succeed, and whether it certainly did not happen. Start reading here.
//! - `answer`: an answer that says no.
//! - `silence`: no answer at all, and its causes.
//! - `unavailable`: which of both says nothing but that the runner cannot see.
//! - `hint`: the next step for errors that have one.

mod answer;
mod failure;
mod hint;
mod silence;
mod unavailable;

pub(crate) use failure::{Failure, failed};
pub(crate) use silence::{causes, find, no_credentials};
pub(crate) use unavailable::names_credentials;
