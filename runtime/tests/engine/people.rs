//! Pauses, questions, answers, cancellations.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use crate::support::{CallFault, Fuse, driver, killed, lease, world};
use async_trait::async_trait;
use moontide_runtime::scheduler::{Ended, ExecutionStatus, Given, Prompt, WaveStatus};
use moontide_runtime::store::{SignalKind, Store};
use serde_json::json;

use crate::{Answers, Story, answer, lines};

#[tokio::test(start_paused = true)]
async fn without_a_person_to_answer_a_pause_point_waits_and_another_process_goes_on() {
    let story = Story::of(
        "waves = {
            { name = 'a', run = function() host.effect('test.tagged', { say = 1 }) end },
            { name = 'b', pause = 'Go on?', depends_on = { 'a' }, run = function() return 1 end },
        }",
    )
    .await;
    let Ended::Waiting(prompts) = story.drive(Answers::new()).await.unwrap() else { panic!() };
    assert_eq!((prompts.len(), prompts[0].id.as_str()), (1, "b"));
    story.send(answer("b", "continue")).await;
    story.ends(ExecutionStatus::Completed).await;
    assert_eq!(story.times("test.tagged"), 1);
}

#[tokio::test(start_paused = true)]
async fn skip_leaves_a_wave_out_and_abort_starts_nothing_more() {
    let waves = "waves = {
        { name = 'a', pause = 'Go on?', run = function() return 1 end },
        { name = 'b', depends_on = { 'a' }, run = function() return 2 end },
    }";
    for (choice, ended, expected) in [
        ("continue", ExecutionStatus::Completed, [WaveStatus::Completed, WaveStatus::Completed]),
        ("skip", ExecutionStatus::Completed, [WaveStatus::Skipped, WaveStatus::Completed]),
        ("abort", ExecutionStatus::Cancelled, [WaveStatus::Cancelled, WaveStatus::Cancelled]),
    ] {
        let story = Story::of(waves).await;
        let drove = story.drive(Answers::from([("a", choice)])).await.unwrap();
        assert_eq!(drove, Ended::Finished(ended), "{choice}");
        assert_eq!(story.statuses().await, expected, "{choice}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_point_that_is_not_answered_times_out() {
    let story = Story::of(
        "waves = {{ name = 'a', pause = { message = '?', timeout = '1h', on_timeout = 'skip' },
            run = function() return 1 end }}",
    )
    .await;
    assert!(matches!(story.drive(Answers::new()).await.unwrap(), Ended::Waiting(_)));
    tokio::time::sleep(std::time::Duration::from_secs(3601)).await;
    story.ends(ExecutionStatus::Completed).await;
    assert_eq!(story.statuses().await, [WaveStatus::Skipped]);
}

#[tokio::test(start_paused = true)]
async fn a_program_can_ask_and_gets_the_same_answer_in_replay() {
    let story = Story::of(
        "waves = {
            { name = 'a', run = function()
                local answer = moontide.ask { message = 'Which?', choices = { 'left', 'right' } }
                host.effect('test.tagged', { say = answer.choice })
                return answer.choice
            end },
            { name = 'b', depends_on = { 'a' }, pause = 'Go on?', run = function() end },
        }",
    )
    .await;
    let ended = story.drive(Answers::new()).await.unwrap();
    let Ended::Waiting(prompts) = ended else { panic!("{ended:?} {:?}", story.state().await) };
    assert_eq!(prompts[0].id, "a#1.1");
    let waiting = story.drive(Answers::from([("a#1.1", "right")])).await.unwrap();
    assert!(matches!(waiting, Ended::Waiting(prompts) if prompts[0].id == "b"));
    assert_eq!(
        story.drive(Answers::from([("b", "continue")])).await.unwrap(),
        Ended::Finished(ExecutionStatus::Completed)
    );
    assert_eq!(story.state().await.waves[0].result, json!("right"));
    assert_eq!(story.times("test.tagged"), 1);
}

#[tokio::test(start_paused = true)]
async fn cancel_stops_a_program_at_its_next_effect() {
    let story = Story::of(
        "waves = {
            { name = 'a', run = function()
                for n = 1, 1000 do moontide.sleep('1h') end
            end },
            { name = 'b', depends_on = { 'a' }, run = function() end },
        }",
    )
    .await;
    story.send(SignalKind::Cancel { seen: 0 }).await;
    let lease = lease(story.store.as_ref(), "x").await;
    let world = world(&story.ledger, &Fuse::never());
    let mut driver = driver(Arc::clone(&story.store) as Arc<dyn Store>, world, Answers::new());
    driver.signals_every = Some(std::time::Duration::from_secs(1));
    let ended = driver.drive(&lease, std::future::pending()).await.unwrap();
    let state = story.state().await;
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Cancelled), "{state:?}");
    assert_eq!(story.statuses().await, [WaveStatus::Cancelled; 2]);
}

/// Cancels after a while, whatever is running then.
async fn cancelled_after(story: &Story, delay: Duration) -> Ended {
    let lease = lease(story.store.as_ref(), "x").await;
    let world = world(&story.ledger, &Fuse::never());
    let mut driver = driver(Arc::clone(&story.store) as Arc<dyn Store>, world, Answers::new());
    driver.signals_every = Some(Duration::from_millis(50));
    let cancel = async {
        tokio::time::sleep(delay).await;
        story.send(SignalKind::Cancel { seen: 0 }).await;
        std::future::pending::<()>().await;
    };
    driver.drive(&lease, cancel).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn cancel_stops_a_throttled_mutation_from_being_sent_again() {
    let story = Story::of(
        "waves = {{ name = 'w', run = function() host.effect('test.tagged', { say = 1 }) end }}",
    )
    .await;
    story.ledger.faults.borrow_mut().push(CallFault::Throttled);
    let ended = cancelled_after(&story, Duration::from_secs(1)).await;
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Cancelled));
    assert_eq!(story.times("test.tagged"), 0);
    assert_eq!(lines(&story.entries().await)[3], "outcome test.tagged w#1.1 failed Cancelled");
}

#[tokio::test(start_paused = true)]
async fn cancel_also_ends_a_program_that_waits_for_an_answer() {
    let story = Story::of(
        "waves = {
            { name = 'sleeps', run = function() moontide.sleep('1h') end },
            { name = 'asks', run = function()
                moontide.ask { message = 'Blue?', choices = { 'yes', 'no' } }
            end },
        }",
    )
    .await;
    let ended = cancelled_after(&story, Duration::from_secs(1)).await;
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Cancelled));
    assert_eq!(story.statuses().await, [WaveStatus::Cancelled; 2]);
}

#[tokio::test(start_paused = true)]
async fn cancel_that_was_sent_while_no_runner_drove_stops_the_first_effect() {
    let story = Story::of(
        "waves = {{ name = 'w', run = function() host.effect('test.tagged', { say = 1 }) end }}",
    )
    .await;
    story.send(SignalKind::Cancel { seen: 0 }).await;
    story.ends(ExecutionStatus::Cancelled).await;
    assert_eq!(story.times("test.tagged"), 0);
}

#[tokio::test(start_paused = true)]
async fn two_pause_points_may_time_out_at_once() {
    let wave = |name| {
        format!(
            "{{ name = '{name}', run = function() end,
                pause = {{ message = '?', timeout = '1h', on_timeout = 'abort' }} }}"
        )
    };
    let story = Story::of(&format!("waves = {{ {}, {} }}", wave("a"), wave("b"))).await;
    assert!(matches!(story.drive(Answers::new()).await.unwrap(), Ended::Waiting(_)));
    tokio::time::sleep(Duration::from_secs(3601)).await;
    story.ends(ExecutionStatus::Cancelled).await;
    assert_eq!(story.statuses().await, [WaveStatus::Cancelled; 2]);
}

#[tokio::test(start_paused = true)]
async fn the_last_hook_runs_to_its_end_after_a_cancel_also_when_it_is_resumed() {
    let story = Story::of(
        "on_finish = function() host.effect('test.tagged', { say = 'bye' }) end,
        waves = {{ name = 'w', pause = '?', run = function() end }}",
    )
    .await;
    story.send(SignalKind::Cancel { seen: 0 }).await;
    // Dies at its third append: before the last hook's intent is written.
    let fuse = Fuse::at(5);
    let lease = lease(story.store.as_ref(), "x").await;
    let fused = crate::support::fused(&story.store, &fuse);
    let world = world(&story.ledger, &Fuse::never());
    let driver = driver(fused, world, Answers::new());
    let first = killed(&driver, &lease, &fuse).await;
    assert_eq!((first, story.times("test.tagged")), (None, 0));
    story.ends(ExecutionStatus::Cancelled).await;
    assert_eq!(story.times("test.tagged"), 1, "{:?}", lines(&story.entries().await));
    assert_eq!(story.statuses().await, [WaveStatus::Cancelled, WaveStatus::Completed]);
}

/// Answers what a program asks, after half a second, and nothing else.
struct Slow;

#[async_trait(?Send)]
impl moontide_runtime::scheduler::Answers for Slow {
    async fn answer(&self, prompt: &Prompt) -> Option<Given> {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let (choice, by) = ("continue".to_owned(), "test".to_owned());
        (prompt.wave == "w").then(|| Given { choice, by, ..Given::default() })
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_too_late_for_its_program_holds_nothing_up() {
    let story = Story::of(
        "on_finish = function() moontide.ask { message = 'Seen?' } end,
        waves = {{ name = 'w', run = function()
            moontide.parallel {
                function() moontide.ask { message = 'Well?' } end,
                function() host.effect('test.tagged', { say = 1 }) end,
            }
        end }}",
    )
    .await;
    // The call is still out when the cancel has stopped the question and its answer arrives.
    story.ledger.faults.borrow_mut().push(CallFault::Throttled);
    let lease = lease(story.store.as_ref(), "x").await;
    let world = world(&story.ledger, &Fuse::never());
    let mut driver = driver(Arc::clone(&story.store) as Arc<dyn Store>, world, Answers::new());
    driver.answers = Rc::new(Slow);
    driver.signals_every = Some(Duration::from_millis(50));
    let cancel = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        story.send(SignalKind::Cancel { seen: 0 }).await;
        tokio::time::sleep(Duration::from_hours(1)).await;
    };
    let ended = driver.drive(&lease, cancel).await.unwrap();
    assert!(matches!(&ended, Ended::Waiting(prompts) if prompts[0].wave == "@finish"), "{ended:?}");
}
