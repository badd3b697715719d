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

/// A case of the runbook's test.
fn case(body: &str) -> String {
    format!(
        "--!strict\nlocal test = require('@moontide/test')\nreturn test.of('./runbook', {{\n[\"it ends\"] = function(t)\n{body}\nend,\n}})\n"
    )
}

#[test]
fn tests_are_run_between_the_check_and_the_rehearsal() {
    let home = home("", "", "local _ = wave");
    let file = home.path().join("runbook.test.luau");
    fs::write(&file, case("t.equal(t.rehearse().status, 'completed')")).expect("it writes");
    let mut watch = Watch::of(&home, &[]);
    let first = watch.round();
    assert_eq!((&first["good"], &first["tests"]["passed"]), (&true.into(), &1.into()), "{first}");
    fs::write(&file, case("t.equal(t.rehearse().status, 'failed')")).expect("it writes");
    let failed = watch.round();
    assert_eq!(failed["good"], false);
    assert_eq!(failed["tests"]["failed"][0]["case"], "it ends", "{failed}");
    assert_eq!(failed["tests"]["failed"][0]["place"]["line"], 5, "{failed}");
    assert_eq!(failed["rehearsal"]["status"], "completed");
    // A test that cannot be read is told, and the rehearsal goes on.
    fs::write(&file, case("").replace("[\"it ends\"] = function(t)\n\nend,\n", ""))
        .expect("it writes");
    let none = watch.round();
    assert!(none["error"].to_string().contains("has no case"), "{none}");
    assert_eq!((&none["good"], &none["rehearsal"]["status"]), (&false.into(), &"completed".into()));
    // What check refuses, a watch does not rehearse.
    fs::write(&file, case("t.rehearze()")).expect("it writes");
    let wrong = watch.round();
    assert!(wrong["findings"][0].to_string().contains("rehearze"), "{wrong}");
    assert_eq!((wrong.get("tests"), wrong.get("rehearsal")), (None, None));
}

#[test]
fn a_watch_and_a_check_agree_about_people() {
    let home = home(
        "",
        "pause = { message = '?', approvers = { 'ann' }, approvals = 2 },",
        "local _ = wave",
    );
    let folder = home.path().to_str().expect("a readable path");
    let checked = home.run(&["check", folder, "--output=json"]);
    assert_eq!(checked.code, Some(3), "{}", checked.stderr);
    let checked: Value = serde_json::from_str(&checked.stdout).expect("JSON");
    let finding = &checked["findings"][0];
    assert_eq!(
        (&finding["code"], &finding["field"]),
        (&"M0207".into(), &"waves[1].pause.approvals".into())
    );
    assert_eq!(finding["places"][0]["line"], 14, "{finding}");
    let round = Watch::of(&home, &[]).round();
    assert_eq!((&round["findings"][0], round.get("rehearsal")), (finding, None), "{round}");
    // The operator's settings say who there is.
    let settings = "[approvers]\nann = [\"bob\", \"carl\"]\n";
    fs::write(home.path().join("moontide.toml"), settings).expect("it writes");
    assert_eq!(home.run(&["check", folder]).code, Some(0));
    assert_eq!(Watch::of(&home, &[]).round()["good"], true);
}
