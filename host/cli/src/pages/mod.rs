//! The pages that the binary carries, because an operator may need them where there is no internet. They are the
//! Markdown files under `host/cli/guides/`.
//!
//! - [`guides`]: the topics of `moontide guide`, a file each.
//! - [`errors`]: what `moontide explain` says of a code, a file for each family of codes.
//! - [`markdown`]: how a page looks on a terminal.
//!
//! The tests read every page as an operator would: each command line is one that the command line takes, each link
//! leads somewhere, and each code has a page.

pub(crate) mod errors;
pub(crate) mod guides;
pub(crate) mod markdown;

#[cfg(test)]
mod tests;
