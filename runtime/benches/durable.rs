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
use support::{CHANGE, READ, asking, drive, driver, execution, nearby, now, rate, row, telling};
use tokio::task::LocalSet;

const STEPS: u32 = 500;
const EXECUTIONS: usize = 1_000;
const EFFECTS: u32 = 20;
const THREADS: usize = 4;
const RUNS: usize = 3;

fn main() {
    row("durable steps: SQLite, WAL, synchronous=FULL", "measured", "target");
    fsyncs("the disk, before: 4 KiB appended and fdatasync, one after another");
    let folder = support::folder();
    let store: Arc<dyn Store> =
        Arc::new(SqliteStore::open(&folder.path().join("one.db")).expect("a store"));
    // Before it is measured the log is as long as it will be.
    one_after_another(&store, "warm", READ);
    let read = one_after_another(&store, "read", READ);
    row("one execution: read effects, one commit each", &rate(STEPS.into(), read), "");
    let change = one_after_another(&store, "change", CHANGE);
    row("one execution: mutating effects, two commits each", &rate(STEPS.into(), change), "");
    for (operation, name, commits, target) in [
        (READ, "read effects, one commit each", 1, ">= 20000 /s"),
        (CHANGE, "mutating effects, two commits each", 2, ""),
    ] {
        let mut runs: Vec<Fleet> = (0..RUNS)
            .map(|run| folder.path().join(format!("{operation}{run}.db")))
            .map(|path| fleet(&path, operation, commits))
            .collect();
        runs.sort_unstable_by_key(|run| run.flow);
        let Fleet { flow, whole, processor } = runs[RUNS / 2];
        let effects = EXECUTIONS as u64 * u64::from(EFFECTS);
        let what = format!("{EXECUTIONS} executions x {EFFECTS} {name}");
        row(&what, &rate(effects, flow), target);
        let what = "   the same, with leases, loading, opening VMs and ending";
        row(what, &rate(effects, whole), "");
        let each = processor / u32::try_from(effects).expect("not that many");
        row("   processor time of all threads for each effect of it", &format!("{each:.1?}"), "");
    }
    fsyncs("the disk, after: 4 KiB appended and fdatasync, one after another");
}

/// How many appends of a page the disk takes, each waited for.
fn fsyncs(what: &str) {
    const APPENDS: u64 = 2_000;
    let folder = support::folder();
    let mut file = File::create(folder.path().join("log")).expect("a file");
    let start = now();
    for _ in 0..APPENDS {
        file.write_all(&[7; 4096]).expect("room on the disk");
        file.sync_data().expect("the disk works");
    }
    row(what, &rate(APPENDS, start.elapsed()), "");
}

/// How long one execution takes for its steps.
fn one_after_another(store: &Arc<dyn Store>, id: &str, operation: &str) -> Duration {
    let head = execution(id, &asking(operation, STEPS));
    let driver = driver(store, nearby());
    support::runtime().block_on(async {
        store.create(&head).await.expect("a new execution");
        let start = now();
        drive(&driver, &head.id).await;
        start.elapsed()
    })
}

/// How long many executions took.
struct Fleet {
    /// From the first effect that left to the last outcome that was durable.
    flow: Duration,
    /// From the first lease that is taken to the last that is given back.
    whole: Duration,
    /// The processor time of all threads meanwhile.
    processor: Duration,
}

fn fleet(path: &Path, operation: &str, commits: u32) -> Fleet {
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
    let processor = processor_time();
    barrier.wait();
    let start = now();
    for thread in threads {
        thread.join().expect("it drives");
    }
    let (whole, processor) = (start.elapsed(), processor_time().saturating_sub(processor));
    for listed in support::runtime().block_on(store.list()).expect("the store answers") {
        assert!(listed.last_sequence >= u64::from(EFFECTS * commits), "{listed:?} is incomplete");
    }
    let between = last.load(Ordering::Relaxed) - first.load(Ordering::Relaxed);
    Fleet { flow: Duration::from_nanos(between), whole, processor }
}

/// What this process has used so far, in all its threads.
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::try_from(time).expect("it is not negative")
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
            let mut driver = driver(&store, telling(asked));
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
