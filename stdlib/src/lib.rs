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
    ("@moontide/empty", include_str!("../empty.luau")),
    ("@moontide/excluded", include_str!("../excluded.luau")),
    ("@moontide/given", include_str!("../given.luau")),
    ("@moontide/jobs", include_str!("../jobs.luau")),
    ("@moontide/names", include_str!("../names.luau")),
    ("@moontide/options", include_str!("../options.luau")),
    ("@moontide/pages", include_str!("../pages.luau")),
    ("@moontide/policy", include_str!("../policy.luau")),
    ("@moontide/program", include_str!("../program.luau")),
    ("@moontide/records", include_str!("../records.luau")),
    ("@moontide/recovery", include_str!("../recovery.luau")),
    ("@moontide/retry", include_str!("../retry.luau")),
    ("@moontide/route53", include_str!("../route53.luau")),
    ("@moontide/runbook", include_str!("../runbook.luau")),
    ("@moontide/ssm", include_str!("../ssm.luau")),
    ("@moontide/state", include_str!("../state.luau")),
    ("@moontide/sts", include_str!("../sts.luau")),
    ("@moontide/types", include_str!("../types.luau")),
    ("@moontide/verdict", include_str!("../verdict.luau")),
    ("@moontide/wait_until", include_str!("../wait_until.luau")),
];

/// The types of what the engine itself provides: for those that check types, and never run.
pub const HOST: &str = include_str!("../host.luau");

/// The module that only test files may require: no execution pins it.
pub const TEST: (&str, &str) = ("@moontide/test", include_str!("../test.luau"));

/// The module that runs a session: the entry of its bundle, and of no other.
pub const SESSION: (&str, &str) = ("@moontide/session", include_str!("../session.luau"));

#[cfg(test)]
mod tests {
    /// What a hook may read of a verdict although it is not there is what its type says may be missing.
    #[test]
    fn a_verdict_may_lack_what_its_type_says() {
        let source = include_str!("../verdict.luau");
        let (_, declared) =
            source.split_once("export type Verdict = {").expect("its type is there");
        let (declared, _) = declared.split_once("\n}").expect("the type ends");
        let mut optional: Vec<&str> = declared
            .lines()
            .filter_map(|line| line.trim().strip_suffix("?,")?.split_once(": "))
            .map(|(field, _)| field)
            .collect();
        optional.sort_unstable();
        let library = include_str!("../records.luau");
        let (_, listed) = library.split_once("records.MAY_LACK = {").expect("the list is there");
        let (listed, _) = listed.split_once('}').expect("the list ends");
        let names: Vec<&str> = listed.split('"').skip(1).step_by(2).collect();
        assert_eq!(names, optional);
        assert_eq!(names.len(), 10);
    }
}
