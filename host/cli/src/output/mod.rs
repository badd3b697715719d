//! The only room that prints. stdout is data, stderr is talk.
//!
//! What a runbook or AWS says is cleaned, and stands behind a mark ([`style::said`]) as the last of its line, or
//! in a row of a table under its wave: nothing that they say can be taken for our own words.
//!
//! - [`page`]: lines and tables of styled text, cleaned of whatever could speak to a terminal.
//! - [`style`]: the few styles there are; none of them carries meaning that the words do not.
//! - [`clean`]: makes strangers' text harmless, on a terminal and in JSON.
//! - [`wrap`](mod@wrap): text in lines of a width.
//! - `print`: printing itself. `remark`: what an operator should know while a command is at work.
//! - `complaint`: what an error looks like. `findings`: what a check has found. [`github`]: annotations. [`junit`]: tests.

pub(crate) mod clean;
mod complaint;
pub(crate) mod file;
mod findings;
pub(crate) mod github;
pub(crate) mod junit;
pub(crate) mod page;
mod print;
mod remark;
pub(crate) mod style;
pub(crate) mod wrap;

pub(crate) use complaint::Complaint;
pub(crate) use page::Page;
pub(crate) use print::{Document, Format, Output, bound_talk, usage};
pub(crate) use style::Span;
