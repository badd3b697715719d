//! `moontide.elapsed`: how long a wave has been at work, which is what its `timeout` bounds.
//!
//! Counted on the monotonic clock of the runner, so no jump of a wall clock shortens or lengthens it; without
//! the time in which the runner could not see the world, which is no fault of the wave; and from call to call,
//! so the time in which no runner drove the execution does not count either.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
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
pub struct Blind(Rc<RefCell<BTreeMap<String, Vec<Range<Duration>>>>>);

impl Blind {
    /// A call of the wave was blind until now for so long, by the monotonic clock. Calls side by side are blind
    /// together: what they have in common counts once.
    pub(super) fn add(&self, wave: &str, now: Duration, waited: Duration) {
        let mut all = self.0.borrow_mut();
        let spans = all.entry(wave.to_owned()).or_default();
        let mut whole = now.saturating_sub(waited)..now;
        spans.retain(|span| {
            let apart = span.end < whole.start || whole.end < span.start;
            if !apart {
                whole = whole.start.min(span.start)..whole.end.max(span.end);
            }
            apart
        });
        spans.push(whole);
    }

    fn of(&self, wave: &str) -> Duration {
        let all = self.0.borrow();
        all.get(wave).into_iter().flatten().map(|span| span.end.saturating_sub(span.start)).sum()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_that_are_blind_side_by_side_are_blind_once() {
        let blind = Blind::default();
        let seconds = Duration::from_secs;
        for branch in 0..10 {
            blind.add("w", seconds(610 + branch), seconds(600));
        }
        assert_eq!(blind.of("w"), seconds(609));
        // One that ended earlier lies within the longer one that is told of later.
        blind.add("z", seconds(9), seconds(1));
        blind.add("z", seconds(10), seconds(10));
        blind.add("z", seconds(100), seconds(5));
        assert_eq!((blind.of("z"), blind.of("other")), (seconds(15), Duration::ZERO));
    }
}
