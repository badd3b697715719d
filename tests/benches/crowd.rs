//! What commands cost among ten thousand executions in a file: `list`, and `store prune` of nine thousand.
//!
//! `cargo bench --bench crowd`; `cargo bench --bench crowd -- make FILE` only makes the store, to be copied elsewhere.

#![expect(clippy::print_stdout, reason = "this is what it is for")]

#[path = "../support/mod.rs"]
mod support;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use moontide_kit::{TestOperation, TestWorld, driver, lease, sources};
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::{Class, EffectError, Reply};
use moontide_runtime::journal::Execution;
use moontide_runtime::scheduler::Driver;
use moontide_runtime::store::{SqliteStore, Store};
use support::Home;

const EXECUTIONS: usize = 10_000;
/// So many of them are old enough to be pruned.
const OLD: usize = 9_000;
/// Every so manieth has failed.
const FAILED: usize = 50;
/// One entry each, which goes when its journal is pruned.
const READS: usize = 16;
/// Two entries each, which stay; with what begins and ends an execution and its waves, some forty in all.
const CHANGES: usize = 9;
const READ: &str = "bench.read";
const CHANGE: &str = "bench.change";
const FAIL: &str = "bench.fail";
const TIMES: usize = 11;

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if let [make, file] = &arguments[..]
        && make == "make"
    {
        let taken = crowd(Path::new(file));
        println!("made in {:.1} s", taken.as_secs_f64());
        return;
    }
    let home = Home::new();
    let file = home.path().join("crowd.db");
    let store = format!("sqlite:{}", file.display());
    let taken = crowd(&file);
    println!("{EXECUTIONS} executions in {:.1} s, {:.0} MB", taken.as_secs_f64(), size(&file));
    let command = |arguments: &[&str]| {
        let mut times: Vec<Duration> = (0..TIMES)
            .map(|_| {
                let start = now();
                home.run(&[arguments, &["--store", &store]].concat()).expect(0);
                start.elapsed()
            })
            .collect();
        times.sort_unstable();
        let [least, middle, most] =
            [0, TIMES / 2, TIMES - 1].map(|at| times[at].as_secs_f64() * 1e3);
        let what = arguments.join(" ");
        println!("{what:<32} {least:>7.1} {middle:>7.1} {most:>7.1} ms   median < 50 ms");
    };
    command(&["list"]);
    command(&["list", "--status", "failed"]);
    let start = now();
    let pruned = home.run(&["store", "prune", "--older-than", "400d", "--store", &store]).expect(0);
    let first = pruned.stdout.lines().next().unwrap_or_default();
    println!("prune: {:.1} s, {:.0} MB after; {first}", start.elapsed().as_secs_f64(), size(&file));
    command(&["list"]);
    command(&["list", "--status", "failed"]);
}

/// Makes the store, and says how long that took.
#[expect(clippy::disallowed_methods, reason = "ages are told by the machine's clock")]
fn crowd(file: &Path) -> Duration {
    let start = now();
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(file).expect("a store"));
    let source = |last: &str| {
        format!(
            "local moontide, host = require('@moontide'), require('@moontide/host')
            return moontide.runbook {{ name = 'crowd', region = 'us-west-2', waves = {{ {{ name = 'w', run = function()
                for n = 1, {READS} do host.effect('{READ}', {{ n = n }}) end
                for n = 1, {CHANGES} do host.effect('{CHANGE}', {{ n = n }}) end
                host.effect('{last}', {{}})
            end }} }} }}"
        )
    };
    let [good, bad] = [CHANGE, FAIL]
        .map(|last| sources::execution("x", sources::bundle("crowd.luau", &source(last))));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        for number in 0..EXECUTIONS {
            let days = if number < OLD { 1_000 } else { 30 };
            let at = Timestamp::now() - SignedDuration::from_hours(24 * days)
                + SignedDuration::from_secs(i64::try_from(number).expect("few"));
            let head = if number % FAILED == 0 { &bad } else { &good };
            let id = format!("x{number:05}");
            let head = Execution { id: id.clone(), created_at: at, ..head.clone() };
            store.create(&head).await.expect("a new execution");
            let driver =
                Driver { clock: Arc::new(Fixed(at)), ..driver(Arc::clone(&store), world()) };
            let lease = lease(store.as_ref(), &id).await;
            driver.drive(&lease, std::future::pending()).await.expect("it is driven");
        }
    });
    start.elapsed()
}

/// It changes something at once, and refuses something else.
fn world() -> TestWorld {
    let refused = EffectError::new("ValidationException", "not that");
    TestWorld::of([
        TestOperation::new(READ, Class::Read)
            .answering(|_| Reply::ok(serde_json::json!({ "state": "running" }))),
        TestOperation::new(CHANGE, Class::Token)
            .answering(|_| Reply::ok(serde_json::json!({ "job_id": "drsjob-1" }))),
        TestOperation::new(FAIL, Class::Token).failing(u32::MAX, refused),
    ])
}

/// A clock that stands still.
struct Fixed(Timestamp);

#[async_trait]
impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        self.0
    }
    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
    async fn sleep(&self, _: Duration) {}
}

/// How many megabytes the file has.
#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn size(file: &Path) -> f64 {
    std::fs::metadata(file).expect("it is there").len() as f64 / 1e6
}

#[expect(clippy::disallowed_methods, reason = "this is what a benchmark does")]
fn now() -> Instant {
    Instant::now()
}
