//! What a program sees of the others: the same in every replay, and never less than the attempt before knew.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use jiff::Timestamp;
use moontide_runtime::observe::{Notice, Observer};
use moontide_runtime::scheduler::{Ended, ExecutionStatus};
use moontide_runtime::store::{SignalKind, Store};

use crate::support::{Fuse, driver, lease, world};
use crate::{Answers, Story};

fn says(prompt: &'static str, choice: &'static str) -> Answers {
    [(prompt, choice)].into()
}

#[tokio::test(start_paused = true)]
async fn a_resume_sees_the_results_that_the_first_run_saw() {
    // `network` ends while `report` runs beside it, and `other` too, on which it does not depend.
    let story = Story::of(
        "waves = {
            { name = 'first', run = function() return 'one' end },
            { name = 'network', run = function() moontide.sleep('2s') return { vpc = 'vpc-1' } end },
            { name = 'report', depends_on = { 'first' }, run = function(wave)
                local names = {}
                for name in wave.results do table.insert(names, name) end
                moontide.sleep(if #names == 1 then '4s' else '5s')
                moontide.ask { message = 'go on?', choices = { 'yes' } }
                return { names = names, first = wave.results.first, copied = table.clone(wave.results) }
            end },
        }",
    )
    .await;
    assert!(matches!(story.drive(Answers::new()).await.unwrap(), Ended::Waiting(_)));
    let ended = story.drive(says("report#1.2", "yes")).await.unwrap();
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Completed));
    let result = &story.state().await.waves[2].result;
    let expected =
        serde_json::json!({ "names": ["first"], "first": "one", "copied": { "first": "one" } });
    assert_eq!(*result, expected);
}

#[tokio::test(start_paused = true)]
async fn a_wave_sees_what_it_depends_on_directly_or_not_and_the_last_hook_sees_all() {
    let story = Story::of(
        "on_finish = function(run) return { run.results.a, run.results.b, run.results.c, run.results.d } end,
        waves = {
            { name = 'a', run = function() return 1 end },
            { name = 'b', run = function() return 2 end },
            { name = 'c', depends_on = { 'a' }, run = function(wave) return wave.results.a + 2 end },
            { name = 'd', depends_on = { 'c', 'b' }, run = function(wave)
                return wave.results.a + wave.results.b + wave.results.c
            end },
        }",
    )
    .await;
    story.ends(ExecutionStatus::Completed).await;
    let state = story.state().await;
    assert_eq!(state.waves[4].result, serde_json::json!([1, 2, 3, 6]));
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_not_there_is_an_error_that_names_those_that_are() {
    for (name, said) in [
        (
            "databse",
            "results has no `databse` (there is: database, network); did you mean `database`?",
        ),
        ("web", "results has no `web` (there is: database, network). A wave sees"),
    ] {
        let story = Story::of(&format!(
            "waves = {{
                {{ name = 'shop', depends_on = {{ 'database', 'network' }}, run = function(wave)
                    return wave.results.{name}
                end }},
                {{ name = 'database', run = function() return {{}} end }},
                {{ name = 'network', run = function() return {{}} end }},
                {{ name = 'web', run = function() return {{}} end }},
            }}"
        ))
        .await;
        story.ends(ExecutionStatus::Failed).await;
        let failure = story.failure().await;
        assert!(failure.contains(said), "{failure}");
    }
}

/// Panics when the first effect of an attempt has ended, once.
struct Panics(Cell<bool>);

impl Observer for Panics {
    fn notice(&self, _at: Timestamp, notice: &Notice) {
        let is_first = matches!(notice, Notice::Effect { .. }) && !self.0.replace(true);
        assert!(!is_first, "what no test thought of");
    }
}

const LAUNCHES_ONCE: &str = "waves = {{ name = 'a', on_failure = 'ask', run = function(wave)
    local jobs = wave.previous and wave.previous.jobs
    if not jobs then
        host.remember { jobs = { 'j-1' } }
        jobs = { host.effect('test.tagged', { n = 1 }) and 'j-1' }
    end
    if wave.attempt < 3 then error('not yet') end
    return jobs
end }}";

#[tokio::test(start_paused = true)]
async fn an_attempt_in_which_moontide_panics_passes_on_what_its_program_remembered() {
    let story = Story::of(LAUNCHES_ONCE).await;
    let held = lease(story.store.as_ref(), "x").await;
    let world = world(&story.ledger, &Fuse::never());
    let mut panics = driver(Arc::clone(&story.store) as Arc<dyn Store>, world, Answers::new());
    panics.observer = Rc::new(Panics(Cell::new(false)));
    assert!(matches!(
        panics.drive(&held, std::future::pending()).await.unwrap(),
        Ended::Waiting(_)
    ));
    assert!(story.failure().await.starts_with("Internal: a defect of Moontide"));
    for attempt in ["a#1.failure", "a#2.failure"] {
        story.drive(says(attempt, "retry")).await.unwrap();
    }
    let state = story.state().await;
    assert_eq!(state.waves[0].result, serde_json::json!(["j-1"]), "{state:?}");
    assert_eq!(story.times("test.tagged"), 1);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_cannot_begin_passes_on_what_the_one_before_knew() {
    let story = Story::of(LAUNCHES_ONCE).await;
    story.drive(Answers::new()).await.unwrap();
    let held = lease(story.store.as_ref(), "x").await;
    let world = world(&story.ledger, &Fuse::never());
    let kept = Arc::clone(&story.store) as Arc<dyn Store>;
    let mut cramped = driver(kept, world, says("a#1.failure", "retry"));
    cramped.limits.source = 1;
    cramped.drive(&held, std::future::pending()).await.unwrap();
    assert!(story.failure().await.starts_with("LimitExceeded"), "{}", story.failure().await);
    let ended = story.drive(says("a#2.failure", "retry")).await.unwrap();
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Completed));
    assert_eq!(story.times("test.tagged"), 1);
}

#[tokio::test(start_paused = true)]
async fn the_hook_of_a_cancelled_wave_is_told_what_the_wave_left_behind() {
    for (remembered, expected) in [
        (
            "host.remember { servers = { { server = 's-1', instance_id = 'i-1' }, { server = 's-2' } } }",
            serde_json::json!([["s-1", "s-2"], ["i-1"], true]),
        ),
        (
            "host.remember { servers = {}, instance_ids = { 'i-7' } }",
            serde_json::json!([[], ["i-7"], true]),
        ),
        ("", serde_json::json!([[], [], false])),
    ] {
        let story = Story::of(&format!(
            "waves = {{{{ name = 'a',
                run = function() {remembered} moontide.ask {{ message = '?', choices = {{ 'yes' }} }} end,
                on_cancel = function(wave)
                    local names = {{}}
                    for _, each in wave.servers do table.insert(names, each.server) end
                    return {{ names, wave.instance_ids, wave.previous ~= nil }}
                end,
            }}}}"
        ))
        .await;
        assert!(matches!(story.drive(Answers::new()).await.unwrap(), Ended::Waiting(_)));
        story.send(SignalKind::Cancel { seen: 0 }).await;
        story.ends(ExecutionStatus::Cancelled).await;
        assert_eq!(story.state().await.waves[1].result, expected);
    }
}
