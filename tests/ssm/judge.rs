//! Judges of other people: botocore for calls and patterns, `jsonschema` with the schema of AWS's language service for
//! automations.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::python;
use crate::support::{Ran, repository};

const REQUIREMENTS: [&str; 3] = ["boto3==1.44.5", "botocore==1.44.5", "jsonschema==4.26.0"];

/// The package of npm that has the schema.
const SCHEMA: &str = "aws-ssm-document-language-service@1.0.0";

/// What Python says to this.
pub(crate) fn judge(arguments: &[&str], input: &str) -> Ran {
    let why = "The judges could not be installed, so nothing but our own words judges documents.";
    let python = python::environment("ssm", &REQUIREMENTS, why).join("bin/python");
    let mut judge = Command::new(python)
        .arg(repository("tests/ssm/judge.py"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    judge.stdin.take().expect("it is piped").write_all(input.as_bytes()).expect("it listens");
    Ran::of(&judge.wait_with_output().expect("it ends"))
}

/// The schema of automations; fetched first, if it is not there.
pub(crate) fn schema() -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ssm-schema");
    fs::create_dir_all(&home).expect("the target directory can be written");
    let lock = File::create(home.join("lock")).expect("the target directory can be written");
    lock.lock().expect("the file can be locked");
    let schema = home.join("node_modules/aws-ssm-document-language-service/dist/schema.json");
    if !schema.is_file() {
        let output = Command::new("npm")
            .args([
                "install",
                "--no-save",
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
                "--prefix",
            ])
            .args([home.as_os_str(), SCHEMA.as_ref()])
            .output()
            .unwrap_or_else(|error| panic!("npm, which has the schema, cannot start: {error}"));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{SCHEMA} could not be installed from npm: {said}");
    }
    schema
}
