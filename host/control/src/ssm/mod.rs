//! Moontide inside Systems Manager: as a command on an instance, as documents, as a package.
//!
//! - [`console`]: what the output of a command may be, and the lines in it that programs read.
//! - [`document`]: the documents that run runbooks. [`parameters`]: what their callers may give them.
//! - [`package`]: what Distributor installs. [`send`]: sending a command, and following it.
//! - [`home`]: where executions are kept on a server that gives its commands no home.

pub mod console;
pub mod document;
pub mod home;
pub mod package;
pub mod parameters;
pub mod send;
