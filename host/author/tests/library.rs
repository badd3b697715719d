//! The standard library and the runbooks of this repository, as the type checker and the formatter see them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use moontide_author::{Finding, check, types};
use moontide_control::listener::Silent;
use moontide_control::runbook::Files;
use moontide_runtime::sandbox::Limits;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn said(findings: &[Finding]) -> String {
    let line = |it: &Finding| format!("{}: {}\n", it.places[0].position(), it.sentence());
    findings.iter().map(line).collect()
}

#[test]
fn the_library_has_no_type_errors_and_nothing_odd() {
    let findings = types::library();
    assert!(findings.is_empty(), "{}", said(&findings));
}

#[test]
fn a_mistake_in_the_library_would_be_found() {
    let source = "local host = require(\"@moontide/host\")\nhost.effekt(\"drs.x\")\nreturn {}\n";
    let findings = types::library_with("@moontide/sts", source);
    assert_eq!(
        said(&findings),
        "@moontide/sts.luau:2:6: a host has no `effekt`, did you mean `effect`?\n"
    );
}

#[test]
fn the_runbooks_have_no_findings() {
    let mut checked = 0;
    for entry in fs::read_dir(root().join("runbooks")).expect("it is there") {
        let files = Files::read(&entry.expect("it can be read").path()).expect("a runbook");
        let found = check(&files, &Silent, &Limits::default());
        assert!(found.plan.is_some() && found.findings.is_empty(), "{}", said(&found.findings));
        checked += 1;
    }
    assert!(checked >= 3);
}

/// A runbook that reads these globals.
fn reading(names: &[String]) -> Files {
    let home = tempfile::tempdir().expect("a folder");
    let read = names.iter().fold(String::new(), |read, name| read + "_ = " + name + "\n");
    let source = format!(
        "local moontide = require(\"@moontide\")\nlocal _: any\n{read}return moontide.runbook {{ name = \"x\", waves = {{ {{ name = \"w\", run = function() end }} }} }}\n"
    );
    fs::write(home.path().join("runbook.luau"), source).expect("it writes");
    Files::read(home.path()).expect("a runbook")
}

#[test]
fn the_checker_and_the_sandbox_know_the_same_globals() {
    let names = types::names_of_globals();
    assert!(names.len() > 20 && names.iter().any(|name| name == "require"), "{names:?}");
    let found = check(&reading(&names), &Silent, &Limits::default());
    assert!(found.findings.is_empty(), "{}", said(&found.findings));
    for name in ["os", "print", "coroutine", "debug", "_G", "getfenv", "loadstring"] {
        let found = check(&reading(&[name.to_owned()]), &Silent, &Limits::default());
        assert_eq!(found.findings.len(), 1, "{name}: {}", said(&found.findings));
        assert_eq!(found.findings[0].code.name, "M0209", "{name}");
    }
}

/// Everything in Luau is formatted by `StyLua`, as `.stylua.toml` says.
#[test]
fn the_library_and_the_runbooks_are_formatted() {
    let output = Command::new(stylua())
        .args(["--check", "stdlib", "runbooks"])
        .current_dir(root())
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "run `stylua stdlib runbooks`:\n{said}");
}

/// The formatter; installed first, if it is not there.
fn stylua() -> PathBuf {
    const VERSION: &str = "2.5.2";
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("a target directory");
    let home = target.join("tools").join(format!("stylua-{VERSION}"));
    fs::create_dir_all(&home).expect("the target directory can be written");
    let lock = File::create(home.join("lock")).expect("the target directory can be written");
    lock.lock().expect("the file can be locked");
    // The package for this machine is one that it depends on.
    let package = format!("@johnnymorganz/stylua-bin@{VERSION}");
    let binary = home.join("node_modules/.bin/stylua");
    if !binary.is_file() {
        let output = Command::new("npm")
            .args(["install", "--no-save", "--no-audit", "--no-fund", "--prefix"])
            .args([home.as_os_str(), package.as_ref()])
            .output()
            .unwrap_or_else(|error| {
                panic!("npm, which installs the formatter, cannot start: {error}")
            });
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{package} could not be installed from the npm registry: {said}"
        );
    }
    binary
}
