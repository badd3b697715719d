//! What keeps every further wave from starting, and the answer that takes it back.

use moontide_runtime::scheduler::{ExecutionStatus, WaveStatus};
use moontide_runtime::store::SignalKind;

use crate::signals::{FLAKY, retry, skip, waits};
use crate::{Story, answer};

#[tokio::test(start_paused = true)]
async fn retry_and_skip_also_take_an_abort_back() {
    for wish in [retry("b"), skip("b")] {
        let story =
            Story::of(&FLAKY.replace("name = 'b',", "name = 'b', on_failure = 'abort',")).await;
        story.ends(ExecutionStatus::Failed).await;
        assert!(!story.state().await.aborts.is_empty());
        story.send(wish).await;
        story.ends(ExecutionStatus::Completed).await;
        assert_eq!(story.state().await.waves[2].status, WaveStatus::Completed);
    }
}

/// A gate that a person has declined, a wave that failed beside it, and one that was called off.
const DECLINED: &str = "waves = {
    { name = 'flaky', run = function(wave)
        if wave.attempt == 1 then error('not yet') end
    end },
    { name = 'gate', pause = { message = '?', approvers = { 'dba' } }, run = function() end },
    { name = 'cutover', pause = '?', run = function()
        host.effect('test.tagged', { say = 'cut over' })
    end },
}";

async fn declined() -> Story {
    let story = Story::of(DECLINED).await;
    assert_eq!(waits(&story).await, ["cutover", "gate"]);
    story.send_by("dba", answer("gate", "abort")).await;
    story.ends(ExecutionStatus::Failed).await;
    story
}

#[tokio::test(start_paused = true)]
async fn no_retry_or_skip_of_another_wave_takes_an_answer_back() {
    for wish in [retry("flaky"), skip("flaky"), retry("cutover")] {
        let story = declined().await;
        story.send_by("eve", wish.clone()).await;
        story.ends(ExecutionStatus::Failed).await;
        assert_eq!(story.times("test.tagged"), 0, "{wish:?}");
        assert!(story.state().await.standing().is_some_and(|abort| abort.at == "gate"));
    }
}

#[tokio::test(start_paused = true)]
async fn an_abort_at_a_pause_point_is_taken_back_by_who_may_answer_it_and_asked_again() {
    let story = declined().await;
    story.send_by("eve", retry("gate")).await;
    story.ends(ExecutionStatus::Failed).await;
    story.send_by("dba", retry("gate")).await;
    story.send_by("eve", retry("flaky")).await;
    assert_eq!(waits(&story).await, ["cutover.2", "gate.2"], "what was called off has its turn");
    story.send(answer("cutover.2", "continue")).await;
    story.send_by("dba", answer("gate.2", "continue")).await;
    story.ends(ExecutionStatus::Completed).await;
}

#[tokio::test(start_paused = true)]
async fn an_abort_after_which_all_is_called_off_can_be_taken_back_too() {
    let story = Story::of("waves = {{ name = 'a', pause = '?', run = function() end }}").await;
    assert_eq!(waits(&story).await, ["a"]);
    story.send(answer("a", "abort")).await;
    story.ends(ExecutionStatus::Cancelled).await;
    story.send(retry("a")).await;
    assert_eq!(waits(&story).await, ["a.2"]);
    story.send(answer("a.2", "continue")).await;
    story.ends(ExecutionStatus::Completed).await;
}

#[tokio::test(start_paused = true)]
async fn the_abort_of_a_persons_pause_is_taken_back_by_the_name_of_that_pause() {
    let story = Story::of(FLAKY).await;
    story.send(SignalKind::Pause).await;
    story.send(answer("@pause.1", "abort")).await;
    story.ends(ExecutionStatus::Cancelled).await;
    story.send(retry("a")).await;
    story.ends(ExecutionStatus::Cancelled).await;
    story.send(retry("@pause.1")).await;
    story.ends(ExecutionStatus::Failed).await;
    assert_eq!(story.state().await.waves[0].status, WaveStatus::Completed);
}

#[tokio::test(start_paused = true)]
async fn beside_a_cancel_the_abort_of_a_pause_is_taken_back_and_no_hook_runs_again() {
    let story = Story::of(
        "on_cancel = function() host.effect('test.tagged', { say = 'put away' }) end,
        on_finish = function() moontide.ask { message = 'Over?', choices = { 'yes' } } end,
        waves = {{ name = 'a', run = function() host.effect('test.tagged', { say = 'a' }) end }}",
    )
    .await;
    story.send(SignalKind::Pause).await;
    assert_eq!(waits(&story).await, ["@pause.1"]);
    story.send(answer("@pause.1", "abort")).await;
    assert_eq!(waits(&story).await.len(), 1, "the last hook asks");
    story.send(SignalKind::Cancel { seen: 0 }).await;
    story.ends(ExecutionStatus::Cancelled).await;
    let entries = story.entries().await.len();
    story.send(retry("@pause.1")).await;
    story.ends(ExecutionStatus::Cancelled).await;
    assert_eq!(story.entries().await.len(), entries + 1, "nothing but the retry");
    story.send(retry("a")).await;
    assert_eq!(waits(&story).await.len(), 1, "the wave has run, and the hook asks again");
    assert_eq!(story.state().await.waves[0].status, WaveStatus::Completed);
}
