//! Executions in a DynamoDB table, through the binary: making the table, a drill, a second machine, and
//! what is said when the table is not there.

#[path = "support/dynamo/mod.rs"]
mod dynamo;
mod support;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use dynamo::Dynamo;
use dynamo::proxy::{Action, Asked, Phase};
use insta::assert_snapshot;
use support::receivers::Receivers;
use support::{Home, Ran, Sim, repository};

/// A machine with a home of its own, and a table that it shares with others.
struct Machine {
    home: Home,
    /// Where DynamoDB is.
    endpoint: String,
    /// `dynamodb:TABLE@REGION`.
    store: String,
}

impl Machine {
    /// One with a table that is not there yet.
    fn first() -> Machine {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let store = format!("dynamodb:drills-{number}@us-west-2");
        Machine { home: Home::new(), endpoint: Dynamo::shared().endpoint(), store }
    }

    /// One whose table is made.
    fn ready() -> Machine {
        let machine = Machine::first();
        machine.run(&["store", "init"]).expect(0);
        machine
    }

    /// Another one that shares the table.
    fn second(&self) -> Machine {
        Machine { home: Home::new(), endpoint: self.endpoint.clone(), store: self.store.clone() }
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = self.home.moontide(arguments);
        command.env("MOONTIDE_STORE", &self.store);
        command.env("AWS_ENDPOINT_URL_DYNAMODB", &self.endpoint);
        command.env("AWS_ENDPOINT_URL_STS", sts());
        Ran::of(&command.output().expect("moontide starts"))
    }

    fn table(&self) -> &str {
        self.store.trim_start_matches("dynamodb:").trim_end_matches("@us-west-2")
    }
}

/// Where STS names the caller of a command.
fn sts() -> String {
    static STS: OnceLock<Sim> = OnceLock::new();
    let sim = STS.get_or_init(|| Sim::of(&repository("runbooks/three_tier/world.toml")));
    let [endpoint, _] = sim.flags();
    endpoint.trim_start_matches("--endpoint-url=").to_owned()
}

fn path(path: &str) -> String {
    repository(path).to_str().expect("a readable path").to_owned()
}

#[test]
fn the_table_is_made_once_and_then_it_was_there() {
    let machine = Machine::first();
    let first = machine.run(&["store", "init", "--output=json"]).expect(0).json();
    assert_eq!((&first["created"], first["store"].as_str()), (&true.into(), Some(&*machine.store)));
    assert_eq!(first["time_to_live"]["setting"], "turned_on");
    let again = machine.run(&["store", "init", "--output=json"]).expect(0).json();
    assert_eq!(again["created"], false);
    assert_eq!(again["time_to_live"]["setting"], "was_on");
    let told = machine.run(&["store", "init"]).expect(0).stdout;
    assert!(told.starts_with(&format!("{} was there already\n", machine.store)), "{told}");
    assert!(told.contains("point-in-time recovery"), "{told}");
}

#[test]
fn a_store_in_a_file_is_made_too() {
    let home = Home::new();
    let first = home.run(&["store", "init"]).expect(0);
    assert!(first.stdout.ends_with("moontide.db is made\n"), "{first:?}");
    let again = home.run(&["store", "init"]).expect(0);
    assert!(again.stdout.ends_with("moontide.db was there already\n"), "{again:?}");
}

#[test]
fn a_drill_that_one_machine_runs_is_seen_by_another() {
    let machine = Machine::ready();
    let sim = Sim::of(&repository("runbooks/hello/world.toml"));
    let [endpoint, speed] = sim.flags();
    // The endpoint of the flag is that of the world, and does not lead to another store.
    let run = ["run", &path("runbooks/hello"), "--mode=drill", "--execution-id=drill"];
    machine.run(&[&run[..], &[&endpoint, &speed]].concat()).expect(0);
    assert_eq!(sim.performed("StartRecovery"), 1);

    let other = machine.second();
    let listed = other.run(&["list", "--output=json"]).expect(0).json();
    let executions = listed["executions"].as_array().expect("a list");
    assert_eq!((executions.len(), &executions[0]["status"]), (1, &"completed".into()));
    let here = machine.run(&["journal", "drill"]).expect(0).stdout;
    assert_eq!(other.run(&["journal", "drill"]).expect(0).stdout, here);
    assert!(here.lines().count() > 5, "{here}");
    let status = other.run(&["status", "drill"]).expect(0).stdout;
    assert!(status.contains("completed"), "{status}");
    other.run(&["cleanup", "drill", &endpoint, &speed]).expect(0);
    assert_eq!(sim.performed("TerminateRecoveryInstances"), 1);
}

#[test]
fn what_one_machine_could_not_tell_another_tells() {
    let machine = Machine::ready();
    let (receivers, sim) = (Receivers::listen(), Sim::of(&repository("runbooks/hello/world.toml")));
    let declare = |machine: &Machine| {
        receivers.declare(&machine.home.path().join("moontide"), &["sulks"], "");
    };
    declare(&machine);
    let runbook = repository("runbooks/hello").display().to_string();
    let [endpoint, speed] = sim.flags();
    let start = ["run", &runbook, "--mode=drill", "--execution-id=drill", &endpoint, &speed];
    let ran = machine.run(&start).expect(0);
    assert!(ran.stderr.contains("not told yet: 3 notifications for sulks"), "{ran:?}");
    receivers.get_better();
    let second = machine.second();
    declare(&second);
    second.run(&["notify", "send", "--until-empty"]).expect(0);
    let keys = ["drill:started:1", "drill:completed:1", "drill:leftovers:1"];
    assert_eq!(receivers.keys("/sulks"), keys);
    let [started, completed, _] = &receivers.at("/sulks")[..] else { panic!("three") };
    let command = format!("moontide --store {} status drill --follow", machine.store);
    assert_eq!(started.body["command"], command, "a reader may sit at another machine");
    let head = completed.body["head"].as_str().unwrap_or_default();
    assert_eq!(head.len(), 64, "the head of the journal: {head}");
    let listed = second.run(&["notify", "list", "--output=json"]).expect(0).json();
    assert_eq!(listed["notifications"], serde_json::json!([]));
}

#[test]
fn one_machine_pauses_another_answers_and_a_third_goes_on() {
    let machine = Machine::ready();
    let sim = Sim::of(&repository("runbooks/three_tier/world.toml"));
    let [endpoint, speed] = sim.flags();
    let run = ["run", &path("runbooks/three_tier"), "--mode=drill", "--execution-id=drill"];
    machine.run(&[&run[..], &[&endpoint, &speed]].concat()).expect(4);
    machine.second().run(&["answer", "drill", "continue", "--by=dba"]).expect(0);
    machine.second().run(&["resume", "drill", &endpoint, &speed]).expect(0);
    assert_eq!(sim.performed("StartRecovery"), 3);
}

/// Begun in a file, answered and gone on with in a table, and back again.
#[test]
fn an_execution_moves_from_a_file_to_a_table_at_a_pause_and_back_when_it_is_over() {
    let machine = Machine::ready();
    let file = format!("sqlite:{}", machine.home.path().join("moving.db").display());
    let there = machine.store.clone();
    let sim = Sim::of(&repository("runbooks/three_tier/world.toml"));
    let [endpoint, speed] = sim.flags();
    let run = ["run", &path("runbooks/three_tier"), "--mode=drill", "--execution-id=drill"];
    machine.run(&[&run[..], &[&endpoint, &speed, "--store", &file]].concat()).expect(4);
    let begun = machine.run(&["journal", "drill", "--store", &file]).expect(0).stdout;

    let copy = ["store", "copy", &file, &there];
    let refused = machine.run(&[&copy[..], &["drill"]].concat()).expect(1).stdout;
    assert!(refused.contains("0 executions copied"), "{refused}");
    assert!(refused.contains("could still go on: in two stores it would be"), "{refused}");
    let moved = machine.run(&[&copy[..], &["drill", "--move"]].concat()).expect(0).stdout;
    assert!(moved.starts_with("1 execution moved from sqlite:"), "{moved}");
    // Once more is no harm.
    machine.run(&[&copy[..], &["drill", "--move"]].concat()).expect(0);

    // Here it is shown, and goes on no more.
    let here = |arguments: &[&str]| machine.run(&[arguments, &["--store", &file]].concat());
    for command in [
        &["resume", "drill", &endpoint, &speed][..],
        &["answer", "drill", "continue", "--by=dba"],
        &["pause", "drill"],
    ] {
        let refused = here(command).expect(2).stderr;
        assert!(refused.contains("error[M0409]: the execution `drill` was moved to"), "{refused}");
        assert!(refused.contains(&there), "{refused}");
    }
    let status = here(&["status", "drill"]).expect(0).stdout;
    assert!(status.contains("hint: it was moved to dynamodb:"), "{status}");
    assert!(status.contains(&format!("next: moontide --store {there} status drill")), "{status}");

    let other = machine.second();
    assert_eq!(other.run(&["journal", "drill"]).expect(0).stdout, begun);
    other.run(&["answer", "drill", "continue", "--by=dba"]).expect(0);
    other.run(&["resume", "drill", &endpoint, &speed]).expect(0);
    assert_eq!(sim.performed("StartRecovery"), 3, "each wave once, wherever it was driven");

    machine.run(&["store", "copy", &there, &file, "drill", "--move"]).expect(0);
    let whole = other.run(&["journal", "drill", "--output=json"]).expect(0).stdout;
    assert_eq!(here(&["journal", "drill", "--output=json"]).expect(0).stdout, whole);
    assert!(whole.lines().count() > begun.lines().count());
    let status = here(&["status", "drill", "--output=json"]).expect(0).json();
    assert_eq!((&status["status"], status.get("hints")), (&"completed".into(), None));
    here(&["cleanup", "drill", &endpoint, &speed]).expect(0);
    let sealed = other.run(&["cleanup", "drill", &endpoint, &speed]).expect(2);
    assert!(sealed.stderr.contains("was moved to sqlite:"), "{sealed:?}");
}

/// Every third write of a whole drill is throttled, loses its reply, or meets another transaction.
#[test]
fn a_drill_does_not_mind_a_table_that_has_a_bad_day() {
    let machine = Machine::ready();
    let proxy = Dynamo::shared().proxied(|asked, phase| match (asked.write, phase) {
        (Some(write), Phase::Before) if write % 9 == 0 => {
            Action::Throttle("ProvisionedThroughputExceededException")
        }
        (Some(write), Phase::After) if write % 9 == 3 => Action::Drop,
        (Some(write), Phase::Before) if write % 9 == 6 => Action::Conflict,
        _ => Action::Pass,
    });
    let unlucky = Machine { endpoint: proxy.endpoint(), ..machine.second() };
    let sim = Sim::of(&repository("runbooks/three_tier/world.toml"));
    let [endpoint, speed] = sim.flags();
    let run = ["run", &path("runbooks/three_tier"), "--mode=drill", "--execution-id=drill"];
    let flags = ["--answer=continue", &endpoint, &speed];
    unlucky.run(&[&run[..], &flags].concat()).expect(0);
    assert_eq!(sim.performed("StartRecovery"), 3);
    let writes = proxy.asked().iter().filter_map(|asked| asked.write).max();
    assert!(writes.is_some_and(|writes| writes > 30), "{writes:?}");
    let list = machine.run(&["list", "--output=json"]).expect(0).json();
    let executions = list["executions"].as_array().expect("a list");
    assert_eq!((executions.len(), &executions[0]["runner"]), (1, &().into()));
}

/// Twenty-five seconds in which DynamoDB throttles every call of one kind: the runner waits, and its drill
/// comes to its end with every launch once.
#[test]
#[ignore = "half a minute, and as many drills at once as there are kinds of calls"]
fn a_drill_waits_for_a_table_that_throttles_one_kind_of_call_for_a_while() {
    const KINDS: [&str; 5] = ["GetItem", "Query", "PutItem", "UpdateItem", "TransactWriteItems"];
    std::thread::scope(|scope| {
        let drills = KINDS.map(|kind| scope.spawn(move || throttled(kind)));
        for (kind, drill) in KINDS.into_iter().zip(drills) {
            let (ran, launches, struck) = drill.join().expect("the drill was looked at");
            assert_eq!(ran.code, Some(0), "{kind}: {ran:?}");
            assert_eq!(launches, 3, "{kind}: each wave once");
            assert!(struck > 3, "{kind}: {struck} calls were throttled");
        }
    });
}

/// A drill meanwhile; how many launches there were, and how many calls were throttled.
#[expect(
    clippy::disallowed_methods,
    reason = "a process that is watched has the time of its machine"
)]
fn throttled(kind: &'static str) -> (Ran, usize, u32) {
    const FOR: std::time::Duration = std::time::Duration::from_secs(25);
    let machine = Machine::ready();
    let struck = std::sync::Arc::new(AtomicU32::new(0));
    let (counted, calls) = (std::sync::Arc::clone(&struck), AtomicU32::new(0));
    // A lease is taken by the first of its updates; opening a store that does not answer is given up sooner.
    let before = if kind == "UpdateItem" { 0 } else { 2 };
    let begun = OnceLock::new();
    let proxy = Dynamo::shared().proxied(move |asked, phase| {
        let is_it = phase == Phase::Before && asked.operation == kind;
        if !is_it || calls.fetch_add(1, Ordering::Relaxed) < before {
            return Action::Pass;
        }
        if begun.get_or_init(std::time::Instant::now).elapsed() > FOR {
            return Action::Pass;
        }
        counted.fetch_add(1, Ordering::Relaxed);
        Action::Throttle("ProvisionedThroughputExceededException")
    });
    let unlucky = Machine { endpoint: proxy.endpoint(), ..machine.second() };
    let sim = Sim::of(&repository("runbooks/three_tier/world.toml"));
    let [endpoint, speed] = sim.flags();
    let run = ["run", &path("runbooks/three_tier"), "--mode=drill", "--execution-id=drill"];
    let ran = unlucky.run(&[&run[..], &["--answer=continue", &endpoint, &speed]].concat());
    (ran, sim.performed("StartRecovery"), struck.load(Ordering::Relaxed))
}

/// It cannot be seen whether the holder of a lease in a table lives.
#[test]
fn an_execution_that_is_over_has_no_runner_also_if_its_lease_was_never_given_back() {
    let machine = Machine::ready();
    let gives_back = "SET #holder = :free, #leased";
    let proxy = Dynamo::shared().proxied(move |asked, phase| {
        let update = asked.body["UpdateExpression"].as_str().unwrap_or_default();
        let is_refused = phase == Phase::Before && update.starts_with(gives_back);
        if is_refused { Action::Throttle("ValidationException") } else { Action::Pass }
    });
    let unlucky = Machine { endpoint: proxy.endpoint(), ..machine.second() };
    let sim = Sim::of(&repository("runbooks/hello/world.toml"));
    let [endpoint, speed] = sim.flags();
    let run = ["run", &path("runbooks/hello"), "--mode=drill", "--execution-id=drill"];
    unlucky.run(&[&run[..], &[&endpoint, &speed]].concat()).expect(0);
    let asked = proxy.asked();
    let update = |asked: &Asked| asked.body["UpdateExpression"].as_str().map(str::to_owned);
    let refused = asked.iter().filter_map(update).filter(|it| it.starts_with(gives_back));
    assert_eq!(refused.count(), 1);
    let status = machine.run(&["status", "drill", "--output=json"]).expect(0).json();
    assert_eq!((&status["status"], status.get("runner")), (&"completed".into(), None));
}

#[test]
fn a_misspelt_table_comes_with_the_next_command() {
    let machine = Machine::first();
    let run = ["run", &path("runbooks/hello"), "--mode=drill"];
    let said = [&["list"][..], &["status", "drill"], &run]
        .map(|command| machine.run(command).expect(6).stderr.replace(machine.table(), "TABLE"));
    assert_snapshot!(said[0], @"
    error[M0403]: dynamodb:TABLE@us-west-2: there is no such table
    hint: check its name, its Region and AWS_PROFILE if it should be there
    hint: where executions were kept in it, restore it from its backup: made anew, it would know of no launch before `moontide adopt` takes them up
    hint: where there never was one: `moontide store init --store dynamodb:TABLE@us-west-2` makes it
    ");
    assert!(said.iter().all(|it| *it == said[0]), "{said:?}");
    let ran = machine.run(&["list", "--store=dynamodb:a@us-west-2"]).expect(2);
    assert!(ran.stderr.contains("names no table"), "{ran:?}");
}

#[test]
fn without_region_or_credentials_the_next_step_is_about_the_store() {
    let home = Home::new();
    let said = home.run(&["list", "--store=dynamodb:drills"]).expect(6).stderr;
    assert_snapshot!(said, @"
    error[M0604]: nothing says in which Region the store is
    hint: write `dynamodb:TABLE@REGION`, or set AWS_REGION
    ");
    let mut command = home.moontide(&["list", "--store=dynamodb:drills@us-west-2"]);
    command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
    let said = Ran::of(&command.output().expect("moontide starts")).expect(6).stderr;
    let head = "error[M0403]: dynamodb:drills@us-west-2: there are no usable credentials: ";
    assert!(said.starts_with(head) && !said.contains("pass `--profile`"), "{said}");
    assert!(said.contains("AWS_PROFILE") && said.lines().count() == 2, "{said}");
}

#[test]
fn an_operator_who_keeps_executions_in_the_region_that_may_fail_is_warned() {
    let home = Home::new();
    let source = std::fs::read_to_string(repository("runbooks/hello/runbook.luau"))
        .expect("the runbook is there")
        .replace("\tregion =", "\tsource_region = \"us-east-1\",\n\tregion =");
    let runbook = home.path().join("runbook.luau");
    std::fs::write(&runbook, source).expect("it can be written");
    let runbook = runbook.to_str().expect("a readable path");
    let check = |store: &str, region: &str| {
        let mut command = home.moontide(&["check", runbook, "--store", store]);
        let output = command.env("AWS_REGION", region).output().expect("moontide starts");
        Ran::of(&output).expect(0).stderr
    };
    let warning = check("dynamodb:drills@us-east-1", "us-west-2");
    assert_snapshot!(warning, @"warning: the store dynamodb:drills@us-east-1 is in us-east-1, the Region that this runbook recovers from: when it fails, the executions are out of reach. Keep them in another Region");
    assert!(check("dynamodb:drills", "us-east-1").starts_with("warning: "));
    assert_eq!(check("dynamodb:drills@us-west-2", "us-east-1"), "");
    assert_eq!(check("dynamodb:drills", "us-west-2"), "");
    assert_eq!(check("sqlite:drills.db", "us-east-1"), "");
}

/// The same table by its ARN, in this account.
fn by_arn(machine: &Machine, account: &str) -> Machine {
    let table = machine.table();
    let store = format!("dynamodb:arn:aws:dynamodb:us-west-2:{account}:table/{table}");
    Machine { store, ..machine.second() }
}

#[test]
fn a_table_that_is_named_by_its_arn_is_the_same_store() {
    const OWNERS: &str = "arn:aws:dynamodb:us-west-2:999988887777:table/";
    let machine = Machine::ready();
    let proxy = Dynamo::shared().proxied(|asked, phase| match phase {
        Phase::Before => {
            let is_by_arn = asked.body.to_string().contains(OWNERS);
            assert!(is_by_arn, "{} goes to another table: {}", asked.operation, asked.body);
            Action::Named(OWNERS)
        }
        Phase::After => Action::Pass,
    });
    let named = Machine { endpoint: proxy.endpoint(), ..by_arn(&machine, "999988887777") };
    let sim = Sim::of(&repository("runbooks/three_tier/world.toml"));
    let [endpoint, speed] = sim.flags();
    let runbook = path("runbooks/three_tier");
    let run = ["run", &runbook, "--mode=drill", "--execution-id=drill", &endpoint, &speed];
    named.run(&run).expect(4);
    let list = named.run(&["list", "--output=json"]).expect(0).json();
    assert_eq!(list["store"].as_str(), Some(named.store.as_str()));
    assert_eq!(list["executions"][0]["status"], "paused");
    let asked = proxy.asked();
    for operation in ["BatchGetItem", "TransactWriteItems", "UpdateItem", "Query"] {
        assert!(asked.iter().any(|it| it.operation == operation), "{operation} was never asked");
    }
    let by_name = machine.run(&["status", "drill", "--output=json"]).expect(0).json();
    let by_arn = named.run(&["status", "drill", "--output=json"]).expect(0).json();
    assert_eq!(by_arn["waves"], by_name["waves"]);
}

#[test]
fn a_table_of_another_account_is_made_by_its_owner() {
    let machine = Machine::first();
    let refused = by_arn(&machine, "999988887777").run(&["store", "init"]).expect(6).stderr;
    let plain = refused.replace(machine.table(), "TABLE");
    assert_snapshot!(plain, @r"
    error[M0606]: dynamodb:arn:aws:dynamodb:us-west-2:999988887777:table/TABLE belongs to the AWS account 999988887777, and these credentials to 111122223333: a table is made by its owner
    hint: with credentials of 999988887777: `moontide store init --store dynamodb:TABLE@us-west-2`
    hint: the table's resource policy must then allow others what the store does: dynamodb:GetItem, BatchGetItem, Query, PutItem, UpdateItem, DeleteItem, BatchWriteItem and ConditionCheckItem
    ");
    // One that its owner names by its ARN is theirs to make.
    let own = by_arn(&machine, "111122223333").run(&["store", "init", "--output=json"]);
    assert_eq!(own.expect(0).json()["store"].as_str(), Some(machine.store.as_str()));
}

#[test]
fn a_drill_whose_table_is_lost_is_adopted_in_another_one_and_cleaned_up() {
    let lost = Machine::ready();
    let sim = Sim::of(&repository("runbooks/hello/world.toml"));
    let [endpoint, speed] = sim.flags();
    let runbook = path("runbooks/hello");
    let run = ["run", &runbook, "--mode=drill", "--execution-id=drill", &endpoint, &speed];
    lost.run(&run).expect(0);
    let other = Machine::ready();
    other.run(&["adopt", "drill", "--region=us-west-2", &endpoint, &speed]).expect(0);
    let shown = other.run(&["list", "--output=json"]).expect(0).json();
    assert_eq!(shown["executions"][0]["status"], "cancelled");
    let again = other.run(&["adopt", "drill", "--region=us-west-2", &endpoint, &speed]);
    let again = again.expect(0).stderr;
    assert!(again.contains("was adopted before, and nothing new was found"), "{again}");
    let cleaned = other.run(&["cleanup", "drill", "--output=json", &endpoint, &speed]);
    let cleaned = cleaned.expect(0).json();
    assert_eq!(cleaned["terminated"].as_array().map(Vec::len), Some(1));
    let refused = other.run(&["retry", "drill", "greet"]).expect(2).stderr;
    assert!(refused.contains("nothing goes on from it"), "{refused}");
}

/// A move into the table is cut off; the operator, who does not want it any more, ends it there and takes it back.
#[test]
fn a_move_into_a_table_that_was_cut_off_is_given_up_and_taken_back() {
    let machine = Machine::ready();
    let sim = Sim::of(&repository("runbooks/three_tier/world.toml"));
    let [endpoint, speed] = sim.flags();
    let file = format!("sqlite:{}", machine.home.path().join("here.db").display());
    let run = ["run", &path("runbooks/three_tier"), "--mode=drill", "--execution-id=drill"];
    machine.run(&[&run[..], &[&endpoint, &speed, "--store", &file]].concat()).expect(4);
    let proxy = Dynamo::shared().proxied(|asked, phase| {
        let is_journal = asked.operation == "TransactWriteItems"
            && asked.body.to_string().contains("\"journal#")
            && phase == Phase::Before;
        if is_journal { Action::Throttle("AccessDeniedException") } else { Action::Pass }
    });
    let cut_off =
        Machine { endpoint: proxy.endpoint(), home: Home::new(), store: machine.store.clone() };
    let copy = ["store", "copy", &file, &machine.store, "drill", "--move"];
    let said = cut_off.run(&copy).expect(6).stderr;
    assert!(said.contains("`drill` is sealed where it was"), "{said}");

    let back = ["store", "take-back", "drill", "--from", &machine.store, "--store", &file, "--yes"];
    let said = machine.run(&[&back[..], &["--unseen"]].concat()).expect(2).stderr;
    assert!(said.contains("the execution `drill` is about to arrive in"), "{said}");
    assert!(said.contains("store import --give-up drill --yes"), "{said}");
    let give_up = ["store", "import", "--give-up", "drill"];
    let asked = machine.run(&give_up).expect(2).stderr;
    assert!(asked.contains("is still to arrive") && asked.contains("--yes"), "{asked}");
    let done = machine.run(&[&give_up[..], &["--yes"]].concat()).expect(0).stdout;
    assert!(done.contains("nothing is left of it"), "{done}");
    let again = machine.run(&[&give_up[..], &["--yes"]].concat()).expect(2).stderr;
    assert!(again.contains("no import of an execution `drill` is under way"), "{again}");
    machine.run(&back).expect(0);
    let resume = ["resume", "drill", "--answer=continue", &endpoint, &speed, "--store", &file];
    machine.run(&resume).expect(0);
    assert_eq!(sim.performed("StartRecovery"), 3);
}
