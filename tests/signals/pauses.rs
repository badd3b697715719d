//! `pause` and `resume`.

use insta::assert_snapshot;

use crate::{Story, heard};

const TWO: &str = "{ name = 'first', pause = 'Begin?', run = function() end },
    { name = 'second', depends_on = { 'first' }, run = function() end },";

#[test]
fn a_paused_execution_starts_no_wave_before_an_operator_resumes_it() {
    let story = Story::of(TWO);
    story.run(&[], 4);
    let paused = story.say("ann", &["pause", "drill", "--comment=wait for the network"], 0);
    assert_snapshot!(paused.stdout, @"
    drill: no further wave starts; paused by ann (sent by root)
    no runner drives it now; to go on: moontide resume drill
    ");
    let again = story.say("bob", &["pause", "drill"], 2);
    assert_snapshot!(again.stderr, @"
    error[M0806]: the execution is paused already
    hint: `moontide status drill` shows where it stands
    hint: a pause by ann (sent by root) waits for a runner, and counts first
    ");
    story.say("bob", &["answer", "drill", "first", "continue"], 0);
    // The same command once more, as SSM may deliver it, lifts no pause.
    let waits = story.run(&[], 4);
    assert!(
        waits.stderr.contains("pause by ann (sent by root) | wait for the network"),
        "{}",
        waits.stderr
    );
    assert_eq!(story.waves(), ["pending", "pending"]);
    let status = story.say("bob", &["status", "drill"], 0).stdout;
    assert!(
        status.contains("? @pause.1 | Paused by ann (sent by root): wait for the network. Go on?"),
        "{status}"
    );
    assert!(status.ends_with("next: moontide resume drill --lift-pause\n"), "{status}");
    // An operator who only goes on after a crash lifts no other's pause either.
    let kept = story.resume(4).stderr;
    let says = "paused by ann (sent by root): wait for the network; no further wave starts before an operator types";
    assert!(kept.contains(says), "{kept}");
    assert_eq!(story.waves(), ["pending", "pending"]);
    let resumed = story.drive(&["resume", "drill", "--lift-pause"], 0);
    assert!(resumed.stderr.contains("drill: goes on; resumed by root"), "{}", resumed.stderr);
    assert_eq!(story.waves(), ["completed", "completed"]);
    assert!(
        story
            .journal()
            .contains(&"- event pause by ann (sent by root) | wait for the network".to_owned())
    );
}

#[test]
fn the_runner_is_told_to_pause_and_to_go_on() {
    let sleeps = "{ name = 'sleeps', run = function() moontide.sleep('10m') end },";
    let story = Story::of(sleeps);
    let (mut runner, mut said) = story.begin("running");
    let sent = story.say("ann", &["pause", "drill"], 0).stdout;
    assert!(sent.contains("drives it and will take it"), "{sent}");
    heard(&mut said, "pause by ann (sent by root)");
    let clear = ["resume", "drill", "--by=eve", "--comment=all clear"];
    let kept = story.say("ann", &clear, 2).stderr;
    assert!(kept.contains("drives it, paused by ann (sent by root)"), "{kept}");
    let sent = story.say("ann", &[&clear[..], &["--lift-pause"]].concat(), 0).stdout;
    assert!(sent.contains("resumed by eve (sent by root)"), "{sent}");
    assert!(sent.contains("drives it and will take it"), "{sent}");
    heard(&mut said, "resume by eve (sent by root) | all clear");
    // It is paused no more: this is an attempt to drive it.
    story.resume(5);
    story.say("ann", &["cancel", "drill"], 0);
    assert_eq!(runner.wait().expect("it ends").code(), Some(1));
}

#[test]
fn a_resume_that_aborts_does_not_lift_the_pause_first() {
    let story = Story::of(TWO);
    story.run(&[], 4);
    story.say("ann", &["pause", "drill"], 0);
    let listed = story.say("ann", &["list"], 0).stdout;
    assert!(listed.contains("1 signal for a runner"), "{listed}");
    story.drive(&["resume", "drill", "--answer=@pause.1=abort"], 1);
    assert_eq!(story.waves(), ["cancelled", "cancelled"]);
}

#[test]
fn abort_is_the_other_answer_to_a_pause() {
    let story = Story::of(TWO);
    story.run(&[], 4);
    story.say("ann", &["pause", "drill"], 0);
    story.say("ann", &["answer", "drill", "@pause.1", "abort"], 0);
    story.resume(1);
    assert_eq!(story.waves(), ["cancelled", "cancelled"]);
    let over = story.say("ann", &["pause", "drill"], 2).stderr;
    assert!(over.starts_with("error[M0802]: the execution is over\n"), "{over}");
}

#[test]
fn an_answer_after_the_time_is_too_late_also_if_no_runner_drove() {
    let wave = "{ name = 'web', run = function() end,
        pause = { message = '?', timeout = '4s', on_timeout = 'abort' } },";
    let story = Story::of(wave);
    let folder = story.home.shop("");
    let [endpoint, _] = story.sim.flags();
    let run = ["run", &folder, "--mode=drill", "--execution-id=drill", &endpoint];
    story.say("root", &run, 4);
    let is_over = |_| {
        let status = story.say("root", &["status", "drill"], 0).stdout;
        status.contains("answers: none any more; its time was over at ")
    };
    assert!((0..2000).any(is_over), "the time goes by");
    let late = story.say("ann", &["answer", "drill", "web", "continue"], 2).stderr;
    assert!(late.starts_with("error[M0807]: the time to answer `web` was over at "), "{late}");
    assert!(late.contains("hint: `moontide resume drill` goes on with that"), "{late}");
    story.resume(1);
    assert_eq!(story.waves(), ["cancelled"]);
}

#[test]
fn the_time_of_what_is_not_open_yet_has_not_begun() {
    let waves = "{ name = 'db', run = function() end, pause = '?' },
        { name = 'web', depends_on = { 'db' }, run = function() end,
          pause = { message = '?', timeout = '1s', on_timeout = 'abort' } },";
    let story = Story::of(waves);
    story.run(&[], 4);
    story.say("ann", &["answer", "drill", "db", "skip"], 0);
    // More than a second.
    for _ in 0..60 {
        let status = story.say("root", &["status", "drill"], 0).stdout;
        assert!(!status.contains("time was over"), "{status}");
    }
    story.say("ann", &["answer", "drill", "web", "continue"], 0);
    story.resume(0);
    assert_eq!(story.waves(), ["skipped", "completed"]);
}

#[test]
fn who_has_paused_it_lifts_the_pause_without_another_word() {
    let story = Story::of(TWO);
    story.run(&[], 4);
    story.say("root", &["pause", "drill"], 0);
    story.say("root", &["answer", "drill", "first", "continue"], 0);
    let resumed = story.resume(0);
    assert!(resumed.stderr.contains("drill: goes on; resumed by root"), "{}", resumed.stderr);
}
