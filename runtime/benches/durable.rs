//! What durability costs on SQLite, in WAL mode with `synchronous=FULL`: steps of one execution, one after
//! another, and a thousand executions at once, whose commits are shared. What the disk itself can do is
//! measured in the same run.
//!
//! `cargo bench -p moontide-runtime --bench durable`

mod support;

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use moontide_runtime::journal::Execution;
use moontide_runtime::store::{SqliteStore, Store};
use support::{CHANGE, Nearby, READ, asking, drive, driver, execution, now, rate, row};
use tokio::task::LocalSet;

const STEPS: u32 = 500;
const EXECUTIONS: usize = 1_000;
const EFFECTS: u32 = 20;
const THREADS: usize = 4;
const RUNS: usize = 3;

fn main() {
    row("durable steps: SQLite, WAL, synchronous=FULL", "measured", "target");
    let disk = fsyncs();
    row("the disk: 4 KiB appended and fdatasync, one after another", &rate(2_000, disk), "");
    let folder = support::folder();
    let store: Arc<dyn Store> =
        Arc::new(SqliteStore::open(&folder.path().join("one.db")).expect("a store"));
    one_after_another(&store, READ, "one execution: read effects, one commit each");
    one_after_another(&store, CHANGE, "one execution: mutating effects, two commits each");
    for (operation, name, target) in [
        (READ, "read effects, one commit each", ">= 20000 /s"),
        (CHANGE, "mutating effects, two commits each", ""),
    ] {
        let mut runs: Vec<Fleet> = (0..RUNS)
            .map(|run| fleet(&folder.path().join(format!("{operation}{run}.db")), operation))
            .collect();
        runs.sort_unstable_by_key(|run| run.flow);
        let Fleet { flow, whole } = runs[RUNS / 2];
        let effects = EXECUTIONS as u64 * u64::from(EFFECTS);
        let what = format!("{EXECUTIONS} executions x {EFFECTS} {name}");
        row(&what, &rate(effects, flow), target);
        let what = "   the same, with leases, loading, opening VMs and ending";
        row(what, &rate(effects, whole), "");
    }
}

/// How long the disk takes for two thousand appends of a page, each waited for.
fn fsyncs() -> Duration {
    let folder = support::folder();
    let mut file = File::create(folder.path().join("log")).expect("a file");
    let start = now();
    for _ in 0..2_000 {
        file.write_all(&[7; 4096]).expect("room on the disk");
        file.sync_data().expect("the disk works");
    }
    start.elapsed()
}

fn one_after_another(store: &Arc<dyn Store>, operation: &str, what: &str) {
    let head = execution(operation, &asking(operation, STEPS));
    let driver = driver(store, Nearby::telling(Rc::new(|| ())));
    let time = support::runtime().block_on(async {
        store.create(&head).await.expect("a new execution");
        let start = now();
        drive(&driver, &head.id).await;
        start.elapsed()
    });
    row(what, &rate(STEPS.into(), time), "");
}

/// How long many executions took.
struct Fleet {
    /// From the first effect that left to the last outcome that was durable.
    flow: Duration,
    /// From the first lease to the last.
    whole: Duration,
}

fn fleet(path: &Path, operation: &str) -> Fleet {
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(path).expect("a store"));
    let head = execution("x", &asking(operation, EFFECTS));
    let heads: Vec<Execution> = (0..EXECUTIONS)
        .map(|number| Execution { id: format!("x{number}"), ..head.clone() })
        .collect();
    support::runtime().block_on(async {
        for head in &heads {
            store.create(head).await.expect("a new execution");
        }
    });
    let ids: Vec<String> = heads.into_iter().map(|head| head.id).collect();
    let (first, last) = (Arc::new(AtomicU64::new(u64::MAX)), Arc::new(AtomicU64::new(0)));
    let barrier = Arc::new(Barrier::new(THREADS + 1));
    let epoch = now();
    let threads: Vec<_> = ids
        .chunks(EXECUTIONS.div_ceil(THREADS))
        .map(|ids| {
            let (store, ids, barrier) = (Arc::clone(&store), ids.to_vec(), Arc::clone(&barrier));
            let times = (Arc::clone(&first), Arc::clone(&last));
            thread::spawn(move || {
                barrier.wait();
                drive_all(&store, &ids, epoch, times);
            })
        })
        .collect();
    barrier.wait();
    let start = now();
    for thread in threads {
        thread.join().expect("it drives");
    }
    let between = last.load(Ordering::Relaxed) - first.load(Ordering::Relaxed);
    Fleet { whole: start.elapsed(), flow: Duration::from_nanos(between) }
}

/// Drives the executions side by side on this thread.
fn drive_all(
    store: &Arc<dyn Store>,
    ids: &[String],
    epoch: Instant,
    (first, last): (Arc<AtomicU64>, Arc<AtomicU64>),
) {
    let passed = move || u64::try_from(epoch.elapsed().as_nanos()).unwrap_or(u64::MAX);
    let local = LocalSet::new();
    for id in ids {
        let (id, store) = (id.clone(), Arc::clone(store));
        let (first, last) = (Arc::clone(&first), Arc::clone(&last));
        local.spawn_local(async move {
            let asked = move || {
                first.fetch_min(passed(), Ordering::Relaxed);
            };
            let mut driver = driver(&store, Nearby::telling(Rc::new(asked)));
            driver.observer = Rc::new(Watch(Box::new(move || {
                last.fetch_max(passed(), Ordering::Relaxed);
            })));
            drive(&driver, &id).await;
        });
    }
    support::runtime().block_on(local);
}

/// Calls for every effect that has ended and is durable.
struct Watch(Box<dyn Fn()>);

impl moontide_runtime::observe::Observer for Watch {
    fn notice(&self, _at: jiff::Timestamp, notice: &moontide_runtime::observe::Notice) {
        if matches!(notice, moontide_runtime::observe::Notice::Effect { .. }) {
            (self.0)();
        }
    }
}
