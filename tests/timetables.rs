//! Schedules through the binary, against the simulator on a port: imported, started once whoever calls, held, missed,
//! served by a process that stays, and said in the words of other timetables.

#[path = "timetables/changed.rs"]
mod changed;
#[path = "timetables/crowd.rs"]
mod crowd;
#[path = "support/dynamo/mod.rs"]
mod dynamo;
#[path = "timetables/finished.rs"]
mod finished;
#[path = "timetables/mandate.rs"]
mod mandate;
#[path = "timetables/reported.rs"]
mod reported;
mod support;
#[path = "timetables/table.rs"]
mod table;
#[path = "timetables/told.rs"]
mod told;
#[path = "timetables/year.rs"]
mod year;

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use dynamo::python;
use moontide_runtime::store::SqliteStore;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use support::{Home, Ran, Sim, repository, shim, wait};
use table::Table;

const HELLO: &str = include_str!("../runbooks/hello/world.toml");

/// A home with a file of schedules, beside runbooks, and a world.
struct Desk {
    home: Home,
    sim: Sim,
    /// Where its store is, if that is a table.
    table: Option<Table>,
}

impl Desk {
    fn with(schedules: &str) -> Desk {
        let desk = Desk { home: Home::new(), sim: Sim::with(HELLO), table: None };
        for runbook in ["hello", "three_tier"] {
            let folder = desk.home.path().join(runbook);
            std::fs::create_dir_all(&folder).expect("a folder");
            for file in ["runbook.luau", "world.toml"] {
                let source = repository(&format!("runbooks/{runbook}/{file}"));
                std::fs::copy(source, folder.join(file)).expect("it is there");
            }
        }
        desk.write(schedules);
        desk
    }

    fn write(&self, schedules: &str) {
        std::fs::write(self.file(), schedules).expect("it can be written");
    }

    fn file(&self) -> String {
        self.home.path().join("schedules.toml").display().to_string()
    }

    /// Imports the file a year ago: what was before an import is none of its times.
    fn import(&self) {
        let store = self.home.path().join("moontide");
        std::fs::create_dir_all(store).expect("a folder");
        let command = self.command(&["schedule", "import", &self.file()]);
        let ran = shim::shifted(command, -366.0 * 86_400.0).output().expect("moontide starts");
        Ran::of(&ran).expect(0);
    }

    fn store(&self) -> SqliteStore {
        SqliteStore::open(&self.home.path().join("moontide/moontide.db")).expect("it opens")
    }

    /// A command that knows where the store is.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.home.moontide(arguments);
        command.envs(self.table.iter().flat_map(Table::variables));
        command
    }

    /// Runs a command that needs no world.
    fn look(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.command(arguments).output().expect("moontide starts"))
    }

    /// A command that talks to the simulator.
    fn aws(&self, arguments: &[&str]) -> Command {
        let flags = self.sim.flags();
        let flags = flags.iter().map(String::as_str);
        self.command(&arguments.iter().copied().chain(flags).collect::<Vec<_>>())
    }

    fn run(&self, name: &str) -> Ran {
        Ran::of(&self.aws(&["schedule", "run", name]).output().expect("moontide starts"))
    }

    fn history(&self, name: &str) -> Vec<Value> {
        let arguments = ["schedule", "history", name, "--output=json", "-n", "1000"];
        let history = self.look(&arguments).expect(0).json();
        history["times"].as_array().expect("there are times").clone()
    }

    fn executions(&self) -> Vec<Value> {
        let listed = self.home.run(&["list", "--output=json"]).expect(0).json();
        listed["executions"].as_array().expect("a list").clone()
    }
}

/// A moment some minutes ago, at the full minute.
#[expect(clippy::disallowed_methods, reason = "schedules run by the machine's clock")]
fn minutes_ago(minutes: i64) -> jiff::Timestamp {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let seconds = i64::try_from(now.expect("it is later").as_secs()).expect("it fits");
    jiff::Timestamp::from_second(seconds / 60 * 60 - minutes * 60).expect("a moment")
}

/// A schedule whose only time was some minutes ago.
fn once(name: &str, minutes: i64, more: &str) -> String {
    let at = minutes_ago(minutes);
    let local = at.strftime("%Y-%m-%dT%H:%M:%S");
    let start = minutes_ago(minutes + 1);
    format!(
        "[[schedules]]\nname = \"{name}\"\nrunbook = \"hello\"\nwhen = \"at({local})\"\nstart = {start}\n{more}\n"
    )
}

#[test]
fn what_is_due_is_started_once_whoever_calls_and_cleaned_up_at_its_end() {
    let desk = Desk::with(&once("once", 2, ""));
    desk.import();
    let listed = desk.home.run(&["schedule", "list", "--output=json"]).expect(0).json();
    assert_eq!(listed["schedules"][0]["state"], "ended", "no time is to come: {listed}");
    let children: Vec<Child> = (0..3)
        .map(|_| {
            let mut command = desk.aws(&["schedule", "run", "once"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("moontide starts")
        })
        .collect();
    for child in children {
        let ran = Ran::of(&child.wait_with_output().expect("it ends"));
        assert_eq!(ran.code, Some(0), "{}\n{}", ran.stdout, ran.stderr);
    }
    desk.run("once").expect(0);
    assert_eq!(desk.sim.performed("StartRecovery"), 1);
    let history = desk.history("once");
    assert_eq!(history.len(), 1, "{history:?}");
    assert_eq!(
        (&history[0]["outcome"], &history[0]["status"]),
        (&json!("started"), &json!("completed"))
    );
    let id = history[0]["execution"].as_str().expect("it has one");
    assert!(id.starts_with("drill-once-20"), "{id}");
    let executions = desk.executions();
    assert_eq!(executions.len(), 2, "the drill and its cleanup: {executions:?}");
    assert!(executions.iter().any(|it| it["execution"] == id && it["source"] == "schedule"));
    assert_eq!(desk.sim.performed("TerminateRecoveryInstances"), 1);
}

#[test]
fn the_time_that_eventbridge_names_is_that_of_the_schedule_or_refused() {
    let desk = Desk::with(&once("once", 2, ""));
    desk.import();
    let at = minutes_ago(2).to_string();
    let other = desk.aws(&["schedule", "run", "once", "--at", "2027-01-16T01:30:00Z"]).output();
    let other = Ran::of(&other.expect("moontide starts")).expect(2);
    assert!(other.stderr.contains("error[M0903]"), "{other:?}");
    for _ in 0..2 {
        let ran = desk.aws(&["schedule", "run", "once", "--at", &at]).output();
        Ran::of(&ran.expect("moontide starts")).expect(0);
    }
    assert_eq!(desk.sim.performed("StartRecovery"), 1);
}

#[test]
fn what_nothing_started_in_time_is_missed_and_said_until_a_person_knows() {
    let desk = Desk::with(&once("late", 90, "late = \"10m\""));
    desk.import();
    desk.run("late").expect(1);
    let history = desk.history("late");
    assert_eq!(history[0]["outcome"], "missed");
    assert!(history[0]["why"].as_str().is_some_and(|it| it.starts_with("nothing started it")));
    assert_eq!(desk.sim.performed("StartRecovery"), 0);
    let status = desk.home.run(&["schedule", "status", "--no-server"]).expect(1);
    assert!(status.stdout.contains("missed"), "{status:?}");
    desk.home.run(&["schedule", "resume", "late"]).expect(0);
    desk.home.run(&["schedule", "status", "--no-server"]).expect(0);
    desk.home.run(&["schedule", "status"]).expect(1);
}

#[test]
fn a_schedule_waits_while_it_is_paused_and_while_its_servers_are_recovered() {
    let desk = Desk::with(&once("held", 2, ""));
    desk.import();
    desk.home.run(&["schedule", "pause", "held", "--reason", "freeze"]).expect(0);
    let held = desk.run("held").expect(5);
    assert!(held.stdout.contains("paused by") && held.stdout.contains("freeze"), "{held:?}");
    desk.home.run(&["schedule", "resume", "held"]).expect(0);
    let folder = desk.home.path().join("hello").display().to_string();
    let recovery = desk.aws(&["run", &folder, "--mode=recovery", "--yes"]).output();
    Ran::of(&recovery.expect("moontide starts")).expect(0);
    let held = desk.run("held").expect(5);
    assert!(held.stdout.contains("live recovery instance"), "{held:?}");
    assert_eq!(desk.sim.performed("StartRecovery"), 1, "that of the recovery");
    let listed = desk.home.run(&["schedule", "list", "--output=json"]).expect(0).json();
    assert_eq!(listed["schedules"][0]["state"], "waits");
}

#[test]
fn a_schedule_waits_while_another_drill_has_instances_of_its_servers() {
    let desk = Desk::with(&once("held", 2, ""));
    desk.import();
    let folder = desk.home.path().join("hello").display().to_string();
    let drill = desk.aws(&["run", &folder, "--mode=drill", "--execution-id=by-hand"]).output();
    Ran::of(&drill.expect("moontide starts")).expect(0);
    let held = desk.run("held").expect(5);
    assert!(held.stdout.contains("live drill's instance"), "{held:?}");
    Ran::of(&desk.aws(&["cleanup", "by-hand"]).output().expect("moontide starts")).expect(0);
    desk.run("held").expect(0);
    assert_eq!(desk.history("held")[0]["status"], "completed");
    assert_eq!(desk.sim.performed("StartRecovery"), 2);
}

#[test]
fn with_nobody_there_a_pause_is_answered_or_cancels_and_no_schedule_answers_for_an_approver() {
    let schedule = |more: &str| once("shop", 2, more).replace("\"hello\"", "\"three_tier\"");
    let desk = Desk::with(&schedule("answers = { application = \"continue\" }"));
    let refused = desk.home.run(&["schedule", "check", &desk.file()]).expect(3);
    assert!(refused.stderr.contains("`application` has approvers (dba)"), "{refused:?}");
    let runbook = desk.home.path().join("three_tier/runbook.luau");
    let text = std::fs::read_to_string(&runbook).expect("it is there");
    let open = text.replace("approvers = { \"dba\" },", "");
    assert_ne!(text, open, "the runbook names its approvers so");
    std::fs::write(&runbook, open).expect("it can be written");
    let world = include_str!("../runbooks/three_tier/world.toml");
    for (more, status, launches) in
        [("answers = { application = \"continue\" }", "completed", 3), ("", "cancelled", 1)]
    {
        let desk = Desk { sim: Sim::with(world), home: Home::new(), table: None };
        let folder = desk.home.path().join("three_tier");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::copy(&runbook, folder.join("runbook.luau")).expect("it can be copied");
        desk.write(&schedule(more));
        desk.import();
        desk.run("shop");
        assert_eq!(desk.history("shop")[0]["status"], status, "{more}");
        assert_eq!(desk.sim.performed("StartRecovery"), launches, "{more}");
        named(&desk, status);
    }
}

/// The schedule stands where a person would, with the person whose process it was; and what it cancels has not passed.
fn named(desk: &Desk, status: &str) {
    let id = desk.history("shop")[0]["execution"].as_str().expect("it was started").to_owned();
    let report = desk.home.run(&["report", &id, "--output=json"]).expect(0).json();
    let how = report["decisions"][0]["how"].as_str().expect("it was asked").to_owned();
    assert!(how.contains(" by schedule shop (sent by "), "{how}");
    let shown = desk.home.run(&["status", &id]).stdout;
    assert!(status != "cancelled" || shown.contains("cancelled by schedule shop"), "{shown}");
    let found = desk.home.run(&["compliance", "--output=json"]).expect(0).json();
    let line = &found["runbooks"][0];
    if status == "cancelled" {
        assert_eq!([&line["cancelled_by_schedule"], &line["pass_percent"]], [1, 0], "{line}");
        assert!(line["last"]["unknown"].is_string(), "it did not come to its end: {line}");
        let troubles = report["troubles"].to_string();
        assert!(troubles.contains("lets it wait for no person"), "{troubles}");
        assert!(report["recovery"]["rpo_met"]["unknown"].is_string(), "{report}");
    } else {
        // An optional server of it does not come up.
        assert_eq!((&line["partial"], &line["completed"]), (&1.into(), &0.into()), "{line}");
        assert!(line["cancelled_by_schedule"].is_null(), "{line}");
    }
}

#[test]
fn a_rehearsal_needs_no_aws_and_its_sources_are_those_that_were_imported() {
    let desk = Desk::with(&once("tried", 2, "kind = \"rehearsal\""));
    desk.import();
    std::fs::remove_dir_all(desk.home.path().join("hello")).expect("it is there");
    let ran = desk.home.run(&["schedule", "run", "tried"]).expect(0);
    assert!(ran.stdout.contains("completed in"), "{ran:?}");
    let history = desk.history("tried");
    assert_eq!(history[0]["outcome"], "started");
    assert!(desk.executions().is_empty(), "it leaves no execution");
}

#[test]
fn a_file_with_a_mistake_changes_nothing_and_the_mistake_is_at_its_line() {
    let desk = Desk::with(&once("good", 2, ""));
    desk.import();
    let bad = once("bad", 2, "params = { colour = \"red\" }");
    desk.write(&format!("{}{bad}", once("good", 2, "late = \"2h\"")));
    let refused = desk.home.run(&["schedule", "import", &desk.file()]).expect(3);
    assert!(
        refused.stderr.contains("colour") && refused.stderr.contains("schedules.toml:7"),
        "{refused:?}"
    );
    let shown = desk.home.run(&["schedule", "show", "good", "--output=json"]).expect(0).json();
    assert_eq!(shown["schedule"]["late"], "1h");
    let unknown = desk.home.run(&["schedule", "show", "goood"]).expect(2);
    assert!(unknown.stderr.contains("did you mean `good`?"), "{unknown:?}");
}

#[test]
fn the_times_to_come_are_shown_with_what_is_skipped() {
    let desk = Desk::with(
        "[[schedules]]\nname = \"night\"\nrunbook = \"hello\"\nwhen = \"cron(30 2 * * ? *)\"\n\
         zone = \"Europe/Berlin\"\nstart = 2027-01-01T00:00:00Z\nnot_on = [\"2027-03-30\"]\n",
    );
    desk.import();
    let from = ["schedule", "next", "-n", "3", "--from", "2027-03-27T00:00:00Z"];
    let next = desk.home.run(&from).expect(0);
    let lines: Vec<&str> = next.stdout.lines().map(str::trim_end).collect();
    assert_eq!(
        lines,
        [
            "night  Sat 2027-03-27 02:30  Europe/Berlin  2027-03-27 01:30:00Z",
            "night  Sun 2027-03-28 02:30  Europe/Berlin  skipped: does not exist: the clocks are set forward over it",
            "night  Mon 2027-03-29 02:30  Europe/Berlin  2027-03-29 00:30:00Z",
            "night  Tue 2027-03-30 02:30  Europe/Berlin  skipped: not on 2027-03-30",
            "night  Wed 2027-03-31 02:30  Europe/Berlin  2027-03-31 00:30:00Z",
        ]
    );
}

/// A `schedule serve` that is ended with its test.
struct Serving {
    child: Child,
    health: String,
    lines: std::io::Lines<BufReader<std::process::ChildStderr>>,
}

impl Serving {
    fn start(desk: &Desk) -> Serving {
        let mut command = desk.aws(&["schedule", "serve", "--health", "127.0.0.1:0"]);
        let mut child = command.stderr(Stdio::piped()).spawn().expect("moontide starts");
        let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        let first = lines.next().expect("a line").expect("text");
        let address = first.split("http://").nth(1).expect("an address");
        let health = address.split('/').next().expect("a host").to_owned();
        Serving { child, health, lines }
    }

    /// Reads on until a line has this in it.
    fn until(&mut self, words: &str) -> String {
        for line in self.lines.by_ref() {
            let line = line.expect("text");
            if line.contains(words) {
                return line;
            }
        }
        panic!("it ended without `{words}`");
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.health).expect("it listens");
        let request = format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("it hears");
        let mut reply = String::new();
        stream.read_to_string(&mut reply).expect("it answers");
        reply
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it runs");
    }

    fn end(mut self) -> Option<i32> {
        self.signal(Signal::TERM);
        self.lines.by_ref().for_each(drop);
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_process_that_stays_starts_what_is_due_reloads_and_stops_in_order() {
    let desk = Desk::with(&once("first", 2, ""));
    desk.import();
    let mut serving = Serving::start(&desk);
    serving.until("this process serves");
    serving.until("first");
    serving.until(": completed");
    assert!(serving.get("/healthz").contains("200 OK"));
    // What is imported now counts without a restart.
    desk.write(&once("second", 2, "kind = \"rehearsal\""));
    desk.import();
    serving.until("second");
    let metrics = serving.get("/metrics");
    assert!(metrics.contains("moontide_schedule_leader 1"), "{metrics}");
    assert!(metrics.contains("moontide_schedule_schedules 2"), "{metrics}");
    desk.home.run(&["schedule", "status"]).expect(0);
    // A second process stands by.
    let mut other = Serving::start(&desk);
    other.until("stands by");
    assert!(other.get("/healthz").contains("stands by"));
    assert_eq!(other.end(), Some(0));
    assert_eq!(serving.end(), Some(0));
    assert_eq!(desk.sim.performed("StartRecovery"), 1);
    assert_eq!(desk.history("second")[0]["outcome"], "started");
}

#[test]
fn what_a_killed_server_has_begun_the_next_one_takes_to_its_end() {
    let desk = Desk::with(&once("cut", 2, ""));
    desk.import();
    let mut serving = Serving::start(&desk);
    serving.until("started");
    serving.signal(Signal::KILL);
    drop(serving);
    let mut next = Serving::start(&desk);
    // Its place is taken after a minute without a sign of life; a person goes on at once.
    let id = desk.history("cut")[0]["execution"].as_str().expect("it began").to_owned();
    for _ in 0..3 {
        let again = desk.aws(&["schedule", "run", "cut", "--at", &minutes_ago_of(&id)]);
        let ran = { again }.output().expect("moontide starts");
        if Ran::of(&ran).code == Some(0) {
            break;
        }
        wait(Duration::from_secs(1));
    }
    next.signal(Signal::TERM);
    next.lines.by_ref().for_each(drop);
    assert_eq!(desk.sim.performed("StartRecovery"), 1);
    assert_eq!(desk.history("cut")[0]["status"], "completed");
}

/// The moment in the id of an execution.
fn minutes_ago_of(id: &str) -> String {
    id.rsplit('-').next().expect("it ends in it").to_owned()
}

#[test]
fn what_is_exported_is_right_by_the_judges_of_others() {
    let desk = Desk::with(
        "[[schedules]]\nname = \"quarterly\"\nrunbook = \"hello\"\n\
         when = \"cron(30 2 ? JAN,APR,JUL,OCT SAT#1 *)\"\nzone = \"Europe/Berlin\"\nwithin = \"15m\"\n\
         [[schedules]]\nname = \"daily\"\nrunbook = \"hello\"\nwhen = \"cron(0/20 4 ? * MON-FRI *)\"\n",
    );
    desk.import();
    let export = |arguments: &[&str]| {
        let all = [&["schedule", "export", "--binary=/usr/bin/true"], arguments].concat();
        desk.home.run(&all)
    };
    let crontab = export(&["daily", "--crontab", "--machine-zone=UTC"]).expect(0).stdout;
    assert!(crontab.contains("\n0-40/20 4 * * 1-5 /usr/bin/true --store sqlite:"), "{crontab}");
    let refused = export(&["--crontab", "--machine-zone=UTC"]).expect(3);
    assert!(refused.stderr.contains("M0904"), "{refused:?}");
    judge_crontab(desk.home.path(), &crontab);
    judge_systemd(desk.home.path(), &export(&["--systemd", "--output=json"]).expect(0).json());
    judge_systemd(desk.home.path(), &export(&["--service", "--output=json"]).expect(0).json());
    let sender =
        ["--role-arn=arn:aws:iam::111122223333:role/moontide", "--target=tag:Role=console"];
    let created = export(&[&["quarterly", "--eventbridge", "--output=json"], &sender[..]].concat())
        .expect(0)
        .json();
    let input: Value =
        serde_json::from_str(created["Target"]["Input"].as_str().expect("text")).expect("JSON");
    let rule = rule_for_an_event(&desk, &sender);
    judge_inputs(&[
        json!(["scheduler", "CreateSchedule", created]),
        json!(["ssm", "SendCommand", input]),
        json!(["events", "PutRule", rule["rule"]]),
        json!(["events", "PutTargets", rule["targets"]]),
    ]);
}

/// A rule for an event that starts a runbook which asks an approver before it begins.
fn rule_for_an_event(desk: &Desk, sender: &[&str]) -> Value {
    let runbook = desk.home.path().join("hello/runbook.luau");
    let text = std::fs::read_to_string(&runbook).expect("it is there");
    let start = "start = { message = \"Begin?\", approvers = { \"lead\" } },\n\twaves = {";
    let asks = text.replacen("waves = {", start, 1);
    assert_ne!(asks, text, "the runbook has waves");
    std::fs::write(&runbook, asks).expect("it can be written");
    let settings = desk.home.path().join("moontide/moontide.toml");
    std::fs::write(settings, "[approvers]\nlead = [\"*\"]\n").expect("it can be written");
    desk.write(&once("asks", 2, ""));
    desk.import();
    let event = [
        "schedule",
        "export",
        "asks",
        "--event-pattern={\"source\":[\"aws.health\"]}",
        "--runbook=hello",
        "--in-region=us-west-2",
        "--account=111122223333",
        "--output=json",
    ];
    desk.home.run(&[&event[..], sender].concat()).expect(0).json()
}

/// Whether a program of this name is installed. Where it is not, the test says that it has not judged.
fn is_installed(program: &str) -> bool {
    let is_there = Command::new(program).arg("--version").output().is_ok();
    if !is_there {
        let said = format!("{program} is not installed, so it has judged nothing.\n");
        std::io::stderr().write_all(said.as_bytes()).expect("stderr takes it");
    }
    is_there
}

fn judge_crontab(folder: &Path, text: &str) {
    if !is_installed("crontab") {
        return;
    }
    let file = folder.join("crontab");
    std::fs::write(&file, text).expect("it can be written");
    let judged = Command::new("crontab").arg("-n").arg(&file).output().expect("it starts");
    assert!(judged.status.success(), "{judged:?}");
}

fn judge_systemd(folder: &Path, exported: &Value) {
    for unit in exported["units"].as_array().expect("there are units") {
        let (name, text) =
            (unit["file"].as_str().expect("text"), unit["text"].as_str().expect("text"));
        assert!(text.contains("[Unit]"), "{text}");
        std::fs::write(folder.join(name), text).expect("it can be written");
    }
    if !is_installed("systemd-analyze") {
        return;
    }
    for unit in exported["units"].as_array().expect("there are units") {
        let file = folder.join(unit["file"].as_str().expect("text"));
        let judged = Command::new("systemd-analyze").arg("verify").arg(&file).output();
        let judged = judged.expect("it starts");
        let said = String::from_utf8_lossy(&judged.stderr);
        // What it says of units of this machine is none of ours.
        let ours = said.lines().filter(|line| line.contains("moontide"));
        assert_eq!(ours.collect::<Vec<_>>(), Vec::<&str>::new(), "{}", unit["text"]);
    }
}

fn judge_inputs(inputs: &[Value]) {
    const REQUIREMENTS: [&str; 3] = ["boto3==1.44.5", "botocore==1.44.5", "awscli==1.46.2"];
    let why = "cannot prepare botocore, so nothing has judged the inputs of EventBridge.";
    let python = python::environment("outsiders", &REQUIREMENTS, why).join("bin/python");
    let judge = repository("tests/timetables/judge.py");
    let mut child = Command::new(python)
        .arg(judge)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("python starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    for input in inputs {
        writeln!(stdin, "{input}").expect("it reads");
    }
    drop(stdin);
    let judged = Ran::of(&child.wait_with_output().expect("it ends"));
    assert_eq!(judged.code, Some(0), "{}\n{}", judged.stdout, judged.stderr);
}
