//! The language server as editors meet it: driven over stdin and stdout by a client library of other people.
//!
//! `client.py` holds the session; this file gives it a Python of its own, the binary and a runbook. It prints how long
//! the server took:
//!
//! ```sh
//! cargo test -p moontide --test editors -- --nocapture
//! ```

#[path = "support/python.rs"]
mod python;
mod support;

use std::fs;
use std::io::Write;
use std::process::Command;

use support::{Home, Ran, repository};

/// The client, and the protocol's types that it goes with.
const REQUIREMENTS: [&str; 4] =
    ["pygls==2.1.1", "lsprotocol==2025.0.0", "cattrs==26.2.1", "attrs==26.1.0"];

#[test]
fn a_client_of_other_people_edits_a_runbook_and_is_told_what_is_wrong() {
    let why =
        "The client library could not be installed, so no editor has judged the language server.";
    let python = python::environment("editors", &REQUIREMENTS, why).join("bin/python");
    let home = Home::new();
    let runbook = home.path().join("three tier");
    fs::create_dir(&runbook).expect("a folder");
    for name in ["runbook.luau", "runbook.test.luau", "world.toml"] {
        let from = repository("runbooks/three_tier").join(name);
        fs::copy(from, runbook.join(name)).expect("it is there");
    }
    let client = Command::new(python)
        .arg(repository("tests/editors/client.py"))
        .arg(env!("CARGO_BIN_EXE_moontide"))
        .arg(runbook.join("runbook.luau"))
        .env("HOME", home.path())
        .env("MOONTIDE_HOME", home.path().join("moontide"))
        .output()
        .expect("it starts");
    let ran = Ran::of(&client).expect(0);
    let _ = std::io::stdout().write_all(ran.stdout.as_bytes());
    for told in ["an edit with a mistake", "completion of `ssm.`", "completion of `wave.`"] {
        assert!(ran.stdout.contains(told), "{}", ran.stdout);
    }
}
