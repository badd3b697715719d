//! Executions that leave for a file or another store, where that is cut off, or the next command is for another store.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use rusqlite::Connection;

use crate::support::{Home, Moment, Ran, Side, Sim, repository};

/// A drill that waits at a pause, in the store `here.db`, and its AWS.
struct Drill {
    home: Home,
    sim: Sim,
}

impl Drill {
    fn new(more: &[&str]) -> Drill {
        let drill = Drill {
            home: Home::new(),
            sim: Sim::of(&repository("runbooks/three_tier/world.toml")),
        };
        let folder = repository("runbooks/three_tier");
        let folder = folder.to_str().expect("a readable path");
        let run = ["run", folder, "--mode=drill", "--execution-id=drill"];
        drill.aws("here.db", &[&run[..], more].concat(), 4);
        drill
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().expect("a readable path").to_owned()
    }

    fn address(&self, store: &str) -> String {
        format!("sqlite:{}", self.text(store))
    }

    /// A command on a store.
    #[track_caller]
    fn on(&self, store: &str, arguments: &[&str], code: i32) -> Ran {
        let address = self.address(store);
        self.home.run(&[arguments, &["--store", &address]].concat()).expect(code)
    }

    /// One that talks to the simulator too.
    #[track_caller]
    fn aws(&self, store: &str, arguments: &[&str], code: i32) -> Ran {
        let [endpoint, speed] = self.sim.flags();
        self.on(store, &[arguments, &[&endpoint, &speed]].concat(), code)
    }

    #[track_caller]
    fn export(&self, store: &str, name: &str) {
        self.on(store, &["store", "export", "drill", "--to", &self.text(name), "--move"], 0);
    }

    #[track_caller]
    fn import(&self, store: &str, name: &str, code: i32) -> String {
        self.on(store, &["store", "import", &self.text(name)], code).stderr
    }

    #[track_caller]
    fn copy(&self, from: &str, to: &str, code: i32) -> Ran {
        let (from, to) = (self.address(from), self.address(to));
        self.home.run(&["store", "copy", &from, &to, "drill", "--move"]).expect(code)
    }

    #[track_caller]
    fn take_back(&self, store: &str, from: &str, more: &[&str], code: i32) -> String {
        let command = ["store", "take-back", "drill", "--from", from, "--yes"];
        self.on(store, &[&command[..], more].concat(), code).stderr
    }

    /// From now on a store does not do this.
    fn breaks(&self, store: &str, what: &str) -> Connection {
        self.on(store, &["list"], 0);
        let db = Connection::open(self.path(store)).expect("the store");
        let sql = format!(
            "CREATE TRIGGER away BEFORE {what} BEGIN SELECT RAISE(ABORT, 'the disk is away'); END"
        );
        db.execute_batch(&sql).expect("it is made");
        db
    }

    /// What is proposed in the first `…` that begins with this, typed.
    #[track_caller]
    fn typed(&self, said: &str, begins: &str, code: i32) -> Ran {
        let at = said.find(&format!("`{begins}")).unwrap_or_else(|| panic!("{said}"));
        let command = said[at + 1..].split('`').next().unwrap_or_default();
        let words: Vec<&str> = command.split(' ').skip(1).collect();
        self.home.run(&words).expect(code)
    }
}

fn mend(db: &Connection) {
    db.execute_batch("DROP TRIGGER away").expect("it is there");
}

#[test]
fn a_file_whose_import_was_cut_off_is_for_that_store_only() {
    let drill = Drill::new(&[]);
    drill.export("here.db", "drill.json");
    fs::write(drill.path("there.db"), "").expect("it is written");
    let there = drill.breaks("there.db", "INSERT ON entries");
    let cut_off = drill.import("there.db", "drill.json", 6);
    assert!(cut_off.contains("the disk is away"), "{cut_off}");
    mend(&there);
    assert!(drill.path("drill.json.taking").exists() && !drill.path("drill.json").exists());
    let refused = drill.import("other.db", "drill.json.taking", 2);
    let other = format!("it may be in {} by now", drill.address("there.db"));
    assert!(refused.contains(&other), "{refused}");
    drill.on("other.db", &["status", "drill"], 2);
    // The proposed command names the store, whatever was typed, and works.
    for said in [&cut_off, &refused] {
        assert!(said.contains(&format!("--store {}", drill.address("there.db"))), "{said}");
    }
    drill.typed(&refused, "moontide --store ", 0);
    drill.on("there.db", &["status", "drill"], 0);
    let left: Vec<_> = fs::read_dir(drill.home.path())
        .expect("a folder")
        .filter_map(|it| it.ok()?.file_name().into_string().ok())
        .filter(|name| name.starts_with("drill.json"))
        .collect();
    assert_eq!(left, ["drill.json.taken"]);
    // A copy under the same name, or under that of one that is taken in, is refused.
    fs::copy(drill.path("drill.json.taken"), drill.path("drill.json")).expect("it is copied");
    let refused = drill.import("other.db", "drill.json", 2);
    assert!(refused.contains("drill.json.taken is there"), "{refused}");
    fs::rename(drill.path("drill.json"), drill.path("drill.json.taking")).expect("it is there");
    let refused = drill.import("other.db", "drill.json.taking", 2);
    assert!(refused.contains("drill.json.taken is there"), "{refused}");
    drill.on("other.db", &["status", "drill"], 2);
}

#[test]
fn a_file_that_is_taken_in_through_a_link_is_taken_in_itself() {
    let drill = Drill::new(&[]);
    drill.export("here.db", "drill.json");
    fs::create_dir(drill.path("links")).expect("it is new");
    let link = |name: &str| {
        let link = drill.path("links").join(name);
        std::os::unix::fs::symlink(drill.path("drill.json"), link).expect("a link");
    };
    link("one");
    link("two");
    drill.import("there.db", "links/one", 0);
    assert!(drill.path("drill.json.taken").exists() && !drill.path("drill.json").exists());
    let refused = drill.import("other.db", "links/two", 2);
    assert!(refused.contains("a link to what does not exist"), "{refused}");
    let refused = drill.import("other.db", "drill.json", 2);
    assert!(refused.contains("a store has taken the execution in"), "{refused}");
}

#[test]
fn nothing_is_taken_back_of_which_a_file_is_still_there() {
    let drill = Drill::new(&[]);
    let file = drill.text("drill.json");
    let rename = |from: &str, to: &str| {
        fs::rename(drill.path(from), drill.path(to)).expect("it is there");
    };
    drill.export("here.db", "drill.json");
    let refused = drill.take_back("here.db", &file, &["--unseen"], 2);
    assert!(refused.contains("any store may still take"), "{refused}");
    rename("drill.json", "drill.json.taking");
    let refused = drill.take_back("here.db", &file, &["--unseen"], 2);
    assert!(refused.contains("drill.json.taking is there"), "{refused}");
    rename("drill.json.taking", "drill.json.taken");
    let refused = drill.take_back("here.db", &file, &["--unseen"], 2);
    assert!(refused.contains("a store has taken the execution `drill` in"), "{refused}");
    // What is proposed works: it is taken in here.
    rename("drill.json.taken", "drill.json");
    let refused = drill.take_back("here.db", &file, &[], 2);
    drill.typed(&refused, "moontide --store ", 0);
    drill.on("here.db", &["pause", "drill"], 0);

    // Where its folder is, cannot be seen from everywhere.
    fs::create_dir(drill.path("disk")).expect("it is new");
    drill.export("here.db", "disk/drill.json");
    fs::remove_dir_all(drill.path("disk")).expect("it is there");
    let file = drill.text("disk/drill.json");
    let unseen = drill.take_back("here.db", &file, &[], 2);
    assert!(unseen.contains("there is no folder") && unseen.contains("--unseen"), "{unseen}");
    drill.take_back("here.db", &file, &["--unseen"], 0);
    drill.aws("here.db", &["resume", "drill", "--answer=continue"], 0);
}

#[test]
fn nothing_is_taken_back_that_has_changed_elsewhere_without_an_entry() {
    let drill = Drill::new(&["--cleanup-after=4h"]);
    drill.copy("here.db", "there.db", 0);
    let there = drill.address("there.db");
    let drop = ["obligations", "drop", "drill", "--reason=the instances stay"];
    drill.on("there.db", &drop, 0);
    let here = drill.breaks("here.db", "DELETE ON seals");
    drill.copy("there.db", "here.db", 6);
    mend(&here);
    // Its journal is the same in both: what it owes is not.
    let refused = drill.take_back("here.db", &there, &[], 2);
    assert!(
        refused.contains("has gone on in") && refused.contains("has left from there"),
        "{refused}"
    );
    drill.typed(&refused, "moontide store copy ", 0);
    let owed = drill.on("here.db", &["status", "drill"], 0).stdout;
    assert!(owed.contains("the instances stay"), "{owed}");
}

#[test]
fn an_export_that_cannot_be_written_says_that_it_has_left() {
    let drill = Drill::new(&[]);
    let file = drill.text("drill.json");
    let (moontide, address) = (env!("CARGO_BIN_EXE_moontide"), drill.address("here.db"));
    // The store's own changes fit; the file does not.
    let script = format!(
        "trap '' XFSZ; ulimit -f 160; \
         exec {moontide} store export drill --to {file} --move --store {address}"
    );
    let command = drill.home.moontide(&[]);
    let surroundings = command.get_envs().filter_map(|(name, value)| Some((name, value?)));
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).env_clear().envs(surroundings);
    let ended = Ran::of(&shell.output().expect("a shell")).expect(2);
    assert!(ended.stderr.contains("cannot be written"), "{ended:?}");
    assert!(ended.stderr.contains("`drill` is sealed for this file"), "{ended:?}");
    assert!(!drill.path("drill.json").exists());
    drill.export("here.db", "drill.json");
    drill.import("there.db", "drill.json", 0);
}

#[test]
fn a_drill_does_not_leave_while_a_cleanup_of_it_is_not_over() {
    let drill = Drill::new(&[]);
    drill.on("here.db", &["cancel", "drill"], 0);
    drill.aws("here.db", &["resume", "drill"], 1);
    let [endpoint, speed] = drill.sim.flags();
    let address = drill.address("here.db");
    let cleanup =
        drill.home.moontide(&["cleanup", "drill", &endpoint, &speed, "--store", &address]);
    let operation = Some("TerminateRecoveryInstances");
    drill.sim.trap.spring(cleanup, Moment { operation, number: 1, side: Side::Before });
    let refused = drill.copy("here.db", "there.db", 1).stdout;
    assert!(refused.contains("the cleanup `drill.cleanup-1` of `drill` is not over"), "{refused}");
    let status = drill.on("here.db", &["status", "drill"], 0).stdout;
    assert!(!status.contains("was moved"), "{status}");
    drill.aws("here.db", &["cleanup", "drill"], 0);
    drill.copy("here.db", "there.db", 0);
}
