//! The approvers, and how many of them it takes.

use insta::assert_snapshot;

use crate::{Story, given, timeless};

const SETTINGS: &str = "[approvers]\ndba = [\"ann\", \"bob\", \"night-*\"]\n";

fn story(approvals: u32) -> Story {
    let wave = format!(
        "{{ name = 'web', run = function() end,
            pause = {{ message = 'Is the data good?', approvers = {{ 'dba' }}, approvals = {approvals} }} }},"
    );
    Story::with(&given::runbook("shop", &wave), given::WORLD, SETTINGS)
}

#[test]
fn who_is_no_approver_is_told_and_their_flag_does_not_count() {
    let story = story(1);
    let run = story.run(&["--answer=continue"], 4);
    let barred =
        "web: --answer continue does not count: it is asked of dba, and root is none of them";
    assert!(run.stderr.contains(barred), "{}", run.stderr);
    assert!(run.stderr.contains("not used: --answer continue"), "{}", run.stderr);
    let refused = story.say("mallory", &["answer", "drill", "continue"], 2);
    assert_snapshot!(refused.stderr, @"
    error[M0804]: `mallory` may not decide this: it takes dba
    hint: `moontide status drill` shows where it stands
    hint: that it was tried is kept for the journal
    ");
    let skipped = story.say("mallory", &["skip", "drill", "web"], 2);
    assert!(skipped.stderr.starts_with("error[M0804]: "), "{}", skipped.stderr);
    // The approvers are pinned: the file counts no more.
    std::fs::write(story.home.shop("moontide.toml"), "").expect("it can be written");
    story.say("night-shift", &["answer", "drill", "continue"], 0);
    story.resume(0);
    assert_eq!(story.json("show")["answers"][0]["by"], "night-shift");
    let journal = story.journal();
    let tried = journal.iter().find(|line| line.contains("mallory")).expect("it is journaled");
    assert!(
        tried.contains("web: continue by mallory") && tried.contains("may not decide"),
        "{tried}"
    );
}

#[test]
fn a_name_is_a_claim_and_both_names_are_journaled() {
    let story = story(1);
    story.run(&[], 4);
    let fingerprint = story.json("status")["prompts"][0]["seal"].clone();
    story.say("root", &["answer", "drill", "continue", "--by=ann", "--comment=on the phone"], 0);
    story.resume(0);
    assert_eq!(fingerprint.as_str().map(str::len), Some(8));
    assert_eq!(story.json("show")["signals"][0]["signal"]["seal"], fingerprint);
    let journal = story.journal();
    let line = "- event web: continue by ann (sent by root) | on the phone";
    assert!(journal.contains(&line.to_owned()), "{journal:?}");
}

#[test]
fn two_people_in_two_processes_approve_and_no_one_person_twice() {
    let story = story(2);
    story.run(&[], 4);
    let first = story.say("ann", &["answer", "drill", "continue"], 0);
    assert_snapshot!(first.stdout, @"
    web: 1 of 2: continue by ann (sent by root); one more person is needed
    no runner drives it now; to go on: moontide resume drill
    ");
    let again = story.say("ann", &["answer", "drill", "continue"], 2);
    assert_snapshot!(again.stderr, @"
    error[M0804]: `ann` has said so already: it takes 1 more
    hint: `moontide status drill` shows where it stands
    hint: the answer web: continue by ann (sent by root) waits for a runner, and counts first
    ");
    let status = story.say("bob", &["status", "drill"], 0).stdout;
    assert!(
        status
            .contains("so far: 1 of 2: continue by ann (sent by root); one more person is needed"),
        "{status}"
    );
    let waits = story.resume(4);
    assert!(
        waits.stderr.contains("1 of 2: continue by ann (sent by root); one more person"),
        "{}",
        waits.stderr
    );
    assert_snapshot!(timeless(&story.say("bob", &["status", "drill"], 0).stdout), @"
    drill  shop  drill  paused
      web  paused
    ? web | Is the data good?
      so far: 1 of 2: continue by ann (sent by root); one more person is needed
      answers: continue, skip, abort
      asked of: dba
      who may answer: ann, bob, night-*
    next: moontide answer drill web continue
          moontide resume drill
    ");
    let other = story.say("bob", &["answer", "drill", "skip"], 0).stdout;
    assert!(
        other.starts_with("web: 1 of 2: skip by bob (sent by root); one more person is needed\n"),
        "{other}"
    );
    story.say("bob", &["answer", "drill", "continue"], 0);
    story.resume(0);
    assert_eq!(story.waves(), ["completed"]);
    let shown = story.json("show");
    assert_eq!(shown["answers"].as_array().map(Vec::len), Some(3), "{shown}");
}

#[test]
fn more_people_than_there_are_is_a_mistake_of_the_plan() {
    let wave = "{ name = 'web', run = function() end,
        pause = { message = '?', approvers = { 'dba' }, approvals = 3 } },";
    let settings = "[approvers]\ndba = [\"ann\", \"bob\"]\n";
    let story = Story::with(&given::runbook("shop", wave), given::WORLD, settings);
    let refused = story.say("root", &["check", &story.home.shop("")], 3);
    assert_snapshot!(refused.stderr, @"
    error[M0207]: waves[1].pause.approvals: the pause point of `web` takes 3 different people, and its approvers are ann, bob
      --> shop/runbook.luau:7:57
      |
    7 |         pause = { message = '?', approvers = { 'dba' }, approvals = 3 } },
      |                                                         ^
    hint: name more people in `[approvers]` of moontide.toml, or take fewer `approvals`
    ");
    story.run(&[], 3);
}

#[test]
fn a_group_that_is_misspelt_is_pointed_out() {
    let wave = "{ name = 'web', run = function() end,
        pause = { message = '?', approvers = { 'dbas', 'ann' } } },";
    let story = Story::with(&given::runbook("shop", wave), given::WORLD, SETTINGS);
    let checked = story.say("root", &["check", &story.home.shop("")], 0);
    assert_snapshot!(checked.stderr, @"warning: the approver `dbas` is taken for a person; is the group `dba` of `[approvers]` meant?");
}

#[test]
fn one_person_is_enough_to_stop() {
    let story = story(2);
    story.run(&[], 4);
    story.say("ann", &["answer", "drill", "continue"], 0);
    story.say("bob", &["answer", "drill", "abort"], 0);
    story.resume(1);
    assert_eq!(story.waves(), ["cancelled"]);
}

#[test]
fn a_rehearsal_answers_as_the_people_it_takes() {
    let story = story(2);
    std::fs::write(story.home.shop("world.toml"), given::WORLD).expect("it can be written");
    let rehearsed = story.say("root", &["rehearse", &story.home.shop("")], 0);
    let answers: Vec<&str> =
        rehearsed.stdout.lines().filter(|line| line.starts_with('?')).collect();
    assert_eq!(
        answers,
        [
            "? web: continue by ann (the rehearsal)  +0:00 | Is the data good?",
            "? web: continue by bob (the rehearsal)  +0:00 | Is the data good?",
        ]
    );
}

#[test]
fn a_skip_is_one_approval_of_several() {
    let story = story(2);
    story.run(&[], 4);
    let first = story.say("ann", &["skip", "drill", "web"], 0).stdout;
    assert!(
        first.starts_with("web: 1 of 2: skip by ann (sent by root); one more person is needed\n"),
        "{first}"
    );
    let second = story.say("bob", &["skip", "drill", "web"], 0).stdout;
    assert!(second.starts_with("web: skip by bob (sent by root)\n"), "{second}");
    story.resume(0);
    assert_eq!(story.waves(), ["skipped"]);
}
