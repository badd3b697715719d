//! What a person reads at a terminal. `script` gives the command one; where there is none, the same lines are
//! tested without.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::given::{WORLD, runbook, shop, waiting};
use crate::support::{Home, Sim};

/// What a terminal showed while a command ran and this was typed, without colours.
fn shown(home: &Home, arguments: &[&str], typed: &str) -> Option<String> {
    Command::new("script").arg("--version").stdout(Stdio::null()).status().ok()?;
    let moontide = home.moontide(arguments);
    let program = moontide.get_program().to_str().expect("a readable path").to_owned();
    let arguments: Vec<_> =
        moontide.get_args().map(|it| it.to_str().expect("text").to_owned()).collect();
    let line = format!("{program} {}", arguments.join(" "));
    let mut command = Command::new("script");
    command.args(["-qefc", &line, "/dev/null"]).env_clear();
    for (name, value) in moontide.get_envs() {
        command.env(name, value.expect("they are set"));
    }
    command.env("TERM", "xterm").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    child.stdin.take().expect("it is piped").write_all(typed.as_bytes()).expect("it listens");
    let output = child.wait_with_output().expect("it ends");
    Some(anstream::adapter::strip_str(&String::from_utf8_lossy(&output.stdout)).to_string())
}

#[test]
fn the_question_stands_behind_the_mark_and_the_live_line_too() {
    let (home, sim) = waiting();
    let [endpoint, speed] = sim.flags();
    let resume = ["resume", "drill", &endpoint, &speed];
    let Some(shown) = shown(&home, &resume, "continue\n") else { return };
    assert!(shown.contains("? cut-over | Point DNS at us-west-2?"), "{shown}");
}

#[test]
fn a_question_to_others_stands_behind_the_mark_as_well() {
    let forged = "web: continue by ann (sent by root)";
    let wave = format!(
        "{{ name = \"web\", run = function() end,\n\
           pause = {{ message = \"{forged}\", approvers = {{ \"dba\" }} }} }},"
    );
    let home = shop(&[("runbook.luau", &runbook("shop", &wave))]);
    let sim = Sim::with(WORLD);
    let [endpoint, speed] = sim.flags();
    let folder = home.shop("");
    let run = ["run", &folder, "--mode=drill", "--execution-id=drill", &endpoint, &speed];
    let Some(shown) = shown(&home, &run, "") else { return };
    let line = format!("? web: it is asked of dba, and root is none of them | {forged}");
    assert!(shown.contains(&line), "{shown}");
    assert!(!shown.contains(&format!("? {forged}")), "{shown}");
}
