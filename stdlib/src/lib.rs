//! What a runbook author sees: the Luau modules of Moontide, as data.
//!
//! One file per module beside this crate's `src/`; authors are invited to read them. The engine pins the
//! sources with each execution, so that an upgrade never changes a run that has begun.

/// Every module: the name that `require` knows it by, and its source.
pub const MODULES: &[(&str, &str)] = &[
    ("@moontide", include_str!("../moontide.luau")),
    ("@moontide/cleanup", include_str!("../cleanup.luau")),
    ("@moontide/deadline", include_str!("../deadline.luau")),
    ("@moontide/drs", include_str!("../drs.luau")),
    ("@moontide/ec2", include_str!("../ec2.luau")),
    ("@moontide/excluded", include_str!("../excluded.luau")),
    ("@moontide/given", include_str!("../given.luau")),
    ("@moontide/jobs", include_str!("../jobs.luau")),
    ("@moontide/names", include_str!("../names.luau")),
    ("@moontide/options", include_str!("../options.luau")),
    ("@moontide/policy", include_str!("../policy.luau")),
    ("@moontide/program", include_str!("../program.luau")),
    ("@moontide/recovery", include_str!("../recovery.luau")),
    ("@moontide/ssm", include_str!("../ssm.luau")),
    ("@moontide/sts", include_str!("../sts.luau")),
    ("@moontide/verdict", include_str!("../verdict.luau")),
];
