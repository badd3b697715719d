//! What programs may do to each other and to the engine: nothing.

use moontide_runtime::journal::{Body, Format};
use moontide_runtime::scheduler::{Ended, ExecutionStatus, WaveStatus};
use serde_json::json;

use crate::{Answers, Story};

#[tokio::test(start_paused = true)]
async fn globals_do_not_leak_from_wave_to_wave_and_hooks_run_around() {
    let story = Story::of(
        "on_start = function() return 'up' end,
        on_finish = function(it) host.effect('test.tagged', { say = it.waves.b.status }) end,
        waves = {
            { name = 'a', run = function() leak = 1; return leak end },
            { name = 'b', depends_on = { 'a' }, run = function() return leak == nil end },
        }",
    )
    .await;
    story.ends(ExecutionStatus::Completed).await;
    let state = story.state().await;
    assert_eq!(state.waves[2].result, json!(true), "b saw a global of a");
    let entries = story.entries().await;
    let said = entries.iter().find_map(|entry| match &entry.body {
        Body::Intent { step, .. } => step.arguments.clone(),
        _ => None,
    });
    assert_eq!(said, Some(json!({ "say": "completed" })));
}

#[tokio::test(start_paused = true)]
async fn an_endless_loop_fails_its_wave_and_not_its_neighbour() {
    let story = Story::of(
        "waves = {
            { name = 'a', run = function() while true do pcall(function() while true do end end) end end },
            { name = 'b', run = function() return 1 end },
        }",
    )
    .await;
    story.ends(ExecutionStatus::Failed).await;
    assert_eq!(story.statuses().await, [WaveStatus::Failed, WaveStatus::Completed]);
    assert!(story.failure().await.starts_with("LimitExceeded: "), "{}", story.failure().await);
}

#[tokio::test(start_paused = true)]
async fn a_program_that_is_poisoned_while_a_call_is_out_is_not_retried_by_itself() {
    let story = Story::of(
        "waves = {{ name = 'w', on_failure = 'retry', max_attempts = 2, run = function()
            moontide.parallel {
                function() host.effect('test.tagged', { say = 1 }) end,
                function() moontide.sleep(0.01); while true do end end,
            }
        end }}",
    )
    .await;
    let ended = story.drive(Answers::new()).await.unwrap();
    assert!(
        matches!(&ended, Ended::Waiting(prompts) if prompts[0].id == "w#1.failure"),
        "{ended:?}"
    );
    let state = story.state().await;
    assert!(state.waves[0].failure.as_ref().unwrap().uncertain);
}

/// What another wave may ask of waves that left nothing, and of an author's own data.
const ASKING: &str = "waves = {
    { name = 'empty', run = function() end },
    { name = 'skipped', run = function() error('no') end, on_failure = 'skip' },
    { name = 'full', run = function() return { read_endpoint = 'r' } end },
    { name = 'other', run = function() end },
    { name = 'asks', depends_on = { 'empty', 'skipped', 'full' }, run = function(wave)
        local results = wave.results
        local function ask(name)
            local ok, said = pcall(function() return tostring(results[name]) end)
            return if ok then said else 'error'
        end
        local _, near = pcall(function() return tostring(results.full.write_endpoint) end)
        local _, long = pcall(function() assert(false, string.rep('x', 600)) end)
        local text = 'running' :: any
        return { ask('empty'), ask('skipped'), ask('other'), ask('emty'), tostring(near), #long > 600, tostring(text.state) }
    end },
}";

#[tokio::test(start_paused = true)]
async fn a_wave_that_left_nothing_may_be_asked_for_and_a_likeness_is_no_error() {
    let story = Story::of(ASKING).await;
    story.ends(ExecutionStatus::Completed).await;
    let state = story.state().await;
    let expected = json!(["nil", "nil", "error", "error", "nil", true, "nil"]);
    assert_eq!(state.waves[4].result, expected);
    // Those that began earlier are told what they were told.
    let story = Story::begun_under(Format(5), ASKING).await;
    story.ends(ExecutionStatus::Completed).await;
    let results = story.state().await.waves[4].result.clone();
    assert_eq!(results.as_array().unwrap()[..4], ["error", "error", "error", "error"]);
    let near = results[4].as_str().unwrap();
    assert!(near.ends_with("has no `write_endpoint`: did you mean `read_endpoint`?"), "{near}");
}
