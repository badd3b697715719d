//! `moontide.elapsed`: how long a wave has been at work, which is what its `timeout` bounds.
//!
//! Counted on the monotonic clock of the runner, so no jump of a wall clock shortens or lengthens it; without
//! the time in which the runner could not see the world, or waited for its own store, which is no fault of the
//! wave; and from call to call, so the time in which no runner drove the execution does not count either.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::arguments::Nothing;
use super::{Call, Consequences, Operation, Reply, arguments};
use crate::clock::Clock;
use crate::history::{Class, EffectError, Lane};

/// How long each attempt of a wave could not see the world, or waited for the store, in this process. Clones
/// share it.
#[derive(Clone, Debug, Default)]
pub struct Blind(Rc<RefCell<Spans>>);

#[derive(Debug, Default)]
struct Spans {
    /// Those of an attempt.
    of: BTreeMap<Lane, Joined>,
    /// Those in which all of them waited.
    of_all: Joined,
}

/// Spans that are apart from each other, and in order.
#[derive(Clone, Debug, Default)]
struct Joined(Vec<Range<Duration>>);

/// What is over sooner is no trouble.
const USUAL: Duration = Duration::from_millis(100);

impl Joined {
    fn add(&mut self, now: Duration, waited: Duration) {
        if waited < USUAL {
            return;
        }
        // Nothing ends later than now, so whatever it touches is at the end.
        let mut whole = now.saturating_sub(waited)..now;
        while let Some(last) = self.0.pop_if(|last| whole.start <= last.end) {
            whole = whole.start.min(last.start)..whole.end.max(last.end);
        }
        self.0.push(whole);
    }
}

impl Blind {
    /// A call in this lane was blind until now for so long, by the monotonic clock. Calls side by side are blind
    /// together: what they have in common counts once.
    pub(super) fn add(&self, lane: &Lane, now: Duration, waited: Duration) {
        self.0.borrow_mut().of.entry(lane.root()).or_default().add(now, waited);
    }

    /// What `waits` takes, until it is ready, is blind.
    pub(super) async fn during<T>(
        &self,
        lane: &Lane,
        clock: &dyn Clock,
        waits: impl Future<Output = T>,
    ) -> T {
        let (ready, now, waited) = measured(clock, waits).await;
        self.add(lane, now, waited);
        ready
    }

    /// What `waits` takes, until it is ready, every attempt is blind.
    pub(crate) async fn during_for_all<T>(
        &self,
        clock: &dyn Clock,
        waits: impl Future<Output = T>,
    ) -> T {
        let (ready, now, waited) = measured(clock, waits).await;
        self.0.borrow_mut().of_all.add(now, waited);
        ready
    }

    fn of(&self, attempt: &Lane) -> Duration {
        let spans = self.0.borrow();
        let own = spans.of.get(attempt).into_iter().flat_map(|joined| &joined.0);
        let mut all: Vec<&Range<Duration>> = own.chain(&spans.of_all.0).collect();
        all.sort_by_key(|span| span.start);
        let (mut sum, mut end) = (Duration::ZERO, Duration::ZERO);
        for span in all {
            sum += span.end.saturating_sub(span.start.max(end));
            end = end.max(span.end);
        }
        sum
    }
}

/// What it returns, when, and how long that took.
async fn measured<T>(clock: &dyn Clock, waits: impl Future<Output = T>) -> (T, Duration, Duration) {
    let begun = clock.monotonic();
    let ready = waits.await;
    let now = clock.monotonic();
    (ready, now, now.saturating_sub(begun))
}

/// The operation.
pub(super) struct Elapsed {
    clock: Arc<dyn Clock>,
    blind: Blind,
    /// What the clock showed, less the blind time, when an attempt asked last.
    last: RefCell<BTreeMap<Lane, Duration>>,
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
        let attempt = call.lane.root();
        let now = self.clock.monotonic().saturating_sub(self.blind.of(&attempt));
        let last = self.last.borrow_mut().insert(attempt, now).unwrap_or(now);
        Reply::ok(json!({ "seconds": now.saturating_sub(last).as_secs_f64() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_that_are_blind_side_by_side_are_blind_once() {
        let (blind, seconds) = (Blind::default(), Duration::from_secs);
        let [w, z] = ["w", "z"].map(|wave| Lane::of_wave(wave, 1));
        for branch in 0..10 {
            let lane = w.branch(1, branch + 1);
            blind.add(&lane, seconds(610 + u64::from(branch)), seconds(600));
        }
        assert_eq!(blind.of(&w), seconds(609));
        // One that ended earlier lies within the longer one that is told of later.
        blind.add(&z, seconds(9), seconds(1));
        blind.add(&z, seconds(10), seconds(10));
        blind.add(&z, seconds(100), seconds(5));
        assert_eq!((blind.of(&z), blind.of(&Lane::of_wave("z", 2))), (seconds(15), seconds(0)));
        // One that began before several others.
        blind.add(&z, seconds(110), seconds(102));
        blind.add(&z, seconds(120), Duration::ZERO);
        assert_eq!(blind.of(&z), seconds(110));
    }

    #[test]
    fn what_all_wait_for_counts_once_beside_what_one_waits_for() {
        let (blind, seconds) = (Blind::default(), Duration::from_secs);
        let [a, b] = ["a", "b"].map(|wave| Lane::of_wave(wave, 1));
        blind.add(&a, seconds(30), seconds(20));
        blind.0.borrow_mut().of_all.add(seconds(50), seconds(35));
        blind.add(&b, seconds(60), seconds(5));
        blind.add(&b, seconds(70), USUAL / 2);
        assert_eq!((blind.of(&a), blind.of(&b)), (seconds(40), seconds(40)));
    }
}
