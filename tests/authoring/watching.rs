//! A watch looks again when a file holds something else, however an editor saves it, and only then.

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};

use serde_json::Value;

use crate::home;
use crate::support::Home;

/// A watch of a folder, and its lines.
struct Watch {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Watch {
    fn of(home: &Home, flags: &[&str]) -> Watch {
        let folder = home.path().to_str().expect("a readable path");
        let mut child = home
            .moontide(&[&["watch", folder, "--output", "json"], flags].concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let stdout = child.stdout.take().expect("it is piped");
        Watch { child, lines: BufReader::new(stdout).lines() }
    }

    fn round(&mut self) -> Value {
        let line = self.lines.next().expect("it goes on").expect("a readable line");
        serde_json::from_str(&line).expect("JSON")
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// As vim and others save: a new file takes the place of the old one.
fn save(folder: &Path, text: &str) {
    let new = folder.join(".runbook.luau.new");
    fs::write(&new, text).expect("it writes");
    fs::rename(new, folder.join("runbook.luau")).expect("it is renamed");
}

fn is_told_of_each_save(flags: &[&str]) {
    let home = home("", "", "local _ = wave");
    let file = home.path().join("runbook.luau");
    let good = fs::read_to_string(&file).expect("it is there");
    let mut watch = Watch::of(&home, flags);
    let first = watch.round();
    assert_eq!(
        (&first["good"], &first["rehearsal"]["status"]),
        (&true.into(), &"completed".into())
    );
    assert_eq!(first.get("changed"), None);
    // The same once more is no change: what comes next is the mistake.
    save(home.path(), &good);
    save(home.path(), &good.replace("depends_on", "depend_on"));
    let wrong = watch.round();
    assert_eq!((&wrong["good"], &wrong["changed"]), (&false.into(), &"runbook.luau".into()));
    assert_eq!(wrong["findings"][0]["code"], "M0207", "{wrong}");
    assert_eq!(wrong["findings"][0]["suggestion"], "depends_on", "{wrong}");
    assert_eq!(wrong.get("rehearsal"), None);
    save(home.path(), &good);
    assert_eq!(watch.round()["good"], true);
    // A rehearsal that fails is not good either, and says why.
    save(home.path(), &good.replace("local _ = wave", "moontide.fail('no replica')"));
    let failed = watch.round();
    assert_eq!(
        (&failed["good"], &failed["rehearsal"]["status"]),
        (&false.into(), &"failed".into())
    );
    assert!(failed["rehearsal"]["waves"].to_string().contains("no replica"), "{failed}");
    // Settings that are half typed are told too, and the watch goes on.
    let settings = home.path().join("moontide.toml");
    fs::write(&settings, "[approvers").expect("it writes");
    let half = watch.round();
    assert_eq!((&half["good"], &half["changed"]), (&false.into(), &"moontide.toml".into()));
    assert!(half["error"].to_string().contains("unclosed table"), "{half}");
    fs::remove_file(&settings).expect("it was there");
    assert_eq!(watch.round()["rehearsal"]["status"], "failed");
}

#[test]
fn a_watch_is_told_by_the_system() {
    is_told_of_each_save(&[]);
}

#[test]
fn a_watch_looks_by_itself_where_the_system_says_nothing() {
    is_told_of_each_save(&["--poll", "200ms"]);
}
