//! What a store in a file meets on its file system, through the binary.

#![cfg(target_os = "linux")]

#[path = "support/drill.rs"]
mod drill;
#[path = "support/dynamo/mod.rs"]
mod dynamo;
mod support;

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;

use drill::{Drill, Runner};
use support::shim::CallFault;
use support::{Home, Ran};

/// `moontide` under a shim.
fn struck(home: &Home, strike: &CallFault, arguments: &[&str]) -> Ran {
    let mut command = strike.around(home.moontide(arguments));
    Ran::of(&command.output().expect("moontide starts"))
}

/// The first write of any kind fails, and every later one: when a store is made, and when one that is
/// there is opened.
#[test]
fn a_disk_that_is_full_before_the_store_is_open_is_said_to_be_full() {
    for (calls, first) in [("write", 1), ("write", 2), ("create", 1), ("create", 2), ("create", 3)]
    {
        let home = Home::new();
        let strike = CallFault { lasting: true, ..CallFault::once(calls, first, "ENOSPC") };
        for there in [false, true] {
            if there {
                home.run(&["store", "init"]).expect(0);
            }
            let ran = struck(&home, &strike, &["store", "init"]).expect(6);
            let story = format!("{calls} {first}, there: {there}: {}", ran.stderr);
            assert!(ran.stderr.starts_with("error[M0404]: ") && ran.stdout.is_empty(), "{story}");
            assert!(ran.stderr.contains("make room and try again"), "{story}");
        }
        // Once there is room, it is as if nothing had happened.
        assert_eq!(
            home.run(&["list", "--output=json"]).expect(0).json()["executions"],
            serde_json::json!([])
        );
        let litter = fs::read_dir(home.path().join("moontide")).expect("it is there");
        let name = |entry: fs::DirEntry| entry.file_name().into_string().expect("text");
        let litter: Vec<String> = litter.flatten().map(name).collect();
        assert!(!litter.iter().any(|name| name.contains("room")), "{litter:?}");
    }
}

#[test]
fn a_disk_that_fails_is_not_said_to_be_full() {
    let home = Home::new();
    home.run(&["store", "init"]).expect(0);
    let strike = CallFault { lasting: true, ..CallFault::once("write", 1, "EIO") };
    let ran = struck(&home, &strike, &["list"]).expect(6);
    assert!(ran.stderr.starts_with("error[M0403]: "), "{}", ran.stderr);
}

/// The tests may be run by root, and root may write everywhere; so the user `nobody` runs this.
#[test]
fn a_store_that_may_only_be_read_comes_with_the_next_step() {
    const NOBODY: u32 = 65_534;
    let home = Home::new();
    home.run(&["store", "init"]).expect(0);
    let folder = home.path().join("moontide");
    let allow = |mode: u32| {
        let mode = fs::Permissions::from_mode(mode);
        fs::set_permissions(&folder, mode).expect("it is ours");
    };
    let is_root = rustix::process::getuid().is_root();
    if is_root {
        for path in [home.path().to_owned(), folder.clone(), folder.join("moontide.db")] {
            chown(path, Some(NOBODY), None).expect("root may");
        }
    }
    let nobody = || {
        let mut command = home.moontide(&["list"]);
        if is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        Ran::of(&command.output().expect("the user may start moontide, too"))
    };
    allow(0o555);
    let ran = nobody().expect(6);
    assert!(ran.stderr.starts_with("error[M0403]: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("it may only be read: check the rights"), "{}", ran.stderr);
    assert!(ran.stderr.contains("hint: give this user the right to write"), "{}", ran.stderr);
    allow(0o755);
}

/// A backup is put in the place of the store while a runner is at work. Neither of the two files may lead
/// to a second launch.
#[test]
fn a_runner_whose_store_is_replaced_stops_and_launches_nothing() {
    let drill = Drill::lasting("300h");
    let folder = drill.home.path().join("moontide");
    let mut runner = Runner::spawn(drill.start());
    runner.until("running");
    let backup = folder.join("backup.db");
    fs::copy(folder.join("moontide.db"), &backup).expect("it can be copied");
    fs::rename(&backup, folder.join("moontide.db")).expect("it can be replaced");
    let ran = runner.end();
    assert_eq!(ran.code, Some(6), "{}", ran.stderr);
    assert!(ran.stderr.contains("error[M0403]"), "{}", ran.stderr);
    assert!(ran.stderr.contains("removed or replaced while it was open"), "{}", ran.stderr);
    assert!(ran.stderr.contains("moontide resume drill"), "{}", ran.stderr);
    assert_eq!(drill.sim.performed("StartRecovery"), 0);
}
