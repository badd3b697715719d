//! How fast a journal is replayed, and how long a process takes from opening the store to the first effect
//! that is new.
//!
//! `cargo bench -p moontide-runtime --bench replay`

mod support;

use std::cell::Cell;
use std::hint::black_box;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use moontide_runtime::effect::Lane;
use moontide_runtime::journal::cursor::Past;
use moontide_runtime::journal::{Entry, Execution};
use moontide_runtime::sandbox::{Unit, Vm};
use moontide_runtime::store::{MemoryStore, SqliteStore, Store};
use serde_json::json;
use support::{
    FLAGSHIP, READ, asking, driver, execution, history, nearby, now, rate, row, spread, telling,
};

const LONG: u32 = 100_000;
const SHORT: u32 = 10_000;
const RUNS: usize = 9;

fn main() {
    row("replay, on one thread", "measured", "target");
    let start = now();
    black_box(execution("first", FLAGSHIP));
    let first = format!("{:.1?}", start.elapsed());
    row("the first VM of a process: three_tier and its modules compiled", &first, "");
    let long = (execution("x", &asking(READ, LONG)), history("x", LONG));
    let in_memory = || -> Arc<dyn Store> {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        fill(&store, &long);
        store
    };
    let times = (0..RUNS).map(|_| whole(&in_memory(), "x")).collect();
    rates("a journal of 100,000 entries, decoded already", times);
    let folder = support::folder();
    let path = folder.path().join("long.db");
    fill(&open(&path), &long);
    // Each run appends the end of the execution, so each has a copy of its own.
    let from_disk = |run: usize| {
        let copy = folder.path().join(format!("long{run}.db"));
        std::fs::copy(&path, &copy).expect("room on the disk");
        whole(&open(&copy), "x")
    };
    rates("the same from SQLite, JSON and all", (0..RUNS).map(from_disk).collect());
    resume();
}

/// Prints how fast it was most of the time, and at worst and at best.
fn rates(what: &str, times: Vec<Duration>) {
    let (middle, least, most) = spread(times);
    let [middle, best, worst] = [middle, least, most].map(|time| rate(LONG.into(), time));
    row(what, &middle, &format!("({worst} to {best}) >= 150000 /s"));
}

fn open(path: &Path) -> Arc<dyn Store> {
    Arc::new(SqliteStore::open(path).expect("a store"))
}

/// Leaves an execution in a store as if it had died.
fn fill(store: &Arc<dyn Store>, (head, entries): &(Execution, Vec<Entry>)) {
    support::runtime().block_on(async {
        store.create(head).await.expect("a new execution");
        let lease = support::lease(store.as_ref(), &head.id).await;
        store.append(&lease, entries).await.expect("it appends");
        store.release(&lease).await.expect("the store answers");
    });
}

/// How long it takes to drive the execution to its end.
fn whole(store: &Arc<dyn Store>, id: &str) -> Duration {
    let driver = driver(store, nearby());
    let runtime = support::runtime();
    let start = now();
    runtime.block_on(support::drive(&driver, id));
    start.elapsed()
}

/// From opening the store to the first effect that is not in its journal of 10,000 entries, and the parts
/// of that.
fn resume() {
    let head = execution("y", &asking(READ, SHORT + 1));
    let entries = history("y", SHORT);
    let folder = support::folder();
    let path = folder.path().join("short.db");
    fill(&open(&path), &(head, entries));
    let runtime = support::runtime();
    let mut parts: [Vec<Duration>; 6] = Default::default();
    for run in 0..RUNS {
        let copy = folder.path().join(format!("short{run}.db"));
        std::fs::copy(&path, &copy).expect("room on the disk");
        let first = Rc::new(Cell::new(None::<Instant>));
        let seen = Rc::clone(&first);
        let start = now();
        let driver = driver(&open(&copy), telling(move || seen.set(Some(now()))));
        runtime.block_on(support::drive(&driver, "y"));
        parts[0].push(first.get().expect("the last effect is new").duration_since(start));
        drop(driver);

        std::fs::remove_file(&copy).expect("it is there");
        std::fs::copy(&path, &copy).expect("room on the disk");
        let mut before = now();
        let mut part = |number: usize| {
            parts[number].push(before.elapsed());
            before = now();
        };
        let store = open(&copy);
        part(1);
        let head = runtime.block_on(store.execution("y")).expect("the head");
        part(2);
        let entries = runtime.block_on(store.journal("y", 1)).expect("the journal");
        part(3);
        black_box(Past::of(&entries));
        part(4);
        let vm = Vm::open(&head.bundle, &support::limits(), 7).expect("it opens");
        let lane = Lane::of_wave("w", 1);
        let program = vm.start(Unit::Wave(0), lane, &json!({}), Rc::new(|_| ()));
        black_box(program.expect("it starts"));
        part(5);
    }
    let names = [
        "from opening the store to the first new effect, 10,000 entries",
        "   opening the store",
        "   its head",
        "   its entries, read and decoded",
        "   sorting them by lane",
        "   opening the VM, its modules compiled before",
    ];
    for (what, times) in names.into_iter().zip(parts) {
        let (middle, least, most) = spread(times);
        let target =
            if what.starts_with(' ') { "" } else { "< 100 ms, with the start of a process" };
        let range = format!("({least:.1?} to {most:.1?}) {target}");
        row(what, &format!("{middle:.1?}"), &range);
    }
}
