//! What the engine costs: a VM, an effect, a journaled effect, a replay.
//!
//! `cargo bench --bench engine`

use std::collections::BTreeMap;
use std::hint::black_box;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use jiff::Timestamp;
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::{
    Call, Class, EffectError, Key, Lane, Operation, Outcome, Reply, World,
};
use moontide_runtime::journal::execution::Module;
use moontide_runtime::journal::{Body, Bundle, Entry, Execution, Format, Step, canonical};
use moontide_runtime::observe::Unobserved;
use moontide_runtime::plan::{Mode, Plan};
use moontide_runtime::sandbox::{Limits, Unit, Vm};
use moontide_runtime::scheduler::{Answers, Driver, Ended, ExecutionStatus, Given, Prompt};
use moontide_runtime::store::{MemoryStore, SqliteStore, Store};
use serde_json::{Value, json};

const FLAGSHIP: &str = include_str!("../../runbooks/three_tier/runbook.luau");

/// The sources of a runbook with the standard library around it.
fn bundle(source: &str) -> Bundle {
    let library = moontide_stdlib::MODULES.iter().map(|(name, source)| (*name, *source));
    let modules = library.chain([("runbook", source)]).map(|(name, source)| {
        (name.to_owned(), Module { file: name.to_owned(), source: source.to_owned() })
    });
    Bundle { entry: "runbook".to_owned(), modules: modules.collect() }
}

/// A runbook of one wave that asks for `count` effects, one after another.
fn asking(count: u32) -> String {
    format!(
        "local moontide, host = require('@moontide'), require('@moontide/host')
        return moontide.runbook {{ name = 'bench', waves = {{ {{ name = 'w', run = function()
            for n = 1, {count} do host.effect('bench.read', {{ n = n }}) end
        end }} }} }}"
    )
}

fn limits() -> Limits {
    Limits { effects_per_lane: u32::MAX, slice: Duration::from_mins(1), ..Limits::default() }
}

fn a_vm_with_the_flagship_loaded(c: &mut Criterion) {
    let bundle = bundle(FLAGSHIP);
    c.bench_function("a sandboxed VM with three_tier loaded", |bench| {
        bench.iter(|| {
            let vm = Vm::open(&bundle, &limits(), 7).expect("it opens");
            black_box(vm.declare().expect("it declares"))
        });
    });
}

fn a_yielded_effect(c: &mut Criterion) {
    const EFFECTS: u32 = 10_000;
    let bundle = bundle(&asking(EFFECTS));
    let lane = Lane::of_wave("w", 1);
    let outcome = Outcome::Ok { value: json!({ "job_id": "drsjob-1" }) };
    let mut group = c.benchmark_group("effects");
    group.throughput(Throughput::Elements(EFFECTS.into())).sample_size(20);
    group.bench_function("a yielded effect, both conversions", |bench| {
        let program = || {
            let vm = Vm::open(&bundle, &limits(), 7).expect("it opens");
            vm.start(Unit::Wave(0), lane.clone(), &json!({}), Rc::new(|_| ())).expect("it starts")
        };
        bench.iter_batched(
            program,
            |mut program| {
                let mut progress = program.begin(false);
                while progress.ended.is_none() {
                    progress = program.deliver(&lane, &outcome, false);
                }
                progress
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

/// The system's clock, for benchmarks that wait for a disk.
struct RealClock;

#[async_trait]
impl Clock for RealClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// A world that answers at once.
struct Nearby;

impl World for Nearby {
    fn operation(&self, name: &str) -> Option<&dyn Operation> {
        (name == "bench.read").then_some(self as &dyn Operation)
    }
    fn names(&self) -> Vec<&'static str> {
        vec!["bench.read"]
    }
}

#[async_trait(?Send)]
impl Operation for Nearby {
    fn name(&self) -> &'static str {
        "bench.read"
    }
    fn class(&self) -> Class {
        Class::Read
    }
    fn check(&self, arguments: &Value) -> Result<Value, EffectError> {
        Ok(arguments.clone())
    }
    async fn perform(&self, _call: &Call) -> Reply {
        Reply::ok(json!({ "job_id": "drsjob-1" }))
    }
}

struct Nobody;

#[async_trait(?Send)]
impl Answers for Nobody {
    async fn answer(&self, _prompt: &Prompt) -> Option<Given> {
        None
    }
}

fn execution(id: &str, source: &str) -> Execution {
    let bundle = bundle(source);
    let declared = Vm::open(&bundle, &limits(), 7).and_then(|vm| vm.declare()).expect("it loads");
    Execution {
        format: Format::CURRENT,
        id: id.to_owned(),
        created_at: Timestamp::UNIX_EPOCH,
        created_by: "bench".to_owned(),
        mode: Mode::Drill,
        params: BTreeMap::new(),
        regions: vec!["us-west-2".to_owned()],
        account: None,
        replaceable: Vec::new(),
        denied: Vec::new(),
        approvers: BTreeMap::new(),
        limits: BTreeMap::new(),
        seed: 7,
        moontide: "bench".to_owned(),
        luau: "bench".to_owned(),
        plan: Plan::check(&declared.node).expect("a valid plan"),
        bundle,
    }
}

/// Drives the execution to its end.
async fn drive(store: Arc<dyn Store>, id: &str) {
    let seen = store.lease(id).await.expect("the store answers");
    let lease = store.take(id, "bench", seen.as_ref()).await.expect("nobody else is here");
    let driver = Driver {
        store: Arc::clone(&store),
        world: Rc::new(Nearby),
        clock: Arc::new(RealClock),
        observer: Rc::new(Unobserved),
        answers: Rc::new(Nobody),
        limits: limits(),
        denied: Vec::new(),
        signals_every: None,
    };
    let ended = driver.drive(&lease, std::future::pending()).await.expect("it drives");
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Completed));
    store.release(&lease).await.expect("the store answers");
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn a_journaled_effect(c: &mut Criterion) {
    const EFFECTS: u32 = 200;
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = runtime();
    let store: Arc<dyn Store> =
        Arc::new(SqliteStore::open(&folder.path().join("bench.db")).expect("a store"));
    let head = execution("x", &asking(EFFECTS));
    let mut number = 0;
    let mut group = c.benchmark_group("durable");
    group.throughput(Throughput::Elements(EFFECTS.into())).sample_size(10);
    group.bench_function("a journaled effect, SQLite, WAL, synchronous=FULL", |bench| {
        bench.iter(|| {
            number += 1;
            let head = Execution { id: format!("x{number}"), ..head.clone() };
            runtime.block_on(async {
                store.create(&head).await.expect("a new execution");
                drive(Arc::clone(&store), &head.id).await;
            });
        });
    });
    group.finish();
}

fn a_replay(c: &mut Criterion) {
    const ENTRIES: u32 = 100_000;
    let runtime = runtime();
    let head = execution("x", &asking(ENTRIES));
    let lane = Lane::of_wave("w", 1);
    let entries: Vec<Entry> = (1..=ENTRIES).map(|position| recorded(&lane, position)).collect();
    let mut group = c.benchmark_group("replay");
    group.throughput(Throughput::Elements(ENTRIES.into())).sample_size(10);
    group.bench_function("a journal of 100,000 entries", |bench| {
        let fresh = || {
            runtime.block_on(async {
                let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
                store.create(&head).await.expect("a new execution");
                let lease = store.take("x", "bench", None).await.expect("nobody else is here");
                store.append(&lease, &entries).await.expect("it appends");
                store.release(&lease).await.expect("the store answers");
                store
            })
        };
        bench.iter_batched(
            fresh,
            |store| runtime.block_on(drive(store, "x")),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

/// The first entry begins the execution and its wave; each of the others is an outcome.
fn recorded(lane: &Lane, position: u32) -> Entry {
    let arguments = json!({ "n": position });
    let step = Step {
        lane: lane.clone(),
        position,
        operation: "bench.read".to_owned(),
        class: Class::Read,
        hash: canonical::hash(&arguments),
        key: Key::of("x", lane, position),
        site: "runbook:3".to_owned(),
        arguments: Some(arguments),
    };
    let outcome = Outcome::Ok { value: json!({ "job_id": "drsjob-1" }) };
    let body = Body::Outcome { step, attempt: 0, outcome, request_id: None, adopted: false };
    Entry { sequence: position.into(), epoch: 1, at: Timestamp::UNIX_EPOCH, body }
}

criterion_group!(
    benches,
    a_vm_with_the_flagship_loaded,
    a_yielded_effect,
    a_journaled_effect,
    a_replay
);
criterion_main!(benches);
