//! From what the operator typed as RUNBOOK to pinned sources and a checked plan.
//!
//! - [`Files`]: what was found, and its plan. `folder`: finding it.
//! - `declared`: the plan, or what is wrong with it, line by line.
//! - `unsaved`: the same of what an editor has not saved yet.

mod declared;
mod files;
mod folder;
mod unsaved;

pub use declared::Refusal;
pub use files::{FILE, Files, is_same, of_session, of_standard_library};
pub use unsaved::Unsaved;
