//! The reference: every field that a runbook, a world file and the settings have, and every function of the library.
//!
//! All of it is read from the sources that the loader and the library themselves are made of; tests compare it with the
//! loader's own lists, both ways. So it cannot say what is not so.
//!
//! - [`topic`]: a chapter, and what is in it. [`whole`]: all of them.
//! - [`luau`]: reads the library's modules. [`library`], [`declaration`]: what authors see of them.
//! - [`effects`]: which operations a function asks for. [`classes`]: what their classes mean.
//! - [`annotated`]: reads a TOML file with a comment on each line. [`files`]: the world file and the settings.
//!   [`asked`]: which fields of the world are needed.
//! - [`find`]: by name, or by a word. [`markdown`], [`html`]: all of it as a file.

mod annotated;
mod asked;
mod classes;
mod declaration;
mod effects;
mod files;
pub mod find;
pub mod html;
mod library;
mod luau;
pub mod markdown;
mod topic;
mod whole;

pub use topic::{Effect, Entry, Part, Presence, Topic};
pub use whole::all;
use whole::{capital, preface};
