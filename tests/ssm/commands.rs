//! What a command prints, and how it goes on after it was killed.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value;

use crate::agent::{Agent, Hands, Shown};
use crate::support::{Home, Moment, Ran, Side, Sim, repository};

/// A server that a drill of `hello` launches.
const WORLD: &str = include_str!("../../runbooks/hello/world.toml");

/// Two waves: before the second one a person is asked.
const PAUSES: &str = r#"return require("@moontide").runbook {
	name = "shop",
	region = "us-west-2",
	waves = {
		{ name = "database", servers = { tags = { App = "hello" } } },
		{ name = "application", depends_on = { "database" }, pause = "Is the data good?", run = function() end },
	},
}"#;

/// An instance with an agent, runbooks, a store of its own, and a pretend AWS.
pub(crate) struct Instance {
    home: Home,
    sim: Sim,
    agent: Agent,
    document: Value,
}

impl Instance {
    /// One with this runbook, called `shop`.
    fn with(runbook: &str) -> Instance {
        let (home, sim) = (Home::new(), Sim::with(WORLD));
        let runbooks = home.path().join("runbooks");
        fs::create_dir_all(runbooks.join("shop")).expect("a folder");
        fs::write(runbooks.join("shop/runbook.luau"), runbook).expect("it can be written");
        let [endpoint, speed] = sim.flags();
        let printed = home.run(&[
            "ssm",
            "document",
            "--binary",
            env!("CARGO_BIN_EXE_moontide"),
            "--runbooks",
            runbooks.to_str().expect("text"),
            &speed,
        ]);
        let endpoint = endpoint.trim_start_matches("--endpoint-url=").to_owned();
        let mut agent = Agent::new(home.path());
        agent.variables = [
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("MOONTIDE_LEASE_TTL", "3s"),
            // Nothing of this machine's root user is read.
            ("MOONTIDE_HOME", home.path().join("server").to_str().expect("text")),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        let document = printed.expect(0).json();
        Instance { home, sim, agent, document }
    }

    fn store(&self) -> String {
        format!("sqlite:{}", self.home.path().join("drills.db").display())
    }

    fn run(&self, execution: &str, more: &[(&str, &str)]) -> Shown {
        self.agent.run(&self.document, &given(execution, &self.store(), more))
    }

    /// `moontide` on another machine that reaches the store: with a home of its own.
    fn elsewhere(&self, arguments: &[&str]) -> Ran {
        let store = format!("--store={}", self.store());
        Home::new().run(&[&[store.as_str()], arguments].concat())
    }
}

/// The values of a command's parameters.
fn given<'a>(
    execution: &'a str,
    store: &'a str,
    more: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let own = [("Runbook", "shop"), ("Execution", execution), ("Store", store)];
    more.iter().copied().chain(own).collect()
}

fn hello() -> String {
    fs::read_to_string(repository("runbooks/hello/runbook.luau")).expect("it is there")
}

/// What an operator sees, for those who run this with `--nocapture`.
fn show(console: &str) {
    let _ = std::io::stdout().write_all(console.as_bytes());
}

#[test]
fn without_home_terminal_region_and_a_folder_to_write_in_a_drill_runs_to_its_end() {
    for hands in [Hands::Variables, Hands::Paste] {
        let mut instance = Instance::with(&hello());
        (instance.agent.hands, instance.agent.path) = (hands, "/usr/bin:/bin");
        // Not even root writes there.
        instance.document["mainSteps"][0]["inputs"]["workingDirectory"] = "/proc".into();
        let runbooks = instance.home.path().join("runbooks");
        let lines = &mut instance.document["mainSteps"][0]["inputs"]["runCommand"];
        let last = lines.as_array_mut().and_then(|it| it.last_mut()).expect("a line");
        let named = format!("-- \"{}/$SSM_Runbook\"", runbooks.display());
        *last = last.as_str().expect("text").replace("-- \"$SSM_Runbook\"", &named).into();
        let shown = instance.run("drill-1", &[]).expect(0);
        let ends = "moontide: completed: drill-1";
        assert_eq!(shown.lines(), ["moontide: started: drill-1", ends, ends], "{hands:?}");
        assert!(shown.stdout.ends_with(&format!("{ends}\n")), "{}", shown.stdout);
        let store = format!("store: {}\n", instance.store());
        assert!(shown.stdout.contains(&store), "{}", shown.stdout);
        assert_eq!(instance.sim.performed("StartRecovery"), 1);
        let again = instance.run("drill-1", &[]).expect(0);
        assert_eq!(again.lines(), ["moontide: resuming: drill-1", ends, ends]);
        assert_eq!(instance.sim.performed("StartRecovery"), 1, "the same id starts it once");
    }
}

#[test]
fn a_pause_is_answered_elsewhere_and_a_command_that_was_killed_is_sent_again() {
    let instance = Instance::with(PAUSES);
    // The agent kills it while its drill is launched.
    let launch = Moment { operation: Some("StartRecovery"), number: 1, side: Side::After };
    let store = instance.store();
    let given = given("drill-7", &store, &[]);
    let trap = (&instance.sim.trap, launch);
    let killed = instance.agent.run_until(&instance.document, &given, trap).expect(137);
    assert_eq!(killed.stdout, "moontide: started: drill-7\n");

    let paused = instance.run("drill-7", &[]).expect(0);
    let line = "moontide: paused: drill-7 application";
    assert_eq!(paused.lines(), ["moontide: resuming: drill-7", line, line]);
    let next = format!("moontide --store {store} answer drill-7 application continue");
    let console = paused.console();
    assert!(console.contains(&next) && console.contains("Is the data good?"), "{console}");
    show(&console);
    let failure = instance.run("drill-7", &[("PausedIs", "failure")]).expect(4);
    assert_eq!(failure.lines().last(), Some(&line));

    instance.elsewhere(&["answer", "drill-7", "application", "continue"]).expect(0);
    let done = instance.run("drill-7", &[]).expect(0);
    let ends = "moontide: completed: drill-7";
    assert_eq!(done.lines(), ["moontide: resuming: drill-7", ends, ends]);
    show(&done.console());
    assert_eq!(instance.sim.performed("StartRecovery"), 1);
}

#[test]
fn an_answer_comes_with_the_command_and_answers_only_what_it_names() {
    let instance = Instance::with(PAUSES);
    instance.run("drill", &[]).expect(0);
    let other = instance.run("drill", &[("Answer", "database=continue")]).expect(0);
    assert_eq!(other.lines().last(), Some(&"moontide: paused: drill application"));
    let answer = [("Answer", "application=continue")];
    let done = instance.run("drill", &answer).expect(0);
    assert_eq!(done.lines().last(), Some(&"moontide: completed: drill"));
    let again = instance.run("drill", &answer).expect(0);
    assert_eq!(again.lines().last(), Some(&"moontide: completed: drill"));
}

#[test]
fn killed_at_every_request_and_sent_again_with_the_same_id_a_drill_launches_once() {
    let instance = Instance::with(&hello());
    let store = instance.store();
    let given = given("drill", &store, &[]);
    for number in 1..60 {
        let side = if number % 2 == 0 { Side::After } else { Side::Before };
        let moment = Moment { operation: None, number, side };
        let trap = (&instance.sim.trap, moment);
        let shown = instance.agent.run_until(&instance.document, &given, trap);
        if shown.code == 0 {
            assert_eq!(shown.lines().last(), Some(&"moontide: completed: drill"));
            assert!(number > 8, "it was killed {} times only", number - 1);
            assert_eq!(instance.sim.performed("StartRecovery"), 1);
            return;
        }
        assert_eq!(shown.code, 137, "{}\n{}", shown.stdout, shown.stderr);
        let began = ["", "moontide: started: drill\n", "moontide: resuming: drill\n"];
        assert!(began.contains(&shown.stdout.as_str()), "{}", shown.stdout);
    }
    panic!("it never ended");
}

#[test]
fn the_second_of_two_commands_says_who_drives() {
    let slow =
        hello().replace("servers =", "before = function() moontide.sleep(\"10h\") end, servers =");
    let instance = Instance::with(&slow);
    let store = instance.store();
    let given = given("drill", &store, &[]);
    let mut first = instance.agent.command(&instance.document, &given);
    let mut first = first.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
    let mut stdout = BufReader::new(first.stdout.take().expect("it is piped"));
    let mut line = String::new();
    stdout.read_line(&mut line).expect("it says that it has begun");
    assert_eq!(line, "moontide: started: drill\n");
    let second = instance.run("drill", &[]).expect(5);
    let held = "moontide: held: drill M0501";
    assert_eq!(second.lines(), ["moontide: resuming: drill", held, held]);
    assert!(second.stdout.contains("` is driving `drill`"), "{}", second.stdout);
    kill_process_group(Pid::from_child(&first), Signal::KILL).expect("it runs");
    stdout.read_to_string(&mut line).expect("it is text");
    first.wait().expect("it ends");
}

#[test]
fn what_is_cut_is_not_the_end_and_no_character_is_torn() {
    let wave = |text: String, at: u32| {
        text + &format!(
            "{{ name = \"wave-{at}\", run = function() error(string.rep(\"é東\", 60)) end }},\n"
        )
    };
    let waves = (0..300).fold(String::new(), wave);
    let runbook = format!(
        "return require(\"@moontide\").runbook {{ name = \"shop\", region = \"us-west-2\", waves = {{ {waves} }} }}"
    );
    let instance = Instance::with(&runbook);
    let shown = instance.run("drill", &[]).expect(1);
    assert!(shown.printed.0 <= 24_000 && shown.printed.0 > 20_000, "{:?}", shown.printed);
    assert!(shown.printed.1 <= 8_000 && shown.printed.1 > 4_000, "{:?}", shown.printed);
    let failed = "moontide: failed: drill";
    assert_eq!(shown.lines(), ["moontide: started: drill", failed, failed]);
    assert!(shown.stdout.ends_with(&format!("{failed}\n")));
    assert!(shown.stdout.contains("… more: moontide --store "), "{}", shown.stdout);
    assert!(shown.console().contains("moontide: failed: drill\n"));
}

#[test]
fn what_is_refused_is_said_on_stdout_with_its_code_and_the_next_step() {
    let instance = Instance::with("return 7");
    let shown = instance.run("drill", &[]).expect(3);
    let line = shown.lines().first().copied().unwrap_or_default().to_owned();
    assert!(line.starts_with("moontide: refused: drill M02"), "{}", shown.stdout);
    assert_eq!(shown.lines(), [line.as_str(), line.as_str()]);
    assert!(shown.stdout.contains("error[M02"), "{}", shown.stdout);
    let none = instance.run("drill", &[("Runbook", "none")]).expect(3);
    assert!(none.lines()[0].starts_with("moontide: refused: drill M0201"), "{}", none.stdout);
    let params = instance.run("drill", &[("Params", "x=@/etc/hostname")]).expect(2);
    assert_eq!(params.lines(), ["moontide: refused: drill M0105"; 2], "{params:?}");
}
