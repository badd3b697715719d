//! In place of the crate `minstant`, by which the type checker measures what it does.
//!
//! That one finds out how fast the processor counts before `main` begins, in every process that it is linked into, and
//! takes 20 ms for it: five times as long as everything else before the first line of `moontide --version`. Nothing of
//! ours reads what it measures.

pub use std::time::Instant;
