//! How much memory a thousand running waves hold, each with a VM of its own and waiting in an effect.
//!
//! `cargo bench -p moontide-runtime --bench memory`

mod support;

use std::cell::Cell;
use std::fs;
use std::rc::Rc;
use std::sync::Arc;

use async_trait::async_trait;
use moontide_runtime::effect::{Call, Class, Consequences, EffectError, Operation, Reply, World};
use moontide_runtime::journal::Execution;
use moontide_runtime::store::{SqliteStore, Store};
use serde_json::Value;
use support::{FLAGSHIP, driver, execution, lease, row};
use tokio::task::LocalSet;

const WAVES: usize = 1_000;

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
    let waiting = Rc::new(Cell::new(0));
    for id in ids {
        let (store, waiting) = (Arc::clone(&store), Rc::clone(&waiting));
        local.spawn_local(async move {
            let driver = driver(&store, Endless { waiting });
            let lease = lease(store.as_ref(), &id).await;
            driver.drive(&lease, std::future::pending()).await
        });
    }
    runtime.block_on(local.run_until(async {
        while waiting.get() < WAVES {
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

/// A world whose effects never end.
struct Endless {
    waiting: Rc<Cell<usize>>,
}

impl World for Endless {
    fn operation(&self, _name: &str) -> Option<&dyn Operation> {
        Some(self)
    }
    fn names(&self) -> Vec<&'static str> {
        Vec::new()
    }
}

#[async_trait(?Send)]
impl Operation for Endless {
    fn name(&self) -> &'static str {
        "bench.endless"
    }
    fn class(&self) -> Class {
        Class::Read
    }
    fn check(&self, arguments: &Value) -> Result<Value, EffectError> {
        Ok(arguments.clone())
    }
    async fn consequences(&self, _call: &Call) -> Result<Consequences, EffectError> {
        Ok(Consequences::default())
    }
    async fn perform(&self, _call: &Call) -> Reply {
        self.waiting.set(self.waiting.get() + 1);
        std::future::pending().await
    }
}
