//! What is printed where: data on stdout, talk on stderr, nothing that could speak to a terminal.

use std::io::Read;
use std::process::Stdio;

use crate::given::{WORLD, runbook, shop, waiting};
use crate::support::Home;

#[test]
fn documents_and_errors_are_json_with_a_version() {
    let (home, _sim) = waiting();
    let folder = home.shop("");
    for command in [&["check", &folder][..], &["rehearse", &folder], &["list"], &["sim", "--facts"]]
    {
        let document = home.run(&[command, &["--output=json"]].concat()).expect(0).json();
        assert_eq!(document["version"], 1, "{command:?}");
    }
    let error = home.refusal(&["status", "nobody", "--output=json"], 2);
    let error: serde_json::Value = serde_json::from_str(&error).expect("one JSON document");
    assert_eq!((&error["version"], &error["error"]["code"]), (&1.into(), &"M0401".into()));
    assert_eq!(error["error"]["exit"], 2);
}

#[test]
fn nothing_that_a_runbook_says_reaches_the_terminal_as_an_escape() {
    let nasty = "\\27[2J\\27]0;owned\\7\\u{202e}";
    let waves = format!(
        "{{ name = \"only\", run = function()\n\
           moontide.log.info(\"log {nasty}\")\n\
           moontide.ask {{ message = \"ask {nasty}\", choices = {{ \"yes\" }} }}\n\
           error(\"error {nasty}\") end }},"
    );
    let home = shop(&[("runbook.luau", &runbook("shop", &waves)), ("world.toml", WORLD)]);
    for format in ["text", "json"] {
        let output = format!("--output={format}");
        let ran = home.run(&["rehearse", &home.shop(""), &output]).expect(1);
        for (stream, text) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
            let speaks = |it: char| (it.is_control() && it != '\n') || it == '\u{202e}';
            assert!(!text.contains(speaks), "{format} {stream}: {text:?}");
        }
        assert!(ran.stdout.contains("ask ") && ran.stdout.contains("error "), "{}", ran.stdout);
    }
}

#[test]
fn a_reader_who_has_read_enough_is_no_error() {
    let mut command = Home::new().moontide(&["sim", "--facts"]);
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("moontide starts");
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().expect("it is piped").read_to_string(&mut said).expect("it is text");
    assert_eq!(child.wait().expect("it ends").code(), Some(0), "{said}");
    assert_eq!(said, "");
}

#[test]
fn a_disk_that_is_full_is_an_error_and_no_panic() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    // Not every system has it.
    let Ok(full) = full else { return };
    let output = Home::new().moontide(&["sim", "--facts"]).stdout(full).output();
    let output = output.expect("moontide starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("error[M9001]: stdout: "), "{said}");
}
