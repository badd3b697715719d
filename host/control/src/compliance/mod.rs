//! What a store's drills prove, across executions: when what was drilled last, how often it went well, what is overdue.
//!
//! - [`document`]: the findings as plain data. [`gather`]: going through the store, an execution at a time.
//! - [`csv`]: rows for a table. [`page`](mod@page): one page with small pictures.

pub mod csv;
pub mod document;
pub mod gather;
pub mod page;

pub use document::Compliance;
pub use gather::Asked;
