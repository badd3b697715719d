//! `moontide.elapsed`: how long a wave has been at work, which is what its `timeout` bounds.
//!
//! Counted on the monotonic clock of the runner, so no jump of a wall clock shortens or lengthens it; without
//! the time in which the runner could not see the world, which is no fault of the wave; and from call to call,
//! so the time in which no runner drove the execution does not count either.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::builtin::Nothing;
use super::{Call, Class, Consequences, EffectError, Operation, Reply, arguments};
use crate::clock::Clock;

/// How long each wave could not see the world, in this process. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Blind(Rc<RefCell<BTreeMap<String, Duration>>>);

impl Blind {
    /// The wave was blind for so long, once more.
    pub(super) fn add(&self, wave: &str, waited: Duration) {
        *self.0.borrow_mut().entry(wave.to_owned()).or_default() += waited;
    }

    fn of(&self, wave: &str) -> Duration {
        self.0.borrow().get(wave).copied().unwrap_or_default()
    }
}

/// The operation.
pub(super) struct Elapsed {
    clock: Arc<dyn Clock>,
    blind: Blind,
    /// What the clock showed, less the blind time, when an attempt asked last.
    last: RefCell<BTreeMap<String, Duration>>,
}

impl Elapsed {
    pub(super) fn new(clock: Arc<dyn Clock>, blind: Blind) -> Elapsed {
        Elapsed { clock, blind, last: RefCell::default() }
    }
}

#[async_trait(?Send)]
impl Operation for Elapsed {
    fn name(&self) -> &'static str {
        "moontide.elapsed"
    }

    fn class(&self) -> Class {
        Class::Pure
    }

    fn check(&self, arguments: &Value) -> Result<Value, EffectError> {
        arguments::check::<Nothing>(self.name(), arguments)
    }

    async fn consequences(&self, _call: &Call) -> Result<Consequences, EffectError> {
        Ok(Consequences::default())
    }

    async fn perform(&self, call: &Call) -> Reply {
        let now = self.clock.monotonic().saturating_sub(self.blind.of(&call.wave));
        let attempt = call.lane.root().to_string();
        let last = self.last.borrow_mut().insert(attempt, now).unwrap_or(now);
        Reply::ok(json!({ "seconds": now.saturating_sub(last).as_secs_f64() }))
    }
}
