//! What people want from outside: an end; what is put away after it, and what goes on all the same.

use std::sync::Arc;
use std::time::Duration;

use moontide_runtime::scheduler::{Ended, ExecutionStatus, WaveStatus};
use moontide_runtime::store::{SignalKind, Store};

use crate::signals::{retry, waits};
use crate::support::{Fuse, driver, lease, world};
use crate::{Answers, Story};

#[tokio::test(start_paused = true)]
async fn after_a_cancel_the_hooks_run_that_have_something_to_undo() {
    let story = Story::of(
        "on_cancel = function(run) host.effect('test.tagged', { say = run.waves.b.status }) end,
        on_finish = function() host.effect('test.tagged', { say = 'bye' }) end,
        waves = {
            { name = 'a', run = function() end, on_cancel = function() error('it is completed') end },
            { name = 'b', depends_on = { 'a' }, pause = 'Begin?',
                run = function() moontide.sleep('1h') end,
                on_cancel = function(wave) host.effect('test.tagged', { say = 'undo ' .. wave.name }) end },
            { name = 'c', depends_on = { 'b' }, run = function() end,
                on_cancel = function() error('it never began') end },
        }",
    )
    .await;
    let held = lease(story.store.as_ref(), "x").await;
    let world = world(&story.ledger, &Fuse::never());
    let answers = Answers::from([("b", "continue")]);
    let mut driver = driver(Arc::clone(&story.store) as Arc<dyn Store>, world, answers);
    driver.signals_every = Some(Duration::from_secs(1));
    let cancel = async {
        tokio::time::sleep(Duration::from_mins(5)).await;
        story.send(SignalKind::Cancel { seen: 0 }).await;
        std::future::pending::<()>().await;
    };
    let ended = driver.drive(&held, cancel).await.unwrap();
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Cancelled));
    let said: Vec<String> = story
        .entries()
        .await
        .iter()
        .filter_map(|entry| {
            serde_json::to_value(entry).ok()?["arguments"]["say"].as_str().map(str::to_owned)
        })
        .collect();
    assert_eq!(said, ["undo b", "cancelled", "bye"]);
}

#[tokio::test(start_paused = true)]
async fn a_wave_that_failed_and_was_skipped_is_put_away_after_a_cancel_too() {
    let story = Story::of(
        "waves = {
            { name = 'a', on_failure = 'skip', run = function() error('half done') end,
                on_cancel = function() host.effect('test.tagged', { say = 'undo' }) end },
            { name = 'b', depends_on = { 'a' }, pause = '?', run = function() end },
        }",
    )
    .await;
    assert_eq!(waits(&story).await, ["b"]);
    story.send(SignalKind::Cancel { seen: 0 }).await;
    story.ends(ExecutionStatus::Cancelled).await;
    assert_eq!(story.times("test.tagged"), 1);
}

#[tokio::test(start_paused = true)]
async fn without_a_cancel_the_hooks_for_it_are_left_out() {
    let story = Story::of(
        "on_cancel = function() error('no') end,
        waves = {{ name = 'a', run = function() end, on_cancel = function() error('no') end }}",
    )
    .await;
    story.ends(ExecutionStatus::Completed).await;
    let [done, out] = [WaveStatus::Completed, WaveStatus::Skipped];
    assert_eq!(story.statuses().await, [done, out, out]);
}

/// Two waves that run side by side when the execution is cancelled, and one behind both.
async fn cut_off() -> Story {
    let story = Story::of(
        "waves = {
            { name = 'a', run = function(wave) if wave.attempt == 1 then moontide.sleep('1h') end end },
            { name = 'b', run = function(wave) if wave.attempt == 1 then moontide.sleep('1h') end end },
            { name = 'c', depends_on = { 'a', 'b' }, run = function() end },
        }",
    )
    .await;
    let held = lease(story.store.as_ref(), "x").await;
    let world = world(&story.ledger, &Fuse::never());
    let mut driver = driver(Arc::clone(&story.store) as Arc<dyn Store>, world, Answers::new());
    driver.signals_every = Some(Duration::from_secs(1));
    let cancel = async {
        tokio::time::sleep(Duration::from_mins(5)).await;
        story.send(SignalKind::Cancel { seen: 0 }).await;
        std::future::pending::<()>().await;
    };
    let ended = driver.drive(&held, cancel).await.unwrap();
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Cancelled));
    assert_eq!(story.statuses().await, [WaveStatus::Cancelled; 3]);
    story
}

#[tokio::test(start_paused = true)]
async fn of_waves_that_a_cancel_stopped_side_by_side_each_can_be_retried() {
    let [done, off] = [WaveStatus::Completed, WaveStatus::Cancelled];
    for [first, second] in [["a", "b"], ["b", "a"]] {
        // Both before a runner comes.
        let story = cut_off().await;
        story.send(retry(first)).await;
        story.send(retry(second)).await;
        story.ends(ExecutionStatus::Completed).await;
        assert_eq!(story.statuses().await, [done; 3]);
        // The second once the first is done.
        let story = cut_off().await;
        story.send(retry(first)).await;
        story.ends(ExecutionStatus::Cancelled).await;
        let between = if first == "a" { [done, off, off] } else { [off, done, off] };
        assert_eq!(story.statuses().await, between);
        story.send(retry(second)).await;
        story.ends(ExecutionStatus::Completed).await;
        assert_eq!(story.statuses().await, [done; 3]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_wave_that_is_retried_is_not_left_out_by_an_earlier_skip() {
    let say = |name: &str| {
        format!("run = function() host.effect('test.tagged', {{ say = '{name}' }}) end")
    };
    let story = Story::of(&format!(
        "waves = {{
            {{ name = 'a', {} }},
            {{ name = 'b', depends_on = {{ 'a' }}, {} }},
        }}",
        say("a"),
        say("b"),
    ))
    .await;
    story.send(SignalKind::Skip { wave: "a".into() }).await;
    story.send(SignalKind::Skip { wave: "b".into() }).await;
    story.send(SignalKind::Cancel { seen: 0 }).await;
    story.ends(ExecutionStatus::Cancelled).await;
    story.send(retry("a")).await;
    story.ends(ExecutionStatus::Completed).await;
    // What was not taken back stays said.
    assert_eq!(story.statuses().await, [WaveStatus::Completed, WaveStatus::Skipped]);
    assert_eq!(story.times("test.tagged"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_second_cancel_stops_what_runs_because_of_the_first() {
    let story = Story::of(
        "on_finish = function() while true do moontide.sleep('1h') end end,
        waves = {{ name = 'a', pause = '?', run = function() end }}",
    )
    .await;
    story.send(SignalKind::Cancel { seen: 0 }).await;
    let held = lease(story.store.as_ref(), "x").await;
    let world = world(&story.ledger, &Fuse::never());
    let mut driver = driver(Arc::clone(&story.store) as Arc<dyn Store>, world, Answers::new());
    driver.signals_every = Some(Duration::from_secs(1));
    let cancel = async {
        tokio::time::sleep(Duration::from_hours(5)).await;
        story.send(SignalKind::Cancel { seen: 1 }).await;
        std::future::pending::<()>().await;
    };
    let ended = driver.drive(&held, cancel).await.unwrap();
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Cancelled));
}

#[tokio::test(start_paused = true)]
async fn a_cancel_whose_sender_saw_none_taken_is_the_first_one_again() {
    let story = Story::of(
        "on_cancel = function() host.effect('test.tagged', { say = 'put away' }) end,
        waves = {{ name = 'a', pause = '?', run = function() end }}",
    )
    .await;
    assert_eq!(waits(&story).await, ["a"]);
    story.send(SignalKind::Cancel { seen: 0 }).await;
    story.send(SignalKind::Cancel { seen: 0 }).await;
    story.ends(ExecutionStatus::Cancelled).await;
    assert_eq!(story.statuses().await, [WaveStatus::Cancelled, WaveStatus::Completed]);
    assert_eq!(story.times("test.tagged"), 1);
}

/// A hook that runs at the end, and one that runs after a cancel, each failing at its first attempt.
const HOOKS: &str = "on_cancel = function(context) host.effect('test.tagged', { say = 'back' })
        if context.attempt == 1 then error('not yet') end end,
    on_finish = function() moontide.sleep('10h') host.effect('test.tagged', { say = 'end' }) end,
    waves = {{ name = 'a', run = function() moontide.sleep('1h') end }}";

#[tokio::test(start_paused = true)]
async fn a_hook_at_the_end_that_a_cancel_cut_off_is_attempted_again() {
    let story = Story::of(HOOKS).await;
    cancelled_after(&story, 180, 0).await;
    let [done, off, late] = [WaveStatus::Completed, WaveStatus::Skipped, WaveStatus::Cancelled];
    assert_eq!(story.statuses().await, [done, off, late]);
    story.send(retry("@finish")).await;
    story.ends(ExecutionStatus::Completed).await;
    assert_eq!(story.times("test.tagged"), 1);
}

#[tokio::test(start_paused = true)]
async fn what_failed_after_a_cancel_is_attempted_again_under_it() {
    let story = Story::of(HOOKS.replace("sleep('10h')", "sleep('1s')").as_str()).await;
    cancelled_after(&story, 10, 0).await;
    let [cut, failed, end] = [WaveStatus::Cancelled, WaveStatus::Failed, WaveStatus::Completed];
    assert_eq!(story.statuses().await, [cut, failed, end]);
    story.send(retry("@cancel")).await;
    story.ends(ExecutionStatus::Cancelled).await;
    assert_eq!(story.statuses().await, [cut, WaveStatus::Completed, end]);
    assert!(story.state().await.cancelled_by.is_some());
    // The wave is what lifts it.
    story.send(retry("a")).await;
    story.ends(ExecutionStatus::Completed).await;
}

#[tokio::test(start_paused = true)]
async fn what_a_cancel_put_away_of_a_wave_is_put_away_again_once_the_wave_has_run_again() {
    let wave = |name: &str| {
        format!(
            "{{ name = '{name}', run = function() moontide.sleep('1h') end,
                on_cancel = function() host.effect('test.tagged', {{ say = '{name}' }}) end }}"
        )
    };
    let story = Story::of(&format!("waves = {{ {}, {} }}", wave("a"), wave("b"))).await;
    for (wanted, times) in [(None, 2), (Some("a"), 3), (Some("b"), 4)] {
        if let Some(wave) = wanted {
            story.send(retry(wave)).await;
        }
        let seen = story.state().await.cancels;
        cancelled_after(&story, 10, seen).await;
        assert_eq!(story.times("test.tagged"), times, "after {wanted:?}");
    }
}

/// Drives it for a while, and cancels it.
async fn cancelled_after(story: &Story, minutes: u64, seen: u32) {
    let held = lease(story.store.as_ref(), "x").await;
    let world = world(&story.ledger, &Fuse::never());
    let mut driver = driver(Arc::clone(&story.store) as Arc<dyn Store>, world, Answers::new());
    driver.signals_every = Some(Duration::from_secs(1));
    let cancel = async {
        tokio::time::sleep(Duration::from_mins(minutes)).await;
        story.send(SignalKind::Cancel { seen }).await;
        std::future::pending::<()>().await;
    };
    driver.drive(&held, cancel).await.unwrap();
}
