//! What runbooks remember, with the real binary: many waves of many executions raise one counter and take turns at one
//! lock, while their runners are killed with `kill -9` again and again. In a file and in a table.
//!
//! A small part is a test; two hundred waves at once, in one execution and in several, with what it costs:
//!
//! ```sh
//! cargo test -p moontide --test state -- --ignored --nocapture whole
//! ```

#![cfg(target_os = "linux")]

#[path = "support/drill.rs"]
mod drill;
#[path = "support/dynamo/mod.rs"]
mod dynamo;
mod support;

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use drill::Place;
use dynamo::Dynamo;
use insta::assert_snapshot;
use serde_json::{Value, json};
use support::{Home, Ran, Sim, repository, wait};

/// Waves that each raise the counter once; every tenth of them takes the lock, and is alone in it.
const RUNBOOK: &str = r#"
local moontide = require("@moontide")
local state = require("@moontide/state")

local function raise()
	return state.update("count", function(old) return (old or 0) + 1 end, { attempts = 200 })
end

local waves = {}
for number = 1, WAVES do
	table.insert(waves, {
		name = `w{number}`,
		run = function(wave)
			raise()
			if number % 10 == 0 then
				state.locked("lock", wave, function()
					local inside = state.get("inside")
					if inside.value ~= nil then
						moontide.fail(`{inside.value} is inside`)
					end
					state.compare_and_put("inside", wave.execution, inside.version)
					moontide.sleep("1s")
					state.delete("inside")
				end, { timeout = "10h" })
			end
		end,
	})
end

return moontide.runbook { name = "counter", region = "us-west-2", waves = waves }
"#;

const WORLD: &str =
    "version = 1\naccount = \"111122223333\"\nregion = \"us-west-2\"\nservers = []\n";

/// How much faster than life the pauses of the waves are.
const SPEED: &str = "--speed=20";
/// More executions than this run at once in no test here.
const MOST: u32 = 8;

/// A place where executions of the runbook are kept.
struct Counter {
    home: Home,
    sim: Sim,
    /// `dynamodb:TABLE@REGION`, if they are kept there.
    table: Option<String>,
    kills: AtomicUsize,
}

impl Counter {
    fn new(place: Place, waves: usize) -> Counter {
        static NUMBER: AtomicUsize = AtomicUsize::new(1);
        let home = Home::new();
        let folder = home.path().join("counter");
        std::fs::create_dir(&folder).expect("the folder is new");
        let runbook = RUNBOOK.replace("WAVES", &waves.to_string());
        std::fs::write(folder.join("runbook.luau"), runbook).expect("it can be written");
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let table = match place {
            Place::File => None,
            Place::Table => Some(format!("dynamodb:state-{number}@us-west-2")),
        };
        let counter = Counter { home, sim: Sim::with(WORLD), table, kills: AtomicUsize::new(0) };
        counter.look(&["store", "init"]).expect(0);
        counter
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.home.moontide(arguments);
        command.env("MOONTIDE_LEASE_TTL", "2s").current_dir(self.home.path());
        if let Some(table) = &self.table {
            let [world, _] = self.sim.flags();
            command
                .env("MOONTIDE_STORE", table)
                .env("AWS_ENDPOINT_URL_DYNAMODB", Dynamo::shared().endpoint())
                .env("AWS_ENDPOINT_URL_STS", world.trim_start_matches("--endpoint-url="));
        }
        command
    }

    fn look(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.command(arguments).output().expect("moontide starts"))
    }

    /// Runs an execution, kills its runner so many times, each after another while, and lets the last one end it.
    fn run(&self, id: &str, kills: u32, pause: Duration) {
        let [world, _] = self.sim.flags();
        let at_once = "--set-limit=waves_at_once=200";
        let by_id = format!("--execution-id={id}");
        // All of them run side by side, by intent.
        let others: Vec<String> = (1..=MOST).map(|at| format!("--beside=x-{at}")).collect();
        let mut arguments = vec!["run", "counter", "--mode=drill", at_once, &by_id, &world, SPEED];
        arguments.extend(others.iter().map(String::as_str));
        for kill in 0..kills {
            let mut command = self.command(&arguments);
            command.stdout(Stdio::null()).stderr(Stdio::null());
            let mut runner = command.spawn().expect("moontide starts");
            // Each dies at another point of its work.
            wait(pause + pause * (kill * 7 % 5) / 5);
            let is_over = runner.try_wait().expect("it can be waited for").is_some();
            runner.kill().expect("it can be killed");
            runner.wait().expect("it can be waited for");
            if is_over {
                break;
            }
            self.kills.fetch_add(1, Ordering::Relaxed);
            // Where it was killed before it began, there is nothing to go on with.
            if self.look(&["status", id]).code != Some(2) {
                arguments = vec!["resume", id, &world, SPEED];
                arguments.extend(others.iter().map(String::as_str));
            }
        }
        let ran = Ran::of(&self.command(&arguments).output().expect("moontide starts"));
        assert_eq!(ran.code, Some(0), "{}\n{}", ran.stdout, ran.stderr);
    }

    /// The values by their keys.
    fn state(&self) -> Vec<(String, Value)> {
        let listed = self.look(&["state", "list", "counter", "--output=json"]).expect(0).json();
        let keys = listed["keys"].as_array().expect("a list").iter();
        keys.map(|key| (key["key"].as_str().expect("a text").to_owned(), key["value"].clone()))
            .collect()
    }

    /// How many entries the journal of an execution has, and how many of its writes came too late.
    fn journal(&self, id: &str) -> (usize, usize) {
        let journal = self.look(&["journal", id, "--output=json"]).expect(0).stdout;
        let late = journal.lines().filter(|line| line.contains("\"written\":false")).count();
        (journal.lines().count(), late)
    }
}

/// Several executions at once, each of so many waves, each runner killed so many times: the counter is exact.
#[expect(clippy::print_stdout, reason = "what it costs is for people")]
#[expect(clippy::disallowed_methods, reason = "how long processes take is real time")]
fn count(place: Place, executions: usize, waves: usize, kills: u32, pause: Duration) {
    let counter = Counter::new(place, waves);
    let begun = Instant::now();
    let ids: Vec<String> = (1..=executions).map(|number| format!("x-{number}")).collect();
    std::thread::scope(|scope| {
        for id in &ids {
            scope.spawn(|| counter.run(id, kills, pause));
        }
    });
    let took = begun.elapsed();
    assert_eq!(counter.state(), [("count".to_owned(), json!(executions * waves))]);
    let died = counter.kills.load(Ordering::Relaxed);
    assert!(died > 0, "no runner was killed while it was at work");
    let (entries, late) = ids
        .iter()
        .map(|id| counter.journal(id))
        .fold((0, 0), |sum, journal| (sum.0 + journal.0, sum.1 + journal.1));
    println!(
        "{place:?}: {executions} executions of {waves} waves, {died} kills, {:.1} s: the counter is {}; \
         {entries} journal entries, {late} writes came too late",
        took.as_secs_f64(),
        executions * waves
    );
}

#[test]
fn a_counter_is_exact_however_often_its_runners_are_killed() {
    count(Place::File, 2, 20, 4, Duration::from_millis(250));
}

#[test]
fn a_counter_in_a_table_is_exact_however_often_its_runners_are_killed() {
    count(Place::Table, 2, 10, 2, Duration::from_millis(700));
}

#[test]
#[ignore = "takes minutes; prints what it costs"]
fn whole() {
    count(Place::File, 1, 200, 12, Duration::from_millis(700));
    count(Place::File, 4, 50, 8, Duration::from_millis(700));
    count(Place::Table, 1, 200, 8, Duration::from_secs(3));
    count(Place::Table, 4, 50, 4, Duration::from_secs(3));
}

#[test]
fn an_operator_sees_what_is_remembered_and_deletes_what_stands_in_the_way() {
    let home = Home::new();
    let sim = Sim::of(&repository("runbooks/shared_state/world.toml"));
    let [world, speed] = sim.flags();
    let folder = repository("runbooks/shared_state");
    let folder = folder.to_str().expect("a readable path");
    let nothing = home.run(&["state", "list", "shared-state"]).expect(0);
    assert_snapshot!(nothing.stdout, @r"
    shared-state remembers nothing
    hint: no runbook of this name has run here
    ");
    home.run(&["run", folder, "--mode=drill", "--execution-id=drill", &world, &speed]).expect(0);
    let shown = home.run(&["state", "list", "shared-state"]).expect(0).stdout;
    let shown: Vec<&str> =
        shown.lines().filter_map(|it| Some(it.split_once("  drill  ")?.1)).collect();
    assert_eq!(shown, ["|  drills = 1", r#"|  last = {"execution":"drill","status":"completed"}"#]);
    let listed = home.run(&["state", "list", "shared-state", "--output=json"]).expect(0).json();
    let version = listed["keys"][0]["version"].as_u64().expect("a number");
    let delete = |version: u64| {
        let version = format!("--at-version={version}");
        home.run(&["state", "delete", "shared-state", "drills", &version])
    };
    let late = delete(version - 1).expect(2).stderr;
    assert_snapshot!(late.replace(&version.to_string(), "N"), @r"
    error[M0408]: the runbook-state `shared-state/drills` is at version N by now
    hint: `moontide state list shared-state` shows what is there
    ");
    let deleted = delete(version).expect(0);
    assert_snapshot!(deleted.stdout, @"deleted from shared-state | drills");
    let left = home.run(&["state", "list", "shared-state", "--output=json"]).expect(0).json();
    assert_eq!(left["keys"].as_array().map(Vec::len), Some(1), "{left}");
    let own = home.run(&["state", "list", "drill", "--execution"]).expect(0);
    assert_snapshot!(own.stdout, @"drill remembers nothing");

    let said = |arguments: &[&str], code: i32| {
        let ran = home.run(&[&["state", "list"], arguments].concat()).expect(code);
        ran.stdout + &ran.stderr
    };
    assert_snapshot!(said(&["drill"], 0), @r"
    drill remembers nothing
    hint: `drill` is an execution: `moontide state list drill --execution` shows what it keeps for itself
    hint: `moontide state list shared-state` shows what its runbook `shared-state` remembers
    ");
    assert_snapshot!(said(&["shard_state"], 0), @r"
    shard_state remembers nothing
    hint: did you mean `moontide state list shared-state`?
    ");
    assert_snapshot!(said(&["last"], 0), @r"
    last remembers nothing
    hint: `last` is a key of the runbook `shared-state`: `moontide state list shared-state`
    ");
    assert_snapshot!(said(&["quite-another"], 0), @r"
    quite-another remembers nothing
    hint: no runbook of this name has run here; those that remember something: shared-state
    ");
    assert_snapshot!(said(&["dril", "--execution"], 2), @r"
    error[M0401]: there is no execution `dril` in this store
    hint: did you mean `drill`?
    ");
}
