//! One request, one instant, one reply: the synchronous heart of the simulator.
//!
//! [`Worlds::handle`] is where every call passes: faults before, the service, faults after, and the
//! list of calls. No I/O, no clock.

use jiff::Timestamp;

use crate::assumption::Assumption;
use crate::calls::Calls;
use crate::estate::{Estate, Met};
use crate::fact::Fact;
use crate::fault::Faults;
use crate::http::{Request, Service};
use crate::seed::Seed;
use crate::wire::Reply;
use crate::world::{Strike, World};
use crate::{drs, ec2, ssm, sts};

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "regions.apart",
        "Servers, instances, jobs, commands and documents are of one Region, which the scope of a request's \
         signature names; what is in another does not exist there.",
        "the user guides of DRS, EC2 and Systems Manager",
    ),
    Fact::assumed(
        "regions.down",
        "In a Region that is down no request of any service has an effect: its connection dies without a reply, or, \
         where the world says so, it is answered 503 ServiceUnavailable. What runs there goes on.",
        "reports of outages show both; the first is the harder one for a caller",
    ),
];

/// The world's Regions and all the others, and what has been asked of them.
#[derive(Debug)]
pub(crate) struct Worlds {
    /// One for each Region of the world; its first is the first here.
    estates: Vec<Estate>,
    /// Any other Region.
    elsewhere: Estate,
    faults: Faults,
    pub(crate) calls: Calls,
}

impl Worlds {
    pub(crate) fn new(world: World, start: Timestamp) -> Self {
        let faults = Faults::new(&world.faults, &world.region);
        let seed = Seed(world.seed);
        let first = Estate::new(world.part(&world.region), seed, faults.clone(), start);
        let other = |region: &String| {
            let (seed, faults) = (seed.of_region(region), faults.of(region));
            Estate::new(world.part(region), seed, faults, start)
        };
        let estates = std::iter::once(first).chain(world.regions.iter().map(other)).collect();
        let elsewhere = Estate::elsewhere(world, start);
        Self { estates, elsewhere, faults, calls: Calls::default() }
    }

    /// What was taken for granted so far; first what met a Region that was down.
    pub(crate) fn assumptions(&self, hide: &dyn Fn(&str) -> String) -> Vec<Assumption> {
        let mut met = Met::default();
        for estate in self.estates.iter().chain([&self.elsewhere]) {
            met.add(&estate.met);
        }
        let down = self.calls.assumptions();
        let met = met.assumptions(&self.estates[0].world, hide);
        let worlds = || self.estates.iter().map(|estate| &estate.world);
        let sources = worlds().flat_map(|it| &it.servers).filter_map(|it| it.source.as_deref());
        let known = worlds().map(|it| it.region.as_str()).chain(sources).collect();
        let faults = self.faults.assumptions(&known);
        down.chain(met).chain(faults).collect()
    }

    /// Answers one request at `now`.
    pub(crate) fn handle(&mut self, now: Timestamp, request: &Request) -> Reply {
        let first = &self.estates[0];
        let elapsed = first.elapsed(now);
        let region = request.region.clone().unwrap_or_else(|| first.world.region.clone());
        let request_id = first.seed.uuid(&format!("request/{}", self.calls.made()));
        let faults = self.faults.of(&region);
        let down = faults.down(elapsed);
        if down.is_some() {
            self.calls.add_down(&region, request);
        }
        let strike = down.or_else(|| faults.strike(request.service, &request.operation, elapsed));
        let reply = match strike {
            None => self.perform(now, &region, request),
            Some(Strike::Throttle { retry_after }) => {
                throttled(request.service, retry_after.as_secs().max(1))
            }
            Some(Strike::AccessDenied) => access_denied(request),
            Some(Strike::ExpiredCredentials) => expired(request.service),
            Some(Strike::Unavailable) => unavailable(request.service),
            Some(Strike::DropReply { effect: false }) => Reply::never(),
            Some(Strike::DropReply { effect: true }) => self.perform(now, &region, request).lost(),
            Some(Strike::InternalError { effect: false }) => internal_error(request.service),
            Some(Strike::InternalError { effect: true }) => {
                let effect = self.perform(now, &region, request).detail;
                let reply = internal_error(request.service);
                let detail = format!("{} after: {effect}", reply.detail);
                reply.about(detail)
            }
        };
        let reply = reply.identified(&request_id);
        self.calls.add(now, &region, request, &reply, request_id);
        reply
    }

    fn perform(&mut self, now: Timestamp, region: &str, request: &Request) -> Reply {
        let of_region = self.estates.iter_mut().find(|estate| estate.world.region == region);
        let estate = of_region.unwrap_or_else(|| {
            region.clone_into(&mut self.elsewhere.world.region);
            &mut self.elsewhere
        });
        match request.service {
            Service::Drs => drs::handle(estate, now, request),
            Service::Ec2 => ec2::handle(estate, now, request),
            Service::Ssm => ssm::handle(estate, now, request),
            Service::Sts => sts::handle(estate, request),
        }
    }
}

fn throttled(service: Service, retry_after: i64) -> Reply {
    match service {
        Service::Drs => drs::error::Error::throttled(retry_after).into(),
        Service::Ec2 => ec2::error::Error::throttled().into(),
        Service::Ssm => ssm::error::Error::throttled().into(),
        Service::Sts => sts::throttled(),
    }
}

fn access_denied(request: &Request) -> Reply {
    let operation = &request.operation;
    match request.service {
        Service::Drs => drs::error::Error::access_denied(operation).into(),
        Service::Ec2 => ec2::error::Error::access_denied().into(),
        Service::Ssm => ssm::error::Error::access_denied(operation).into(),
        Service::Sts => sts::access_denied(operation),
    }
}

fn expired(service: Service) -> Reply {
    match service {
        Service::Drs => drs::error::Error::expired().into(),
        Service::Ec2 => ec2::error::Error::expired().into(),
        Service::Ssm => ssm::error::Error::expired().into(),
        Service::Sts => sts::expired(),
    }
}

fn unavailable(service: Service) -> Reply {
    match service {
        Service::Drs => drs::error::Error::unavailable().into(),
        Service::Ec2 => ec2::error::Error::unavailable().into(),
        Service::Ssm => ssm::error::Error::unavailable().into(),
        Service::Sts => sts::unavailable(),
    }
}

fn internal_error(service: Service) -> Reply {
    match service {
        Service::Drs => drs::error::Error::internal().into(),
        Service::Ec2 => ec2::error::Error::internal().into(),
        Service::Ssm => ssm::error::Error::internal().into(),
        Service::Sts => sts::internal_error(),
    }
}
