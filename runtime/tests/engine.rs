//! Whole executions against a test world: what the door lets out, what the journal remembers, and who
//! is asked.

#![expect(clippy::unwrap_used, reason = "a test that panics says where")]

mod support;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use moontide_runtime::effect::Outcome;
use moontide_runtime::journal::{Body, Entry};
use moontide_runtime::scheduler::{
    DriveError, Ended, ExecutionStatus, Given, Graph, Prompt, State, WaveStatus, machine,
};
use moontide_runtime::store::{MemoryStore, Signal, Store, Wish};
use serde_json::json;
use support::{Fuse, Ledger, TestClock, TestWorld, Trouble, driver, execution, lease};

/// An execution that can be driven again and again.
struct Story {
    store: Arc<MemoryStore>,
    ledger: Rc<Ledger>,
}

type Answers = BTreeMap<&'static str, &'static str>;

impl Story {
    async fn of(waves: &str) -> Story {
        let source = format!(
            "local moontide = require('@moontide')\nlocal host = require('@moontide/host')\n\
             return moontide.runbook {{ name = 'story', {waves} }}"
        );
        let store = Arc::new(MemoryStore::new());
        store.create(&execution("x", &source)).await.unwrap();
        Story { store, ledger: Rc::default() }
    }

    async fn drive(&self, answers: Answers) -> Result<Ended, DriveError> {
        let lease = lease(self.store.as_ref(), "x").await;
        let world = TestWorld::new(&self.ledger, &Fuse::never());
        let store = Arc::clone(&self.store) as Arc<dyn Store>;
        driver(store, world, answers).drive(&lease, std::future::pending()).await
    }

    async fn ends(&self, status: ExecutionStatus) {
        assert_eq!(self.drive(Answers::new()).await.unwrap(), Ended::Finished(status));
    }

    async fn entries(&self) -> Vec<Entry> {
        self.store.journal("x", 1).await.unwrap()
    }

    async fn state(&self) -> State {
        let execution = self.store.execution("x").await.unwrap();
        let entries = self.entries().await;
        let events = entries.iter().filter_map(|entry| match &entry.body {
            Body::Event { event } => Some((entry.at, event)),
            _ => None,
        });
        machine::fold(&Graph::of(&execution.plan), events)
    }

    async fn statuses(&self) -> Vec<WaveStatus> {
        self.state().await.waves.iter().map(|wave| wave.status).collect()
    }

    async fn failure(&self) -> String {
        let state = self.state().await;
        let failure = state.waves[0].failure.as_ref().expect("the first wave failed");
        format!("{}: {}", failure.code, failure.message)
    }

    fn times(&self, operation: &str) -> u32 {
        let done = self.ledger.done.borrow();
        done.values().filter(|(name, _)| name == operation).map(|(_, times)| times).sum()
    }
}

/// The journal, one short line per entry.
fn lines(entries: &[Entry]) -> Vec<String> {
    let line = |entry: &Entry| match &entry.body {
        Body::Event { event } => {
            let event = serde_json::to_value(event).unwrap();
            format!("event {}", event["event"].as_str().unwrap())
        }
        Body::Intent { step, attempt } => {
            format!("intent {} {}.{} #{attempt}", step.operation, step.lane, step.position)
        }
        Body::Outcome { step, outcome, adopted, .. } => {
            let outcome = match outcome {
                Outcome::Ok { .. } => "ok".to_owned(),
                Outcome::Failed { error } => format!("failed {}", error.code),
                Outcome::Unknown { .. } => "unknown".to_owned(),
            };
            let adopted = if *adopted { " adopted" } else { "" };
            format!("outcome {} {}.{} {outcome}{adopted}", step.operation, step.lane, step.position)
        }
    };
    entries.iter().map(line).collect()
}

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
    story.ledger.trouble.borrow_mut().extend([Trouble::LostCall, Trouble::LostReply]);
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
    story.ledger.trouble.borrow_mut().extend([Trouble::Throttled, Trouble::Throttled]);
    story.ends(ExecutionStatus::Completed).await;
    let intents =
        lines(&story.entries().await).iter().filter(|it| it.starts_with("intent")).count();
    assert_eq!((intents, story.times("test.once")), (3, 1));
}

#[tokio::test(start_paused = true)]
async fn what_nobody_can_look_up_is_unknown_and_is_not_retried_by_itself() {
    let story = Story::of(
        "waves = {{ name = 'w', on_failure = 'retry',
            run = function() host.effect('test.once', { say = 1 }) end }}",
    )
    .await;
    story.ledger.trouble.borrow_mut().push(Trouble::LostReply);
    let ended = story.drive(Answers::new()).await.unwrap();
    let Ended::Waiting(prompts) = ended else { panic!("a person should be asked: {ended:?}") };
    assert_eq!(prompts[0].id, "w#1.failure");
    assert_eq!(lines(&story.entries().await)[2], "outcome test.once w#1.1 unknown");
    assert_eq!(story.times("test.once"), 1);
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
    let world = TestWorld::new(&story.ledger, &Fuse::never());
    let shared = Arc::clone(&story.store) as Arc<dyn Store>;
    let ended = driver(shared, world, Answers::new()).drive(&lease, std::future::pending()).await;
    assert_eq!(ended.unwrap(), Ended::Finished(ExecutionStatus::Failed));
    let entries = story.store.journal("y", 1).await.unwrap();
    assert_eq!(lines(&entries)[1], "outcome test.tagged w#1.1 failed PolicyRefused");
    assert_eq!(story.times("test.tagged"), 0);
}

#[tokio::test(start_paused = true)]
async fn without_anybody_to_answer_a_pause_point_waits_and_another_process_goes_on() {
    let story = Story::of(
        "waves = {
            { name = 'a', run = function() host.effect('test.tagged', { say = 1 }) end },
            { name = 'b', pause = 'Go on?', depends_on = { 'a' }, run = function() return 1 end },
        }",
    )
    .await;
    let Ended::Waiting(prompts) = story.drive(Answers::new()).await.unwrap() else { panic!() };
    assert_eq!((prompts.len(), prompts[0].id.as_str()), (1, "b"));
    let answer = Wish::Answer { prompt: "b".into(), choice: "continue".into() };
    let at = moontide_runtime::clock::Clock::now(&TestClock);
    let signal = Signal { wish: answer, by: "dba".into(), comment: "looks good".into(), at };
    story.store.send("x", &signal).await.unwrap();
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
async fn a_pause_point_that_nobody_answers_times_out() {
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
    let at = moontide_runtime::clock::Clock::now(&TestClock);
    let signal = Signal { wish: Wish::Cancel, by: "alice".into(), comment: String::new(), at };
    story.store.send("x", &signal).await.unwrap();
    let lease = lease(story.store.as_ref(), "x").await;
    let world = TestWorld::new(&story.ledger, &Fuse::never());
    let mut driver = driver(Arc::clone(&story.store) as Arc<dyn Store>, world, Answers::new());
    driver.signals_every = Some(std::time::Duration::from_secs(1));
    let ended = driver.drive(&lease, std::future::pending()).await.unwrap();
    let state = story.state().await;
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Cancelled), "{state:?}");
    assert_eq!(story.statuses().await, [WaveStatus::Cancelled; 2]);
}

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
    let fused = support::FusedStore { inner: Arc::clone(&story.store), fuse: Arc::clone(&fuse) };
    let world = TestWorld::new(&story.ledger, &Fuse::never());
    let ended =
        driver(Arc::new(fused), world, Answers::new()).drive(&lease_one, fuse.blown()).await;
    assert_eq!(ended.unwrap(), Ended::Interrupted);

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

impl Story {
    async fn failure_is_absent(&self) -> bool {
        self.state().await.waves.iter().all(|wave| wave.failure.is_none())
    }
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

/// Cancels after a while, whatever is running then.
async fn cancelled_after(story: &Story, delay: Duration) -> Ended {
    let lease = lease(story.store.as_ref(), "x").await;
    let world = TestWorld::new(&story.ledger, &Fuse::never());
    let mut driver = driver(Arc::clone(&story.store) as Arc<dyn Store>, world, Answers::new());
    driver.signals_every = Some(Duration::from_millis(50));
    let cancel = async {
        tokio::time::sleep(delay).await;
        story.send(Wish::Cancel).await;
        std::future::pending::<()>().await;
    };
    driver.drive(&lease, cancel).await.unwrap()
}

impl Story {
    async fn send(&self, wish: Wish) {
        let at = moontide_runtime::clock::Clock::now(&TestClock);
        let signal = Signal { wish, by: "alice".into(), comment: String::new(), at };
        self.store.send("x", &signal).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn cancel_stops_a_throttled_mutation_from_being_sent_again() {
    let story = Story::of(
        "waves = {{ name = 'w', run = function() host.effect('test.tagged', { say = 1 }) end }}",
    )
    .await;
    story.ledger.trouble.borrow_mut().push(Trouble::Throttled);
    let ended = cancelled_after(&story, Duration::from_secs(1)).await;
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Cancelled));
    assert_eq!(story.times("test.tagged"), 0);
    assert_eq!(lines(&story.entries().await)[3], "outcome test.tagged w#1.1 failed Cancelled");
}

#[tokio::test(start_paused = true)]
async fn cancel_that_was_sent_while_nobody_drove_stops_the_first_effect() {
    let story = Story::of(
        "waves = {{ name = 'w', run = function() host.effect('test.tagged', { say = 1 }) end }}",
    )
    .await;
    story.send(Wish::Cancel).await;
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
    story.send(Wish::Cancel).await;
    // Dies at its third append: before the last hook's intent is written.
    let fuse = Fuse::at(5);
    let lease = lease(story.store.as_ref(), "x").await;
    let fused = support::FusedStore { inner: Arc::clone(&story.store), fuse: Arc::clone(&fuse) };
    let world = TestWorld::new(&story.ledger, &Fuse::never());
    let first = driver(Arc::new(fused), world, Answers::new()).drive(&lease, fuse.blown()).await;
    assert_eq!((first.unwrap(), story.times("test.tagged")), (Ended::Interrupted, 0));
    story.ends(ExecutionStatus::Cancelled).await;
    assert_eq!(story.times("test.tagged"), 1, "{:?}", lines(&story.entries().await));
    assert_eq!(story.statuses().await, [WaveStatus::Cancelled, WaveStatus::Completed]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_after_a_lost_reply_is_looked_into_before_it_is_believed() {
    let story = Story::of(
        "waves = {{ name = 'w', run = function() host.effect('test.tagged', { say = 1 }) end }}",
    )
    .await;
    // It happens, does not show at first, and what is sent again is refused because of it.
    story.ledger.trouble.borrow_mut().extend([Trouble::Conflict, Trouble::LostReply]);
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

/// Answers what a program asks, after half a second, and nobody else.
struct Slow;

#[async_trait(?Send)]
impl moontide_runtime::scheduler::Answers for Slow {
    async fn answer(&self, prompt: &Prompt) -> Option<Given> {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let (choice, by) = ("continue".to_owned(), "test".to_owned());
        (prompt.wave == "w").then(|| Given { choice, by, comment: String::new() })
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
    story.ledger.trouble.borrow_mut().push(Trouble::Throttled);
    let lease = lease(story.store.as_ref(), "x").await;
    let world = TestWorld::new(&story.ledger, &Fuse::never());
    let mut driver = driver(Arc::clone(&story.store) as Arc<dyn Store>, world, Answers::new());
    driver.answers = Rc::new(Slow);
    driver.signals_every = Some(Duration::from_millis(50));
    let cancel = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        story.send(Wish::Cancel).await;
        tokio::time::sleep(Duration::from_hours(1)).await;
    };
    let ended = driver.drive(&lease, cancel).await.unwrap();
    assert!(matches!(&ended, Ended::Waiting(prompts) if prompts[0].wave == "@finish"), "{ended:?}");
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
