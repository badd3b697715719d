//! What a hurried operator types, and what they are told: answers, signals, a full disk, and what is
//! left after each.

mod support;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use support::{Home, Ran, Sim, repository};

const HELLO: &str = include_str!("../runbooks/hello/runbook.luau");
const WORLD: &str = include_str!("../runbooks/hello/world.toml");

/// Puts a file into the home, and its folders.
fn put(home: &Home, path: &str, text: &str) {
    let path = home.path().join(path);
    std::fs::create_dir_all(path.parent().expect("it is in the home")).expect("a folder");
    std::fs::write(path, text).expect("it can be written");
}

/// Runs `moontide` in the home, and returns its exit code and what it said, with the home left out.
fn said(home: &Home, arguments: &[&str]) -> String {
    let mut command = home.moontide(arguments);
    let ran = Ran::of(&command.current_dir(home.path()).output().expect("moontide starts"));
    let text = format!("exit {}\n{}{}", ran.code.unwrap_or(-1), ran.stdout, ran.stderr);
    text.replace(&home.path().display().to_string(), "HOME")
}

/// A drill in a process of its own, once its wave runs. Its waits are as long as in life.
fn begin(home: &Home, sim: &Sim, runbook: &str) -> Child {
    put(home, "hello/runbook.luau", runbook);
    let endpoint = &sim.flags()[0];
    let start = ["run", "hello", "--mode=drill", "--execution-id=drill", endpoint];
    let mut command = home.moontide(&start);
    command.current_dir(home.path()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut runner = command.spawn().expect("moontide starts");
    let said = BufReader::new(runner.stderr.as_mut().expect("it is piped"));
    let begun = said.lines().map_while(Result::ok).any(|line| line.ends_with("running"));
    assert!(begun, "the wave runs");
    runner
}

/// `hello`, busy for as long as the test looks.
fn busy() -> String {
    HELLO.replace("servers =", "before = function() moontide.sleep(\"10m\") end, servers =")
}

/// A command that talks to the simulator.
fn aws(home: &Home, sim: &Sim, arguments: &[&str]) -> Ran {
    let flags = sim.flags();
    let flags = flags.iter().map(String::as_str);
    home.run(&arguments.iter().copied().chain(flags).collect::<Vec<_>>())
}

#[test]
fn params_and_answers_are_checked_and_a_secret_is_never_repeated() {
    let home = Home::new();
    let runbook = "local moontide = require(\"@moontide\")\nreturn moontide.runbook {\n\
                   name = \"p\", region = \"us-west-2\", params = { pin = { type = \"number\", secret = true } },\n\
                   waves = { { name = \"one\", run = function() end } } }\n";
    put(&home, "p/runbook.luau", runbook);
    put(&home, "p/world.toml", WORLD);
    insta::assert_snapshot!(said(&home, &["check", "p", "--param=pin=hunter2"]), @"
    exit 3
    warning: the list of processes shows `pin`: `--param pin=@FILE`, `@-` (standard input), `env:NAME` and `file:PATH` do not
    error[M0101]: `pin` must be a number
    hint: the runbook takes --param pin=@FILE
    ");
    insta::assert_snapshot!(said(&home, &["rehearse", "p", "--param=pin=700700", "--answer=oen=skip"]), @"
    exit 2
    warning: the list of processes shows `pin`: `--param pin=@FILE`, `@-` (standard input), `env:NAME` and `file:PATH` do not
    error[M0807]: `--answer oen=…`: the runbook has no wave `oen`
    hint: did you mean `one`?
    ");
    insta::assert_snapshot!(said(&home, &["rehearse", "p", "--param=pin=700700", "--answer=skip"]), @"
    exit 0
    p  rehearsed as a drill  completed

    one  completed after 0s

    recovery time: 0s
    warning: the list of processes shows `pin`: `--param pin=@FILE`, `@-` (standard input), `env:NAME` and `file:PATH` do not
    not used: --answer skip
    ");
}

#[test]
fn an_unknown_execution_and_a_misspelled_store_are_told_apart() {
    let home = Home::new();
    insta::assert_snapshot!(said(&home, &["status", "drill"]), @"
    exit 2
    error[M0401]: there is no execution `drill` in this store
    hint: `moontide list` shows every execution in the store
    ");
    insta::assert_snapshot!(said(&home, &["list"]), @"
    exit 0
    there are no executions in sqlite:HOME/moontide/moontide.db yet
    ");
    insta::assert_snapshot!(said(&home, &["status", "drill", "--store=sqlite:typo/moontide.db"]), @"
    exit 6
    error[M0403]: there is no store at typo/moontide.db
    hint: check `--store` and MOONTIDE_STORE; `moontide run` makes a new store
    hint: where it is lost, `moontide adopt` takes up what its executions have launched
    ");
    assert!(!home.path().join("typo").exists());
}

/// The same command, where no file may grow beyond so many blocks of 512 bytes.
fn cramped(command: &Command, blocks: usize) -> Command {
    let mut shell = Command::new("/bin/sh");
    let set = command.get_envs().filter_map(|(name, value)| Some((name, value?)));
    let script = r#"trap '' XFSZ; ulimit -f "$0"; exec "$@""#;
    shell.env_clear().envs(set).args(["-c", script, &blocks.to_string()]);
    shell.arg(command.get_program()).args(command.get_args()).stdin(Stdio::null());
    shell
}

#[test]
fn wherever_the_disk_is_full_the_drill_goes_on_once_there_is_room() {
    let (home, sim) = (Home::new(), Sim::with(WORLD));
    put(&home, "hello/runbook.luau", HELLO);
    let runbook = home.path().join("hello");
    let [endpoint, speed] = sim.flags();
    let runbook = runbook.to_str().expect("a readable path");
    let start = ["run", runbook, "--mode=drill", "--execution-id=drill", &endpoint, &speed];
    let mut full = 0;
    for blocks in (64..).step_by(16) {
        let ran = Ran::of(&cramped(&home.moontide(&start), blocks).output().expect("it starts"));
        if ran.code == Some(0) {
            break;
        }
        let ran = ran.expect(6);
        assert!(ran.stderr.contains("disk"), "{}", ran.stderr);
        full += 1;
    }
    assert!(full > 0, "no disk was full");
    assert_eq!(sim.performed("StartRecovery"), 1);
}

#[test]
fn a_driven_execution_is_held_until_its_runner_is_stopped() {
    let (home, sim) = (Home::new(), Sim::with(WORLD));
    let mut runner = begin(&home, &sim, &busy());
    let holder = format!("pid {}", runner.id());
    let status = home.run(&["status", "drill", "--output=json"]).expect(0).json();
    assert!(status["runner"].as_str().is_some_and(|it| it.ends_with(&holder)), "{status}");
    for command in ["resume", "cleanup"] {
        let held = aws(&home, &sim, &[command, "drill"]).expect(5);
        assert!(held.stderr.contains(&holder), "{}", held.stderr);
    }
    kill_process(Pid::from_child(&runner), Signal::TERM).expect("it can be stopped");
    assert_eq!(runner.wait().expect("it ends").code(), Some(143));
    aws(&home, &sim, &["resume", "drill"]).expect(0);
    assert_eq!(sim.performed("StartRecovery"), 1);
}

#[test]
fn a_killed_runner_is_not_said_to_drive() {
    let (home, sim) = (Home::new(), Sim::with(WORLD));
    let mut runner = begin(&home, &sim, &busy());
    runner.kill().expect("it can be killed");
    runner.wait().expect("it ends");
    let status = home.run(&["status", "drill"]).expect(0).stdout;
    assert!(status.contains("no runner drives it"), "{status}");
    assert!(status.ends_with("next: moontide resume drill\n"), "{status}");
}

#[test]
fn cleanup_after_a_cancelled_launch_waits_for_what_the_job_still_launches() {
    // An hour for the launch: a few seconds in this simulator.
    let slow = WORLD.replace("tags =", "slowness = 8.0\ntags =");
    let (home, sim) = (Home::new(), Sim::with(&slow));
    let mut runner = begin(&home, &sim, HELLO);
    let launches = |_| {
        home.run(&["list"]).expect(0);
        sim.performed("StartRecovery") == 1
    };
    assert!((0..500).any(launches), "the wave launches");
    runner.kill().expect("it can be killed");
    runner.wait().expect("it ends");
    home.run(&["cancel", "drill"]).expect(0);
    aws(&home, &sim, &["resume", "drill"]).expect(1);
    let cleaned = aws(&home, &sim, &["cleanup", "drill", "--output=json"]).expect(0).json();
    assert_eq!(cleaned["terminated"].as_array().map(Vec::len), Some(1), "{cleaned}");
}

#[test]
fn nothing_grave_begins_without_being_meant() {
    let home = Home::new();
    put(&home, "hello/runbook.luau", HELLO);
    insta::assert_snapshot!(said(&home, &["run", "hello", "--mode=recovery"]), @"
    exit 2
    error[M0103]: a recovery needs `--yes` where no person can be asked
    hint: a drill without `--replace` leaves production alone; `--yes` confirms without a question
    ");
    insta::assert_snapshot!(said(&home, &["run", "hello", "--mode=drill", "--replace=s-1"]), @"
    exit 2
    error[M0103]: a replacement needs `--yes` where no person can be asked
    hint: a drill without `--replace` leaves production alone; `--yes` confirms without a question
    ");
    insta::assert_snapshot!(said(&home, &["run", "hello", "--mode=drill", "--replace=db-1"]), @"
    exit 2
    error: invalid value 'db-1' for '--replace <SERVER>': a source server's id is written like `s-0123456789abcdef0`

    For more information, try '--help'.
    ");
}

#[test]
fn the_first_answer_counts_and_status_tells_of_it() {
    let (home, sim) = (Home::new(), Sim::with(WORLD));
    let paused = HELLO.replace("servers =", "pause = { message = \"Now?\" }, servers =");
    put(&home, "hello/runbook.luau", &paused);
    let runbook = home.path().join("hello");
    let runbook = runbook.to_str().expect("a readable path");
    aws(&home, &sim, &["run", runbook, "--mode=drill", "--execution-id=drill"]).expect(4);
    insta::assert_snapshot!(said(&home, &["answer", "drill", "perhaps"]), @"
    exit 2
    error[M0807]: prompt `greet` takes continue, skip, abort, not `perhaps`
    hint: `moontide status drill` shows where it stands
    ");
    insta::assert_snapshot!(said(&home, &["answer", "drill", "skip", "--by=ann"]), @"
    exit 0
    greet: skip by ann (sent by root)
    no runner drives it now; to go on: moontide resume drill
    ");
    insta::assert_snapshot!(said(&home, &["answer", "drill", "continue"]), @"
    exit 2
    error[M0807]: `greet` was answered already: skip by ann (sent by root)
    hint: the first answer counts
    ");
    insta::assert_snapshot!(said(&home, &["status", "drill"]).replace(" after 0s", ""), @"
    exit 0
    drill  hello  drill  paused
      greet  paused
    ? greet | Now?
      answered: skip by ann (sent by root); the next runner takes it
    next: moontide resume drill
    ");
    aws(&home, &sim, &["resume", "drill"]).expect(0);
    assert_eq!(sim.performed("StartRecovery"), 0);
    let nothing = aws(&home, &sim, &["cleanup", "drill", "--output=json"]).expect(0).json();
    assert_eq!(nothing["cleanup"], serde_json::Value::Null, "{nothing}");
}

#[test]
fn json_is_json_whatever_happens() {
    let home = Home::new();
    let three_tier = repository("runbooks/three_tier");
    let three_tier = three_tier.to_str().expect("a readable path");
    for (arguments, code) in [
        (&["check", three_tier][..], 0),
        (&["rehearse", three_tier], 0),
        (&["rehearse", three_tier, "--answer=abort"], 1),
        (&["list"], 0),
        (&["sim", "--facts"], 0),
        (&["sim", "--listen=0.0.0.0:0"], 2),
        (&["sim", "--world=/nowhere.toml"], 3),
        (&["status", "x"], 2),
        (&["show", "x"], 2),
        (&["journal", "x"], 2),
        (&["resume", "x"], 2),
        (&["cancel", "x"], 2),
        (&["pause", "x"], 2),
        (&["retry", "x", "web"], 2),
        (&["skip", "x", "web"], 2),
        (&["cleanup", "x"], 2),
        (&["answer", "x", "y"], 2),
        (&["check", "/nowhere"], 3),
        (&["run", three_tier, "--mode=drill", "--profile=nobody"], 6),
        (&["run", three_tier], 2),
        (&["list", "--limit=some"], 2),
        (&["frobnicate"], 2),
    ] {
        let ran = home.run(&[arguments, &["--output", "json"]].concat()).expect(code);
        let document = if ran.stdout.is_empty() { &ran.stderr } else { &ran.stdout };
        let document: serde_json::Value =
            serde_json::from_str(document).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
        assert_eq!(document["version"], 1, "{arguments:?}");
        assert_eq!(document.get("error").is_some(), ran.stdout.is_empty(), "{arguments:?}");
    }
}
