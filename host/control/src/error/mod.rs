//! The one error that leaves this crate: a code, a sentence, the places it is about, and what to do next.
//! Everything that the other crates can complain about becomes one of these in the files beside this one; a face
//! prints it.
//!
//! - [`code`]: the table of codes. [`command_error`](CommandError): the error itself.
//! - `hint`: what to do next. `place`: a line of a file.

pub mod code;
mod command_error;
mod from_aws;
mod from_engine;
mod from_script;
mod from_store;
mod hint;
mod place;

pub use code::{Code, Kind};
pub use command_error::{CommandError, Result};
pub use hint::Hint;
pub use place::Place;
