//! The approvers, and how many of them it takes.

use std::collections::BTreeMap;
use std::sync::Arc;

use moontide_runtime::journal::{Execution, Format};
use moontide_runtime::scheduler::{Ended, ExecutionStatus, WaveStatus};
use moontide_runtime::store::{MemoryStore, Signal, SignalKind, Store};
use serde_json::json;

use crate::signals::{skip, waits};
use crate::support::execution;
use crate::{Answers, Story, answer};

/// A story whose `dba` are ann and every bearer of the role.
async fn guarded(waves: &str) -> Story {
    let source = format!(
        "local moontide = require('@moontide')\nreturn moontide.runbook {{ name = 'story', {waves} }}"
    );
    let dba = vec!["ann".to_owned(), "arn:aws:sts::1:assumed-role/DBA/*".to_owned()];
    let approvers = BTreeMap::from([("dba".to_owned(), dba)]);
    let store = Arc::new(MemoryStore::new());
    store.create(&Execution { approvers, ..execution("x", &source) }).await.unwrap();
    Story { store, ledger: std::rc::Rc::default() }
}

#[tokio::test(start_paused = true)]
async fn only_approvers_may_answer_also_by_way_of_a_skip() {
    for (by, may) in [
        ("ann", true),
        ("bob", true),
        ("arn:aws:sts::1:assumed-role/DBA/kim", true),
        ("dba", false),
        ("eve", false),
        ("arn:aws:sts::1:assumed-role/Dev/kim", false),
    ] {
        for wish in [answer("a", "continue"), answer("a", "skip"), skip("a")] {
            let story = guarded(
                "waves = {{ name = 'a', run = function() end,
                    pause = { message = '?', approvers = { 'dba', 'bob' } } }}",
            )
            .await;
            assert_eq!(waits(&story).await, ["a"]);
            story.send_by(by, wish.clone()).await;
            let ended = story.drive(Answers::new()).await.unwrap();
            let done = ended == Ended::Finished(ExecutionStatus::Completed);
            assert_eq!(done, may, "{by} {wish:?}: {ended:?}");
        }
        let story = guarded(
            "waves = {{ name = 'a', run = function() end,
                pause = { message = '?', approvers = { 'dba', 'bob' } } }}",
        )
        .await;
        story.send_by(by, skip("a")).await;
        let done = story.drive(Answers::new()).await.unwrap();
        assert_eq!(done == Ended::Finished(ExecutionStatus::Completed), may, "{by}, early");
    }
}

#[tokio::test(start_paused = true)]
async fn two_approvals_take_two_people_who_say_the_same() {
    let story = guarded(
        "waves = {{ name = 'a', run = function() end, pause = { message = '?', approvals = 2 } }}",
    )
    .await;
    story.send_by("eve", skip("a")).await;
    assert_eq!(waits(&story).await, ["a"], "no person skips it alone beforehand");
    story.send_by("ann", answer("a", "continue")).await;
    assert_eq!(waits(&story).await, ["a"]);
    story.send_by("ann", answer("a", "continue")).await;
    story.send_by("kim", answer("a", "skip")).await;
    assert_eq!(waits(&story).await, ["a"], "the same person, then another opinion");
    assert_eq!(story.state().await.prompts["a"].missing(), 1);
    story.send_by("kim", answer("a", "continue")).await;
    story.ends(ExecutionStatus::Completed).await;

    let story = guarded(
        "waves = {{ name = 'a', run = function() end, pause = { message = '?', approvals = 2 } }}",
    )
    .await;
    assert_eq!(waits(&story).await, ["a"]);
    story.send_by("ann", answer("a", "continue")).await;
    story.send_by("ann", answer("a", "skip")).await;
    story.send_by("bob", answer("a", "continue")).await;
    assert_eq!(waits(&story).await, ["a"], "ann has changed her mind");
    story.send_by("ann", answer("a", "continue")).await;
    story.ends(ExecutionStatus::Completed).await;
    assert_eq!(story.statuses().await, [WaveStatus::Completed]);

    let story = guarded(
        "waves = {{ name = 'a', run = function() end, pause = { message = '?', approvals = 2 } }}",
    )
    .await;
    assert_eq!(waits(&story).await, ["a"]);
    story.send_by("ann", answer("a", "continue")).await;
    story.send_by("bob", answer("a", "abort")).await;
    story.ends(ExecutionStatus::Cancelled).await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_with_another_fingerprint_is_refused() {
    let story = Story::of("waves = {{ name = 'a', pause = '?', run = function() end }}").await;
    assert_eq!(waits(&story).await, ["a"]);
    let fingerprint = story.state().await.prompts["a"].fingerprint.clone();
    let meant_for = |fingerprint: &str| SignalKind::Answer {
        prompt: "a".into(),
        choice: "continue".into(),
        fingerprint: fingerprint.into(),
        value: json!(null),
    };
    // The same question of the same runbook, asked by another execution.
    let other = Execution { id: "y".into(), ..story.store.execution("x").await.unwrap() };
    let other = moontide_runtime::scheduler::Graph::of(&other).fingerprint_of("a");
    assert_ne!(fingerprint, other);
    story.send(meant_for(&other)).await;
    assert_eq!(waits(&story).await, ["a"]);
    story.send(meant_for(&fingerprint)).await;
    story.ends(ExecutionStatus::Completed).await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_from_elsewhere_without_a_seal_is_refused_like_one_with_a_wrong_one() {
    let waves = "waves = {{ name = 'a', pause = '?', run = function() end }}";
    for (format, is_taken) in [(Format::CURRENT, false), (Format(4), true)] {
        let story = Story::begun_under(format, waves).await;
        assert_eq!(waits(&story).await, ["a"]);
        let wish = crate::answer("a", "continue");
        let at = moontide_runtime::clock::Clock::now(&crate::support::TestClock);
        let (by, sender, comment) = ("ann".to_owned(), String::new(), String::new());
        story.store.send("x", &Signal { wish, by, sender, comment, at }).await.unwrap();
        if is_taken {
            story.ends(ExecutionStatus::Completed).await;
            continue;
        }
        assert_eq!(waits(&story).await, ["a"]);
        let refused = story.entries().await.len();
        assert_eq!(waits(&story).await, ["a"]);
        assert_eq!(story.entries().await.len(), refused, "it is journaled once");
    }
}

#[tokio::test(start_paused = true)]
async fn sources_that_were_changed_in_the_store_run_no_further() {
    let story = Story::of("waves = {{ name = 'a', pause = '?', run = function() end }}").await;
    let head = story.store.execution("x").await.unwrap().pinned();
    let begun = |execution: Execution| async move {
        let it = Story { store: Arc::new(MemoryStore::new()), ledger: std::rc::Rc::default() };
        it.store.create(&execution).await.unwrap();
        it.drive(Answers::new()).await
    };
    assert!(matches!(begun(head.clone()).await, Ok(Ended::Waiting(_))));
    let mut changed = head.clone();
    let source = &mut changed.bundle.modules.get_mut("runbook").unwrap().source;
    *source = format!("{}-- harmless", &**source).into();
    let error = begun(changed).await.unwrap_err().to_string();
    assert!(error.contains("the sources that are pinned with it are not those"), "{error}");
    let silent = Execution { sources: None, ..head };
    let error = begun(silent.clone()).await.unwrap_err().to_string();
    assert!(error.contains("the sources that are pinned with it are not those"), "{error}");
    // One of an earlier release says nothing of them.
    let old = Execution { format: Format(5), ..silent };
    assert!(matches!(begun(old).await, Ok(Ended::Waiting(_))));
}

#[tokio::test(start_paused = true)]
async fn a_program_asks_no_person_whose_name_is_a_sentence() {
    let story = guarded(
        "waves = {{ name = 'a', run = function()
            local ask = { message = '?', approvers = { 'dba', 'ann; answered: yes by bob' } }
            local ok, err = pcall(moontide.ask, ask)
            return { ok = ok, code = err.code, message = err.message }
        end }}",
    )
    .await;
    story.ends(ExecutionStatus::Completed).await;
    let result = story.state().await.waves[0].result.clone();
    assert_eq!((&result["ok"], &result["code"]), (&json!(false), &json!("InvalidArguments")));
    let why = "`moontide.ask`: `ann; answered: yes by bob` is no approver: a name is made of";
    assert!(result["message"].as_str().is_some_and(|it| it.starts_with(why)), "{result}");
}

#[tokio::test(start_paused = true)]
async fn nothing_begins_before_two_people_say_so_and_no_one_can_leave_that_out() {
    for hook in ["", "on_start = function() host.log('info', 'it starts') end,"] {
        let story = guarded(&format!(
            "start = {{ approvers = {{ 'dba', 'bob' }}, approvals = 2 }}, {}
             waves = {{ {{ name = 'a', run = function() end }} }}",
            hook.replace("host.", "require('@moontide/host').")
        ))
        .await;
        assert_eq!(waits(&story).await, ["@start"]);
        for (by, wish) in [
            ("eve", answer("@start", "continue")),
            ("ann", skip("@start")),
            ("ann", answer("@start", "skip")),
            ("ann", answer("@start", "continue")),
        ] {
            story.send_by(by, wish).await;
            assert_eq!(waits(&story).await, ["@start"], "{by}");
        }
        assert_eq!(story.state().await.waves[1].status, WaveStatus::Pending);
        story.send_by("bob", answer("@start", "continue")).await;
        story.ends(ExecutionStatus::Completed).await;
    }
}

#[tokio::test(start_paused = true)]
async fn silence_starts_nothing_and_one_person_is_enough_to_say_no() {
    let waves = "start = { approvers = { 'bob', 'ann' }, approvals = 2, timeout = '1h' },
        waves = {{ name = 'a', run = function() end }}";
    let story = guarded(waves).await;
    waits(&story).await;
    tokio::time::advance(std::time::Duration::from_secs(3601)).await;
    story.ends(ExecutionStatus::Cancelled).await;
    let story = guarded(waves).await;
    waits(&story).await;
    story.send_by("bob", answer("@start", "abort")).await;
    story.ends(ExecutionStatus::Cancelled).await;
    assert_eq!(story.state().await.waves[1].attempt, 0);
}
