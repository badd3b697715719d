//! `retry`, `skip` and `cancel`.

use insta::assert_snapshot;
use moontide_runtime::store::{Signal, SignalKind, SqliteStore, Store};

use crate::{Story, given, heard, timeless};

/// A wave that fails at its first attempt, one that depends on it, and a neighbour.
const FAILS: &str = "{ name = 'base', run = function(wave)
        if wave.attempt == 1 then moontide.fail('the quota is too small') end
    end },
    { name = 'web', depends_on = { 'base' }, run = function() end },
    { name = 'mail', run = function() end },";

#[test]
fn a_failed_execution_goes_on_after_a_retry() {
    let story = Story::of(FAILS);
    let failed = story.run(&[], 1);
    assert_snapshot!(timeless(&failed.stdout), @"
    drill  shop  drill  failed
      base  failed | the quota is too small
      web  cancelled: `base`, which it depends on, failed
      mail  completed
    next: moontide show drill
          moontide retry drill base
          moontide skip drill base
    ");
    let misspelled = story.say("ann", &["retry", "drill", "bsae"], 2).stderr;
    assert_snapshot!(misspelled, @"
    error[M0805]: there is no wave `bsae`
    hint: did you mean `base`?
    ");
    let retried = story.say("ann", &["retry", "drill", "base", "--comment=it is raised"], 0);
    assert_snapshot!(retried.stdout, @"
    base: retry by ann (sent by root) | it is raised
    wait for their turn again: web
    no runner drives it now; to go on: moontide resume drill
    ");
    let second = story.say("bob", &["retry", "drill", "base"], 2).stderr;
    assert!(second.starts_with("error[M0806]: wave `base` is running, not failed"), "{second}");
    assert!(
        second.contains("a retry of base by ann (sent by root) waits for a runner"),
        "{second}"
    );
    let status = story.say("bob", &["status", "drill"], 0).stdout;
    assert!(
        status.contains("a retry of base by ann (sent by root) waits for a runner | it is raised"),
        "{status}"
    );
    assert!(status.ends_with("next: moontide resume drill\n"), "{status}");
    story.resume(0);
    assert_eq!(story.waves(), ["completed", "completed", "completed"]);
    let over = story.resume(0);
    assert!(over.stderr.contains("drill is over; there is nothing to resume"), "{}", over.stderr);
}

#[test]
fn the_skip_of_what_failed_last_is_taken_too() {
    let story = Story::of("{ name = 'last', run = function() error('no', 0) end },");
    story.run(&[], 1);
    let sent = story.say("ann", &["skip", "drill", "last"], 0).stdout;
    assert!(sent.contains("to go on: moontide resume drill"), "{sent}");
    story.drive(&["resume", "drill"], 0);
    assert_eq!(story.waves(), ["skipped"]);
}

#[test]
fn a_failed_execution_goes_on_without_the_wave_that_is_skipped() {
    let story = Story::of(FAILS);
    story.run(&[], 1);
    let not_failed = story.say("ann", &["retry", "drill", "web"], 2).stderr;
    assert!(
        not_failed.starts_with("error[M0806]: wave `web` is cancelled, not failed"),
        "{not_failed}"
    );
    story.say("ann", &["skip", "drill", "base", "--by=boss"], 0);
    story.resume(0);
    assert_eq!(story.waves(), ["skipped", "completed", "completed"]);
    let shown = story.json("show");
    assert_eq!(
        shown["waves"][0]["reason"],
        "the quota is too small; skipped by boss (sent by root)"
    );
    let signal = &shown["signals"][0]["signal"];
    assert_eq!((&signal["by"], &signal["sender"]), (&"boss".into(), &"root".into()));
}

/// Leaves an answer in the store as a process does that has looked at the same moment as another.
fn leave(story: &Story, choice: &str, by: &str) {
    let path = story.home.path().join("moontide/moontide.db");
    let fingerprint =
        story.json("status")["prompts"][0]["seal"].as_str().unwrap_or_default().to_owned();
    let wish = SignalKind::Answer {
        prompt: "cut-over".into(),
        choice: choice.into(),
        fingerprint,
        value: serde_json::Value::Null,
    };
    let (by, at) = (by.to_owned(), jiff::Timestamp::UNIX_EPOCH);
    let (sender, comment) = (String::new(), "as agreed".to_owned());
    let signal = Signal { wish, by, sender, comment, at };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let database = SqliteStore::open(&path).expect("it opens");
        database.send("drill", &signal).await.expect("it takes it");
    });
}

#[test]
fn what_a_runner_refuses_is_journaled_and_marked() {
    let story = Story::of(given::ASKS);
    story.run(&[], 4);
    leave(&story, "continue", "ann");
    leave(&story, "skip", "bob");
    let late = story.say("eve", &["answer", "drill", "cut-over", "skip"], 2).stderr;
    assert!(late.contains("`cut-over` was answered already: continue by ann"), "{late}");
    let status = story.say("eve", &["status", "drill"], 0).stdout;
    assert!(
        status.contains("the answer cut-over: skip by bob will be refused: there is no open"),
        "{status}"
    );
    let resumed = story.resume(0);
    let refused = "refused: cut-over: skip by bob (there is no open prompt `cut-over`) | as agreed";
    assert!(resumed.stderr.contains(refused), "{}", resumed.stderr);
    assert!(story.journal().contains(&format!("- event {refused}")), "{:?}", story.journal());
    let shown = story.say("eve", &["show", "drill"], 0).stdout;
    assert!(shown.contains(refused), "{shown}");
    let shown = story.json("show");
    assert_eq!(shown["signals"][1]["refused"], "there is no open prompt `cut-over`");
    assert_eq!(shown["answers"].as_array().map(Vec::len), Some(1));
    assert_eq!(shown["pending"], serde_json::Value::Null, "nothing is taken twice");
}

#[test]
fn a_cancel_runs_the_hooks_of_what_was_under_way_and_shows_no_others() {
    let waves =
        "{ name = 'quiet', run = function() end, on_cancel = function() error('never') end },
        { name = 'busy', depends_on = { 'quiet' },
          run = function() moontide.ask { message = 'Well?', choices = { 'yes', 'no' } } end,
          on_cancel = function(wave) moontide.log.info(`putting {wave.name} away`) end },";
    let runbook = given::runbook("shop", waves).replace(
        "waves = {",
        "on_cancel = function(context) moontide.log.info(`busy is {context.waves.busy.status}`) end, waves = {",
    );
    let story = Story::with(&runbook, given::WORLD, "");
    story.run(&[], 4);
    let names = |story: &Story| -> Vec<String> {
        let shown = story.json("status");
        let waves = shown["waves"].as_array().expect("there are waves");
        waves.iter().map(|wave| wave["name"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(names(&story), ["quiet", "busy"]);
    story.say("ann", &["cancel", "drill"], 0);
    let ended = story.resume(1);
    assert!(ended.stderr.contains("putting busy away"), "{}", ended.stderr);
    assert!(ended.stderr.contains("busy is cancelled"), "{}", ended.stderr);
    assert!(!ended.stderr.contains("@cancel:quiet"), "{}", ended.stderr);
    assert_eq!(names(&story), ["quiet", "busy", "@cancel:busy", "@cancel"]);
    assert_eq!(story.waves(), ["completed", "cancelled", "completed", "completed"]);
}

#[test]
fn what_a_cancelled_execution_takes_no_more_is_not_proposed() {
    let story = Story::of(
        "{ name = 'web', run = function() moontide.sleep('10m') end,
          on_cancel = function() error('no') end },
        { name = 'base', on_failure = 'ask', run = function() error('no') end },",
    );
    let (mut runner, mut said) = story.begin("waiting");
    story.say("ann", &["cancel", "drill"], 0);
    heard(&mut said, "cancel by ann (sent by root)");
    assert_eq!(runner.wait().expect("it ends").code(), Some(1));
    assert_eq!(story.waves(), ["cancelled", "failed", "failed"]);
    let status = story.say("ann", &["status", "drill"], 0).stdout;
    let retries =
        ["web", "base", "@cancel:web"].map(|it| format!("      moontide retry drill {it}\n"));
    let next = format!("next: moontide show drill\n{}", retries.concat());
    assert!(status.ends_with(&next), "{status}");
    let late = story.say("bob", &["skip", "drill", "base"], 2).stderr;
    let why = "error[M0806]: the execution has been cancelled already, by ann\n";
    assert!(late.starts_with(why), "{late}");
}

#[test]
fn a_cancelled_execution_goes_on_from_the_wave_that_was_cut_off() {
    let story = Story::of(
        "{ name = 'busy', run = function() moontide.ask { message = 'Well?', choices = { 'yes', 'no' } } end,
          on_cancel = function() end },
        { name = 'web', depends_on = { 'busy' }, run = function() end },",
    );
    story.run(&[], 4);
    story.say("ann", &["cancel", "drill"], 0);
    let ended = story.resume(1).stdout;
    assert!(ended.ends_with("next: moontide retry drill busy\n"), "{ended}");
    // What was only called off waits for what was cut off.
    let early = story.say("bob", &["retry", "drill", "web"], 2).stderr;
    assert!(early.starts_with("error[M0806]: wave `web` depends on `busy`"), "{early}");
    story.say("bob", &["retry", "drill", "busy"], 0);
    story.resume(4);
    assert_eq!(story.waves()[..2], ["waiting", "pending"]);
    let asked = story.json("status")["next"].clone();
    assert_eq!(asked[0], "moontide answer drill 'busy#2.1' yes");
    assert_eq!(asked[1], "moontide answer drill 'busy#2.1' no");
    story.say("bob", &["answer", "drill", "yes"], 0);
    story.resume(0);
    assert_eq!(story.waves()[..2], ["completed", "completed"]);
}

#[test]
fn a_prompt_that_a_waiting_skip_settles_asks_for_no_answer() {
    let story = Story::of("{ name = 'web', pause = 'Begin?', run = function() end },");
    story.run(&[], 4);
    story.say("ann", &["skip", "drill", "web"], 0);
    let status = timeless(&story.say("ann", &["status", "drill"], 0).stdout);
    assert_snapshot!(status, @"
    drill  shop  drill  paused
      web  paused
    a skip of web by ann (sent by root) waits for a runner
    ? web | Begin?
      answers: none any more; the next runner takes what waits
    next: moontide resume drill
    ");
}

#[test]
fn a_program_that_was_told_to_stop_hears_no_answer() {
    let story = Story::of(
        "{ name = 'web', run = function() moontide.ask { message = 'Well?', choices = { 'yes', 'no' } } end },",
    );
    story.run(&[], 4);
    story.say("ann", &["cancel", "drill"], 0);
    let status = story.json("status");
    assert_eq!(status["next"], serde_json::json!(["moontide resume drill"]));
    let late = story.say("bob", &["answer", "drill", "yes"], 2).stderr;
    let why = "error[M0806]: the execution has been cancelled already, by ann\n";
    assert!(late.starts_with(why), "{late}");
    story.resume(1);
    assert_eq!(story.waves(), ["cancelled"]);
}

#[test]
fn a_wave_that_will_be_left_out_says_so_while_it_waits_for_its_turn() {
    let story = Story::of(
        "{ name = 'base', pause = 'Begin?', run = function() end },
        { name = 'web', depends_on = { 'base' }, run = function() end },",
    );
    story.run(&[], 4);
    story.say("ann", &["skip", "drill", "web"], 0);
    story.resume(4);
    let status = story.say("ann", &["status", "drill"], 0).stdout;
    assert!(
        status.contains("  web  pending: skipped by ann (sent by root) when its turn comes\n"),
        "{status}"
    );
    story.say("ann", &["answer", "drill", "continue"], 0);
    let ended = story.resume(0).stdout;
    assert!(ended.ends_with("  web  skipped by ann (sent by root)\n"), "{ended}");
}
