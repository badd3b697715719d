//! What every benchmark needs: an execution, a world that answers at once, a clock, a table.

#![allow(dead_code, reason = "each benchmark uses its part")]

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::Timestamp;
pub(crate) use moontide_kit::lease;
use moontide_kit::{TestOperation, TestWorld, sources};
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::{Class, Key, Lane, Outcome, Reply, World};
use moontide_runtime::journal::{Body, Bundle, Entry, Execution, Step, canonical};
use moontide_runtime::sandbox::{Limits, Together};
use moontide_runtime::scheduler::{Driver, Ended, ExecutionStatus};
use moontide_runtime::store::{Pulse, Store};
use serde_json::{Value, json};

pub(crate) const FLAGSHIP: &str = include_str!("../../../runbooks/three_tier/runbook.luau");

/// The operation that only looks, and the one that changes something.
pub(crate) const READ: &str = "bench.read";
pub(crate) const CHANGE: &str = "bench.change";

/// The sources of a runbook with the standard library around it.
pub(crate) fn bundle(source: &str) -> Bundle {
    sources::bundle("runbook", source)
}

/// A runbook of one wave that asks for `count` effects, one after another.
pub(crate) fn asking(operation: &str, count: u32) -> String {
    format!(
        "local moontide, host = require('@moontide'), require('@moontide/host')
        return moontide.runbook {{ name = 'bench', waves = {{ {{ name = 'w', run = function()
            for n = 1, {count} do host.effect('{operation}', {{ n = n }}) end
        end }} }} }}"
    )
}

/// Room for as many effects as a benchmark likes.
pub(crate) fn limits() -> Limits {
    let together =
        Together { entries: u64::MAX / 2, bytes: u64::MAX / 2, ..Limits::default().together };
    let slice = Duration::from_mins(1);
    Limits { effects_per_lane: u32::MAX, slice, together, ..Limits::default() }
}

/// An execution of the runbook.
pub(crate) fn execution(id: &str, source: &str) -> Execution {
    sources::execution(id, bundle(source))
}

/// What a run of [`asking`] leaves behind, had it died right after `count` effects.
pub(crate) fn history(id: &str, count: u32) -> Vec<Entry> {
    let lane = Lane::of_wave("w", 1);
    (1..=count).map(|position| recorded(id, &lane, position)).collect()
}

fn recorded(id: &str, lane: &Lane, position: u32) -> Entry {
    let arguments = json!({ "n": position });
    let step = Step {
        lane: lane.clone(),
        position,
        operation: READ.to_owned(),
        class: Class::Read,
        hash: canonical::hash(&arguments),
        key: Key::of(id, lane, position),
        site: "runbook:3".to_owned(),
        arguments: Some(arguments),
    };
    let body = Body::Outcome {
        step,
        attempt: 0,
        outcome: Outcome::Ok { value: answer() },
        request_id: None,
        adopted: false,
    };
    let at = Timestamp::from_nanosecond(1_800_000_000_123_456_789 + i128::from(position));
    Entry { sequence: position.into(), epoch: 1, at: at.expect("a date"), body }
}

fn answer() -> Value {
    json!({ "job_id": "drsjob-1" })
}

/// The system's clock.
pub(crate) struct RealClock;

#[async_trait]
impl Clock for RealClock {
    #[expect(clippy::disallowed_methods, reason = "entries are dated as in real runs")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// The time now, to measure with.
#[expect(clippy::disallowed_methods, reason = "this is what a benchmark does")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// A world that answers at once.
pub(crate) fn nearby() -> TestWorld {
    telling(|| ())
}

/// The same; `asked` is called for every effect that arrives.
pub(crate) fn telling(asked: impl Fn() + 'static) -> TestWorld {
    let asked = Rc::new(asked);
    let operation = |name, class| {
        let asked = Rc::clone(&asked);
        TestOperation::new(name, class).answering(move |_| {
            asked();
            Reply::ok(answer())
        })
    };
    TestWorld::of([operation(READ, Class::Read), operation(CHANGE, Class::Token)])
}

/// A driver of executions in `store`, with this world.
pub(crate) fn driver(store: &Arc<dyn Store>, world: impl World + 'static) -> Driver {
    let clock: Arc<dyn Clock> = Arc::new(RealClock);
    let pulse = Pulse::steady(Arc::clone(&clock));
    Driver { clock, limits: limits(), pulse, ..moontide_kit::driver(Arc::clone(store), world) }
}

/// Drives an execution to its end.
pub(crate) async fn drive(driver: &Driver, id: &str) {
    let lease = lease(driver.store.as_ref(), id).await;
    let ended = driver.drive(&lease, std::future::pending()).await.expect("it drives");
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Completed));
    driver.store.release(&lease).await.expect("the store answers");
}

/// A runtime of one thread.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// A folder on the disk that builds go to, rather than in a memory that pretends to be one.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder")
}

/// Prints a figure, and what it should be.
#[expect(clippy::print_stdout, reason = "this is what it is for")]
pub(crate) fn row(what: &str, figure: &str, target: &str) {
    println!("{what:<72} {figure:>16}   {target}");
}

/// The middle one, and the least and the most.
pub(crate) fn spread(mut times: Vec<Duration>) -> (Duration, Duration, Duration) {
    times.sort_unstable();
    (times[times.len() / 2], times[0], times[times.len() - 1])
}

/// So many a second.
#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
pub(crate) fn rate(count: u64, time: Duration) -> String {
    format!("{:.0} /s", count as f64 / time.as_secs_f64())
}
