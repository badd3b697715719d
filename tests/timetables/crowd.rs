//! One process that serves five hundred schedules, of which fifty are drills of the same minute: what it takes, and how
//! late they start.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::support::{Home, Sim, repository, wait};
use super::{Desk, minutes_ago};

const SCHEDULES: usize = 500;
const DRILLS: usize = 50;
/// What Linux counts the time of processes in, for programs: a hundredth of a second.
const TICK: f64 = 0.01;

/// Fifty servers, and as many runbooks: each has its own.
fn desk() -> Desk {
    let world = (0..DRILLS).fold(
        "version = 1\naccount = \"111122223333\"\nregion = \"us-west-2\"\n".to_owned(),
        |mut world, number| {
            let _ = write!(
                world,
                "\n[[servers]]\nname = \"hello-{number}\"\ntags = {{ App = \"hello-{number}\" }}\n"
            );
            world
        },
    );
    let desk = Desk { home: Home::new(), sim: Sim::with(&world), table: None };
    let runbook = fs::read_to_string(repository("runbooks/hello/runbook.luau")).expect("a runbook");
    for number in 0..DRILLS {
        let folder = desk.home.path().join(format!("hello-{number}"));
        fs::create_dir_all(&folder).expect("a folder");
        let own = runbook.replace("\"hello\"", &format!("\"hello-{number}\""));
        assert_ne!(own, runbook, "it names itself and its server so");
        fs::write(folder.join("runbook.luau"), own).expect("it can be written");
        fs::write(folder.join("world.toml"), &world).expect("it can be written");
    }
    fs::create_dir_all(desk.home.path().join("moontide")).expect("a folder");
    desk
}

/// Those of which no time comes while the test runs: hours from now, each day or week.
fn others() -> String {
    let now = minutes_ago(0).strftime("%H").to_string().parse::<usize>().expect("an hour");
    (DRILLS..SCHEDULES).fold(String::new(), |mut file, number| {
        let (minute, hour) = (number % 60, (now + 4 + number % 16) % 24);
        let days = ["*", "MON-FRI", "SUN#1", "6L"][number % 4];
        let _ = writeln!(
            file,
            "[[schedules]]\nname = \"other-{number}\"\nkind = \"rehearsal\"\nrunbook = \"hello-{}\"\n\
             when = \"cron({minute} {hour} ? * {days} *)\"",
            number % DRILLS
        );
        file
    })
}

/// The drills of this moment.
fn drills(at: Timestamp) -> String {
    let local = at.strftime("%Y-%m-%dT%H:%M:%S");
    (0..DRILLS).fold(String::new(), |mut file, number| {
        let _ = writeln!(
            file,
            "[[schedules]]\nname = \"drill-{number}\"\nrunbook = \"hello-{number}\"\n\
             when = \"at({local})\"\ncleanup = \"never\""
        );
        file
    })
}

/// A process that is ended with its test.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a process has taken up to now: seconds of CPU, and MiB of memory at most.
fn taken(child: &Child) -> (f64, f64) {
    let folder = Path::new("/proc").join(child.id().to_string());
    let stat = fs::read_to_string(folder.join("stat")).expect("it runs");
    // Behind its name, which may have anything in it: state is the first field, utime and stime are the 12th and 13th.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks: f64 = [11, 12].iter().map(|at| fields[*at].parse::<f64>().expect("ticks")).sum();
    let status = fs::read_to_string(folder.join("status")).expect("it runs");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux says it");
    let kib: f64 = peak.trim().trim_end_matches(" kB").parse().expect("a number");
    (ticks * TICK, kib / 1024.0)
}

#[expect(clippy::disallowed_methods, reason = "what is measured is the time of this machine")]
fn clock() -> (Timestamp, Instant) {
    (Timestamp::now(), Instant::now())
}

fn import(desk: &Desk, schedules: &str) -> Duration {
    desk.write(schedules);
    let (_, begun) = clock();
    desk.look(&["schedule", "import", &desk.file()]).expect(0);
    begun.elapsed()
}

#[test]
#[ignore = "minutes"]
fn five_hundred_schedules_and_fifty_drills_of_the_same_minute() {
    let desk = desk();
    let (others, imported) = (import(&desk, &others()), clock().0);
    // A full minute that comes once the drills are imported and the server has looked at all.
    let due = minutes_ago(-2);
    let of_drills = import(&desk, &drills(due));
    let said = desk.home.path().join("serve");
    let mut command = desk.aws(&["schedule", "serve"]);
    let log = File::create(&said).expect("it can be written");
    let child = command.stdout(Stdio::null()).stderr(log).spawn();
    let mut served_by = Served(child.expect("moontide starts"));
    let child = &mut served_by.0;
    let is_served = || fs::read_to_string(&said).expect("it is there").contains("500 schedules");
    while !is_served() {
        wait(Duration::from_millis(100));
    }
    let (served, _) = clock();
    assert!(served < due, "it took from {imported} to {served} to import and serve them: too long");
    let first = taken(child);
    while clock().0 < due - SignedDuration::from_millis(200) {
        wait(Duration::from_millis(100));
    }
    let (idle, idled) = (taken(child), clock().0);
    let (_, begun) = clock();
    let ended = || fs::read_to_string(&said).expect("it is there").matches(": completed").count();
    while ended() < DRILLS && begun.elapsed() < Duration::from_mins(8) {
        wait(Duration::from_millis(200));
    }
    let (busy, took) = (taken(child), begun.elapsed());
    kill_process(Pid::from_child(child), Signal::TERM).expect("it runs");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    let text = fs::read_to_string(&said).expect("it is there");
    let delays = delays(&desk, due);
    let at = |part: usize| delays[(delays.len() - 1) * part / 100];
    let report = format!(
        "\n{SCHEDULES} schedules, {DRILLS} drills of the same minute, one SQLite store, debug build\n\
         imported in {:.1} s and {:.1} s\n\
         up to its first look: {:.2} s CPU, {:.0} MiB at most\n\
         idle for {:.0} s: {:.2} s CPU, {:.0} MiB at most\n\
         {} of {DRILLS} completed within {:.1} s: {:.2} s CPU, {:.0} MiB at most\n\
         begun behind their time, in s: first {:.2}, half {:.2}, nine of ten {:.2}, last {:.2}\n",
        others.as_secs_f64(),
        of_drills.as_secs_f64(),
        first.0,
        first.1,
        idled.duration_since(served).as_secs_f64(),
        idle.0 - first.0,
        idle.1,
        ended(),
        took.as_secs_f64(),
        busy.0 - idle.0,
        busy.1,
        at(0),
        at(50),
        at(90),
        at(100),
    );
    std::io::stderr().write_all(report.as_bytes()).expect("stderr takes it");
    assert_eq!(ended(), DRILLS, "{text}");
    check(&desk);
}

/// By how many seconds their executions began behind the time, the first one first.
fn delays(desk: &Desk, due: Timestamp) -> Vec<f64> {
    let listed = desk.look(&["list", "--output=json", "--limit=1000"]).expect(0).json();
    let executions = listed["executions"].as_array().expect("a list").clone();
    let began = |it: &Value| it["created_at"].as_str().and_then(|it| it.parse::<Timestamp>().ok());
    let began = executions.iter().map(|it| began(it).unwrap_or_else(|| panic!("{it}")));
    let mut delays: Vec<f64> = began.map(|at| at.duration_since(due).as_secs_f64()).collect();
    delays.sort_by(f64::total_cmp);
    assert_eq!(delays.len(), DRILLS, "an execution for each drill, and no other");
    delays
}

fn check(desk: &Desk) {
    let history =
        desk.look(&["schedule", "history", "--output=json", "-n", "1000"]).expect(0).json();
    let times = history["times"].as_array().expect("there are times");
    assert_eq!(times.len(), DRILLS);
    for time in times {
        assert_eq!((&time["outcome"], &time["status"]), (&"started".into(), &"completed".into()));
    }
    assert_eq!(desk.sim.performed("StartRecovery"), DRILLS);
    let effects = desk.sim.effects();
    assert_eq!(effects.len(), DRILLS, "{effects:?}");
    assert!(effects.values().all(|count| *count == 1), "none twice: {effects:?}");
    let listed = desk.look(&["schedule", "list", "--output=json"]).expect(0).json();
    assert_eq!(listed["schedules"].as_array().map(Vec::len), Some(SCHEDULES));
}
