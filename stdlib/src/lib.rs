//! What a runbook author sees: the Luau modules of Moontide, as data.
//!
//! One file per module beside this crate's `src/`; authors are invited to read them. The engine pins the
//! sources with each execution, so that an upgrade never changes a run that has begun.

/// Every module: the name that `require` knows it by, and its source.
pub const MODULES: &[(&str, &str)] = &[
    ("@moontide", include_str!("../moontide.luau")),
    ("@moontide/program", include_str!("../program.luau")),
];
