//! From an operator's terminal to an instance: `moontide sim` runs the command really, and the runbook in it works on
//! the same pretend AWS.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::judge::judge;
use crate::support::{Home, Ran};

/// A server that a drill launches, and one that runs already, with an agent.
const WORLD: &str = r#"
version = 1
account = "111122223333"
region = "us-west-2"

[[servers]]
name = "hello"
tags = { App = "hello" }

[[servers]]
name = "runner"
recovery_instance = { drill = false, age = "1d" }

[[commands]]
document = "Moontide-Run"
server = "runner"
run = true
"#;

const SHOP: &str = r#"return require("@moontide").runbook {
	name = "shop",
	region = "us-west-2",
	waves = {
		{ name = "database", servers = { tags = { App = "hello" } } },
		{ name = "application", depends_on = { "database" }, pause = "Is the data good?", run = function() end },
	},
}"#;

/// `moontide sim`, until it is dropped.
struct Serving {
    child: Child,
    endpoint: String,
    _stdout: BufReader<ChildStdout>,
}

impl Serving {
    fn of(home: &Home) -> Serving {
        let world = home.path().join("world.toml");
        fs::write(&world, WORLD).expect("it can be written");
        let world = world.to_str().expect("text");
        let arguments =
            ["sim", "--world", world, "--listen=127.0.0.1:0", "--speed=1000", "--allow-commands"];
        let mut child = home
            .moontide(&arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut endpoint = String::new();
        while !endpoint.starts_with("export AWS_ENDPOINT_URL=") {
            endpoint.clear();
            assert_ne!(stdout.read_line(&mut endpoint).expect("text"), 0, "it says where it is");
        }
        let endpoint = endpoint.trim().trim_start_matches("export AWS_ENDPOINT_URL=").to_owned();
        Serving { child, endpoint, _stdout: stdout }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _ = self.child.wait();
    }
}

#[test]
fn an_operator_sends_a_drill_answers_it_and_sends_it_again() {
    let home = Home::new();
    let serving = Serving::of(&home);
    let shop = home.path().join("runbooks/shop");
    fs::create_dir_all(&shop).expect("a folder");
    fs::write(shop.join("runbook.luau"), SHOP).expect("it can be written");
    let runbooks = home.path().join("runbooks");
    let document = home.run(&[
        "ssm",
        "document",
        "--speed=1000",
        "--binary",
        env!("CARGO_BIN_EXE_moontide"),
        "--runbooks",
        runbooks.to_str().expect("text"),
    ]);
    let document = document.expect(0).stdout;
    let instance = judge(&["create", &serving.endpoint], &document).expect(0).stdout;
    let store = format!("--store=sqlite:{}", home.path().join("drills.db").display());
    let [instance, endpoint] =
        [format!("--instance={}", instance.trim()), format!("--endpoint-url={}", serving.endpoint)];
    let send = |more: &[&str]| -> Ran {
        let base =
            ["ssm", "send", "shop", "--mode=drill", "--execution-id=drill-7", "--region=us-west-2"];
        let flags = [&store, &instance, &endpoint, "--speed=1000"];
        home.run(&[&base[..], &flags, more].concat())
    };
    let paused = send(&[]).expect(4);
    let line = "moontide: paused: drill-7 application\n";
    assert!(paused.stdout.starts_with("moontide: started: drill-7\n"), "{paused:?}");
    assert!(paused.stdout.contains(line), "{paused:?}");
    assert!(paused.stderr.contains("Success: it waits for a person"), "{paused:?}");

    home.run(&[&store, "answer", "drill-7", "application", "continue"]).expect(0);
    let done = send(&["--output=json"]).expect(0).json();
    assert_eq!(done["word"], "completed", "{done}");
    assert_eq!(done["execution"], "drill-7");
    assert_eq!(done["status"], "Success");
    assert_eq!(done["meaning"], "the execution is completed");

    let refused = send(&["--document=Moontide-Rum"]).expect(6);
    assert!(
        refused.stderr.contains("M1002") && refused.stderr.contains("Moontide-Run"),
        "{refused:?}"
    );
    // What the document says of its parameters holds in AWS, too.
    let recovery = home.run(&[
        "ssm",
        "send",
        "shop",
        "--mode=recovery",
        "--execution-id=x",
        "--region=us-west-2",
        &instance,
        &endpoint,
    ]);
    assert!(recovery.expect(6).stderr.contains("allowed values of Mode"));
}

#[test]
fn only_a_simulator_that_was_told_so_runs_commands() {
    let home = Home::new();
    let world = home.path().join("world.toml");
    fs::write(&world, WORLD).expect("it can be written");
    fs::write(home.path().join("runbook.luau"), SHOP).expect("it can be written");
    let (world, folder) = (world.to_str().expect("text"), home.path().to_str().expect("text"));
    for arguments in [
        &["rehearse", folder, "--world", world][..],
        &["rehearse", folder],
        &["sim", "--world", world, "--listen=127.0.0.1:0"],
    ] {
        let refused = home.run(arguments).expect(3);
        let sentence = "it starts real processes on this machine, which only `moontide sim --allow-commands` does";
        assert!(refused.stderr.contains(sentence), "{}", refused.stderr);
        assert!(refused.stderr.contains("world.toml:17"), "{}", refused.stderr);
    }
    let both = WORLD.replace("run = true", "run = true\nexit_code = 1");
    fs::write(world, both).expect("it can be written");
    let refused = home.run(&["sim", "--world", world, "--allow-commands"]).expect(3);
    assert!(refused.stderr.contains("leave `status`, `exit_code`"), "{}", refused.stderr);
}
