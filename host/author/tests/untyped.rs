//! What authors write who write no types: it runs, so it is no error. And what is wrong is found all the same.

use std::fs;

use moontide_author::{Finding, check};
use moontide_control::listener::Silent;
use moontide_control::runbook::Files;
use moontide_runtime::sandbox::Limits;

const UNTYPED: &str = include_str!("untyped/runbook.luau");

/// What is found in a runbook of this text, beside another one that is not required.
fn found(runbook: &str) -> Vec<Finding> {
    let home = tempfile::tempdir().expect("a folder");
    fs::write(home.path().join("runbook.luau"), runbook).expect("it writes");
    fs::write(home.path().join("another.luau"), "return 1 + \"x\"\n").expect("it writes");
    let files = Files::read(home.path()).expect("a runbook");
    check(&files, &Silent, &Limits::default()).findings
}

fn errors(findings: &[Finding]) -> Vec<String> {
    findings.iter().filter(|it| it.is_error()).map(Finding::sentence).collect()
}

#[test]
fn what_runs_without_types_is_no_error() {
    let found = found(UNTYPED);
    assert_eq!(errors(&found), Vec::<String>::new());
    // The one thing that may be nil is told.
    let said: Vec<String> = found.iter().map(Finding::sentence).collect();
    assert_eq!(
        said,
        ["types `number?` and `number` cannot be compared with relational operator >"]
    );
}

/// Luau loads it, and the checker gives up: that it found nothing is not for nothing to be wrong.
#[test]
fn what_was_not_checked_is_said() {
    let deep = format!("local x = {}1{}\nreturn x\n", "{".repeat(900), "}".repeat(900));
    let found = found(&deep);
    let said: Vec<String> = found.iter().map(Finding::sentence).collect();
    assert!(said.iter().any(|it| it.contains("not checked to the end")), "{said:?}");
}

#[test]
fn what_is_wrong_in_it_is_an_error() {
    for (right, wrong, said) in [
        (
            "document_name = \"x\"",
            "document_nam = \"x\"",
            "unknown field `document_nam`, did you mean `document_name`?",
        ),
        (
            "one.status == \"Success\"",
            "one.state == \"Success\"",
            "an invocation has no `state`, did you mean `status`?",
        ),
        (
            "ec2.create_tags",
            "ec2.create_tag",
            "@moontide/ec2 has no `create_tag`, did you mean `create_tags`?",
        ),
        ("server.hostname or", "server.hostnam or", ""),
        ("ended.waves do", "ended.wave do", "wave has no `wave`, did you mean `waves`?"),
        (
            "moontide.sleep(\"1s\")",
            "moontide.sleep()",
            "argument count mismatch. Function expects 1 argument, but none are specified",
        ),
        (
            "moontide.sleep(\"1s\")",
            "moontide.sleep({})",
            "expected this to be `number | string`, but got `{ }`",
        ),
        (
            "retry({ attempts = 3 }",
            "retry({ attempts = \"3\" }",
            "expected this to be `number?`, but got `string`",
        ),
        ("more or {}", "more ore {}", "expected `do` when parsing for loop, got `ore`"),
    ] {
        assert!(UNTYPED.contains(right), "{right}");
        let errors = errors(&found(&UNTYPED.replace(right, wrong)));
        // What a function takes whose author wrote no type is not known.
        if said.is_empty() {
            assert_eq!(errors, Vec::<String>::new());
        } else {
            assert!(errors.iter().any(|error| error == said), "{wrong}: {errors:?}");
        }
    }
}

/// A test may require what its runbook does not. The checker would run it, and never come back.
#[test]
fn a_function_that_computes_types_is_refused_where_only_a_test_requires_it() {
    let home = tempfile::tempdir().expect("a folder");
    for (name, text) in [
        ("runbook.luau", "return require(\"@moontide\").runbook { name = \"x\", waves = {} }\n"),
        (
            "endless.luau",
            "type function f(t)\n\twhile true do\n\tend\n\treturn t\nend\nexport type T = f<number>\nreturn {}\n",
        ),
        (
            "runbook.test.luau",
            "local endless = require(\"./endless\")\nlocal _: endless.T\nreturn require(\"@moontide/test\").of(\"./runbook\", {})\n",
        ),
    ] {
        fs::write(home.path().join(name), text).expect("it writes");
    }
    let files = Files::read(home.path()).expect("a runbook");
    let errors = errors(&check(&files, &Silent, &Limits::default()).findings);
    assert!(errors.iter().any(|it| it.contains("`type function` is not taken")), "{errors:?}");
}
