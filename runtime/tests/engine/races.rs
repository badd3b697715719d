//! What arrives late, or in the same breath as something else, or finds that something has died.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use moontide_runtime::journal::Body;
use moontide_runtime::scheduler::{
    Answers as Ask, Ended, Event, ExecutionStatus, Given, Prompt, WaveStatus,
};
use moontide_runtime::store::SignalKind;

use crate::shaky::Shaky;
use crate::signals::retry;
use crate::support::{Fuse, driver, lease, world};
use crate::{Answers, Story, answer};

/// Drives while people send these wishes, each so long after the one before.
async fn among_people(
    story: &Story,
    every: Duration,
    wishes: Vec<(Duration, Vec<SignalKind>)>,
) -> Ended {
    let held = lease(story.store.as_ref(), "x").await;
    let world = world(&story.ledger, &Fuse::never());
    // No watcher is woken: what was sent is found when it is asked for.
    let asleep = Shaky::default().over(&story.store);
    let mut driver = driver(asleep, world, Answers::new());
    driver.signals_every = Some(every);
    driver.answers = Rc::new(Undecided);
    let people = async {
        for (after, wishes) in wishes {
            tokio::time::sleep(after).await;
            for wish in wishes {
                story.send(wish).await;
            }
        }
        std::future::pending::<()>().await;
    };
    driver.drive(&held, people).await.unwrap()
}

/// A person is at the terminal, and says nothing.
pub(crate) struct Undecided;

#[async_trait(?Send)]
impl Ask for Undecided {
    async fn answer(&self, _prompt: &Prompt) -> Option<Given> {
        std::future::pending().await
    }
}

pub(crate) const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn an_end_that_is_taken_back_in_the_same_breath_is_no_end() {
    let story = Story::of(
        "waves = {{ name = 'a', on_failure = 'ask', run = function(wave)
            if wave.attempt == 1 then error('not yet') end
        end }}",
    )
    .await;
    let wishes = vec![answer("a#1.failure", "abort"), retry("a")];
    let ended = among_people(&story, SECOND, vec![(SECOND / 2, wishes)]).await;
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Completed));
}

#[tokio::test(start_paused = true)]
async fn an_answer_given_in_time_counts_although_no_runner_has_looked_yet() {
    let story = Story::of(
        "waves = {{ name = 'a', run = function() end,
            pause = { message = '?', timeout = '1h', on_timeout = 'abort' } }}",
    )
    .await;
    let minutes = |minutes| Duration::from_mins(minutes);
    let wishes = vec![(minutes(50), vec![answer("a", "continue")])];
    let ended = among_people(&story, minutes(45), wishes).await;
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Completed));
}

#[tokio::test(start_paused = true)]
async fn an_answer_after_the_time_is_too_late_also_if_no_runner_watched() {
    let story = Story::of(
        "waves = {{ name = 'a', run = function() end,
            pause = { message = '?', timeout = '3s', on_timeout = 'abort' } }}",
    )
    .await;
    assert!(matches!(story.drive(Answers::new()).await.unwrap(), Ended::Waiting(_)));
    tokio::time::sleep(4 * SECOND).await;
    story.send(answer("a", "continue")).await;
    story.ends(ExecutionStatus::Cancelled).await;
    let events = story.entries().await;
    let kinds: Vec<String> = crate::lines(&events);
    assert_eq!(kinds, ["event started", "event timed_out", "event signalled"]);
}

#[tokio::test(start_paused = true)]
async fn a_pause_counts_before_what_silence_would_start() {
    let story = Story::of(
        "waves = {{ name = 'a', run = function() end,
            pause = { message = '?', timeout = '3s', on_timeout = 'continue' } }}",
    )
    .await;
    assert!(matches!(story.drive(Answers::new()).await.unwrap(), Ended::Waiting(_)));
    tokio::time::sleep(4 * SECOND).await;
    story.send(SignalKind::Pause).await;
    let ended = story.drive(Answers::new()).await.unwrap();
    assert!(matches!(&ended, Ended::Waiting(prompts) if prompts[0].id == "@pause.1"), "{ended:?}");
    assert_eq!(story.statuses().await, [WaveStatus::Pending]);
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_was_sent_before_a_wave_ended_holds_the_next_one() {
    let story = Story::of(
        "waves = {
            { name = 'a', run = function() moontide.sleep('5s') end },
            { name = 'b', depends_on = { 'a' }, run = function() end },
        }",
    )
    .await;
    let ended = among_people(&story, 60 * SECOND, vec![(4 * SECOND, vec![SignalKind::Pause])]);
    let ended = tokio::time::timeout(60 * SECOND, ended).await;
    assert!(ended.is_err(), "it waits for the people who are there: {ended:?}");
    assert_eq!(story.statuses().await, [WaveStatus::Completed, WaveStatus::Pending]);
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_was_sent_before_the_end_is_taken_before_the_runner_leaves() {
    let story = Story::of(
        "waves = {
            { name = 'a', on_failure = 'abort', run = function(wave)
                if wave.attempt == 1 then error('not yet') end
            end },
            { name = 'b', run = function() moontide.sleep('5s') end },
        }",
    )
    .await;
    let wishes = vec![(4 * SECOND, vec![retry("a")])];
    let ended = among_people(&story, 60 * SECOND, wishes).await;
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Completed));
}

#[tokio::test(start_paused = true)]
async fn a_wave_that_is_wanted_again_waits_for_the_last_hook_which_then_runs_once_more() {
    let story = Story::of(
        "on_finish = function() moontide.sleep('1h') end,
        waves = {{ name = 'a', run = function(wave)
            if wave.attempt == 1 then error('not yet') end
        end }}",
    )
    .await;
    let wishes = vec![(Duration::from_mins(5), vec![retry("a")])];
    let ended = among_people(&story, SECOND, wishes).await;
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Completed));
    let entries = story.entries().await;
    let ended = entries.iter().filter_map(|entry| match &entry.body {
        Body::Event { event: Event::Ended { wave, attempt, .. } } => {
            Some((wave.as_str(), *attempt))
        }
        _ => None,
    });
    let expected = [("a", 1), ("@finish", 1), ("a", 2), ("@finish", 2)];
    assert_eq!(ended.collect::<Vec<_>>(), expected);
}

#[tokio::test(start_paused = true)]
async fn the_failure_of_the_last_hook_concerns_no_wave() {
    let waves = "on_finish = function(run) error('no') end,
        waves = {
            { name = 'a', pause = '?', run = function() host.effect('test.tagged', {}) end },
            { name = 'b', run = function() end },
        }";
    for wish in [SignalKind::Skip { wave: "@finish".into() }, retry("@finish")] {
        let story = Story::of(waves).await;
        let ended = story.drive(Answers::from([("a", "abort")])).await.unwrap();
        assert_eq!(ended, Ended::Finished(ExecutionStatus::Failed));
        story.send(wish.clone()).await;
        let ended = story.drive(Answers::from([("a.2", "continue")])).await.unwrap();
        let [off, done] = [WaveStatus::Cancelled, WaveStatus::Completed];
        let (status, hook) = match wish {
            SignalKind::Skip { .. } => (ExecutionStatus::Cancelled, WaveStatus::Skipped),
            _ => (ExecutionStatus::Failed, WaveStatus::Failed),
        };
        assert_eq!(story.statuses().await, [off, done, hook], "an abort stays an abort");
        assert_eq!(ended, Ended::Finished(status));
    }
}

#[tokio::test(start_paused = true)]
async fn a_program_that_is_poisoned_before_its_question_is_heard_fails_its_wave_only() {
    let story = Story::of(
        "waves = {
            { name = 'a', run = function()
                moontide.parallel {
                    function() moontide.ask { message = 'Which?' } end,
                    function()
                        pcall(host.effect, 'test.tagged', { wrong = 1 })
                        while true do end
                    end,
                }
            end },
            { name = 'b', run = function() moontide.sleep('1h') end },
        }",
    )
    .await;
    story.ends(ExecutionStatus::Failed).await;
    assert_eq!(story.statuses().await, [WaveStatus::Failed, WaveStatus::Completed]);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_panics_ends_the_drive_and_does_not_hang_it() {
    let story = Story::of("waves = {{ name = 'a', run = function() end }}").await;
    let held = lease(story.store.as_ref(), "x").await;
    let world = world(&story.ledger, &Fuse::never());
    let panicking = Shaky { append: || panic!("the store is a lie"), ..Shaky::default() };
    let driver = driver(panicking.over(&story.store), world, Answers::new());
    let ended = driver.drive(&held, std::future::pending());
    let ended = tokio::time::timeout(Duration::from_hours(1), ended).await.expect("it hangs");
    assert_eq!(
        ended.unwrap_err().to_string(),
        "journal of x: a defect of Moontide: its last append was not seen to its end"
    );
}
