//! Two people begin the same, or what shares a server: the second is told by whom it was begun, before anything is
//! launched. AWS shows nothing of the first yet.

use jiff::{Timestamp, ToSpan};
use moontide_runtime::store::claims::{self, Claim, Holder, KIND};
use moontide_runtime::store::{Change, Condition, SqliteStore, Store};

use crate::shown::{Case, Story};
use crate::support::{Moment, Ran, Side};

const CASE: Case =
    Case { name: "claims", before: "the execution that launched last was refused at the launch" };

/// All that it said.
fn told(ran: &Ran) -> String {
    ran.stdout.clone() + &ran.stderr
}

/// Starts a recovery of that id.
fn recover(story: &Story, id: &str, file: &str, more: &[&str]) -> Ran {
    let (path, id) = (CASE.path(file), format!("--execution-id={id}"));
    story.aws(&[&["run", &path, "--mode=recovery", "--yes", &id], more].concat())
}

#[track_caller]
fn assert_says(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "`{word}` is missing in {text}");
    }
}

/// The holders of each claim, as the store has it.
fn holders(story: &Story) -> Vec<(String, Vec<String>)> {
    story.in_store(async |store| {
        let ids = |claim: Claim| claim.holders.into_iter().map(|it| it.execution).collect();
        let all = claims::all(store).await.expect("it can be read").into_iter();
        all.map(|(name, claim)| (name, ids(claim))).collect()
    })
}

impl Story {
    fn in_store<T>(&self, work: impl AsyncFnOnce(&dyn Store) -> T) -> T {
        let path = self.home.path().join("moontide/moontide.db");
        let store = SqliteStore::open(&path).expect("the store is there");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(work(&store))
    }
}

#[test]
fn the_second_start_of_a_recovery_is_told_who_runs_it() {
    let story = CASE.story();
    recover(&story, "first", "shop.luau", &[]).expect(4);
    let second = recover(&story, "second", "shop.luau", &[]);
    CASE.comes_to(&format!("the same recovery twice: exit {:?}", second.code));
    assert_eq!(second.code, Some(5), "{second:?}");
    let words = ["M0411", "a recovery of `shop`", "`first`", "is waiting", "arn:aws:"];
    assert_says(&second.stderr, &words);
    let next = ["`moontide status first --follow`", "moontide cancel first", "`--beside first`"];
    assert_says(&second.stderr, &next);
    assert_eq!(story.launches(), []);
    story.say(&["status", "second"], 2);
    // What comes twice with one id is one execution.
    assert_says(
        &recover(&story, "first", "shop.luau", &[]).expect(4).stderr,
        &["going on with it"],
    );

    story.say(&["answer", "first", "yes"], 0);
    story.resume("first").expect(0);
    assert_eq!(holders(&story), []);
    // Behind its end what AWS shows protects what it has launched.
    let third = recover(&story, "third", "shop.luau", &[]);
    assert_eq!(third.code, Some(4), "{third:?}");
}

#[test]
fn a_wave_is_told_who_has_claimed_a_server_before_anything_of_it_begins() {
    let story = CASE.story();
    recover(&story, "first", "shop.luau", &[]).expect(4);
    let second = recover(&story, "second", "reports.luau", &[]);
    CASE.comes_to(&format!("another runbook, one server: exit {:?}, Claimed", second.code));
    assert_eq!(second.code, Some(1), "{second:?}");
    let words = ["db-1", "is claimed by the wave `database` of `first`", "is waiting", "--beside"];
    assert_says(&told(&second), &words);
    assert!(!told(&second).contains("the hook has run"), "{second:?}");
    assert_eq!(story.sim.performed("StartRecovery"), 0);
    // It has claimed the other server neither, and a drill is told as well.
    let drill = story.drill("drill", &CASE.path("reports.luau"), &[]).expect(1);
    assert!(told(&drill).contains("of `first`") && !told(&drill).contains("of `second`"));

    story.say(&["cancel", "first"], 0);
    story.resume("first").expect(1);
    story.say(&["retry", "second", "everything"], 0);
    story.resume("second").expect(0);
    assert_eq!(story.launched_twice(), [""; 0]);
}

#[test]
fn a_server_that_is_given_up_by_name_is_no_matter_of_its_claim() {
    let story = CASE.story();
    recover(&story, "first", "shop.luau", &[]).expect(4);
    let servers = holders(&story).into_iter();
    let claim = servers.map(|(name, _)| name).find(|it| it.contains("server/")).expect("a claim");
    let replace = format!("--replace={}", claim.rsplit('/').next().expect("an id"));
    let second = recover(&story, "second", "reports.luau", &[&replace]).expect(0);
    assert_says(&told(&second), &["db-1", "is claimed by the wave database of first", "beside it"]);
    let journal = story.journal("second");
    let is_take = |it: &&serde_json::Value| it["operation"] == "claims.take";
    let taken: Vec<_> = journal.iter().filter(is_take).collect();
    let beside = taken.iter().find_map(|it| it["outcome"]["value"]["beside"].as_array());
    assert_eq!(beside.expect("the outcome says so")[0]["execution"], "first", "{taken:?}");
}

#[test]
fn one_that_is_begun_beside_another_stands_in_the_way_of_a_third() {
    let story = CASE.story();
    recover(&story, "first", "shop.luau", &[]).expect(4);
    let second = recover(&story, "second", "shop.luau", &["--beside=first"]).expect(4);
    assert_says(&second.stderr, &["beside first"]);
    assert_eq!(story.json("show", "second")["beside"][0], "first");
    assert_says(&story.say(&["show", "second"], 0).stdout, &["beside"]);
    let third = recover(&story, "third", "shop.luau", &["--beside=first"]);
    assert_eq!(third.code, Some(5), "{third:?}");
    assert!(third.stderr.contains("`second`") && !third.stderr.contains("`first`"), "{third:?}");
    // The one that is there first launches; the rules of the door know whose an instance is.
    story.say(&["answer", "first", "yes"], 0);
    story.resume("first").expect(0);
    story.say(&["answer", "second", "yes"], 0);
    let refused = story.resume("second").expect(1);
    assert_says(&told(&refused), &["live_recovery"]);
    assert_eq!(story.launched_twice(), [""; 0]);
}

#[test]
fn one_whose_runner_is_dead_holds_its_plan_on() {
    let story = CASE.story();
    let (path, operation) = (CASE.path("shop.luau"), Some("DescribeSourceServers"));
    let run = ["run", &path, "--mode=recovery", "--yes", "--execution-id=first"];
    let moment = Moment { operation, number: 1, side: Side::Before };
    assert_eq!(story.sim.trap.spring(story.command(&run), moment).code, None);
    let second = recover(&story, "second", "shop.luau", &[]);
    CASE.comes_to(&format!("its runner is dead: exit {:?}", second.code));
    assert_eq!(second.code, Some(5), "{second:?}");
    let words = ["is running", "no runner drives it: `moontide resume first"];
    assert_says(&second.stderr, &words);
    assert_says(&second.stderr, &["`moontide cancel first`, then `moontide resume first"]);
    story.say(&["cancel", "first"], 0);
    story.resume("first").expect(1);
    recover(&story, "second", "shop.luau", &[]).expect(4);
}

/// The claim of a runner that died between it and its execution, so long ago.
#[expect(clippy::disallowed_methods, reason = "the binary reads the clock of this machine")]
fn claimed_by_a_ghost(story: &Story, ago: i64) {
    story.in_store(async |store| {
        let all = claims::all(store).await.expect("it can be read");
        let (name, _) = all.into_iter().find(|(name, _)| name.contains("plan/")).expect("a claim");
        let since = Timestamp::now() - ago.seconds();
        let (execution, wave, by) = ("ghost".to_owned(), String::new(), "bob".to_owned());
        let claim = Claim { holders: vec![Holder { execution, wave, by, since }] };
        let change = Change {
            kind: KIND.to_owned(),
            name,
            body: Some(serde_json::to_value(claim).expect("it can be written")),
            condition: Condition::Any,
            at: since,
            by: "ghost".to_owned(),
            behalf: None,
        };
        store.change(&change).await.expect("it can be written");
    });
}

#[test]
fn a_start_that_died_before_there_was_an_execution_claims_nothing() {
    let story = CASE.story();
    recover(&story, "first", "shop.luau", &[]).expect(4);
    claimed_by_a_ghost(&story, 0);
    let told = recover(&story, "second", "shop.luau", &[]).expect(5);
    assert_says(&told.stderr, &["bob", "`ghost`", "is about to begin", "try again in a moment"]);
    claimed_by_a_ghost(&story, 3600);
    recover(&story, "second", "shop.luau", &["--beside=first"]).expect(4);
    // The first one had lost its claim meanwhile, and does not go on without being told.
    story.say(&["answer", "first", "yes"], 0);
    let lost = story.resume("first").expect(5);
    CASE.comes_to("a claim that was taken over meanwhile: the resume is told");
    assert_says(&lost.stderr, &["M0411", "`second`", "`--beside second`"]);
    assert_eq!(story.launches(), []);
    story.aws(&["resume", "first", "--beside=second"]).expect(0);
}

#[test]
fn a_retry_behind_the_end_is_told_who_has_begun_the_plan_since() {
    let story = CASE.story();
    recover(&story, "first", "shop.luau", &[]).expect(4);
    story.say(&["cancel", "first"], 0);
    story.resume("first").expect(1);
    recover(&story, "second", "shop.luau", &[]).expect(4);
    story.say(&["retry", "first", "database"], 0);
    let told = story.resume("first").expect(5);
    assert_says(&told.stderr, &["M0411", "`second`", "moontide cancel second"]);
    story.say(&["answer", "second", "yes"], 0);
    story.resume("second").expect(0);
    // Once that is over it goes on; what the other has launched is its own.
    let again = story.resume("first");
    assert_eq!(again.code, Some(4), "{again:?}");
    assert_eq!(story.launched_twice(), [""; 0]);
}

/// A store beside the usual one, by its address.
fn another(story: &Story) -> String {
    format!("sqlite:{}", story.home.path().join("other.db").display())
}

#[test]
fn what_has_moved_and_ended_elsewhere_holds_nothing_here() {
    let story = CASE.story();
    recover(&story, "first", "shop.luau", &[]).expect(4);
    let (here, there) = (story.home.path().join("moontide/moontide.db"), another(&story));
    let here = format!("sqlite:{}", here.display());
    story.say(&["store", "copy", &here, &there, "first", "--move"], 0);
    // It goes on there.
    let told = recover(&story, "second", "shop.luau", &[]).expect(5).stderr;
    assert_says(&told, &["`first`, which goes on in", "claims drop first"]);
    assert_says(&story.say(&["claims"], 0).stdout, &["plan/recovery/", "first", "goes on in"]);
    // There it is told as well, before anything drives it.
    let told = recover(&story, "third", "shop.luau", &["--store", &there]).expect(5).stderr;
    assert_says(&told, &["`first`, which is waiting"]);
    story.say(&["answer", "first", "yes", "--store", &there], 0);
    story.aws(&["resume", "first", "--store", &there]).expect(0);
    // That is looked at there.
    recover(&story, "second", "shop.luau", &[]).expect(4);
    let left = holders(&story);
    assert!(!left.is_empty() && left.iter().all(|(_, ids)| ids == &["second"]), "{left:?}");
}

#[test]
fn an_operator_lifts_the_claims_of_what_ended_where_it_cannot_be_seen() {
    let story = CASE.story();
    recover(&story, "first", "shop.luau", &[]).expect(4);
    let kept = story.say(&["claims", "drop", "first"], 2).stderr;
    assert_says(&kept, &["`first` is waiting", "cancel first", "--beside first"]);
    let file = story.home.path().join("first.json").display().to_string();
    story.say(&["store", "export", "first", "--to", &file, "--move"], 0);
    recover(&story, "second", "shop.luau", &[]).expect(5);
    assert_says(&story.say(&["claims", "drop", "first"], 0).stdout, &["plan/recovery/"]);
    recover(&story, "second", "shop.luau", &[]).expect(4);
    assert_says(&story.say(&["claims", "drop", "first"], 2).stderr, &["holds no claim"]);
}

#[test]
fn a_claim_that_cannot_be_read_is_said_and_lifted_by_its_name() {
    let story = CASE.story();
    recover(&story, "first", "shop.luau", &[]).expect(4);
    let name = holders(&story)[0].0.clone();
    story.in_store(async |store| {
        let damaged = Change {
            kind: KIND.to_owned(),
            name: name.clone(),
            body: Some(serde_json::json!({ "owners": 3 })),
            condition: Condition::Any,
            at: Timestamp::UNIX_EPOCH,
            by: "x".to_owned(),
            behalf: None,
        };
        store.change(&damaged).await.expect("it is written");
    });
    let listed = story.say(&["claims"], 0).stdout;
    assert_says(&listed, &["cannot be read", "next: moontide claims drop"]);
    story.say(&["claims", "drop", &name], 0);
    assert_says(&story.say(&["claims"], 0).stdout, &[]);
}

#[test]
fn one_that_goes_on_beside_another_says_so_for_its_servers_too() {
    let story = CASE.story();
    recover(&story, "first", "shop.luau", &[]).expect(4);
    recover(&story, "second", "reports.luau", &[]).expect(1);
    let typo = recover(&story, "third", "reports.luau", &["--beside=frist"]).expect(1).stderr;
    assert_says(&typo, &["did you mean `first`?"]);
    story.say(&["retry", "second", "everything"], 0);
    let resumed = story.aws(&["resume", "second", "--beside=first"]).expect(0);
    assert_says(&told(&resumed), &["is claimed by the wave database of first", "beside it"]);
}

#[test]
fn what_stops_a_runner_stops_it_before_anything_is_begun() {
    let story = CASE.story();
    for (variable, value) in [("MOONTIDE_PATIENCE", "abc"), ("MOONTIDE_LEASE_TTL", "zz")] {
        let path = CASE.path("shop.luau");
        let run = ["run", &path, "--mode=recovery", "--yes", "--execution-id=first"];
        let mut command = story.command(&run);
        let ran = Ran::of(&command.env(variable, value).output().expect("moontide starts"));
        assert_says(&ran.expect(6).stderr, &[variable]);
        story.say(&["status", "first"], 2);
    }
    recover(&story, "second", "shop.luau", &[]).expect(4);
}
