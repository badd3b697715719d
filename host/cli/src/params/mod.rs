//! `--param NAME=VALUE`: params as operators write them.
//!
//! - [`written`]: what stands behind the `=`: a value, `@FILE`, `@-`.

mod flags;
mod written;

pub(crate) use flags::{bind, given_again, parse};
