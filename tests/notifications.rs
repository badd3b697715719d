//! Notifications through the binary: a drill tells receivers on the loopback that take, fail, hang and refuse, and is
//! killed between its journal and the queue.

mod support;

use std::time::Duration;

use serde_json::Value;
use support::receivers::Receivers;
use support::{Home, Moment, Ran, Side, Sim, repository};

const WORLD: &str = include_str!("../runbooks/three_tier/world.toml");

/// A home whose settings name a webhook for each of these paths, and a drill of `three_tier` in it.
struct Drill {
    home: Home,
    sim: Sim,
    receivers: Receivers,
}

impl Drill {
    fn telling(paths: &[&str]) -> Drill {
        let (home, receivers) = (Home::new(), Receivers::listen());
        let folder = home.path().join("moontide");
        receivers.declare(&folder, paths, "[approvers]\ndba = [\"*\"]\n");
        let source = repository("runbooks/three_tier/runbook.luau");
        std::fs::copy(source, home.path().join("runbook.luau")).expect("the runbook is there");
        Drill { home, sim: Sim::with(WORLD), receivers }
    }

    fn aws(&self, arguments: &[&str]) -> Ran {
        let flags = self.sim.flags();
        let flags = flags.iter().map(String::as_str);
        self.home.run(&arguments.iter().copied().chain(flags).collect::<Vec<_>>())
    }

    fn start(&self) -> Vec<String> {
        let runbook = self.home.path().join("runbook.luau").display().to_string();
        let start = ["run", &runbook, "--mode=drill", "--execution-id=drill"].map(str::to_owned);
        start.into_iter().chain(self.sim.flags()).collect()
    }

    fn run(&self) -> Ran {
        self.home.run(&self.start().iter().map(String::as_str).collect::<Vec<_>>())
    }
}

#[test]
fn a_drill_tells_what_happens_to_its_end_and_each_receiver_in_its_own_time() {
    let drill = Drill::telling(&["good", "hangs", "sulks", "busy"]);
    let paused = drill.run().expect(4);
    let waits = ["drill:started:1", "drill:waits:1"];
    assert_eq!(drill.receivers.keys("/good"), waits);
    assert!(
        paused.stderr.contains("not told yet: 6 notifications for busy, hangs, sulks"),
        "{paused:?}"
    );
    assert!(paused.stderr.contains("`moontide notify send`"), "{paused:?}");
    let asked = &drill.receivers.at("/good")[1];
    assert_eq!(asked.body["mark"], "SIMULATED DRILL");
    let sentence = asked.body["sentence"].as_str().expect("a sentence");
    assert!(
        sentence.starts_with("SIMULATED DRILL three-tier: wave application waits"),
        "{sentence}"
    );
    assert_eq!(asked.body["command"], "moontide answer drill application continue");
    let signature = asked.headers["x-moontide-signature"].to_str().expect("it is plain");
    assert!(signature.starts_with("t=") && signature.contains(",v1="), "{signature}");

    drill.home.run(&["answer", "drill", "application", "continue", "--by=dba"]).expect(0);
    drill.receivers.get_better();
    drill.aws(&["resume", "drill"]).expect(0);
    let all = [
        "drill:started:1",
        "drill:waits:1",
        "drill:answered:1",
        "drill:completed:1",
        "drill:leftovers:1",
    ];
    assert_eq!(drill.receivers.keys("/good"), all, "once each");
    let left = drill.home.run(&["notify", "list", "--output=json"]).expect(0).json();
    let waiting = |name: &str| {
        let receivers = left["receivers"].as_array().expect("a list");
        receivers.iter().find(|it| it["receiver"] == name).expect("it is there")["waiting"].clone()
    };
    assert_eq!(
        (waiting("good"), waiting("hangs"), waiting("busy")),
        (0.into(), 5.into(), 5.into())
    );
    let said = left.to_string();
    assert!(said.contains("429") && !said.contains("hunter22"), "{said}");
    // The one that came back is told what it missed, by whichever process is next.
    for _ in 0..30 {
        drill.home.run(&["notify", "send"]).expect(1);
        if drill.receivers.keys("/sulks").len() == all.len() {
            break;
        }
        support::wait(Duration::from_secs(1));
    }
    assert_eq!(drill.receivers.keys("/sulks"), all, "in order");
}

#[test]
fn a_runner_that_is_killed_between_journal_and_queue_loses_nothing() {
    for side in [Side::Before, Side::After] {
        let drill = Drill::telling(&["good"]);
        let start = drill.start();
        let start: Vec<&str> = start.iter().map(String::as_str).collect();
        // In the middle of the drill, with its worker wherever that is.
        let moment = Moment { operation: Some("StartRecovery"), number: 1, side };
        let killed = drill.sim.trap.spring(drill.home.moontide(&start), moment);
        assert_eq!(killed.code, None, "{killed:?}");
        let queue = drill.home.path().join("moontide/moontide.db");
        // As if it had died right behind the first entry: nothing of it is queued, and nothing is said to be.
        let db = rusqlite::Connection::open(&queue).expect("the store");
        let forgotten = db.execute(
            "UPDATE documents SET body = json_set(body, '$.sequence', 0) WHERE kind = 'notified'",
            [],
        );
        assert_eq!(forgotten.expect("a table of documents"), 1);
        db.execute("DELETE FROM documents WHERE kind = 'notification'", []).expect("it deletes");
        drop(db);
        let before = drill.receivers.keys("/good");
        drill.home.run(&["notify", "send"]).expect(0);
        let now = drill.receivers.keys("/good");
        assert_eq!(now[before.len()..], ["drill:started:1"], "{before:?}");
        drill.aws(&["resume", "drill"]).expect(4);
        let keys = drill.receivers.keys("/good");
        assert_eq!(keys.last().map(String::as_str), Some("drill:waits:1"), "{keys:?}");
        let started = keys.iter().filter(|it| *it == "drill:started:1").count();
        assert!(
            started <= 2 && keys.len() == started + 1,
            "told again at most, under one key: {keys:?}"
        );
    }
}

#[test]
fn a_test_says_what_each_receiver_said_and_a_preview_sends_nothing() {
    let drill = Drill::telling(&["good", "sulks"]);
    let tested = drill.home.run(&["notify", "test"]).expect(1);
    assert!(tested.stdout.contains("good   webhook  taken"), "{}", tested.stdout);
    assert!(tested.stdout.contains("not taken  127.0.0.1: 503 not now"), "{}", tested.stdout);
    assert!(tested.stderr.contains("error[M1202]: the test was not taken by sulks"), "{tested:?}");
    let arrived = drill.receivers.at("/good");
    assert_eq!((arrived.len(), &arrived[0].body["event"]), (1, &Value::from("test")));
    assert!(
        arrived[0].body["sentence"]
            .as_str()
            .is_some_and(|it| it.starts_with("TEST of the receiver good"))
    );
    drill.home.run(&["notify", "test", "good"]).expect(0);
    let unknown = drill.home.run(&["notify", "test", "goood"]).expect(2);
    assert!(
        unknown.stderr.contains("error[M1201]") && unknown.stderr.contains("did you mean `good`?")
    );
    let preview = drill.home.run(&["notify", "preview", "waits", "--output=json"]).expect(0);
    let said = preview.json();
    assert_eq!(said["previews"][0]["sends"][0]["body"]["event"], "waits");
    assert!(!preview.stdout.contains("hunter22"), "no secret is read");
    assert_eq!(drill.receivers.at("/good").len(), 2, "nothing was sent");
    let wrong = drill.home.run(&["notify", "preview", "wait"]).expect(2);
    assert!(wrong.stderr.contains("did you mean `waits`?"), "{wrong:?}");
}

#[test]
fn without_receivers_nothing_is_told_and_nothing_is_queued() {
    let drill = Drill::telling(&[]);
    drill.run().expect(4);
    let listed = drill.home.run(&["notify", "list"]).expect(0);
    assert_eq!(
        listed.stdout,
        "no receiver of notifications is declared, and nothing is to be told\n"
    );
    let send = drill.home.run(&["notify", "send"]).expect(2);
    assert!(send.stderr.contains("error[M1201]") && send.stderr.contains("[[notify]]"), "{send:?}");
}

#[test]
fn a_move_says_what_of_it_is_not_told_yet_and_from_where_it_is() {
    let drill = Drill::telling(&["good", "sulks"]);
    drill.run().expect(4);
    let file = drill.home.path().join("drill.json").display().to_string();
    let moved = drill.home.run(&["store", "export", "drill", "--to", &file, "--move"]).expect(0);
    let stays = "2 notifications of it not told yet stay in sqlite:";
    assert!(moved.stdout.contains(stays), "{moved:?}");
    assert!(moved.stdout.contains("notify send"), "{moved:?}");
    drill.receivers.get_better();
    drill.home.run(&["notify", "send", "--until-empty"]).expect(0);
    assert_eq!(drill.receivers.keys("/sulks"), ["drill:started:1", "drill:waits:1"]);
}
