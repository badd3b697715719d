//! What people want from outside: a pause, another attempt, to do without a wave, an end.

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
async fn a_pause_holds_the_next_wave_until_somebody_says_resume() {
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
    for wish in
        [retry("a"), skip("a"), retry("nobody"), SignalKind::Resume, SignalKind::Cancel { seen: 0 }]
    {
        story.send(wish).await;
    }
    story.ends(ExecutionStatus::Failed).await;
    let noted = &lines(&story.entries().await)[entries..];
    assert_eq!(noted, ["event signalled"; 5], "each is journaled, none of them did anything");
}

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
