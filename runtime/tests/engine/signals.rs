//! What people want from outside: a pause, another attempt, to do without a wave.

use std::sync::Arc;
use std::time::Duration;

use moontide_runtime::journal::{Body, Entry};
use moontide_runtime::scheduler::{Ended, Event, ExecutionStatus, Graph, WaveStatus, machine};
use moontide_runtime::store::{SignalKind, Store};
use serde_json::json;

use crate::support::{Fuse, driver, fused, killed, lease, world};
use crate::{Answers, Story, answer, lines};

pub(crate) fn retry(wave: &str) -> SignalKind {
    SignalKind::Retry { wave: wave.to_owned(), mend: None }
}

pub(crate) fn skip(wave: &str) -> SignalKind {
    SignalKind::Skip { wave: wave.to_owned() }
}

/// The ids of the prompts that are open when no person is there.
pub(crate) async fn waits(story: &Story) -> Vec<String> {
    match story.drive(Answers::new()).await.unwrap() {
        Ended::Waiting(prompts) => prompts.into_iter().map(|prompt| prompt.id).collect(),
        ended => panic!("it should wait: {ended:?}"),
    }
}

/// Two waves; the first fails while `works` is not set in the world's ledger.
pub(crate) const FLAKY: &str = "waves = {
    { name = 'a', run = function() host.effect('test.tagged', { say = 'a' }) end },
    { name = 'b', depends_on = { 'a' }, run = function(wave)
        host.effect('test.tagged', { say = 'b' })
        if wave.attempt == 1 then error('not yet') end
    end },
    { name = 'c', depends_on = { 'b' }, run = function() return 'done' end },
}";

#[tokio::test(start_paused = true)]
async fn a_pause_holds_the_next_wave_until_a_person_says_resume() {
    let story = Story::of(
        "waves = {
            { name = 'a', run = function() moontide.sleep('1h'); return 1 end },
            { name = 'b', depends_on = { 'a' }, run = function() return 2 end },
        }",
    )
    .await;
    story.send(SignalKind::Pause).await;
    assert_eq!(waits(&story).await, ["@pause.1"], "not even the first wave has begun");
    assert_eq!(story.statuses().await, [WaveStatus::Pending; 2]);
    assert_eq!(story.state().await.status(), ExecutionStatus::Paused);
    story.send(SignalKind::Pause).await;
    assert_eq!(waits(&story).await, ["@pause.1"], "a second pause is refused");
    story.send(SignalKind::Resume).await;
    story.ends(ExecutionStatus::Completed).await;
}

/// So many of three waves are completed, and the others wait.
fn story_so_far(completed: usize) -> [WaveStatus; 3] {
    std::array::from_fn(
        |at| if at < completed { WaveStatus::Completed } else { WaveStatus::Pending },
    )
}

#[tokio::test(start_paused = true)]
async fn a_pause_lets_what_runs_come_to_its_end() {
    let story = Story::of(
        "waves = {
            { name = 'a', run = function() moontide.sleep('1h'); return 1 end },
            { name = 'b', depends_on = { 'a' }, run = function() return 2 end },
            { name = 'c', depends_on = { 'b' }, run = function() return 3 end },
        }",
    )
    .await;
    let held = lease(story.store.as_ref(), "x").await;
    let world = world(&story.ledger, &Fuse::never());
    let mut driver = driver(Arc::clone(&story.store) as Arc<dyn Store>, world, Answers::new());
    driver.signals_every = Some(Duration::from_secs(1));
    let pause = async {
        tokio::time::sleep(Duration::from_mins(5)).await;
        story.send(SignalKind::Pause).await;
        std::future::pending::<()>().await;
    };
    let ended = driver.drive(&held, pause).await.unwrap();
    assert!(matches!(&ended, Ended::Waiting(prompts) if prompts[0].id == "@pause.1"), "{ended:?}");
    assert_eq!(story.statuses().await, story_so_far(1));
    // An answer to the first pause does not release a second one.
    story.send(answer("@pause.1", "resume")).await;
    story.send(SignalKind::Pause).await;
    story.send(answer("@pause.1", "resume")).await;
    assert_eq!(waits(&story).await, ["@pause.2"]);
    assert_eq!(story.statuses().await, story_so_far(2));
    story.send(answer("@pause.2", "abort")).await;
    story.ends(ExecutionStatus::Cancelled).await;
}

#[tokio::test(start_paused = true)]
async fn a_signal_is_taken_once_however_often_the_execution_is_driven() {
    let story = Story::of(
        "waves = {
            { name = 'a', on_failure = 'ask', run = function() error('no') end },
            { name = 'b', run = function() end, pause = '?' },
        }",
    )
    .await;
    assert_eq!(waits(&story).await, ["a#1.failure", "b"]);
    story.send(answer("a#1.failure", "retry")).await;
    assert_eq!(waits(&story).await, ["a#2.failure", "b"]);
    let before = story.entries().await.len();
    assert_eq!(waits(&story).await, ["a#2.failure", "b"], "the old retry does not count again");
    assert_eq!(story.entries().await.len(), before, "nor is it journaled again");
}

#[tokio::test(start_paused = true)]
async fn the_first_answer_wins_and_the_second_is_journaled_as_refused() {
    let story = Story::of(
        "waves = {
            { name = 'a', pause = '?', run = function() return 1 end },
            { name = 'b', depends_on = { 'a' }, pause = '?', run = function() return 1 end },
        }",
    )
    .await;
    assert_eq!(waits(&story).await, ["a"]);
    assert_eq!(waits(&story).await, ["a"]);
    story.send_by("ann", answer("a", "continue")).await;
    story.send_by("bob", answer("a", "abort")).await;
    assert_eq!(waits(&story).await, ["b"]);
    let signalled = lines(&story.entries().await);
    let signalled = signalled.iter().filter(|line| *line == "event signalled").count();
    assert_eq!(signalled, 2, "both are in the journal");
    let refused: Vec<_> = story.entries().await.into_iter().filter_map(refusal).collect();
    assert_eq!(refused, ["there is no open prompt `a`"]);
}

/// Why an entry's signal was refused, in the words of the journal.
fn refusal(entry: Entry) -> Option<String> {
    match entry.body {
        Body::Event { event: Event::Signalled { refused, .. } } => refused,
        _ => None,
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_refused_stays_refused_whatever_the_rules_are_by_then() {
    let story = Story::of("waves = {{ name = 'a', pause = '?', run = function() end }}").await;
    assert_eq!(waits(&story).await, ["a"]);
    story.send_by("ann", answer("a", "abort")).await;
    story.drive(Answers::new()).await.unwrap();
    let execution = story.store.execution("x").await.unwrap();
    let events: Vec<_> =
        story.entries().await.into_iter().map(|entry| (entry.at, entry.body)).collect();
    let fold = |refused: Option<&str>| {
        let events: Vec<_> = events
            .iter()
            .filter_map(|(at, body)| match body.clone() {
                Body::Event { event: Event::Signalled { signal, number, .. } } => {
                    let refused = refused.map(str::to_owned);
                    Some((*at, Event::Signalled { signal, number, refused }))
                }
                Body::Event { event } => Some((*at, event)),
                _ => None,
            })
            .collect();
        let state =
            machine::fold(&Graph::of(&execution), events.iter().map(|(at, event)| (*at, event)));
        state.waves[0].status
    };
    // A rule of another release had refused what ours would take.
    assert_eq!(fold(None), WaveStatus::Cancelled);
    assert_eq!(fold(Some("not on a Friday")), WaveStatus::Paused);
}

#[tokio::test(start_paused = true)]
async fn retry_after_the_end_attempts_the_failed_wave_and_what_it_had_called_off() {
    let story = Story::of(FLAKY).await;
    story.ends(ExecutionStatus::Failed).await;
    let [a, b, c] = [WaveStatus::Completed, WaveStatus::Failed, WaveStatus::Cancelled];
    assert_eq!(story.statuses().await, [a, b, c]);
    story.send(retry("b")).await;
    story.ends(ExecutionStatus::Completed).await;
    let state = story.state().await;
    assert_eq!(state.waves.iter().map(|wave| wave.attempt).collect::<Vec<_>>(), [1, 2, 1]);
    assert_eq!(state.waves[2].result, json!("done"));
    assert_eq!(story.times("test.tagged"), 3, "the first wave is not run again");
}

#[tokio::test(start_paused = true)]
async fn skip_after_the_end_goes_on_without_the_failed_wave() {
    let story = Story::of(FLAKY).await;
    story.ends(ExecutionStatus::Failed).await;
    story.send(skip("b")).await;
    story.ends(ExecutionStatus::Completed).await;
    let [a, b, c] = [WaveStatus::Completed, WaveStatus::Skipped, WaveStatus::Completed];
    assert_eq!(story.statuses().await, [a, b, c]);
}

#[tokio::test(start_paused = true)]
async fn before_it_has_begun_nothing_is_asked_and_an_answer_is_none() {
    let story = Story::of(
        "waves = {{ name = 'a', pause = '?', run = function()
            host.effect('test.tagged', { say = 'a' })
        end }}",
    )
    .await;
    story.send_by("ann", answer("a", "continue")).await;
    assert_eq!(waits(&story).await, ["a"], "the question is asked after all");
    assert_eq!(story.times("test.tagged"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_wave_that_is_to_be_skipped_still_waits_for_its_turn() {
    let story = Story::of(
        "waves = {
            { name = 'a', run = function() host.effect('test.tagged', { say = 1 }); return 'a' end },
            { name = 'b', depends_on = { 'a' }, pause = '?', run = function() end },
            { name = 'c', depends_on = { 'b' }, run = function(wave) return wave.results.a end },
        }",
    )
    .await;
    story.send(skip("b")).await;
    story.ends(ExecutionStatus::Completed).await;
    let [a, b, c] = [WaveStatus::Completed, WaveStatus::Skipped, WaveStatus::Completed];
    assert_eq!(story.statuses().await, [a, b, c]);
    assert_eq!(
        story.state().await.waves[2].result,
        json!("a"),
        "the last one came after the first"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_completed_or_unknown_can_neither_be_retried_nor_skipped() {
    let story = Story::of(FLAKY).await;
    story.ends(ExecutionStatus::Failed).await;
    let entries = story.entries().await.len();
    for wish in [
        retry("a"),
        skip("a"),
        retry("missing"),
        SignalKind::Resume,
        SignalKind::Cancel { seen: 0 },
    ] {
        story.send(wish).await;
    }
    story.ends(ExecutionStatus::Failed).await;
    let noted = &lines(&story.entries().await)[entries..];
    assert_eq!(noted, ["event signalled"; 5], "each is journaled, none of them did anything");
}

#[tokio::test(start_paused = true)]
async fn an_interrupt_lets_what_is_on_its_way_reach_the_journal() {
    // Each append takes three milliseconds; the interrupt comes while one is under way and others wait.
    for after in 1..40 {
        let story = Story::of(
            "waves = {{ name = 'a', run = function()
                moontide.parallel {
                    function() host.effect('test.tagged', { say = 1 }) end,
                    function() host.effect('test.tagged', { say = 2 }) end,
                    function() host.effect('test.tagged', { say = 3 }) end,
                }
            end }}",
        )
        .await;
        let fuse = Fuse::never();
        let held = lease(story.store.as_ref(), "x").await;
        let fused = fused(&story.store, &fuse);
        let world = world(&story.ledger, &Fuse::never());
        let driver = driver(fused, world, Answers::new());
        let interrupt = tokio::time::sleep(Duration::from_millis(after));
        let ended = driver.drive(&held, interrupt).await.unwrap();
        assert_eq!(ended, Ended::Interrupted);
        let written = story.entries().await.len();
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(story.entries().await.len(), written, "something was written after {after} ms");
        story.ends(ExecutionStatus::Completed).await;
        assert_eq!(story.times("test.tagged"), 3, "interrupted after {after} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn killed_anywhere_around_signals_they_count_once() {
    for point in 1.. {
        let story = Story::of(FLAKY).await;
        story.ends(ExecutionStatus::Failed).await;
        story.send(SignalKind::Resume).await;
        story.send(retry("b")).await;
        story.send(SignalKind::Pause).await;
        let fuse = Fuse::at(point);
        let held = lease(story.store.as_ref(), "x").await;
        let fused = fused(&story.store, &fuse);
        let world = world(&story.ledger, &fuse);
        let driver = driver(fused, world, Answers::new());
        let over = killed(&driver, &held, &fuse).await.is_some();
        assert_eq!(waits(&story).await, ["@pause.1"], "killed at {point}");
        story.send(SignalKind::Resume).await;
        story.ends(ExecutionStatus::Completed).await;
        assert_eq!(story.times("test.tagged"), 3, "killed at {point}");
        if over {
            assert!(point > 8, "only {point} points of failure");
            return;
        }
    }
}
