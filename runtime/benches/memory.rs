//! How much memory a thousand running waves hold, each with a VM of its own and waiting in an effect.
//!
//! `cargo bench -p moontide-runtime --bench memory`

mod support;

use std::fs;
use std::sync::Arc;

use moontide_kit::{Performed, TestOperation, TestWorld};
use moontide_runtime::effect::Class;
use moontide_runtime::journal::Execution;
use moontide_runtime::store::{SqliteStore, Store};
use support::{FLAGSHIP, driver, execution, lease, row};
use tokio::task::LocalSet;

const WAVES: usize = 1_000;
/// What a wave of the runbook asks for first.
const FIRST: &str = "drs.describe_source_servers";

fn main() {
    row("memory of running waves", "measured", "target");
    let folder = support::folder();
    let store: Arc<dyn Store> =
        Arc::new(SqliteStore::open(&folder.path().join("waves.db")).expect("a store"));
    let head = execution("x", FLAGSHIP);
    let runtime = support::runtime();
    let ids: Vec<String> = (0..WAVES).map(|number| format!("x{number}")).collect();
    runtime.block_on(async {
        for id in &ids {
            let head = Execution { id: id.clone(), ..head.clone() };
            store.create(&head).await.expect("a new execution");
        }
    });
    let before = resident();
    let local = LocalSet::new();
    let worlds: Vec<TestWorld> = ids.iter().map(|_| endless()).collect();
    let waiting: Vec<Performed> = worlds.iter().map(TestWorld::performed).collect();
    for (id, world) in ids.into_iter().zip(worlds) {
        let store = Arc::clone(&store);
        local.spawn_local(async move {
            let driver = driver(&store, world);
            let lease = lease(store.as_ref(), &id).await;
            driver.drive(&lease, std::future::pending()).await
        });
    }
    runtime.block_on(local.run_until(async {
        while waiting.iter().any(|performed| performed.times(FIRST) == 0) {
            tokio::task::yield_now().await;
        }
    }));
    let after = resident();
    row("resident before", &mebibytes(before), "");
    row(
        "resident with 1,000 waves of three_tier, each waiting in an effect",
        &mebibytes(after),
        "< 1024 MiB",
    );
    row("   each", &format!("{} KiB", (after - before) / WAVES / 1024), "");
}

/// The bytes of this process that are in memory.
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("this benchmark runs on Linux");
    let line =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the kernel says");
    line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") * 1024
}

fn mebibytes(bytes: usize) -> String {
    format!("{} MiB", bytes >> 20)
}

/// A world in which the first effect of a wave never ends.
fn endless() -> TestWorld {
    let operation = TestOperation::new(FIRST, Class::Read);
    TestWorld::of([operation.performing(async |_| std::future::pending().await)])
}
