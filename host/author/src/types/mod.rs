//! What Luau's type checker says of a runbook: mistakes only. Nothing depends on what it does not find, and `run` and
//! `resume` never come here.
//!
//! - `typed`: asked once. `checker`: the checker, over the files of a bundle (`modules`) and the globals that scripts have (`globals`).
//! - `refused`: what is not given to it. `values`: what it passes over in silence, in tables (`literal`); `given`: in names that a
//!   hook asks for; `never`: in comparisons. `source`: what stands at a place.
//! - `words`, `worded`: its errors in sentences, with what was probably meant (`names`, `required`). `odd`: its warnings.
//! - `place`: where they are. `optional`, `guess`: what is no error.
//! - [`Analysis`]: the checker, kept for an editor, which asks what [`answers`] tells: `offers` of what could be written,
//!   the `point` at a place, its `comment` and its `origin`.

#[cfg(feature = "types")]
mod analysis;
pub mod answers;
#[cfg(feature = "types")]
mod checker;
#[cfg(feature = "types")]
mod comment;
#[cfg(feature = "types")]
mod given;
#[cfg(feature = "types")]
mod globals;
#[cfg(feature = "types")]
mod guess;
#[cfg(feature = "types")]
mod literal;
#[cfg(feature = "types")]
mod modules;
#[cfg(feature = "types")]
mod names;
#[cfg(feature = "types")]
mod never;
#[cfg(feature = "types")]
mod odd;
#[cfg(feature = "types")]
mod offers;
#[cfg(feature = "types")]
mod optional;
#[cfg(feature = "types")]
mod origin;
#[cfg(feature = "types")]
mod place;
#[cfg(feature = "types")]
mod point;
#[cfg(feature = "types")]
mod refused;
#[cfg(feature = "types")]
mod required;
#[cfg(feature = "types")]
mod source;
#[cfg(feature = "types")]
mod typed;
#[cfg(not(feature = "types"))]
mod untyped;
#[cfg(feature = "types")]
mod values;
#[cfg(feature = "types")]
mod worded;
#[cfg(feature = "types")]
mod words;

#[cfg(feature = "types")]
pub use analysis::Analysis;
#[cfg(feature = "types")]
pub use typed::{check, check_test, library, library_with, names_of_globals};
#[cfg(not(feature = "types"))]
pub use untyped::{Analysis, check, check_test};

/// The checker recurses with the nesting of a source. Luau, which has to accept it too, stops at a nesting of 1000.
pub const STACK: usize = 64 * 1024 * 1024;
