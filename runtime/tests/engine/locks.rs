//! Locks of runbooks: however late the store answers, and whatever dies, one is inside, and nothing but it gives its
//! lock back.

use std::rc::Rc;
use std::sync::Arc;

use moontide_runtime::scheduler::{Ended, ExecutionStatus};
use moontide_runtime::store::{Condition, MemoryStore, Store};
use serde_json::json;

use crate::state::{write, written};
use crate::support::{Fuse, Ledger, driver, execution, fused, killed, lease, world};
use crate::{Answers, Story};

/// The branches of one wave take turns at one lock, and complain if another is inside, or if the lock is not there.
const BRANCHES: &str = r"
local moontide = require('@moontide')
local state = require('@moontide/state')
local function pause() moontide.sleep(moontide.random() % 4000 / 1000) end
return moontide.runbook { name = 'story', waves = { { name = 'w', run = function(wave)
    local inside, times = 0, 0
    local function branch()
        for _ = 1, 2 do
            pause()
            state.locked('dns', wave, function()
                inside += 1
                times += 1
                assert(inside == 1, 'another one is inside')
                pause()
                assert(state.get('dns').value ~= nil, 'it was given back')
                inside -= 1
            end, { timeout = '10h' })
        end
    end
    moontide.parallel { branch, branch, branch }
    return times
end } } }";

/// Drives the execution with a store that takes its time; says how it ended, `None` if the fuse blew before.
async fn attempt(store: &Arc<MemoryStore>, fuse: &Arc<Fuse>) -> Option<String> {
    let fused = fused(store, fuse);
    let held = lease(fused.as_ref(), "x").await;
    let world = world(&Rc::new(Ledger::default()), &Fuse::never());
    let ended = killed(&driver(fused, world, Answers::new()), &held, fuse).await?;
    let told = Story { store: Arc::clone(store), ledger: Rc::default() };
    Some(match ended {
        Ended::Finished(ExecutionStatus::Completed) => "completed".to_owned(),
        _ => told.failure().await,
    })
}

async fn begun() -> Arc<MemoryStore> {
    let store = Arc::new(MemoryStore::new());
    store.create(&execution("x", BRANCHES)).await.unwrap();
    store
}

#[tokio::test(start_paused = true)]
async fn one_branch_of_a_wave_is_inside_however_late_the_store_answers() {
    for seed in 0..30 {
        let store = begun().await;
        let ended = attempt(&store, &Fuse::slow(usize::MAX, seed)).await;
        assert_eq!(ended.as_deref(), Some("completed"), "seed {seed}");
        assert_eq!(written(&store, "dns").await, None, "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_branch_of_a_wave_is_inside_wherever_its_runner_is_killed() {
    let mut kills = 0;
    for seed in 0..60 {
        let store = begun().await;
        let point = 1 + usize::try_from(seed).unwrap() * 7 % 120;
        let mut ended = attempt(&store, &Fuse::slow(point, seed)).await;
        if ended.is_none() {
            kills += 1;
            ended = attempt(&store, &Fuse::slow(usize::MAX, seed + 1000)).await;
        }
        assert_eq!(ended.as_deref(), Some("completed"), "seed {seed}, point {point}");
        assert_eq!(written(&store, "dns").await, None, "seed {seed}, point {point}");
    }
    assert!(kills > 50, "{kills}");
}

/// A wave that does this inside a lock, in a way that stops it or not.
fn locked(body: &str) -> String {
    format!(
        "waves = {{ {{ name = 'w', run = function(wave) local state = require('@moontide/state')
        return state.locked('dns', wave, function() {body} end, {{ timeout = '2m' }}) end }} }}"
    )
}

#[tokio::test(start_paused = true)]
async fn what_an_earlier_attempt_has_left_is_taken_up_and_no_late_deletion_of_it_counts() {
    let story = Story::of(&locked(
        "local late, err = pcall(state.delete, 'dns', { version = 1 })
        return { late, err.code, state.get('dns').value }",
    ))
    .await;
    let ours = json!({ "execution": "x", "wave": "w" });
    write(&story.store, "dns", Some(ours.clone()), Condition::New).await;
    story.ends(ExecutionStatus::Completed).await;
    let result = story.state().await.waves[0].result.clone();
    assert_eq!(result, json!([false, "StateConflict", ours]));
    assert_eq!(written(&story.store, "dns").await, None);
}

#[tokio::test(start_paused = true)]
async fn a_lock_inside_the_same_lock_says_who_holds_it() {
    let story =
        Story::of(&locked("state.locked('dns', wave, function() end, { timeout = '2m' })")).await;
    story.drive(Answers::new()).await.unwrap();
    assert_eq!(
        story.failure().await,
        "StateLocked: dns is held by another branch of this wave, or by a `locked` around this one, \
         and was not given back for 120 s"
    );
    assert_eq!(written(&story.store, "dns").await, None, "the outer one gives it back");
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_others_have_taken_meanwhile_is_left_to_them() {
    let theirs = json!({ "execution": "y", "wave": "w" });
    let story = Story::of(&locked(
        "state.delete('dns'); state.put('dns', { execution = 'y', wave = 'w' }); return 1",
    ))
    .await;
    story.ends(ExecutionStatus::Completed).await;
    assert_eq!(written(&story.store, "dns").await.map(|it| it.1), Some(theirs));
}
