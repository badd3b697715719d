//! What every benchmark needs: an execution, a world that answers at once, a clock, a table.

#![allow(dead_code, reason = "each benchmark uses its part")]

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::Timestamp;
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::{
    Call, Class, Consequences, EffectError, Key, Lane, Operation, Outcome, Reply, RetryBudget,
    World,
};
use moontide_runtime::journal::execution::Module;
use moontide_runtime::journal::{Body, Bundle, Entry, Execution, Format, Step, canonical};
use moontide_runtime::observe::{Observer, Unobserved};
use moontide_runtime::plan::{Mode, Plan};
use moontide_runtime::sandbox::{Limits, Together, Vm};
use moontide_runtime::scheduler::{
    Answers, Changes, Driver, Ended, ExecutionStatus, Given, Prompt,
};
use moontide_runtime::store::{Lease, Pulse, Store};
use serde_json::{Value, json};

pub(crate) const FLAGSHIP: &str = include_str!("../../../runbooks/three_tier/runbook.luau");

/// The operation that only looks, and the one that changes something.
pub(crate) const READ: &str = "bench.read";
pub(crate) const CHANGE: &str = "bench.change";

/// The sources of a runbook with the standard library around it.
pub(crate) fn bundle(source: &str) -> Bundle {
    let library = moontide_stdlib::MODULES.iter().map(|(name, source)| (*name, *source));
    let modules = library.chain([("runbook", source)]).map(|(name, source)| {
        (name.to_owned(), Module { file: name.to_owned(), source: source.into() })
    });
    Bundle { entry: "runbook".to_owned(), modules: modules.collect() }
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
    let bundle = bundle(source);
    let declared = Vm::open(&bundle, &limits(), 7).and_then(|vm| vm.declare()).expect("it loads");
    Execution {
        format: Format::CURRENT,
        id: id.to_owned(),
        nonce: String::new(),
        created_at: Timestamp::UNIX_EPOCH,
        created_by: "bench".to_owned(),
        mode: Mode::Drill,
        params: BTreeMap::new(),
        regions: vec!["us-west-2".to_owned()],
        account: None,
        replaceable: Vec::new(),
        gives_up: None,
        simulator: None,
        reason: String::new(),
        labels: BTreeMap::new(),
        only: Vec::new(),
        excluded: Vec::new(),
        beside: Vec::new(),
        source: None,
        origin: String::new(),
        acts_for: None,
        waves_at_once: None,
        sources: None,
        made: Vec::new(),
        secrets: BTreeMap::new(),
        denied: Vec::new(),
        approvers: BTreeMap::new(),
        limits: BTreeMap::new(),
        seed: 7,
        moontide: "bench".to_owned(),
        luau: "bench".to_owned(),
        plan: Plan::check(&declared.node).expect("a valid plan"),
        bundle,
    }
    .pinned()
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

/// A world that answers at once, and tells the test that it was asked.
pub(crate) struct Nearby {
    read: Answering,
    change: Answering,
}

struct Answering {
    name: &'static str,
    class: Class,
    asked: Rc<dyn Fn()>,
}

impl Nearby {
    /// `asked` is called for every effect that arrives.
    pub(crate) fn telling(asked: Rc<dyn Fn()>) -> Nearby {
        let change = Answering { name: CHANGE, class: Class::Token, asked: Rc::clone(&asked) };
        Nearby { read: Answering { name: READ, class: Class::Read, asked }, change }
    }
}

impl World for Nearby {
    fn operation(&self, name: &str) -> Option<&dyn Operation> {
        [&self.read, &self.change].into_iter().find(|it| it.name == name).map(|it| it as _)
    }
    fn names(&self) -> Vec<&'static str> {
        vec![READ, CHANGE]
    }
}

#[async_trait(?Send)]
impl Operation for Answering {
    fn name(&self) -> &'static str {
        self.name
    }
    fn class(&self) -> Class {
        self.class
    }
    fn check(&self, arguments: &Value) -> Result<Value, EffectError> {
        Ok(arguments.clone())
    }
    async fn consequences(&self, _call: &Call) -> Result<Consequences, EffectError> {
        Ok(Consequences::default())
    }
    async fn perform(&self, _call: &Call) -> Reply {
        (self.asked)();
        Reply::ok(answer())
    }
}

struct Nobody;

#[async_trait(?Send)]
impl Answers for Nobody {
    async fn answer(&self, _prompt: &Prompt) -> Option<Given> {
        None
    }
}

/// Takes the lease as a runner that knows that it is alone.
pub(crate) async fn lease(store: &dyn Store, id: &str) -> Lease {
    let seen = store.lease(id).await.expect("the store answers");
    store.take(id, "bench", seen.as_ref()).await.expect("nobody else is here")
}

/// A driver of executions in `store`, with this world.
pub(crate) fn driver(store: &Arc<dyn Store>, world: impl World + 'static) -> Driver {
    Driver {
        store: Arc::clone(store),
        world: Rc::new(world),
        clock: Arc::new(RealClock),
        observer: Rc::new(Unobserved) as Rc<dyn Observer>,
        answers: Rc::new(Nobody),
        limits: limits(),
        changes: Changes::default(),
        denied: Vec::new(),
        signals_every: None,
        patience: RetryBudget::USUAL,
        pulse: Pulse::steady(Arc::new(RealClock)),
        beside: Vec::new(),
        secrets: BTreeMap::new(),
    }
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
