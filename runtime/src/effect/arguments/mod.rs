//! Reading the arguments of an operation into its input type, with words for the author when they do
//! not fit.
//!
//! Input types derive `Deserialize` with `deny_unknown_fields`, and `Serialize` so that what is
//! journaled has every default filled in.
//!
//! - `read`: reading them; `words`: what is wrong with them, for their author.
//! - `nothing`: those of an operation that takes none.

mod nothing;
mod read;
mod words;

pub(super) use nothing::Nothing;
pub use read::{check, read, read_beside};
