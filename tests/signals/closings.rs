//! What closes a prompt, and the person who is named for it.

use serde_json::{Value, json};

use crate::{Story, heard, timeless};

/// A pause point that takes two people.
fn story() -> Story {
    Story::of(
        "{ name = 'web', run = function() end, pause = { message = 'Go on?', approvals = 2 } },",
    )
}

/// Each answer of the execution: the person, whether it closed the prompt, and what else did.
fn answers(story: &Story) -> Vec<Value> {
    let shown = story.json("show");
    let answers = shown["answers"].as_array().expect("there are answers");
    answers.iter().map(|it| json!([it["by"], it["closed"], it["closed_by"]])).collect()
}

#[test]
fn after_a_time_out_no_person_is_named_whose_approval_was_one_of_two() {
    let story = Story::of(
        "{ name = 'busy', run = function() moontide.sleep('10m') end },
        { name = 'web', run = function() end,
          pause = { message = 'Go on?', approvals = 2, timeout = '4s', on_timeout = 'abort' } },",
    );
    let (mut runner, mut said) = story.begin("web  paused");
    story.say("ann", &["answer", "drill", "continue", "--comment=fine"], 0);
    heard(&mut said, "web: no person answered in time");
    heard(&mut said, "web  cancelled");
    assert_eq!(story.waves(), ["running", "cancelled"]);
    let late = story.say("bob", &["answer", "drill", "web", "continue"], 2).stderr;
    assert_eq!(
        late,
        "error[M0807]: `web` was closed by its time-out: abort\n\
         hint: `moontide status drill` shows where it stands\n"
    );
    assert_eq!(answers(&story), [json!(["ann", false, "its time-out: abort"])]);
    let shown = story.say("bob", &["show", "drill"], 0).stdout;
    let line =
        "  web: continue by ann (sent by root) (one voice; closed by its time-out: abort) | fine\n";
    assert!(shown.contains(line), "{shown}");
    story.say("bob", &["cancel", "drill"], 0);
    assert_eq!(runner.wait().expect("it ends").code(), Some(1));
}

#[test]
fn a_cancel_is_named_with_the_person_who_wanted_it() {
    let story = story();
    story.run(&[], 4);
    story.say("ann", &["answer", "drill", "continue"], 0);
    story.resume(4);
    assert_eq!(answers(&story), [json!(["ann", false, null])]);
    story.say("bob", &["cancel", "drill"], 0);
    assert_eq!(
        answers(&story),
        [json!(["ann", false, null])],
        "no runner has taken the cancel yet"
    );
    let late = story.say("eve", &["answer", "drill", "web", "continue"], 2).stderr;
    assert!(
        late.starts_with("error[M0807]: `web` was closed by a cancel by bob (sent by root)\n"),
        "{late}"
    );
    story.resume(1);
    let late = story.say("eve", &["answer", "drill", "web", "continue"], 2).stderr;
    assert!(
        late.starts_with("error[M0807]: `web` was closed by a cancel by bob (sent by root)\n"),
        "{late}"
    );
    assert_eq!(answers(&story), [json!(["ann", false, "a cancel by bob (sent by root)"])]);
}

#[test]
fn the_last_of_several_approvals_is_the_answer() {
    let story = story();
    story.run(&[], 4);
    story.say("ann", &["answer", "drill", "continue"], 0);
    story.say("bob", &["answer", "drill", "skip"], 0);
    story.say("eve", &["answer", "drill", "continue"], 0);
    let late = story.say("kim", &["answer", "drill", "web", "skip"], 2).stderr;
    assert!(
        late.contains("`web` was answered already: continue by eve (sent by root)\n"),
        "{late}"
    );
    story.resume(0);
    let approvals = [
        json!(["ann", false, "continue by eve (sent by root)"]),
        json!(["bob", false, "continue by eve (sent by root)"]),
        json!(["eve", true, null]),
    ];
    assert_eq!(answers(&story), approvals);
}

#[test]
fn an_approval_that_waits_beside_a_cancel_is_not_shown_as_the_answer() {
    let story = story();
    story.run(&[], 4);
    story.say("ann", &["answer", "drill", "continue"], 0);
    story.say("bob", &["cancel", "drill"], 0);
    let prompt = &story.json("status")["prompts"][0];
    assert_eq!((&prompt["answered"], &prompt["settled"]), (&Value::Null, &json!(true)));
    let status = timeless(&story.say("ann", &["status", "drill"], 0).stdout);
    assert!(status.contains("  answers: none any more; the next runner takes"), "{status}");
    assert!(!status.contains("answered: continue"), "{status}");
}
