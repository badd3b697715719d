//! What runbooks remember: written once whatever dies, read as it was in every replay.

use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use moontide_runtime::clock::Clock;
use moontide_runtime::journal::{Execution, Format};
use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::{Ended, ExecutionStatus, WaveStatus};
use moontide_runtime::store::{
    Change, Condition, Document, Documents, MemoryStore, SignalKind, Store,
};
use serde_json::{Value, json};

use crate::shaky::Shaky;
use crate::support::{Fuse, Ledger, TestClock, driver, execution, fused, killed, lease, world};
use crate::{Answers, Story, lines};

const REQUIRE: &str = "local state = require('@moontide/state')";

/// A runbook of one wave that does this.
fn run(body: &str) -> String {
    format!("waves = {{ {{ name = 'w', run = function(wave) {REQUIRE}\n{body} end }} }}")
}

/// What is written under a key of the runbook.
pub(crate) async fn written(store: &MemoryStore, key: &str) -> Option<(u64, Value)> {
    let found = store.document("runbook-state", &format!("story/{key}")).await.unwrap();
    found.map(|document| (document.version, document.body))
}

/// The value of that.
async fn value(store: &MemoryStore, key: &str) -> Option<Value> {
    written(store, key).await.map(|(_, value)| value)
}

/// What another execution of the runbook writes.
pub(crate) async fn write(
    store: &MemoryStore,
    key: &str,
    body: Option<Value>,
    condition: Condition,
) {
    let change = Change {
        kind: "runbook-state".to_owned(),
        name: format!("story/{key}"),
        body,
        condition,
        at: jiff::Timestamp::UNIX_EPOCH,
        by: "y".to_owned(),
        behalf: None,
    };
    store.change(&change).await.unwrap();
}

/// What the only wave has returned, having completed.
async fn result(story: &Story) -> Value {
    story.ends(ExecutionStatus::Completed).await;
    story.state().await.waves[0].result.clone()
}

#[tokio::test(start_paused = true)]
async fn what_was_written_is_read_with_its_version_and_who_wrote_it() {
    let story = Story::of(&run(
        "local none = state.get('k')
        local first = state.put('k', { list = { 1, 2.5 }, name = 'Läden' })
        local second = state.compare_and_put('k', 'text', first)
        local found = state.get('k')
        state.put('own', true, { scope = 'execution' })
        local other = state.get('own')
        return { none.version, none.value == nil, first, second, found, other.version, state.delete('k'), state.delete('k') }",
    ))
    .await;
    // The time, in microseconds.
    let (first, second) = (1_800_000_000_000_000_u64, 1_800_000_000_000_001_u64);
    let found = json!({
        "version": second, "value": "text", "written_at": "2027-01-15T08:00:00Z", "written_by": "x",
    });
    assert_eq!(result(&story).await, json!([0, true, first, second, found, 0, true, false]));
    assert_eq!(written(&story.store, "k").await, None);
    let own = story.store.document("execution-state", "x/own").await.unwrap();
    assert!(matches!(own, Some(Document { body: Value::Bool(true), .. })), "{own:?}");
    let lines = lines(&story.entries().await);
    assert_eq!(
        lines[1..5],
        [
            "outcome state.get w#1.1 ok",
            "intent state.put w#1.2 #1",
            "outcome state.put w#1.2 ok",
            "intent state.compare_and_put w#1.3 #1",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn who_comes_too_late_is_told_what_is_there() {
    let story = Story::of(&run("local function try(...)
            local ok, err = pcall(...)
            return if ok then 'written' else { err.code, err.message, err.details or 'nothing' }
        end
        return {
            try(state.compare_and_put, 'k', 'mine', 0),
            try(state.compare_and_put, 'k', 'mine', 2),
            try(state.delete, 'k', { version = 2 }),
            try(state.compare_and_put, 'other', 'mine', 2),
            try(state.compare_and_put, 'k', 'mine', 1),
        }"))
    .await;
    write(&story.store, "k", Some(json!("theirs")), Condition::New).await;
    let there = json!({ "key": "k", "version": 1, "value": "theirs" });
    let late = json!(["StateConflict", "k was changed meanwhile: it is at version 1", there]);
    let none = json!({ "key": "other", "version": 0 });
    let gone = json!(["StateConflict", "other was changed meanwhile: there is none", none]);
    assert_eq!(result(&story).await, json!([late, late, late, gone, "written"]));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_kept_is_refused_in_words() {
    let story = Story::of(&run(
        "local function try(...) local _, err = pcall(...); return err.message end
        local long = string.rep('x', 70000)
        return {
            try(state.put, '', 1), try(state.put, 'a\\nb', 1), try(state.put, 'k', nil), try(state.put, 'k', long),
            try(state.get, 'k', { scope = 'wave' }), try(state.get, 'k', { scop = 'runbook' }),
            try(state.compare_and_put, 'k', 1, -1), try(state.update, 'k', 1),
            try(state.update, 'k', function() end), try(state.update, 'k', function() return 1 end, { attempts = 0 }),
        }",
    ))
    .await;
    let said = result(&story).await;
    insta::assert_json_snapshot!(said, @r#"
    [
      "`state.put`: a `key` has 1 to 200 bytes, and no control characters",
      "`state.put`: a `key` has 1 to 200 bytes, and no control characters",
      "`state.put`: `value` is missing",
      "`state.put`: the value of `k` has 70002 bytes as JSON, and 65536 are the most",
      "`state.get`: `scope` cannot be `wave`: it takes `runbook`, `execution`",
      "state.get does not take scop: did you mean scope?",
      "`state.compare_and_put`: `version` must be a whole number from 0, and is the number -1",
      "state.update takes a function, and was given a number",
      "state.update of k: the function returned nothing to write; state.delete deletes",
      "state.update: attempts is a whole number from 1, not 0"
    ]
    "#);
    assert_eq!(written(&story.store, "k").await, None);
}

#[tokio::test(start_paused = true)]
async fn a_secret_is_written_nowhere() {
    let story = Story::of(
        "params = { token = { type = 'string', secret = true } },
        waves = { { name = 'w', run = function(wave)
            local state = require('@moontide/state')
            local function try(...) local _, err = pcall(...); return { err.code, err.message } end
            return {
                try(state.put, 'k', { deep = { 'a ' .. wave.params.token } }),
                try(state.put, wave.params.token, 1),
                try(state.get, wave.params.token),
            }
        end } }",
    )
    .await;
    let refused = |operation: &str| {
        let why = format!(
            "`{operation}` was given the value of a secret param, which nothing keeps in the open"
        );
        json!(["SecretRefused", why])
    };
    let (put, get) = (refused("state.put"), refused("state.get"));
    assert_eq!(result(&story).await, json!([put, put, get]));
    assert_eq!(story.store.documents("runbook-state", "").await.unwrap(), []);
    let journal = serde_json::to_string(&story.entries().await).unwrap();
    assert!(!journal.contains("hunter22") && journal.contains("«token»"), "{journal}");
}

#[tokio::test(start_paused = true)]
async fn what_the_operator_denies_is_refused() {
    let story = Story::of(&run("return { pcall(state.get, 'k'), pcall(state.put, 'k', 1) }")).await;
    let held = lease(story.store.as_ref(), "x").await;
    let world = world(&story.ledger, &Fuse::never());
    let mut driver = driver(Arc::clone(&story.store) as Arc<dyn Store>, world, Answers::new());
    driver.denied = vec!["state.put".to_owned()];
    driver.drive(&held, std::future::pending()).await.unwrap();
    let result = story.state().await.waves[0].result.clone();
    assert_eq!((&result[0], &result[1]), (&json!(true), &json!(false)), "{result}");
    assert_eq!(result[2]["code"], json!("PolicyRefused"));
    assert_eq!(written(&story.store, "k").await, None);
}

#[tokio::test(start_paused = true)]
async fn an_execution_that_began_before_there_was_state_has_none() {
    let waves =
        "waves = { { name = 'w', run = function() host.effect('state.get', { key = 'k' }) end } }";
    let story = Story::begun_under(Format(5), waves).await;
    story.ends(ExecutionStatus::Failed).await;
    assert!(story.failure().await.starts_with("UnknownOperation: "), "{}", story.failure().await);
    let story = Story::of(waves).await;
    story.ends(ExecutionStatus::Completed).await;
}

#[tokio::test(start_paused = true)]
async fn many_waves_that_raise_one_counter_lose_nothing() {
    let wave = |number| {
        format!(
            "{{ name = 'w{number}', run = function() {REQUIRE}
            return state.update('count', function(old) return (old or 0) + 1 end) end }}"
        )
    };
    let waves: Vec<String> = (1..=60).map(wave).collect();
    let story = Story::of(&format!("waves = {{ {} }}", waves.join(", "))).await;
    story.ends(ExecutionStatus::Completed).await;
    assert_eq!(value(&story.store, "count").await, Some(json!(60)));
    let mut returned: Vec<u64> =
        story.state().await.waves.iter().filter_map(|wave| wave.result.as_u64()).collect();
    returned.sort_unstable();
    assert!(returned.iter().copied().eq(1..=60), "{returned:?}");
}

#[tokio::test(start_paused = true)]
async fn a_lock_lets_one_in_and_is_given_back_also_by_one_who_fails() {
    let wave = |name: &str, then: &str| {
        format!(
            "{{ name = '{name}', on_failure = 'skip', run = function(wave) {REQUIRE}
            return state.locked('dns', wave, function()
                host.effect('test.tagged', {{ say = 'in' }})
                assert(state.get('inside').value == nil)
                state.put('inside', wave.name)
                moontide.sleep('20s')
                state.delete('inside')
                {then}
            end) end }}"
        )
    };
    let waves = [wave("a", "return 1"), wave("b", "error('no')"), wave("c", "return 3")];
    let story = Story::of(&format!("waves = {{ {} }}", waves.join(", "))).await;
    story.ends(ExecutionStatus::Completed).await;
    let statuses = story.statuses().await;
    assert_eq!(statuses, [WaveStatus::Completed, WaveStatus::Skipped, WaveStatus::Completed]);
    assert_eq!((story.times("test.tagged"), written(&story.store, "dns").await), (3, None));
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_is_not_given_back_is_named_and_one_of_our_own_is_taken_up() {
    let waves =
        "waves = { { name = 'w', run = function(wave) local state = require('@moontide/state')
        state.locked('dns', wave, function() end, { timeout = '2m' }) end } }";
    let story = Story::of(waves).await;
    let theirs = json!({ "execution": "y", "wave": "cut-over" });
    write(&story.store, "dns", Some(theirs), Condition::New).await;
    story.drive(Answers::new()).await.unwrap();
    assert_eq!(
        story.failure().await,
        "StateLocked: dns is held by the wave cut-over of y, and was not given back for 120 s"
    );
    let story = Story::of(waves).await;
    let ours = json!({ "execution": "x", "wave": "w" });
    write(&story.store, "dns", Some(ours), Condition::New).await;
    story.ends(ExecutionStatus::Completed).await;
    assert_eq!(written(&story.store, "dns").await, None);
}

#[tokio::test(start_paused = true)]
async fn a_cancel_inside_a_lock_gives_it_back_where_the_hook_says_so() {
    let story = Story::of(&format!(
        "waves = {{ {{ name = 'w', run = function(wave) {REQUIRE}
            state.locked('dns', wave, function() moontide.sleep('1h'); state.put('k', 1) end) end,
        on_cancel = function(wave) {REQUIRE}
            assert(state.unlock('dns', wave)) end }} }}"
    ))
    .await;
    let held = lease(story.store.as_ref(), "x").await;
    let world = world(&story.ledger, &Fuse::never());
    let mut driver = driver(Arc::clone(&story.store) as Arc<dyn Store>, world, Answers::new());
    driver.signals_every = Some(Duration::from_secs(1));
    let cancel = async {
        tokio::time::sleep(Duration::from_mins(5)).await;
        assert!(written(&story.store, "dns").await.is_some());
        story.send(SignalKind::Cancel { seen: 0 }).await;
        std::future::pending::<()>().await;
    };
    let ended = driver.drive(&held, cancel).await.unwrap();
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Cancelled));
    assert_eq!(
        (written(&story.store, "dns").await, written(&story.store, "k").await),
        (None, None)
    );
}

#[tokio::test(start_paused = true)]
async fn who_acts_for_another_execution_reads_its_state_and_writes_none() {
    let story =
        Story::of(&run("state.put('k', 1); state.put('own', 2, { scope = 'execution' })")).await;
    story.ends(ExecutionStatus::Completed).await;
    let source = format!(
        "local moontide = require('@moontide')\n{REQUIRE}\nreturn moontide.runbook {{ name = 'other', waves = {{
            {{ name = 'w', run = function() return {{ state.get('k').value, state.get('own', {{ scope = 'execution' }}).value,
            pcall(state.put, 'k', 3) }} end }} }} }}"
    );
    let cleanup = Execution {
        acts_for: Some("x".to_owned()),
        mode: Mode::Drill,
        ..execution("x.cleanup-1", &source)
    };
    story.store.create(&cleanup).await.unwrap();
    let held = lease(story.store.as_ref(), "x.cleanup-1").await;
    let world = world(&story.ledger, &Fuse::never());
    let driver = driver(Arc::clone(&story.store) as Arc<dyn Store>, world, Answers::new());
    driver.drive(&held, std::future::pending()).await.unwrap();
    let journal = story.store.journal("x.cleanup-1", 1).await.unwrap();
    let journal = serde_json::to_string(&journal).unwrap();
    assert!(journal.contains("[1,2,false,"), "{journal}");
    assert!(journal.contains("StateReadOnly"), "{journal}");
    assert_eq!(value(&story.store, "k").await, Some(json!(1)));
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_end_was_not_seen_is_looked_for_and_not_made_again() {
    let story = Story::of(&run("moontide.sleep(1); return state.put('k', 1)")).await;
    let held = lease(story.store.as_ref(), "x").await;
    let world = world(&story.ledger, &Fuse::never());
    let begun = TestClock.monotonic();
    let away = begun + Duration::from_millis(1500)..begun + Duration::from_mins(10);
    let shaky = Shaky { away, ..Shaky::default() };
    let driver = driver(shaky.over(&story.store), world, Answers::new());
    let ended = driver.drive(&held, std::future::pending()).await.unwrap();
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Completed));
    assert_eq!(value(&story.store, "k").await, Some(json!(1)));
    let lines = lines(&story.entries().await);
    let put = ["intent state.put w#1.2 #1", "outcome state.put w#1.2 ok adopted"];
    assert_eq!(lines[2..4], put, "{lines:?}");
}

#[tokio::test(start_paused = true)]
async fn a_write_that_arrives_late_is_not_taken_for_that_of_another() {
    let story = Story::of(&run("local version = state.compare_and_put('k', 1, 0)
        return { state.get('k').version == version, state.delete('k', { version = version }) }"))
    .await;
    let held = lease(story.store.as_ref(), "x").await;
    let world = world(&story.ledger, &Fuse::never());
    let shaky = Shaky { late: Some(Mutex::default()), ..Shaky::default() };
    let driver = driver(shaky.over(&story.store), world, Answers::new());
    driver.drive(&held, std::future::pending()).await.unwrap();
    assert_eq!(result(&story).await, json!([true, true]));
    assert_eq!(written(&story.store, "k").await, None);
}

/// Raises a counter, takes a lock, writes beside it, and gives it back.
const CRASHES: &str = r"
local moontide = require('@moontide')
local state = require('@moontide/state')
local function raise() return state.update('count', function(old) return (old or 0) + 1 end) end
return moontide.runbook { name = 'story', waves = {
    { name = 'one', run = function(wave)
        return { raise(), state.locked('lock', wave, function() return state.put('k', 'one') end), state.delete('gone') }
    end },
    { name = 'two', depends_on = { 'one' }, run = function(wave)
        moontide.parallel { raise, raise }
        return { state.compare_and_put('k', 'two', wave.results.one[2]), state.get('count').value }
    end },
} }";

#[tokio::test(start_paused = true)]
async fn killed_at_any_write_nothing_is_written_twice_and_the_end_is_the_same() {
    let mut points = 0;
    for point in 1.. {
        let inner = Arc::new(MemoryStore::new());
        inner.create(&execution("x", CRASHES)).await.unwrap();
        write(&inner, "gone", Some(json!("theirs")), Condition::New).await;
        let (ledger, fuse) = (Rc::new(Ledger::default()), Fuse::at(point));
        let attempt = async |fuse: &Arc<Fuse>| {
            let store = fused(&inner, fuse);
            let held = lease(store.as_ref(), "x").await;
            let world = world(&ledger, fuse);
            let driver = driver(store, world, Answers::new());
            killed(&driver, &held, fuse).await
        };
        let first = attempt(&fuse).await;
        if first.is_none() {
            // Others write while no runner is there.
            let count = written(&inner, "count").await;
            if let Some((version, Value::Number(count))) = count {
                let more = json!(count.as_u64().unwrap() + 100);
                write(&inner, "count", Some(more), Condition::At(version)).await;
            }
            let gone = written(&inner, "gone").await;
            if gone.is_none() {
                write(&inner, "gone", Some(json!("new")), Condition::New).await;
            }
            let again = attempt(&Fuse::never()).await;
            assert_eq!(again, Some(Ended::Finished(ExecutionStatus::Completed)), "point {point}");
            let (_, count) = written(&inner, "count").await.unwrap();
            assert_eq!(count.as_u64().unwrap() % 100, 3, "point {point}: {count}");
            assert_eq!(value(&inner, "k").await, Some(json!("two")), "point {point}");
            assert_eq!(written(&inner, "lock").await, None, "point {point}");
            let is_twice = gone.is_none() && written(&inner, "gone").await.is_none();
            assert!(!is_twice, "point {point}: what others wrote was deleted");
            points = point;
        } else {
            break;
        }
    }
    assert!(points > 60, "{points}");
}
