//! Getting the emulator.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Which emulator.
const NAME: &str = "dynoxide-rs";
/// Which release. It goes into the name of its folder, so that another one is installed beside it.
const VERSION: &str = "3.2.0";
/// What of it: the server, with a SQLite of its own.
const FEATURES: &str = "native-sqlite,http-server,cli";

/// The emulator's binary; installed first, if it is not there.
pub(super) fn binary() -> PathBuf {
    // `target/tmp` is what cargo makes for tests.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("a target directory");
    let root = target.join("tools").join(format!("{NAME}-{VERSION}"));
    let binary = root.join("bin/dynoxide");
    fs::create_dir_all(&root).expect("the target directory can be written");
    // One test process installs; the others wait for it.
    let lock = File::create(root.join("lock")).expect("the target directory can be written");
    lock.lock().expect("the file can be locked");
    if !binary.is_file() {
        install(&root);
    }
    binary
}

fn install(root: &Path) {
    // Not through a macro, whose words cargo would keep to itself: this takes minutes.
    let _ = writeln!(
        std::io::stderr(),
        "installing the DynamoDB emulator {NAME} {VERSION} into {} (once; some three minutes)",
        root.display()
    );
    let mut command = Command::new(env!("CARGO"));
    command
        .args(["install", NAME, "--version", VERSION, "--locked", "--no-default-features"])
        .args(["--features", FEATURES, "--root"])
        .arg(root)
        .current_dir(root)
        .stdin(Stdio::null());
    // What the build that runs these tests was told is not meant for this one.
    for (name, _) in
        std::env::vars_os().filter(|(name, _)| is_of_the_build(&name.to_string_lossy()))
    {
        command.env_remove(name);
    }
    // A directory of its own: the other one may be locked.
    command.env("CARGO_TARGET_DIR", root.join("build"));
    let how = format!("`{command:?}`").replace('"', "");
    let output = command.output().unwrap_or_else(|error| panic!("cargo cannot start: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "the DynamoDB emulator {NAME} {VERSION} could not be installed, and the tests of the DynamoDB \
         store need it; once crates.io can be reached, run them again, or this command by hand: {how}\n\
         {said}"
    );
    // 250 MB that are not needed any more.
    let _ = fs::remove_dir_all(root.join("build"));
}

/// Whether cargo, or the process that started it, set the variable for the build that runs these tests. What says
/// how to reach crates.io stays.
fn is_of_the_build(name: &str) -> bool {
    const STAYS: [&str; 6] = [
        "CARGO_HOME",
        "CARGO_HTTP_",
        "CARGO_NET_",
        "CARGO_REGISTR",
        "CARGO_SOURCE_",
        "CARGO_TERM_",
    ];
    const GOES: [&str; 5] = ["CARGO", "RUSTFLAGS", "RUSTDOCFLAGS", "RUSTC", "MAKEFLAGS"];
    GOES.iter().any(|prefix| name.starts_with(prefix))
        && !STAYS.iter().any(|prefix| name.starts_with(prefix))
}
