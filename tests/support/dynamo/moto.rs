//! Getting the other emulator: moto, in Python.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is asked of the Python package index.
const REQUIREMENTS: [&str; 3] = ["moto[dynamodb]==5.2.5", "flask==3.1.3", "flask-cors==6.0.5"];

/// Its server; installed first, if it is not there.
pub(super) fn binary() -> PathBuf {
    // `target/tmp` is what cargo makes for tests.
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("moto");
    let (server, complete) = (home.join("bin/moto_server"), home.join("complete"));
    fs::create_dir_all(&home).expect("the target directory can be written");
    // One test process installs; the others wait for it.
    let lock =
        File::create(home.with_extension("lock")).expect("the target directory can be written");
    lock.lock().expect("the file can be locked");
    let wanted = REQUIREMENTS.join(" ");
    if fs::read_to_string(&complete).is_ok_and(|installed| installed == wanted) {
        return server;
    }
    must(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home));
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    must(Command::new(home.join("bin/python")).args(pip).args(REQUIREMENTS));
    fs::write(&complete, wanted).expect("the target directory can be written");
    server
}

fn must(command: &mut Command) {
    let output = command.output();
    let output = output.unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
    assert!(
        output.status.success(),
        "the DynamoDB emulator moto could not be installed, and DYNAMODB_EMULATOR=moto asks for it.\n\
         It needs python3 with venv, and {REQUIREMENTS:?} from PyPI or a mirror.\n\
         {command:?} said:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
