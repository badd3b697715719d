//! A Python with packages of the index in it, for judges and emulators of other people.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of a virtual environment with these packages; made on first use, below the target directory. `why` says
/// what is missing when it cannot be made.
pub(crate) fn environment(name: &str, requirements: &[&str], why: &str) -> PathBuf {
    // `target/tmp` is what cargo makes for tests.
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let complete = home.join("complete");
    fs::create_dir_all(&home).expect("the target directory can be written");
    // One test process installs; the others wait for it.
    let lock =
        File::create(home.with_extension("lock")).expect("the target directory can be written");
    lock.lock().expect("the file can be locked");
    let wanted = requirements.join(" ");
    if fs::read_to_string(&complete).is_ok_and(|installed| installed == wanted) {
        return home;
    }
    let must = |command: &mut Command| {
        let output = command.output();
        let output = output.unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        assert!(
            output.status.success(),
            "{why}\nIt needs python3 with venv, and {requirements:?} from PyPI or a mirror.\n\
             {command:?} said:\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    };
    must(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home));
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    must(Command::new(home.join("bin/python")).args(pip).args(requirements));
    fs::write(&complete, wanted).expect("the target directory can be written");
    home
}
