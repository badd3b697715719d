//! Effects that may or may not have happened: a person is shown the evidence and decides.

use std::sync::Arc;
use std::time::Duration;

use moontide_runtime::scheduler::{Ended, ExecutionStatus, Prompt, PromptKind, WaveStatus};
use moontide_runtime::store::{SignalKind, Store};
use serde_json::json;

use crate::support::{CallFault, Fuse, driver, fused, killed, lease, world};
use crate::{Answers, Story, answer, lines};

const ASKED: &str = "w#1.1.1.unknown";

/// A program that catches what it can, and says what it got.
async fn in_doubt(operation: &str, fault: CallFault) -> Story {
    let story = Story::of(&format!(
        "waves = {{{{ name = 'w', run = function()
            local ok, got = pcall(host.effect, '{operation}', {{ say = 1 }})
            return if ok then {{ got = got or 'nothing' }} else {{ code = got.code, message = got.message }}
        end }}}}"
    ))
    .await;
    story.ledger.faults.borrow_mut().push(fault);
    story
}

async fn asked(story: &Story) -> Prompt {
    let ended = story.drive(Answers::new()).await.unwrap();
    let Ended::Waiting(prompts) = ended else { panic!("a person should be asked: {ended:?}") };
    assert_eq!(story.statuses().await, [WaveStatus::Waiting]);
    prompts[0].clone()
}

#[tokio::test(start_paused = true)]
async fn it_is_not_sent_again_and_a_person_sees_the_evidence() {
    let story = in_doubt("test.once", CallFault::LostReply).await;
    let prompt = asked(&story).await;
    assert_eq!((prompt.id.as_str(), prompt.kind), (ASKED, PromptKind::Unknown));
    assert_eq!(prompt.message, "Did `test.once` happen? it cannot be told");
    let evidence = prompt.evidence.expect("there is something to look at");
    assert_eq!(evidence.found["arguments"], json!({ "say": 1 }));
    assert_eq!(
        lines(&story.entries().await),
        ["event started", "intent test.once w#1.1 #1", "event asked"],
        "an intent has no outcome before the person has spoken"
    );
    assert_eq!(asked(&story).await.id, ASKED, "and is asked again by the next process");
    assert_eq!(story.times("test.once"), 1);
}

#[tokio::test(start_paused = true)]
async fn it_happened_goes_on_with_what_the_person_says_it_returned() {
    let story = in_doubt("test.once", CallFault::LostReply).await;
    asked(&story).await;
    let happened = SignalKind::Answer {
        prompt: ASKED.into(),
        choice: "happened".into(),
        fingerprint: String::new(),
        value: json!({ "id": 7 }),
    };
    story.send(happened).await;
    story.ends(ExecutionStatus::Completed).await;
    assert_eq!(story.state().await.waves[0].result, json!({ "got": { "id": 7 } }));
    assert_eq!(story.times("test.once"), 1);
    let entries = lines(&story.entries().await);
    assert!(entries.contains(&"outcome test.once w#1.1 ok adopted".to_owned()), "{entries:?}");
}

#[tokio::test(start_paused = true)]
async fn it_did_not_is_an_error_for_the_program_and_nothing_is_sent() {
    let story = in_doubt("test.once", CallFault::LostCall).await;
    asked(&story).await;
    story.send(answer(ASKED, "did-not")).await;
    story.ends(ExecutionStatus::Completed).await;
    let result = &story.state().await.waves[0].result;
    assert_eq!(result["code"], "DidNotHappen");
    assert_eq!(result["message"], "`test.once` did not happen, says alice");
    assert_eq!(story.times("test.once"), 0);
}

#[tokio::test(start_paused = true)]
async fn try_again_sends_it_once_more_under_the_same_key() {
    let story = in_doubt("test.once", CallFault::LostCall).await;
    asked(&story).await;
    story.send(answer(ASKED, "try-again")).await;
    story.ends(ExecutionStatus::Completed).await;
    assert_eq!(story.times("test.once"), 1);
    let entries = lines(&story.entries().await);
    assert!(entries.contains(&"intent test.once w#1.1 #2".to_owned()), "{entries:?}");
}

/// A person may want it again because they do not see it; by then the world may show it.
#[tokio::test(start_paused = true)]
async fn try_again_adopts_what_shows_by_now() {
    let story = in_doubt("test.elusive", CallFault::LostReply).await;
    story.ledger.hidden.set(1);
    let ended = story.drive(Answers::from([(ASKED, "try-again")])).await.unwrap();
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Completed));
    assert_eq!(story.times("test.elusive"), 1);
    let entries = lines(&story.entries().await);
    let adopted = "outcome test.elusive w#1.1 ok adopted".to_owned();
    assert!(entries.contains(&adopted), "{entries:?}");
}

#[tokio::test(start_paused = true)]
async fn try_again_that_ends_in_doubt_asks_again_and_an_old_answer_does_not_count() {
    let story = in_doubt("test.once", CallFault::LostCall).await;
    story.ledger.faults.borrow_mut().push(CallFault::LostCall);
    asked(&story).await;
    story.send(answer(ASKED, "try-again")).await;
    assert_eq!(asked(&story).await.id, "w#1.1.2.unknown");
    assert_eq!(asked(&story).await.id, "w#1.1.2.unknown");
    story.send(answer("w#1.1.2.unknown", "try-again")).await;
    story.ends(ExecutionStatus::Completed).await;
    assert_eq!(story.times("test.once"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_the_lease_keeps_back_is_no_failure_and_leaves_once_it_is_renewed() {
    let story =
        Story::of("waves = {{ name = 'w', run = function() host.effect('test.once', {}) end }}")
            .await;
    story.ledger.faults.borrow_mut().extend([CallFault::KeptBack, CallFault::KeptBack]);
    story.ends(ExecutionStatus::Completed).await;
    assert_eq!(story.times("test.once"), 1);
    let entries = lines(&story.entries().await);
    let sent = entries.iter().filter(|line| line.starts_with("intent test.once")).count();
    assert_eq!(sent, 3, "{entries:?}");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_after_a_lost_reply_says_nothing_of_the_first_call() {
    let throttles = vec![CallFault::Throttled; 7];
    for (refusals, asked_about) in [(vec![CallFault::Conflict], 2), (throttles, 8)] {
        let story = in_doubt("test.token", CallFault::LostReply).await;
        story.ledger.faults.borrow_mut().splice(0..0, refusals);
        let prompt = asked(&story).await;
        assert_eq!(prompt.id, format!("w#1.1.{asked_about}.unknown"));
        assert!(prompt.message.contains("an earlier call may have happened"), "{}", prompt.message);
        assert_eq!(story.times("test.token"), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn try_again_that_is_refused_says_nothing_of_the_first_call() {
    let story = in_doubt("test.once", CallFault::LostReply).await;
    asked(&story).await;
    story.ledger.faults.borrow_mut().push(CallFault::Conflict);
    story.send(answer(ASKED, "try-again")).await;
    assert_eq!(asked(&story).await.id, "w#1.1.2.unknown");
    assert_eq!(story.times("test.once"), 1);
}

#[tokio::test(start_paused = true)]
async fn try_again_that_is_denied_fails_the_wave_as_uncertain() {
    let story = in_doubt("test.once", CallFault::LostReply).await;
    asked(&story).await;
    story.send(answer(ASKED, "try-again")).await;
    let held = lease(story.store.as_ref(), "x").await;
    let world = world(&story.ledger, &Fuse::never());
    let mut driver = driver(Arc::clone(&story.store) as Arc<dyn Store>, world, Answers::new());
    driver.denied = vec!["test.once".into()];
    driver.drive(&held, std::future::pending()).await.unwrap();
    let entries = lines(&story.entries().await);
    assert!(entries.contains(&"outcome test.once w#1.1 unknown".to_owned()), "{entries:?}");
    assert_eq!(story.times("test.once"), 1);
}

#[tokio::test(start_paused = true)]
async fn killed_anywhere_around_the_decision_it_happens_once() {
    for point in 1.. {
        let story = in_doubt("test.once", CallFault::LostCall).await;
        asked(&story).await;
        story.send(answer(ASKED, "try-again")).await;
        let fuse = Fuse::at(point);
        let lease = lease(story.store.as_ref(), "x").await;
        let fused = fused(&story.store, &fuse);
        let world = world(&story.ledger, &fuse);
        let driver = driver(fused, world, Answers::new());
        if killed(&driver, &lease, &fuse).await.is_some() {
            assert!(point > 10, "only {point} points of failure");
            return;
        }
        // A second call that was cut off is in doubt again: the person looks whether it is there.
        if let Ended::Waiting(prompts) = story.drive(Answers::new()).await.unwrap() {
            let there = if story.times("test.once") == 1 { "happened" } else { "try-again" };
            story.send(answer(&prompts[0].id, there)).await;
            story.ends(ExecutionStatus::Completed).await;
        }
        assert_eq!(story.times("test.once"), 1, "killed at {point}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_found_out_after_all_needs_no_person() {
    // The look-up found nothing certain at first, so a person was asked; the next process finds it.
    let story = Story::of(
        "waves = {
            { name = 'w', run = function() return host.effect('test.elusive', { say = 1 }).said end },
            { name = 'v', depends_on = { 'w' }, pause = '?', run = function() end },
        }",
    )
    .await;
    story.ledger.faults.borrow_mut().push(CallFault::LostReply);
    story.ledger.hidden.set(1);
    let Ended::Waiting(prompts) = story.drive(Answers::new()).await.unwrap() else { panic!() };
    assert_eq!(prompts[0].id, ASKED);
    let Ended::Waiting(prompts) = story.drive(Answers::new()).await.unwrap() else { panic!() };
    let ids: Vec<&str> = prompts.iter().map(|prompt| prompt.id.as_str()).collect();
    assert_eq!(ids, ["v"], "the question is withdrawn");
    assert_eq!(story.times("test.elusive"), 1);
}

#[tokio::test(start_paused = true)]
async fn what_a_person_said_counts_also_if_nothing_is_found_afterwards() {
    // The look-up failed at first, so a person was asked; the next process finds nothing.
    for (fault, said, times) in
        [(CallFault::LostCall, "did-not", 0), (CallFault::LostReply, "happened", 1)]
    {
        let story = in_doubt("test.tagged", fault).await;
        story.ledger.unsure.borrow_mut().push(true);
        story.ledger.hidden.set(2);
        assert_eq!(asked(&story).await.id, ASKED);
        story.send(answer(ASKED, said)).await;
        story.ends(ExecutionStatus::Completed).await;
        assert_eq!(story.times("test.tagged"), times, "`{said}`, and it was sent all the same");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_sent_again_by_the_next_process_is_no_question_any_more() {
    let story = in_doubt("test.tagged", CallFault::LostCall).await;
    story.ledger.faults.borrow_mut().push(CallFault::LostCall);
    story.ledger.unsure.borrow_mut().extend([true, false, true]);
    assert_eq!(asked(&story).await.id, ASKED);
    let Ended::Waiting(prompts) = story.drive(Answers::new()).await.unwrap() else { panic!() };
    let ids: Vec<&str> = prompts.iter().map(|prompt| prompt.id.as_str()).collect();
    assert_eq!(ids, ["w#1.1.2.unknown"], "the question about the first call is withdrawn");
}

#[tokio::test(start_paused = true)]
async fn try_again_and_a_cancel_in_one_breath_leave_it_unknown() {
    let story = Story::of(
        "waves = {
            { name = 'w', run = function() host.effect('test.once', { say = 1 }) end },
            { name = 'v', run = function() moontide.sleep('1h') end },
        }",
    )
    .await;
    story.ledger.faults.borrow_mut().push(CallFault::LostReply);
    let held = lease(story.store.as_ref(), "x").await;
    let world = world(&story.ledger, &Fuse::never());
    let mut driver = driver(Arc::clone(&story.store) as Arc<dyn Store>, world, Answers::new());
    driver.signals_every = Some(Duration::from_secs(10));
    let people = async {
        tokio::time::sleep(Duration::from_secs(15)).await;
        story.send(answer(ASKED, "try-again")).await;
        story.send(SignalKind::Cancel { seen: 0 }).await;
        std::future::pending::<()>().await;
    };
    let ended = driver.drive(&held, people).await.unwrap();
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Failed));
    assert!(story.state().await.waves[0].failure.as_ref().unwrap().uncertain, "it may be there");
    let entries = lines(&story.entries().await);
    assert!(entries.contains(&"outcome test.once w#1.1 unknown".to_owned()), "{entries:?}");
}

#[tokio::test(start_paused = true)]
async fn a_cancel_leaves_it_unknown_in_the_journal() {
    let story = in_doubt("test.once", CallFault::LostReply).await;
    asked(&story).await;
    story.send(SignalKind::Cancel { seen: 0 }).await;
    story.ends(ExecutionStatus::Cancelled).await;
    let entries = lines(&story.entries().await);
    assert!(entries.contains(&"outcome test.once w#1.1 unknown".to_owned()), "{entries:?}");
}

#[tokio::test(start_paused = true)]
async fn what_a_person_has_said_before_a_cancel_is_journaled() {
    for (said, ending) in
        [("happened", "ok adopted"), ("did-not", "failed DidNotHappen"), ("try-again", "unknown")]
    {
        let story = in_doubt("test.once", CallFault::LostReply).await;
        asked(&story).await;
        // No runner drives it when both are said.
        story.send(answer(ASKED, said)).await;
        story.send(SignalKind::Cancel { seen: 0 }).await;
        story.drive(Answers::new()).await.unwrap();
        let (entries, ending) =
            (lines(&story.entries().await), format!("outcome test.once w#1.1 {ending}"));
        assert!(entries.contains(&ending), "`{said}`: {entries:?}");
        assert_eq!(story.times("test.once"), 1, "`{said}`, and it was sent again");
    }
}

#[tokio::test(start_paused = true)]
async fn a_cut_off_call_that_could_be_repeated_is_unknown_after_a_cancel_and_not_failed() {
    let story = in_doubt("test.token", CallFault::LostReply).await;
    // Dies between the effect and its outcome.
    let fuse = Fuse::at(6);
    let held = lease(story.store.as_ref(), "x").await;
    let fused = fused(&story.store, &fuse);
    let world = world(&story.ledger, &fuse);
    story.ledger.faults.borrow_mut().clear();
    let driver = driver(fused, world, Answers::new());
    assert_eq!(killed(&driver, &held, &fuse).await, None);
    assert_eq!(story.times("test.token"), 1);
    story.send(SignalKind::Cancel { seen: 0 }).await;
    story.ends(ExecutionStatus::Cancelled).await;
    let entries = lines(&story.entries().await);
    assert!(entries.contains(&"outcome test.token w#1.1 unknown".to_owned()), "{entries:?}");
}

#[tokio::test(start_paused = true)]
async fn a_defect_of_moontide_fails_its_wave_and_not_the_process() {
    let story = Story::of(
        "waves = {
            { name = 'w', on_failure = 'retry', run = function()
                host.effect('test.tagged', { panic = true })
            end },
            { name = 'v', run = function() return host.effect('test.tagged', { say = 1 }).said end },
        }",
    )
    .await;
    let ended = story.drive(Answers::from([("w#1.failure", "abort")])).await.unwrap();
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Failed));
    assert_eq!(story.statuses().await, [WaveStatus::Failed, WaveStatus::Completed]);
    assert_eq!(story.failure().await, "Internal: a defect of Moontide: the world is a lie");
    assert!(
        story.state().await.waves[0].failure.as_ref().unwrap().uncertain,
        "no policy retries it"
    );
    assert_eq!(story.times("test.tagged"), 1);
}
