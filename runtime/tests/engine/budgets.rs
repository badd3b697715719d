//! What all waves of an execution may use together: it is named when it is used up, holds for what is new, and
//! takes back nothing that is journaled.

use std::sync::Arc;

use moontide_runtime::journal::{Execution, Format};
use moontide_runtime::sandbox::{Limits, Together};
use moontide_runtime::scheduler::{Driver, Ended, ExecutionStatus, WaveStatus};
use moontide_runtime::store::{MemoryStore, SignalKind, Store};
use serde_json::json;

use crate::support::{Fuse, driver, lease, world};
use crate::{Answers, Story};

const MIB: usize = 1024 * 1024;

/// Drives the story while all waves may use this together.
async fn drive(story: &Story, together: Together, answers: Answers) -> Ended {
    let limits = Limits { together, ..Limits::default() };
    let lease = lease(story.store.as_ref(), "x").await;
    let world = world(&story.ledger, &Fuse::never());
    let driver = driver(Arc::clone(&story.store) as Arc<dyn Store>, world, answers);
    let driver = Driver { limits, ..driver };
    driver.drive(&lease, std::future::pending()).await.unwrap()
}

fn usual() -> Together {
    Limits::default().together
}

/// A wave that has twenty effects, asks, and has some more.
const TALKS: &str = "waves = {{ name = 'w', run = function()
    for n = 1, 20 do host.effect('test.read', { say = ('x'):rep(10000) }) end
    moontide.ask { message = 'go on?', choices = { 'yes' } }
    for n = 1, 3 do host.effect('test.tagged', { say = n }) end
    return 'done'
end }}";

#[tokio::test(start_paused = true)]
async fn a_full_journal_is_replayed_whole_and_a_resume_with_more_room_goes_on() {
    let yes = || Answers::from([("w#1.21", "yes")]);
    for (tight, setting) in [
        (Together { entries: 10, ..usual() }, "`journal_entries`"),
        (Together { bytes: 100_000, ..usual() }, "`journal_size`"),
    ] {
        let story = Story::of(TALKS).await;
        assert!(matches!(drive(&story, usual(), Answers::new()).await, Ended::Waiting(_)));
        // All that is journaled is over the budget now, and replayed all the same, up to the open question.
        assert!(matches!(drive(&story, tight, Answers::new()).await, Ended::Waiting(_)));
        assert_eq!(
            drive(&story, usual(), yes()).await,
            Ended::Finished(ExecutionStatus::Completed),
            "{setting}"
        );
        assert_eq!(story.times("test.tagged"), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn the_effect_that_finds_no_room_fails_its_wave_and_a_retry_under_a_raised_limit_completes() {
    let waves = "waves = {{ name = 'w', on_failure = 'ask', run = function()
            for n = 1, 20 do pcall(host.effect, 'test.tagged', { say = n }) end
        end }},
        on_finish = function() host.effect('test.token', { say = 'put away' }) end";
    let story = Story::of(waves).await;
    let tight = Together { entries: 20, ..usual() };
    assert!(matches!(drive(&story, tight, Answers::new()).await, Ended::Waiting(_)));
    let failure = story.state().await.waves[0].failure.clone().unwrap();
    assert_eq!(failure.code, "LimitExceeded");
    assert!(failure.message.ends_with("an operator can raise `journal_entries`"), "{failure:?}");
    assert_eq!(failure.trace, ["test/runbook.luau:4"]);
    let sent = story.times("test.tagged");
    assert!(sent < 12, "{sent} left");
    // No further entry of an effect came after the budget was reached.
    assert!(story.entries().await.len() <= 22);

    story.send(SignalKind::Retry { wave: "w".into(), mend: None }).await;
    let ended = drive(&story, usual(), Answers::new()).await;
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Completed));
    assert_eq!(story.times("test.tagged"), sent + 20);
}

#[tokio::test(start_paused = true)]
async fn a_hook_that_puts_away_has_room_left_in_a_full_journal() {
    let waves = "waves = {{ name = 'w', run = function()
            for n = 1, 100 do host.effect('test.tagged', { say = n }) end
        end }},
        on_finish = function() host.effect('test.token', { say = 'put away' }) end";
    let story = Story::of(waves).await;
    let tight = Together { entries: 80, ..usual() };
    let ended = drive(&story, tight, Answers::new()).await;
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Failed));
    assert_eq!(story.times("test.token"), 1);
    assert_eq!(story.statuses().await, [WaveStatus::Failed, WaveStatus::Completed]);
}

#[tokio::test(start_paused = true)]
async fn what_began_before_there_were_budgets_goes_on_without_them() {
    let story = Story::begun_under(Format(4), TALKS).await;
    let none = Together { memory: 1, waves: 1, entries: 1, bytes: 1 };
    let ended = drive(&story, none, Answers::from([("w#1.21", "yes")])).await;
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Completed));
}

/// Three waves that hold thirty megabytes each while they wait for a person.
const HOARDERS: &str = "waves = (function()
    local waves = {}
    for n = 1, 3 do
        waves[n] = { name = 'w' .. n, run = function()
            local held = buffer.create(30 * 1024 * 1024)
            moontide.ask { message = 'go on?', choices = { 'yes' } }
            local more = buffer.create(1024 * 1024)
            return buffer.len(held) + buffer.len(more)
        end }
    end
    return waves
end)()";

#[tokio::test(start_paused = true)]
async fn memory_is_counted_over_all_waves_and_what_is_replayed_has_fitted_before() {
    let yes = || Answers::from([("w1#1.1", "yes"), ("w2#1.1", "yes"), ("w3#1.1", "yes")]);
    let story = Story::of(HOARDERS).await;
    let ended = drive(&story, Together { memory: 70 * MIB, ..usual() }, Answers::new()).await;
    assert!(matches!(ended, Ended::Waiting(_)), "{ended:?}");
    let waves = story.state().await.waves;
    let failed: Vec<_> = waves.iter().filter_map(|wave| wave.failure.as_ref()).collect();
    assert_eq!(failed.len(), 1, "two fit: {failed:?}");
    assert_eq!(failed[0].code, "LimitExceeded");
    assert!(failed[0].message.ends_with("raise `execution_memory`"), "{}", failed[0].message);

    let story = Story::of(HOARDERS).await;
    assert!(matches!(drive(&story, usual(), Answers::new()).await, Ended::Waiting(_)));
    let ended = drive(&story, Together { memory: 100 * MIB, ..usual() }, yes()).await;
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Completed));
}

#[tokio::test(start_paused = true)]
async fn no_more_waves_run_at_once_than_the_head_says_and_the_others_say_what_they_wait_for() {
    let wave = |n: u32| format!("{{ name = 'w{n}', run = function() moontide.sleep('1m') end }}");
    let waves: Vec<String> = (1..=3).map(wave).collect();
    let story = Story::of(&format!("waves = {{ {} }}", waves.join(", "))).await;
    let head = story.store.execution("x").await.unwrap();
    let story = Story { store: Arc::new(MemoryStore::new()), ..story };
    story.store.create(&Execution { waves_at_once: Some(2), ..head }).await.unwrap();
    let taken = lease(story.store.as_ref(), "x").await;
    let world = world(&story.ledger, &Fuse::never());
    let driver = driver(Arc::clone(&story.store) as Arc<dyn Store>, world, Answers::new());
    let soon = tokio::time::sleep(std::time::Duration::from_secs(10));
    assert_eq!(driver.drive(&taken, soon).await.unwrap(), Ended::Interrupted);
    let running = [WaveStatus::Running, WaveStatus::Running, WaveStatus::Pending];
    assert_eq!(story.statuses().await, running);
    let reason = story.state().await.waves[2].reason.clone().unwrap();
    assert_eq!(reason, "waits for its turn: at most 2 at once (`waves_at_once`)");
    assert_eq!(
        drive(&story, usual(), Answers::new()).await,
        Ended::Finished(ExecutionStatus::Completed)
    );
    assert_eq!(story.state().await.waves[2].reason, None);
}

#[tokio::test(start_paused = true)]
async fn a_result_as_deep_as_one_may_be_is_read_by_the_waves_behind_it() {
    let story = Story::of(
        "waves = {
            { name = 'a', run = function()
                local deep = { 'x' }
                for _ = 2, 65 do deep = { deep } end
                return deep
            end },
            { name = 'b', depends_on = { 'a' }, run = function(wave)
                local depth, at = 0, wave.results.a
                while type(at) == 'table' do depth += 1; at = at[1] end
                return depth
            end },
        }",
    )
    .await;
    story.ends(ExecutionStatus::Failed).await;
    assert!(story.failure().await.contains("nested more than 64 deep"));
    let story = Story::of(
        "waves = {
            { name = 'a', run = function()
                local deep = { 'x' }
                for _ = 2, 64 do deep = { deep } end
                return deep
            end },
            { name = 'b', depends_on = { 'a' }, run = function(wave)
                local depth, at = 0, wave.results.a
                while type(at) == 'table' do depth += 1; at = at[1] end
                return depth
            end },
        }",
    )
    .await;
    story.ends(ExecutionStatus::Completed).await;
    assert_eq!(story.state().await.waves[1].result, json!(64));
}

#[tokio::test(start_paused = true)]
async fn results_that_no_later_wave_could_read_together_are_refused_where_they_are_returned() {
    let story = Story::of(
        "waves = (function()
            local waves = {}
            for n = 1, 9 do
                waves[n] = {
                    name = 'w' .. n,
                    depends_on = if n > 1 then { 'w' .. (n - 1) } else nil,
                    run = function(wave)
                        local sum = 0
                        for _, text in wave.results do sum += #text end
                        moontide.log.info(sum)
                        return ('x'):rep(1000000)
                    end,
                }
            end
            return waves
        end)()",
    )
    .await;
    story.ends(ExecutionStatus::Failed).await;
    let waves = story.state().await.waves;
    assert!(waves.iter().take(8).all(|wave| wave.status == WaveStatus::Completed));
    let failure = waves[8].failure.as_ref().unwrap();
    assert_eq!(failure.code, "InvalidResult");
    assert!(failure.message.contains("together") && failure.message.contains("`entry_size`"));
}

#[tokio::test(start_paused = true)]
async fn a_number_of_seconds_has_the_bounds_of_a_text_in_what_begins_now() {
    let waves = "waves = {{ name = 'w', run = function()
        local ok, err = pcall(host.effect, 'moontide.sleep', { duration = 1e12 })
        return if ok then 'slept' else err.code
    end }}";
    for (format, expected) in [(Format::CURRENT, "InvalidArguments"), (Format(4), "slept")] {
        let story = Story::begun_under(format, waves).await;
        story.ends(ExecutionStatus::Completed).await;
        assert_eq!(story.state().await.waves[0].result, json!(expected), "{format:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_program_that_waits_for_a_person_holds_no_place_of_the_others() {
    let source = "waves = {
        { name = 'asks', run = function() moontide.ask { message = '?', choices = { 'yes' } } end },
        { name = 'other', run = function() end },
    }";
    let story = Story::of(source).await;
    let head = story.store.execution("x").await.unwrap();
    let story = Story { store: Arc::new(MemoryStore::new()), ..story };
    story.store.create(&Execution { waves_at_once: Some(1), ..head }).await.unwrap();
    assert!(matches!(drive(&story, usual(), Answers::new()).await, Ended::Waiting(_)));
    assert_eq!(story.statuses().await, [WaveStatus::Waiting, WaveStatus::Completed]);
}

#[tokio::test(start_paused = true)]
async fn what_people_send_takes_no_room_of_the_effects() {
    let story = Story::of(TALKS).await;
    assert!(matches!(drive(&story, usual(), Answers::new()).await, Ended::Waiting(_)));
    for _ in 0..50 {
        story.send(SignalKind::Note).await;
    }
    let tight = Together { entries: 40, ..usual() };
    let yes = Answers::from([("w#1.21", "yes")]);
    assert_eq!(drive(&story, tight, yes).await, Ended::Finished(ExecutionStatus::Completed));
}
