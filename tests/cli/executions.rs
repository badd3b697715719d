//! Commands about executions: unknown ones, those that are over, and answers that fit nothing.

use crate::given::{ASKS, runbook, waiting};

#[test]
fn an_unknown_execution_is_answered_with_the_one_that_was_meant() {
    let (home, _sim) = waiting();
    for command in ["status", "show", "journal", "cancel", "cleanup", "resume"] {
        let said = home.refusal(&[command, "dril"], 2);
        let expected = "error[M0401]: there is no execution `dril` in this store\n\
                        hint: did you mean `drill`?\n";
        assert_eq!(said, expected, "{command}");
    }
}

#[test]
fn an_answer_that_fits_nothing_says_what_is_open() {
    let (home, _sim) = waiting();
    let said = home.refusal(&["answer", "drill", "yes"], 2);
    assert!(said.contains("takes continue, skip, abort, not `yes`"), "{said}");
    let said = home.refusal(&["answer", "drill", "web", "continue"], 2);
    assert!(said.contains("there is no open prompt `web`"), "{said}");
    assert!(said.contains("open: cut-over (continue, skip, abort)"), "{said}");
}

#[test]
fn the_first_answer_wins_and_the_second_is_told() {
    let (home, _sim) = waiting();
    let first = home.run(&["answer", "drill", "skip", "--by=ann"]).expect(0);
    assert_eq!(
        first.stdout,
        "cut-over: skip by ann (sent by root)\nno runner drives it now; to go on: moontide resume drill\n"
    );
    let said = home.refusal(&["answer", "drill", "continue", "--by=bob"], 2);
    assert!(said.contains("was answered already: skip by ann (sent by root)"), "{said}");
    // It goes on where it began, without a word about where that was.
    home.run(&["resume", "drill"]).expect(0);
    let shown = home.run(&["show", "drill", "--output=json"]).expect(0).json();
    assert_eq!(shown["answers"][0]["choice"], "skip");
    assert_eq!(shown["answers"][0]["by"], "ann");
    assert_eq!(shown["waves"][0]["status"], "skipped");
}

#[test]
fn a_cancelled_execution_comes_to_its_end_and_stays_there() {
    let (home, sim) = waiting();
    let [endpoint, speed] = sim.flags();
    let sent = home.run(&["cancel", "drill", "--by=ann", "--comment=wrong day"]).expect(0).stdout;
    let next = "no runner drives it now; to bring it to its end: moontide resume drill\n";
    assert!(sent.ends_with(next), "{sent}");
    let status = home.run(&["status", "drill"]).expect(0).stdout;
    assert!(status.contains("a cancel by ann (sent by root) waits for a runner"), "{status}");
    home.run(&["resume", "drill", &endpoint, &speed]).expect(1);
    home.run(&["resume", "drill", &endpoint, &speed]).expect(1);
    assert_eq!(home.run(&["status", "drill", "--output=json"]).json()["status"], "cancelled");
    let said = home.refusal(&["cancel", "drill"], 2);
    assert!(said.starts_with("error[M0802]: "), "{said}");
}

#[test]
fn only_what_is_over_is_cleaned_up() {
    let (home, _sim) = waiting();
    let said = home.refusal(&["cleanup", "drill"], 2);
    assert!(said.starts_with("error[M0801]: `drill` is not over"), "{said}");
}

#[test]
fn an_id_means_one_runbook_in_one_mode() {
    let (home, sim) = waiting();
    let folder = home.shop("");
    let [endpoint, speed] = sim.flags();
    let again = ["run", &folder, "--execution-id=drill", &endpoint, &speed];
    let said = home.refusal(&[&again[..], &["--mode=recovery", "--yes"]].concat(), 3);
    assert!(said.starts_with("error[M0208]: `drill` was started as a drill"), "{said}");
    std::fs::write(home.shop("runbook.luau"), runbook("shop", &ASKS.replace("DNS", "them")))
        .expect("it can be written");
    let said = home.refusal(&[&again[..], &["--mode=drill"]].concat(), 3);
    assert!(said.contains("before the runbook was edited"), "{said}");
    assert!(said.contains("moontide resume drill"), "{said}");
}

#[test]
fn an_execution_in_other_hands_is_left_alone() {
    let (home, sim) = waiting();
    let [endpoint, speed] = sim.flags();
    // An hour of its own time is an hour of ours.
    let sleeps = "{ name = \"sleeps\", run = function() moontide.sleep(\"1h\") end },";
    std::fs::write(home.shop("runbook.luau"), runbook("sleeper", sleeps))
        .expect("it can be written");
    let folder = home.shop("");
    let run = ["run", &folder, "--mode=drill", "--execution-id=held", &endpoint, "--speed=1"];
    let (stdout, stderr) = (std::process::Stdio::null(), std::process::Stdio::piped());
    let mut runner = home.moontide(&run).stdout(stdout).stderr(stderr).spawn().expect("it starts");
    let mut talk = std::io::BufReader::new(runner.stderr.take().expect("it is piped"));
    let mut line = String::new();
    while !line.contains("sleeps") {
        line.clear();
        assert_ne!(std::io::BufRead::read_line(&mut talk, &mut line).expect("it talks"), 0);
    }
    let said = home.refusal(&["resume", "held", &endpoint, &speed], 5);
    runner.kill().expect("it runs");
    runner.wait().expect("it can be waited for");
    assert!(said.contains("error[M0501]: "), "{said}");
    assert!(said.contains(&format!("pid {}", runner.id())), "{said}");
}

#[test]
fn a_thousand_signals_wait_for_a_runner_and_no_more_but_for_what_people_decide() {
    use moontide_runtime::store::{Signal, SignalKind, SqliteStore, Store};
    let (home, sim) = waiting();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let path = home.path().join("moontide/moontide.db");
        let store = SqliteStore::open(&path).expect("it opens");
        let note = Signal {
            wish: SignalKind::Note,
            by: "probe".into(),
            sender: String::new(),
            comment: "still up".into(),
            at: jiff::Timestamp::UNIX_EPOCH,
        };
        for _ in 0..1_000 {
            store.send("drill", &note).await.expect("it takes it");
        }
    });
    insta::assert_snapshot!(home.refusal(&["note", "drill", "one more"], 2), @r"
    error[M0806]: 1000 signals wait for a runner of `drill`, and that is the most
    hint: `moontide resume drill` takes them; all but notes and pauses can be sent all the same
    ");
    let status = home.run(&["status", "drill"]).expect(0).stdout;
    assert_eq!(status.matches("still up").count(), 20, "{status}");
    assert!(status.contains("and 980 signals more"), "{status}");
    home.run(&["answer", "drill", "continue"]).expect(0);
    home.run(&["cancel", "drill"]).expect(0);
    let long = "x".repeat(4_001);
    let refused = home.run(&["note", "drill", &long]).expect(2).stderr;
    assert!(refused.contains("it has 4001 characters, and 4000 are the most"), "{refused}");
    let name = format!("--by={}", "y".repeat(257));
    for command in [&["note", "drill", "seen", &name] as &[_], &["pause", "drill", &name]] {
        let refused = home.run(command).expect(2).stderr;
        assert!(refused.contains("a name has 256 characters at most"), "{refused}");
    }
    let [endpoint, speed] = sim.flags();
    home.run(&["resume", "drill", &endpoint, &speed]).expect(1);
}

#[test]
fn a_list_is_of_one_label() {
    let (home, sim) = waiting();
    let [endpoint, speed] = sim.flags();
    let folder = home.shop("");
    let run = ["run", &folder, "--mode=drill", "--execution-id=other", &endpoint, &speed];
    let twice = [&run[..], &["--label=team=web", "--label=team=db"]].concat();
    assert!(home.refusal(&twice, 2).contains("the label `team` is given twice"));
    let labels = ["--label=team=payments", "--label=q=4", "--beside=drill"];
    home.run(&[&run[..], &labels].concat()).expect(4);
    let list = |label: &str| home.run(&["list", label]).expect(0).stdout;
    let both = home.run(&["list", "--label=team=payments", "--label=q=4"]).expect(0).stdout;
    assert!(both.contains("other") && !both.contains("drill  shop"), "{both}");
    assert!(list("--label=team=web").contains("is one of those"));
    let status = home.run(&["status", "other"]).expect(0).stdout;
    assert!(status.contains("labels | q=4, team=payments"), "{status}");
    let json = home.run(&["list", "--output=json", "--label=q=4"]).expect(0).json();
    assert_eq!(json["executions"][0]["labels"]["team"], "payments");
}

#[test]
fn an_execution_says_what_started_it() {
    let (home, sim) = waiting();
    let [endpoint, speed] = sim.flags();
    let folder = home.shop("");
    let run = ["run", &folder, "--mode=drill", "--execution-id=nightly", &endpoint, &speed];
    home.run(&[&run[..], &["--source=schedule", "--beside=drill"]].concat()).expect(4);
    let listed = |source: &str| {
        let list = home.run(&["list", "--output=json", source]).expect(0).json();
        let rows = list["executions"].as_array().expect("a list").clone();
        rows.iter().map(|row| format!("{} {}", row["execution"], row["source"])).collect::<Vec<_>>()
    };
    assert_eq!(listed("--source=schedule"), [r#""nightly" "schedule""#]);
    assert_eq!(listed("--source=cli"), [r#""drill" "cli""#]);
    assert_eq!(listed("--source=ssm"), [""; 0]);
    for command in ["show", "status"] {
        let json = home.run(&[command, "nightly", "--output=json"]).expect(0).json();
        assert_eq!(json["source"], "schedule", "{json}");
    }
    let show = home.run(&["show", "nightly"]).expect(0).stdout;
    assert!(show.contains("started by") && show.contains("schedule"), "{show}");
    home.run(&[&run[..], &["--source=moon"]].concat()).expect(2);
    home.run(&["list", "--source=moon"]).expect(2);
}

#[test]
fn a_list_is_of_one_status_one_runbook_or_one_time() {
    let (home, sim) = waiting();
    let listed = |flags: &[&str]| {
        let list = home.run(&[&["list", "--output=json"], flags].concat()).expect(0).json();
        let rows = list["executions"].as_array().expect("a list").clone();
        let row = |row: &serde_json::Value| format!("{} {}", row["status"], row["pending"]);
        rows.iter().map(row).collect::<Vec<_>>()
    };
    assert_eq!(listed(&[]), ["\"paused\" 0"]);
    assert_eq!(listed(&["--status=paused", "--runbook=shop", "--since=1h"]), ["\"paused\" 0"]);
    for other in ["--status=failed", "--runbook=shops", "--since=2100-01-01T00:00:00Z"] {
        assert_eq!(listed(&[other]), [""; 0], "{other}");
    }
    home.run(&["answer", "drill", "continue"]).expect(0);
    assert_eq!(listed(&["--status=paused"]), ["\"paused\" 1"]);
    let [endpoint, speed] = sim.flags();
    home.run(&["resume", "drill", &endpoint, &speed]).expect(0);
    assert_eq!(listed(&["--status=paused"]), [""; 0]);
    assert_eq!(listed(&["--status=completed"]), ["\"completed\" 0"]);
    let text = home.run(&["list", "--status=failed"]).expect(0).stdout;
    assert!(text.contains("is one of those"), "{text}");
    for wrong in ["--status=over", "--since=soon", "--after=x", "--limit=0", "--limit=-1"] {
        home.run(&["list", wrong]).expect(2);
    }
}
