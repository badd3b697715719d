//! A service, as the simulator takes it: one plug holds all that the rest of the house asks of a service.
//!
//! A service lives in a folder of its own and is one line of [`SERVICES`](crate::services::SERVICES). Where it
//! needs something else, this file should learn to ask for it.

use std::any::Any;
use std::fmt::Debug;

use jiff::Timestamp;

use crate::assumption::Assumption;
use crate::estate::Estate;
use crate::fact::Fact;
use crate::process::{End, Id, Order};
use crate::scenario::{Scenario, Section};
use crate::wire::{Claim, Message, Reply, Request, Service};

/// One service.
pub(crate) struct Plug {
    pub(crate) service: Service,
    /// Whether it has no Region, as IAM: its state is that of the first Region, for whichever a request is signed.
    pub(crate) is_global: bool,
    /// The operation that a message asks of this service, if the service can take the message for its own.
    pub(crate) recognise: fn(&Message) -> Option<Claim>,
    /// The fields of the world file that the service alone reads; `Scenario::section` has what stands there.
    pub(crate) sections: &'static [&'static Section],
    /// What the service has in a Region when the story begins. It may add to what the services share.
    pub(crate) state: fn(&mut Estate) -> Box<dyn State>,
    pub(crate) facts: Facts,
    /// The refusal of a request that comes too fast; the caller may come again after so many seconds.
    pub(crate) throttled: fn(i64) -> Reply,
    /// The refusal of an operation for a reason that every service has.
    pub(crate) failed: fn(Failure, &str) -> Reply,
}

/// What a service has in one Region: its own things, beside the estate that all services share.
pub(crate) trait State: Any + Debug + Send {
    /// Answers a request.
    fn handle(&mut self, estate: &mut Estate, now: Timestamp, request: &Request) -> Reply;

    /// Takes what has to be done to processes of this machine since it was last asked.
    fn orders(&mut self) -> Vec<Order> {
        Vec::new()
    }

    /// Hears that a process has ended.
    fn ended(&mut self, _now: Timestamp, _process: &Id, _end: End) {}

    /// What the service took for granted so far, here and in the `others`: its states in the other Regions. `scenario`
    /// is the one of the first Region, and `hide` takes secrets out of what was sent.
    fn assumptions(
        &self,
        _others: &[&dyn State],
        _scenario: &Scenario,
        _hide: &dyn Fn(&str) -> String,
    ) -> Vec<Assumption> {
        Vec::new()
    }
}

/// What a service claims of AWS, as the lists at the heads of its files.
pub(crate) struct Facts {
    /// What takes its course once it has begun, such as a job.
    pub(crate) courses: &'static [&'static [Fact]],
    /// What a caller may ask, and what it is told.
    pub(crate) calls: &'static [&'static [Fact]],
}

/// Why any service may refuse a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The caller may not do this.
    AccessDenied,
    /// The caller's credentials are too old.
    ExpiredCredentials,
    /// The Region is down.
    Unavailable,
    /// The service's own fault.
    Internal,
}
