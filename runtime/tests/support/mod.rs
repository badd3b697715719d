//! What the tests of the engine that drive executions share: a world, and a fuse that stands for `kill -9`.

#![expect(dead_code, reason = "each test binary uses its part")]
#![allow(unused_imports, reason = "each test binary uses its part, and the engine's uses all")]

mod fuse;
mod world;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

pub(crate) use moontide_kit::{Answering, TestClock, TestWorld, lease};
use moontide_runtime::clock::Clock;
use moontide_runtime::journal::Execution;
use moontide_runtime::scheduler::Driver;
use moontide_runtime::store::Store;

pub(crate) use fuse::{Fuse, fused, killed};
pub(crate) use world::{CallFault, Ledger, world};

/// A drill of the runbook with this source, created now.
pub(crate) fn execution(id: &str, source: &str) -> Execution {
    let bundle = moontide_kit::sources::bundle("test/runbook.luau", source);
    Execution { created_at: TestClock.now(), ..moontide_kit::sources::execution(id, bundle) }
}

/// A driver over these parts.
pub(crate) fn driver(
    store: Arc<dyn Store>,
    world: TestWorld,
    answers: BTreeMap<&'static str, &'static str>,
) -> Driver {
    Driver { answers: Rc::new(Answering(answers)), ..moontide_kit::driver(store, world) }
}
