//! One request, one instant, one reply: the synchronous heart of the simulator.
//!
//! [`Regions::handle`] is where every call passes: faults before, the service, faults after, and the
//! list of calls. No I/O, no clock.

use jiff::Timestamp;

use crate::assumption::Assumption;
use crate::calls::Calls;
use crate::estate::Estate;
use crate::fact::Fact;
use crate::fault::Faults;
use crate::plug::{Failure, Plug, State};
use crate::process::{End, Id, Order};
use crate::region::Region;
use crate::scenario::{RequestFault, Scenario};
use crate::seed::Seed;
use crate::services::SERVICES;
use crate::wire::{Reply, Request};

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "regions.apart",
        "Servers, instances, jobs, commands and documents are of one Region, which the scope of a request's \
         signature names; what is in another does not exist there.",
        "the user guides of DRS, EC2 and Systems Manager",
    ),
    Fact::assumed(
        "regions.global",
        "A service without Regions is of the world's first Region, for whichever its requests are signed.",
        "where it is does not show; a fault of that Region is one of the service, too",
    ),
    Fact::assumed(
        "regions.down",
        "In a Region that is down no request of any service has an effect: its connection dies without a reply, or, \
         where the world says so, it is answered 503 ServiceUnavailable. What runs there goes on.",
        "reports of outages show both; the first is the harder one for a caller",
    ),
];

/// The Regions of the world file and all the others, and what has been asked of them.
#[derive(Debug)]
pub(crate) struct Regions {
    /// Those of the world file; its first is the first here.
    named: Vec<Region>,
    /// Any other Region.
    elsewhere: Region,
    faults: Faults,
    pub(crate) calls: Calls,
}

impl Regions {
    pub(crate) fn new(scenario: Scenario, start: Timestamp) -> Self {
        let faults = Faults::new(&scenario.faults, &scenario.region);
        let seed = Seed(scenario.seed);
        let first = Estate::new(scenario.part(&scenario.region), seed, faults.clone(), start);
        let other = |region: &String| {
            let (seed, faults) = (seed.of_region(region), faults.of(region));
            Estate::new(scenario.part(region), seed, faults, start)
        };
        let estates = std::iter::once(first).chain(scenario.regions.iter().map(other));
        let named = estates.map(Region::new).collect();
        let elsewhere = Region::new(Estate::elsewhere(scenario, start));
        Self { named, elsewhere, faults, calls: Calls::default() }
    }

    /// What was taken for granted so far; first what met a Region that was down.
    pub(crate) fn assumptions(&self, hide: &dyn Fn(&str) -> String) -> Vec<Assumption> {
        let down = self.calls.assumptions();
        let of_services = SERVICES.iter().flat_map(|plug| self.assumptions_of(plug, hide));
        let scenarios = || self.named.iter().map(|region| &region.estate.scenario);
        let sources = scenarios().flat_map(|it| &it.servers).filter_map(|it| it.source.as_deref());
        let known = scenarios().map(|it| it.region.as_str()).chain(sources).collect();
        let faults = self.faults.assumptions(&known);
        down.chain(of_services).chain(faults).collect()
    }

    /// What a service took for granted, in all Regions together.
    fn assumptions_of(&self, plug: &Plug, hide: &dyn Fn(&str) -> String) -> Vec<Assumption> {
        let (first, named) = (&self.named[0], &self.named[1..]);
        let others = named.iter().chain([&self.elsewhere]);
        let others: Vec<&dyn State> = others.map(|region| region.state(plug)).collect();
        first.state(plug).assumptions(&others, &first.estate.scenario, hide)
    }

    /// Answers one request of a service at `now`.
    pub(crate) fn handle(&mut self, now: Timestamp, plug: &Plug, request: &Request) -> Reply {
        let first = &self.named[0].estate;
        let elapsed = first.elapsed(now);
        let home = first.scenario.region.as_str();
        let signed_for = request.region().filter(|_| !plug.is_global);
        let region = signed_for.unwrap_or(home).to_owned();
        let request_id = first.seed.uuid(&format!("request/{}", self.calls.made()));
        let faults = self.faults.of(&region);
        let down = faults.down(elapsed);
        if down.is_some() {
            self.calls.add_down(&region, request);
        }
        let fault = down.or_else(|| faults.of_call(request, elapsed));
        let failed = |failure| (plug.failed)(failure, &request.operation);
        let reply = match fault {
            None => self.perform(now, &region, request),
            Some(RequestFault::Throttle { retry_after }) => {
                (plug.throttled)(retry_after.as_secs().max(1))
            }
            Some(RequestFault::AccessDenied) => failed(Failure::AccessDenied),
            Some(RequestFault::ExpiredCredentials) => failed(Failure::ExpiredCredentials),
            Some(RequestFault::Unavailable) => failed(Failure::Unavailable),
            Some(RequestFault::DropReply { effect: false }) => Reply::never(),
            Some(RequestFault::DropReply { effect: true }) => {
                self.perform(now, &region, request).lost()
            }
            Some(RequestFault::InternalError { effect: false }) => failed(Failure::Internal),
            Some(RequestFault::InternalError { effect: true }) => {
                let effect = self.perform(now, &region, request).detail;
                let reply = failed(Failure::Internal);
                let detail = format!("{} after: {effect}", reply.detail);
                reply.about(detail)
            }
        };
        let reply = reply.identified(&request_id);
        self.calls.add(now, &region, request, &reply, request_id);
        reply
    }

    /// Takes what has to be done to processes since the last call.
    pub(crate) fn orders(&mut self) -> Vec<Order> {
        self.named.iter_mut().flat_map(Region::orders).collect()
    }

    /// Hears that a process has ended.
    pub(crate) fn ended(&mut self, now: Timestamp, process: &Id, end: &End) {
        for region in &mut self.named {
            region.ended(now, process, end);
        }
    }

    /// Lets the service answer in its Region.
    fn perform(&mut self, now: Timestamp, region: &str, request: &Request) -> Reply {
        let named = self.named.iter_mut().find(|named| named.is(region));
        let region = named.unwrap_or_else(|| {
            region.clone_into(&mut self.elsewhere.estate.scenario.region);
            &mut self.elsewhere
        });
        region.handle(now, request)
    }
}
