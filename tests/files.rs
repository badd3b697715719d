//! What a store in a file meets on its file system, through the binary.

#![cfg(target_os = "linux")]

mod support;

use support::shim::Strike;
use support::{Home, Ran};

/// `moontide` under a shim.
fn struck(home: &Home, strike: &Strike, arguments: &[&str]) -> Ran {
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
        let strike = Strike { lasting: true, ..Strike::once(calls, first, "ENOSPC") };
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
        assert_eq!(home.run(&["list", "--output=json"]).expect(0).json()["total"], 0);
        let litter = std::fs::read_dir(home.path().join("moontide")).expect("it is there");
        let name = |entry: std::fs::DirEntry| entry.file_name().into_string().expect("text");
        let litter: Vec<String> = litter.flatten().map(name).collect();
        assert!(!litter.iter().any(|name| name.contains("room")), "{litter:?}");
    }
}

#[test]
fn a_disk_that_fails_is_not_said_to_be_full() {
    let home = Home::new();
    home.run(&["store", "init"]).expect(0);
    let strike = Strike { lasting: true, ..Strike::once("write", 1, "EIO") };
    let ran = struck(&home, &strike, &["list"]).expect(6);
    assert!(ran.stderr.starts_with("error[M0403]: "), "{}", ran.stderr);
}
