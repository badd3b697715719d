//! Executions that move between stores, or leave for a file.
//!
//! - [`export`]: an execution leaves for a file. [`import`]: it arrives from one. [`copy`]: executions leave one store
//!   for another. [`take_back`]: an execution has not left.
//! - `parting`: how an execution leaves. [`stays`]: what does not go with it. `names`: what its file is called, and for
//!   which store it is.

pub mod copy;
pub mod export;
pub mod import;
mod names;
mod parting;
pub mod stays;
pub mod take_back;
