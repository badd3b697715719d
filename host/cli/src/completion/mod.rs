//! What a shell offers behind a Tab. The script that `moontide completions` prints asks this binary, which answers from
//! its own flags, and from the store where an execution, a wave or an answer is wanted.
//!
//! A person who presses Tab wants no talk: on any trouble there is nothing to offer. The store is only read, and where it
//! is a table it is not asked: nothing here reaches AWS.
//!
//! - [`shell`]: the script of a shell, and the answer to it. [`typed`]: what stands in the line. [`offers`]: what could come next.

mod offers;
mod shell;
mod typed;

pub(crate) use shell::{answer, script, shells};
