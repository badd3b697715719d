//! What a store's drills prove, across executions: when what was drilled last, how often it went well, what is overdue.
//!
//! - [`document`]: the findings as plain data. [`gather`]: going through the store, an execution at a time; `findings`:
//!   what was found so far. `count`: what passes.
//! - [`csv`]: rows for a table. [`page`](mod@page): one page with small pictures.

mod count;
pub mod csv;
pub mod document;
mod findings;
pub mod gather;
pub mod page;

pub use document::Compliance;
pub use gather::Asked;
