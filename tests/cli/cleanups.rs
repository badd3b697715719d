//! What `moontide cleanup` may say that it has cleaned up: nothing that a drill launched stays behind
//! unsaid, whatever became of the runner, the reply or the people meanwhile.

use std::collections::BTreeMap;
use std::fs;

use insta::assert_snapshot;
use moontide_runtime::journal::Format;
use moontide_runtime::store::{SqliteStore, Store};
use rusqlite::Connection;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::given::{ASKS, WORLD, runbook, shop};
use crate::support::{Home, Moment, Ran, Side, Sim, repository};

const DB: &str = "\t\t{ name = \"db\", servers = { tags = { Tier = \"db\" } } },";
const WEB: &str =
    "\t\t{ name = \"web\", depends_on = { \"db\" }, servers = { tags = { Tier = \"web\" } } },";

/// A drill named `drill`, and its AWS.
struct Drill {
    home: Home,
    sim: Sim,
}

impl Drill {
    /// A drill of these waves, one server each, where this goes wrong.
    fn of(waves: &str, faults: &str) -> Drill {
        let home = shop(&[("runbook.luau", &runbook("shop", waves))]);
        let servers = "tags = { Tier = \"db\" }\n\n[[servers]]\nname = \"web\"\n\
                       tags = { Tier = \"web\" }\n";
        Drill { home, sim: Sim::with(&format!("{WORLD}{servers}{faults}")) }
    }

    /// One whose only launch lost its reply, behind its effect or before it, and could not be looked up:
    /// this role may not list the jobs, so many times.
    fn in_doubt(effect: bool, times: u32) -> Drill {
        let faults = format!(
            "\n[[faults]]\nkind = \"drop_reply\"\noperation = \"drs:StartRecovery\"\n\
             effect = {effect}\n\n[[faults]]\nkind = \"access_denied\"\n\
             operation = \"drs:DescribeJobs\"\nskip = 1\ntimes = {times}\n"
        );
        let drill = Drill::of(DB, &faults);
        drill.run(4);
        drill
    }

    /// A command that talks to the simulator.
    #[track_caller]
    fn aws(&self, arguments: &[&str], code: i32) -> Ran {
        let flags = self.sim.flags();
        let flags = flags.iter().map(String::as_str);
        self.home.run(&arguments.iter().copied().chain(flags).collect::<Vec<_>>()).expect(code)
    }

    #[track_caller]
    fn run(&self, code: i32) {
        let folder = self.home.shop("");
        self.aws(&["run", &folder, "--mode=drill", "--execution-id=drill"], code);
    }

    #[track_caller]
    fn clean_up(&self, code: i32) -> Value {
        self.aws(&["cleanup", "drill", "--output=json"], code).json()
    }

    /// The drill's journal names no job, so a cleanup must look for it.
    #[track_caller]
    fn knows_no_job(&self) {
        let journal = self.home.run(&["journal", "drill", "--output=json"]).expect(0).stdout;
        assert!(journal.contains("drs.start_recovery"), "{journal}");
        assert!(!journal.contains("drsjob-"), "{journal}");
    }

    /// A cleanup in a process of its own.
    fn cleanup(&self) -> std::process::Command {
        let [endpoint, speed] = self.sim.flags();
        self.home.moontide(&["cleanup", "drill", "--output=json", &endpoint, &speed])
    }
}

/// How many instances were terminated, and how many left.
fn counts(cleaned: &Value) -> (usize, usize) {
    let count = |field: &str| cleaned[field].as_array().map_or(0, Vec::len);
    (count("terminated"), count("left"))
}

/// The looks of two reconciliations: before a person decides, and after it.
const UNTIL_DECIDED: u32 = 2;

#[test]
fn a_launch_that_cannot_be_looked_up_is_left_and_the_cleanup_fails() {
    let drill = Drill::in_doubt(true, 100_000);
    drill.home.run(&["cancel", "drill"]).expect(0);
    drill.aws(&["resume", "drill"], 1);
    drill.knows_no_job();
    let cleaned = drill.clean_up(1);
    assert_eq!(counts(&cleaned), (0, 1), "{cleaned}");
    assert!(cleaned["left"][0]["server"].as_str().is_some_and(|it| it.starts_with("s-")));
    let reason = cleaned["left"][0]["reason"].as_str().unwrap_or_default();
    assert!(reason.starts_with("perhaps launched: the jobs cannot be looked up"), "{cleaned}");
    // Once more is another look, not a memory of the first.
    let again = drill.aws(&["cleanup", "drill"], 1);
    let server = cleaned["left"][0]["server"].as_str().unwrap_or_default();
    let said = again.stdout.replace(server, "s-…");
    assert!(said.contains("drill  cleanup failed  drill.cleanup-2\n"), "{said}");
    assert!(said.contains("left 1 instance\n  ?  s-…  perhaps launched:"), "{said}");
}

#[test]
fn a_launch_whose_end_nobody_saw_is_found_by_its_tag_and_cleaned_up() {
    let drill = Drill::in_doubt(true, UNTIL_DECIDED);
    drill.home.run(&["cancel", "drill"]).expect(0);
    drill.aws(&["resume", "drill"], 1);
    drill.knows_no_job();
    let cleaned = drill.clean_up(0);
    assert_eq!(counts(&cleaned), (1, 0), "{cleaned}");
    assert_eq!(drill.sim.performed("TerminateRecoveryInstances"), 1);
}

#[test]
fn a_launch_that_a_person_vouched_for_without_its_job_is_cleaned_up() {
    let drill = Drill::in_doubt(true, UNTIL_DECIDED);
    drill.home.run(&["answer", "drill", "happened", "--value={}"]).expect(0);
    drill.aws(&["resume", "drill"], 1);
    drill.knows_no_job();
    let cleaned = drill.clean_up(0);
    assert_eq!(counts(&cleaned), (1, 0), "{cleaned}");
}

#[test]
fn a_launch_that_a_person_denied_by_mistake_is_cleaned_up() {
    let drill = Drill::in_doubt(true, UNTIL_DECIDED);
    drill.home.run(&["answer", "drill", "did-not"]).expect(0);
    drill.aws(&["resume", "drill"], 1);
    drill.knows_no_job();
    let cleaned = drill.clean_up(0);
    assert_eq!(counts(&cleaned), (1, 0), "{cleaned}");
}

#[test]
fn a_launch_that_certainly_never_was_leaves_nothing() {
    let drill = Drill::in_doubt(false, UNTIL_DECIDED);
    drill.home.run(&["cancel", "drill"]).expect(0);
    drill.aws(&["resume", "drill"], 1);
    drill.knows_no_job();
    let cleaned = drill.clean_up(0);
    assert_eq!(counts(&cleaned), (0, 0), "{cleaned}");
    assert_eq!(drill.sim.performed("TerminateRecoveryInstances"), 0);
}

/// A drill whose second wave failed, and whose cleanup was killed.
fn cut_off() -> Drill {
    let fails = "\n[[faults]]\nkind = \"launch_fails\"\nserver = \"web\"\nphase = \"launch\"\n\
                 error = \"InsufficientInstanceCapacity\"\n";
    let drill = Drill::of(&format!("{DB}\n{WEB}"), fails);
    drill.run(1);
    let operation = Some("TerminateRecoveryInstances");
    let moment = Moment { operation, number: 1, side: Side::Before };
    assert_eq!(drill.sim.trap.spring(drill.cleanup(), moment).code, None);
    drill
}

#[test]
fn a_cleanup_that_was_cut_off_does_not_forget_what_was_launched_since() {
    let drill = cut_off();
    drill.home.run(&["retry", "drill", "web"]).expect(0);
    drill.aws(&["resume", "drill"], 0);
    let cleaned = drill.clean_up(0);
    assert_eq!(counts(&cleaned), (2, 0), "{cleaned}");
    assert_eq!(cleaned["cleanup"], "drill.cleanup-2");
}

#[test]
fn a_drill_that_somebody_wants_to_go_on_is_not_cleaned_up() {
    let drill = cut_off();
    drill.home.run(&["retry", "drill", "web", "--by=ann"]).expect(0);
    assert_snapshot!(drill.home.refusal(&["cleanup", "drill"], 2), @"
    error[M0801]: `drill` is about to go on: what it launches then would stay
    hint: a retry of web by ann (sent by root) waits for a runner
    hint: `moontide resume drill` lets it
    hint: `moontide cancel drill` before that calls it off
    ");
}

#[test]
fn two_cleanups_at_the_same_moment_are_one_after_the_other() {
    let drill = Drill::of(DB, "");
    drill.run(0);
    // It knows already which execution to begin, and asks AWS who it is.
    let moment = Moment { operation: None, number: 1, side: Side::After };
    let second = drill.sim.trap.stop(drill.cleanup(), moment);
    assert_eq!(counts(&drill.clean_up(0)), (1, 0));
    kill_process(Pid::from_child(&second), Signal::CONT).expect("it is there");
    let second = Ran::of(&second.wait_with_output().expect("it ends")).expect(0).json();
    assert_eq!(second["cleanup"], "drill.cleanup-2");
    assert_eq!(counts(&second).0, 0, "{second}");
    assert_eq!(drill.sim.performed("TerminateRecoveryInstances"), 1);
}

#[test]
fn a_cleanup_in_other_hands_is_held() {
    let drill = Drill::in_doubt(false, UNTIL_DECIDED);
    drill.home.run(&["cancel", "drill"]).expect(0);
    drill.aws(&["resume", "drill"], 1);
    let at = |operation| Moment { operation, number: 1, side: Side::After };
    let second = drill.sim.trap.stop(drill.cleanup(), at(None));
    // It looks for the launch for more than a minute, as in life.
    let endpoint = &drill.sim.flags()[0];
    let first = drill.home.moontide(&["cleanup", "drill", endpoint, "--speed=1"]);
    let mut first = drill.sim.trap.stop(first, at(Some("DescribeJobs")));
    for stopped in [&first, &second] {
        kill_process(Pid::from_child(stopped), Signal::CONT).expect("it is there");
    }
    let said = Ran::of(&second.wait_with_output().expect("it ends")).expect(5).stderr;
    first.kill().expect("it can be killed");
    first.wait().expect("it ends");
    assert!(said.contains(&format!("pid {}", first.id())), "{said}");
    assert!(said.contains("moontide status drill.cleanup-1"), "{said}");
}

#[test]
fn an_instance_that_is_protected_against_termination_is_left_by_name() {
    // The world's last server is `web`.
    let drill = Drill::of(&format!("{DB}\n{WEB}"), "termination_protection = true\n");
    drill.run(0);
    let cleaned = drill.clean_up(1);
    let said = cleaned.to_string();
    assert_eq!(cleaned["left"].as_array().map(Vec::len), Some(1), "{said}");
    assert_eq!(cleaned["terminated"].as_array().map(Vec::len), Some(1), "{said}");
    let reason = cleaned["left"][0]["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("OperationNotPermitted"), "{said}");
}

/// A job that DRS does not show launches on, even if a person has given it up.
#[test]
fn a_launch_that_does_not_show_is_left_until_it_has_ended() {
    let home = shop(&[("runbook.luau", &runbook("shop", DB))]);
    let server = "tags = { Tier = \"db\" }\nslowness = 100\n";
    let hidden = "\n[[faults]]\nkind = \"late_job\"\nby = \"900h\"\n";
    let drill = Drill { home, sim: Sim::at(&format!("{WORLD}{server}{hidden}"), 5000.0) };
    let folder = drill.home.shop("");
    let run = ["run", &folder, "--mode=drill", "--execution-id=drill", "--answer=fail"];
    drill.aws(&run, 1);
    let cleaned = drill.clean_up(1);
    assert_eq!(counts(&cleaned), (0, 1), "{cleaned}");
    let left = cleaned["left"][0].to_string();
    assert!(left.contains("may launch it yet"), "{left}");
    let next = drill.home.run(&["status", "drill", "--output=json"]).expect(0).json();
    assert!(next["next"].to_string().contains("cleanup drill"), "{next}");
    let done = (0..200).find_map(|_| {
        let ran = Ran::of(&drill.cleanup().output().expect("moontide starts"));
        (ran.code == Some(0)).then(|| ran.json())
    });
    // The one before may have sent it, and not have seen its end: that job does not show either.
    assert_eq!(done.map(|cleaned| counts(&cleaned).1), Some(0));
    assert!(drill.sim.performed("TerminateRecoveryInstances") > 0);
}

#[test]
fn nothing_of_a_cleanup_is_skipped() {
    let drill = Drill::in_doubt(true, 100_000);
    drill.home.run(&["cancel", "drill"]).expect(0);
    drill.aws(&["resume", "drill"], 1);
    drill.clean_up(1);
    assert_snapshot!(drill.home.refusal(&["skip", "drill.cleanup-1", "terminate"], 2), @"
    error[M0806]: `drill.cleanup-1` cleans up after `drill`, and nothing of that is left out
    hint: `moontide cleanup drill` goes on with it
    ");
    assert_eq!(drill.clean_up(1)["cleanup"], "drill.cleanup-2");
}

/// What waits for a runner calls the drill off already, or ends it.
#[test]
fn a_drill_that_will_launch_nothing_more_is_only_to_be_ended() {
    let drill = cut_off();
    drill.home.run(&["skip", "drill", "web"]).expect(0);
    assert_snapshot!(drill.home.refusal(&["cleanup", "drill"], 2), @"
    error[M0801]: `drill` is not over: what was sent last is not taken yet
    hint: a skip of web by root waits for a runner
    hint: `moontide resume drill` lets a runner take it
    ");
    drill.aws(&["resume", "drill"], 0);
    drill.clean_up(0);
}

/// Its job is known, whether or not an earlier call was refused, and whether its reply was seen or it was found.
#[test]
fn a_job_that_the_journal_names_is_cleaned_up_though_drs_does_not_show_it() {
    let hidden = "\n[[faults]]\nkind = \"late_job\"\nby = \"900h\"\n";
    let trouble = "\n[[faults]]\nkind = \"throttle\"\noperation = \"drs:StartRecovery\"\n";
    let drill = Drill::of(DB, &format!("{hidden}{trouble}"));
    let folder = drill.home.shop("");
    drill.aws(&["run", &folder, "--mode=drill", "--execution-id=drill"], 0);
    let journal = drill.home.run(&["journal", "drill"]).expect(0).stdout;
    assert!(journal.contains("drs.start_recovery") && journal.contains("time 2"), "{journal}");
    let cleaned = drill.clean_up(0);
    assert_eq!(counts(&cleaned), (1, 0), "{cleaned}");
}

#[test]
fn a_cleanup_runs_from_no_folder() {
    let drill = Drill::in_doubt(true, 100_000);
    drill.home.run(&["cancel", "drill"]).expect(0);
    drill.aws(&["resume", "drill"], 1);
    drill.clean_up(1);
    let (folder, cleanup) = (drill.home.shop(""), "drill.cleanup-1");
    let mend = ["retry", cleanup, "terminate", "--runbook", &folder];
    assert_snapshot!(drill.home.refusal(&mend, 2), @"
    error[M0105]: `drill.cleanup-1` cleans up after `drill`, by Moontide's own runbook
    hint: `moontide cleanup drill` cleans up by this release's
    ");
    let own = fs::read_to_string(drill.home.shop("runbook.luau")).expect("it is there");
    fs::write(drill.home.shop("runbook.luau"), format!("{own}\n")).expect("it is written");
    let said = drill.home.run(&["retry", cleanup, "terminate"]).expect(0).stdout;
    assert!(!said.contains("on disk"), "{said}");
}

/// Earlier releases let a run begin under the id of a cleanup.
#[test]
fn what_only_goes_by_the_name_of_a_cleanup_is_passed_over() {
    let drill = Drill::of(DB, "");
    drill.run(0);
    fs::write(drill.home.shop("runbook.luau"), runbook("other", ASKS)).expect("it is written");
    let folder = drill.home.shop("");
    let database =
        Connection::open(drill.home.path().join("moontide/moontide.db")).expect("it opens");
    for (begun, renamed) in
        [("other-1", "drill.cleanup-1"), ("other-2", "drill.cleanup-4294967295")]
    {
        let id = format!("--execution-id={begun}");
        // The claim of the first is not renamed with it.
        drill.aws(&["run", &folder, "--mode=recovery", "--yes", &id, "--beside=other-1"], 4);
        let rename = "UPDATE heads SET head = replace(head, ?1, ?2)";
        database.execute(rename, [begun, renamed]).expect("it is renamed");
        let rename = "UPDATE executions SET id = ?2 WHERE id = ?1";
        assert_eq!(database.execute(rename, [begun, renamed]), Ok(1));
    }
    let entries = || -> u32 {
        let count = "SELECT count(*) FROM entries JOIN executions ON execution = executions.number \
                     WHERE id = 'drill.cleanup-1'";
        database.query_row(count, [], |row| row.get(0)).expect("they are counted")
    };
    let before = entries();
    let next = || {
        let status = drill.home.run(&["status", "drill", "--output=json"]).expect(0).json();
        status["next"].to_string().contains("cleanup drill")
    };
    assert!(next(), "its instance lives");
    let cleaned = drill.clean_up(0);
    assert_eq!(cleaned["cleanup"], "drill.cleanup-2", "{cleaned}");
    assert_eq!(counts(&cleaned), (1, 0), "{cleaned}");
    assert!(!next(), "its instance is gone");
    assert_eq!(drill.clean_up(0)["cleanup"], "drill.cleanup-3");
    assert_eq!((entries(), before > 0), (before, true), "nobody drives the other one");
}

#[test]
fn no_run_takes_the_id_of_a_cleanup() {
    let home = shop(&[("runbook.luau", &runbook("shop", ASKS))]);
    let run = ["run", &home.shop(""), "--mode=drill", "--execution-id=drill.cleanup-12"];
    assert_snapshot!(home.refusal(&run, 2), @"
    error[M0105]: `drill.cleanup-12` cannot be the id of a run
    hint: ids that end in `.cleanup-N` are those of the cleanups of drills: choose another one
    ");
}

/// A cleanup that the release before lists and tables as params has begun, with its own runbook and params as text.
fn begun_before(drill: &Drill, jobs: &str, doubtful: &str) {
    let head = repository("tests/golden/v8/hello/execution.json");
    let head: Value =
        serde_json::from_str(&fs::read_to_string(head).expect("it is there")).expect("JSON");
    let text = json!({ "type": "string", "description": "", "allowed": [], "default": null, "secret": false });
    let plan = json!({
        "name": "cleanup",
        "params": { "execution": text, "jobs": text, "doubtful": text },
        "waves": [{ "name": "terminate", "hooks": ["run"] }],
    });
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let path = drill.home.path().join("moontide/moontide.db");
        let store = SqliteStore::open(&path).expect("it opens");
        let mut cleanup = store.execution("drill").await.expect("the drill");
        cleanup.acts_for = Some("drill".to_owned());
        cleanup.made = vec![jobs.to_owned()];
        "drill.cleanup-1".clone_into(&mut cleanup.id);
        cleanup.plan = serde_json::from_value(plan).expect("a plan");
        cleanup.bundle = serde_json::from_value(head["bundle"].clone()).expect("its sources");
        "@moontide/cleanup".clone_into(&mut cleanup.bundle.entry);
        cleanup.params = BTreeMap::from([
            ("execution".to_owned(), json!("drill")),
            ("jobs".to_owned(), json!(jobs)),
            ("doubtful".to_owned(), json!(doubtful)),
        ]);
        store.create(&cleanup.pinned()).await.expect("it is begun");
    });
}

#[test]
fn a_cleanup_that_an_earlier_release_has_begun_goes_on_with_its_own_runbook() {
    let drill = Drill::of(DB, "");
    drill.run(0);
    let journal = drill.home.run(&["journal", "drill", "--output=json"]).expect(0).stdout;
    let (_, rest) = journal.split_once("\"job_id\":\"").expect("a job was started");
    let (job, _) = rest.split_once('"').expect("its id ends");
    begun_before(&drill, job, "");
    drill.aws(&["resume", "drill.cleanup-1"], 0);
    let status = drill.home.run(&["status", "drill", "--output=json"]).expect(0).json();
    assert!(!status["next"].to_string().contains("cleanup drill"), "{status}");
    let journal = drill.home.run(&["journal", "drill.cleanup-1", "--output=json"]).expect(0).stdout;
    assert!(journal.contains("\"drs.terminate_recovery_instances\""), "{journal}");
    assert_eq!(drill.sim.performed("TerminateRecoveryInstances"), 1);
}

/// It knows nothing of a launch that came later, so another one is begun behind it.
#[test]
fn what_a_cleanup_of_an_earlier_release_does_not_know_is_cleaned_up_by_the_next() {
    let drill = Drill::of(DB, "");
    drill.run(0);
    begun_before(&drill, "drsjob-00000000000000000", "");
    let cleaned = drill.clean_up(0);
    assert_eq!(
        (counts(&cleaned), &cleaned["cleanup"]),
        ((1, 0), &json!("drill.cleanup-2")),
        "{cleaned}"
    );
}

#[test]
fn a_cleanup_is_given_what_the_drill_has_left_as_a_list() {
    let drill = Drill::of(DB, "");
    drill.run(0);
    drill.clean_up(0);
    let shown = drill.home.run(&["show", "drill.cleanup-1", "--output=json"]).expect(0).json();
    let left = &shown["params"]["left"][0];
    assert_eq!(left["put_away_by"], "drs.terminate_recovery_instances", "{shown}");
    assert_eq!(
        (left["named"].as_array().map(Vec::len), &left["is_doubtful"]),
        (Some(1), &json!(false)),
        "{shown}"
    );
}

/// More than one job of DRS may have.
#[test]
fn a_large_drill_is_terminated_in_several_jobs() {
    let many = "\n[[servers]]\nname = \"many-{n}\"\ncount = 150\ntags = { Tier = \"db\" }\n";
    let drill = Drill::of(DB, many);
    drill.run(0);
    let cleaned = drill.clean_up(0);
    assert_eq!(counts(&cleaned), (151, 0), "{cleaned}");
    assert_eq!(drill.sim.performed("TerminateRecoveryInstances"), 2);
}

/// Its params are lists: the release of the drill cannot read them, and says that it is the format, not damage.
#[test]
fn the_cleanup_of_a_drill_of_an_earlier_format_is_of_the_first_that_has_lists() {
    let drill = Drill::of(DB, "");
    drill.run(0);
    let path = drill.home.path().join("moontide/moontide.db");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let store = SqliteStore::open(&path).expect("it opens");
        let mut old = store.execution("drill").await.expect("the drill");
        let entries = store.journal("drill", 1).await.expect("its journal");
        (old.id, old.format) = ("old".to_owned(), Format(8));
        store.create(&old.pinned()).await.expect("it is begun");
        let lease = store.take("old", "test", None).await.expect("it is free");
        store.append(&lease, &entries).await.expect("it is written");
        store.release(&lease).await.expect("it is given back");
    });
    // What bears the tags of another execution is left: it is begun, and no more.
    drill.aws(&["cleanup", "old"], 1);
    let store = SqliteStore::open(&path).expect("it opens");
    let cleanup = runtime.block_on(store.execution("old.cleanup-1")).expect("the cleanup");
    assert_eq!(cleanup.format, Format::LISTS);
}
