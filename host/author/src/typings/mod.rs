//! The library's modules on disk, for editors: luau-lsp and the like find types, and show their comments.
//!
//! - [`layout`]: which files there are, and what is in them.
//! - [`luaurc`]: the file beside a runbook that says where they are; `text`: where its fields stand.
//! - [`write`](mod@write): writing both, or looking whether they are as they should be.

pub mod layout;
pub mod luaurc;
mod text;
pub mod write;

pub use write::{Place, Written, check, folder, write, write_if_stale, write_modules};
