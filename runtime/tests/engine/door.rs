//! What the door lets out, and what the journal remembers of it.

use std::sync::Arc;

use crate::support::{CallFault, Fuse, driver, killed, lease, world};
use moontide_runtime::scheduler::{Ended, ExecutionStatus};
use moontide_runtime::store::Store;
use serde_json::json;

use crate::{Answers, Story, lines};

#[tokio::test(start_paused = true)]
async fn a_mutating_effect_is_journaled_twice_and_a_read_once() {
    let story = Story::of(
        "waves = {{ name = 'w', run = function()
            host.effect('test.read', {})
            host.effect('test.tagged', { say = 1 })
            return 'done'
        end }}",
    )
    .await;
    story.ends(ExecutionStatus::Completed).await;
    assert_eq!(
        lines(&story.entries().await),
        [
            "event started",
            "outcome test.read w#1.1 ok",
            "intent test.tagged w#1.2 #1",
            "outcome test.tagged w#1.2 ok",
            "event ended",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn an_entry_looks_like_this() {
    let story = Story::of(
        "waves = {{ name = 'w', run = function() host.effect('test.tagged', { say = 1 }) end }}",
    )
    .await;
    story.ends(ExecutionStatus::Completed).await;
    insta::assert_json_snapshot!(story.entries().await, { "[].at" => "[time]" });
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_is_adopted_and_a_lost_call_is_sent_again() {
    let story = Story::of(
        "waves = {{ name = 'w', run = function()
            host.effect('test.tagged', { say = 1 })
            host.effect('test.tagged', { say = 2 })
        end }}",
    )
    .await;
    story.ledger.faults.borrow_mut().extend([CallFault::LostCall, CallFault::LostReply]);
    story.ends(ExecutionStatus::Completed).await;
    assert_eq!(
        lines(&story.entries().await)[1..6],
        [
            "intent test.tagged w#1.1 #1",
            "outcome test.tagged w#1.1 ok adopted",
            "intent test.tagged w#1.2 #1",
            "intent test.tagged w#1.2 #2",
            "outcome test.tagged w#1.2 ok",
        ]
    );
    assert_eq!(story.times("test.tagged"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_mutation_is_sent_again_by_the_journal() {
    let story = Story::of(
        "waves = {{ name = 'w', run = function() host.effect('test.once', { say = 1 }) end }}",
    )
    .await;
    story.ledger.faults.borrow_mut().extend([CallFault::Throttled, CallFault::Throttled]);
    story.ends(ExecutionStatus::Completed).await;
    let intents =
        lines(&story.entries().await).iter().filter(|it| it.starts_with("intent")).count();
    assert_eq!((intents, story.times("test.once")), (3, 1));
}

#[tokio::test(start_paused = true)]
async fn wrong_arguments_and_unknown_operations_never_reach_the_journal() {
    let story = Story::of(
        "waves = {{ name = 'w', run = function()
            local _, wrong = pcall(host.effect, 'test.tagged', { wrong = true })
            local _, unknown = pcall(host.effect, 'test.taged', {})
            return wrong.code .. ', ' .. unknown.message
        end }}",
    )
    .await;
    story.ends(ExecutionStatus::Completed).await;
    assert_eq!(lines(&story.entries().await), ["event started", "event ended"]);
    assert_eq!(
        story.state().await.waves[0].result,
        json!("InvalidArguments, there is no operation `test.taged`, did you mean `test.tagged`?")
    );
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_journaled_and_names_its_rule() {
    let story = Story::of(
        "region = 'eu-west-1',
        waves = {{ name = 'w', run = function() host.effect('test.tagged', { say = 1 }) end }}",
    )
    .await;
    // The execution of the tests may act in us-west-2 only; pretend that it declares another Region.
    let mut moved = story.store.execution("x").await.unwrap();
    moved.id = "y".into();
    moved.regions = vec!["eu-west-1".into()];
    story.store.create(&moved).await.unwrap();
    let lease = lease(story.store.as_ref(), "y").await;
    let world = world(&story.ledger, &Fuse::never());
    let shared = Arc::clone(&story.store) as Arc<dyn Store>;
    let ended = driver(shared, world, Answers::new()).drive(&lease, std::future::pending()).await;
    assert_eq!(ended.unwrap(), Ended::Finished(ExecutionStatus::Failed));
    let entries = story.store.journal("y", 1).await.unwrap();
    assert_eq!(lines(&entries)[1], "outcome test.tagged w#1.1 failed PolicyRefused");
    assert_eq!(story.times("test.tagged"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_secret_never_reaches_the_journal() {
    let story = Story::of(
        "params = { password = { type = 'string', secret = true } },
        waves = {{ name = 'w', run = function(wave)
            return host.effect('test.tagged', { say = 'login ' .. wave.params.password })
        end }}",
    )
    .await;
    story.ends(ExecutionStatus::Completed).await;
    let journal = serde_json::to_string(&story.entries().await).unwrap();
    assert!(!journal.contains("hunter22") && journal.contains("login «password»"), "{journal}");
}

#[tokio::test(start_paused = true)]
async fn another_runbook_than_the_journal_remembers_stops_before_anything_is_sent() {
    let waves = |say: &str| {
        format!(
            "waves = {{
                {{ name = 'a', run = function() host.effect('test.tagged', {{ say = '{say}' }}) end }},
                {{ name = 'b', depends_on = {{ 'a' }}, pause = '?', run = function() end }},
            }}"
        )
    };
    let story = Story::of(&waves("then")).await;
    // Dies right before the wave's end is journaled, so that the wave is replayed.
    let fuse = Fuse::at(5);
    let lease_one = lease(story.store.as_ref(), "x").await;
    let fused = crate::support::fused(&story.store, &fuse);
    let world = world(&story.ledger, &Fuse::never());
    let driver = driver(fused, world, Answers::new());
    assert_eq!(killed(&driver, &lease_one, &fuse).await, None);

    let changed = Story::of(&waves("now")).await;
    let second = lease(changed.store.as_ref(), "x").await;
    let mut entries = story.entries().await;
    assert_eq!(lines(&entries).len(), 2, "started and the intent: {:?}", lines(&entries));
    for entry in &mut entries {
        entry.epoch = second.epoch;
    }
    changed.store.append(&second, &entries).await.unwrap();
    let error = changed.drive(Answers::new()).await.expect_err("they differ");
    assert_eq!(
        error.to_string(),
        "lane `a#1`, effect 1: the journal has `test.tagged` and test/runbook.luau:4 now asks for \
         `test.tagged` (`say` was \"then\" and is \"now\")"
    );
    assert_eq!(changed.times("test.tagged"), 0);
    assert!(story.failure_is_absent().await);
}

#[tokio::test(start_paused = true)]
async fn what_a_branch_has_sent_is_journaled_even_if_another_branch_is_poisoned() {
    let story = Story::of(
        "waves = {{ name = 'w', run = function()
            moontide.parallel {
                function() host.effect('test.tagged', { say = 1 }) end,
                function() moontide.sleep(0.01); while true do end end,
            }
        end }}",
    )
    .await;
    story.ends(ExecutionStatus::Failed).await;
    let outcomes = lines(&story.entries().await);
    let launched = "outcome test.tagged w#1/1.1.1 ok".to_owned();
    assert!(outcomes.contains(&launched), "{outcomes:?}");
    assert_eq!(outcomes.last().map(String::as_str), Some("event ended"));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_after_a_lost_reply_is_looked_into_before_it_is_believed() {
    let story = Story::of(
        "waves = {{ name = 'w', run = function() host.effect('test.tagged', { say = 1 }) end }}",
    )
    .await;
    // It happens, does not show at first, and what is sent again is refused because of it.
    story.ledger.faults.borrow_mut().extend([CallFault::Conflict, CallFault::LostReply]);
    story.ledger.hidden.set(1);
    story.ends(ExecutionStatus::Completed).await;
    assert_eq!(
        lines(&story.entries().await)[1..4],
        [
            "intent test.tagged w#1.1 #1",
            "intent test.tagged w#1.1 #2",
            "outcome test.tagged w#1.1 ok adopted",
        ]
    );
    assert_eq!(story.times("test.tagged"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_look_before_a_call_is_repeated_and_never_left_out() {
    let run =
        "waves = {{ name = 'w', run = function() host.effect('test.tagged', { say = 1 }) end }}";
    for (busy, status, times) in
        [(5, ExecutionStatus::Completed, 1), (100, ExecutionStatus::Failed, 0)]
    {
        let story = Story::of(run).await;
        story.ledger.busy.set(busy);
        story.ends(status).await;
        assert_eq!(story.times("test.tagged"), times, "{busy}");
    }
}
