//! One request, one instant, one reply: the synchronous heart of the simulator.
//!
//! [`Worlds::handle`] is where every call passes: faults before, the service, faults after, and the
//! list of calls. No I/O, no clock.

use jiff::Timestamp;
use serde::Serialize;

use crate::estate::{Assumption, Estate};
use crate::http::{Request, Service};
use crate::world::{Strike, World};
use crate::{drs, ec2, ssm, sts, xml};

/// A call that the simulator has seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Call {
    /// When it took its course, in the world's time.
    pub at: Timestamp,
    /// As in the scope of a signature: `drs`, `ec2`, `ssm`, `sts`.
    pub service: String,
    /// As in the service's model: `StartRecovery`.
    pub operation: String,
    /// The HTTP status of the reply; `None` if the caller never got one.
    pub status: Option<u16>,
    /// What the reply calls the request, in `x-amzn-RequestId`.
    pub request_id: String,
    /// What it was about, or how it failed, in a few words.
    pub detail: String,
}

/// What a service answers.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
    /// For the list of calls.
    pub(crate) detail: String,
    /// Whether it is lost on the way to the caller.
    pub(crate) dropped: bool,
}

impl Reply {
    pub(crate) fn new(status: u16, content_type: &'static str, body: String) -> Self {
        Self {
            status,
            content_type,
            headers: Vec::new(),
            body,
            detail: String::new(),
            dropped: false,
        }
    }

    /// Says in a few words what the call was about.
    pub(crate) fn about(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// The same, as the reply to the request of this id.
    fn identified(mut self, request_id: &str) -> Self {
        self.body = self.body.replace(xml::REQUEST_ID, request_id);
        self.headers.push(("x-amzn-requestid", request_id.to_owned()));
        self
    }

    /// A connection that dies before anything has happened.
    fn never() -> Self {
        Self { dropped: true, ..Self::new(500, "text/plain", String::new()) }
            .about("lost before it had an effect")
    }

    /// The same, but lost on its way.
    fn lost(self) -> Self {
        Self { dropped: true, ..self }
    }
}

/// The world's Region and all the others, and what has been asked of them.
#[derive(Debug)]
pub(crate) struct Worlds {
    here: Estate,
    elsewhere: Estate,
    pub(crate) calls: Vec<Call>,
}

impl Worlds {
    pub(crate) fn new(world: World, start: Timestamp) -> Self {
        let elsewhere = Estate::elsewhere(&world, start);
        Self { here: Estate::new(world, start), elsewhere, calls: Vec::new() }
    }

    /// What was taken for granted so far.
    pub(crate) fn assumptions(&self, hide: &dyn Fn(&str) -> String) -> Vec<Assumption> {
        self.here.assumptions(hide)
    }

    /// Answers one request at `now`.
    pub(crate) fn handle(&mut self, now: Timestamp, request: &Request) -> Reply {
        let elapsed = self.here.elapsed(now);
        let strike = self.here.faults.strike(request.service, &request.operation, elapsed);
        let reply = match strike {
            None => self.perform(now, request),
            Some(Strike::Throttle { retry_after }) => {
                throttled(request.service, retry_after.as_secs().max(1))
            }
            Some(Strike::AccessDenied) => access_denied(request),
            Some(Strike::ExpiredCredentials) => expired(request.service),
            Some(Strike::DropReply { effect: false }) => Reply::never(),
            Some(Strike::DropReply { effect: true }) => self.perform(now, request).lost(),
            Some(Strike::InternalError { effect: false }) => internal_error(request.service),
            Some(Strike::InternalError { effect: true }) => {
                let effect = self.perform(now, request).detail;
                let reply = internal_error(request.service);
                let detail = format!("{} after: {effect}", reply.detail);
                reply.about(detail)
            }
        };
        let request_id = self.here.seed.uuid(&format!("request/{}", self.calls.len()));
        let reply = reply.identified(&request_id);
        self.calls.push(Call {
            at: now,
            service: request.service.name().to_owned(),
            operation: request.operation.clone(),
            status: (!reply.dropped).then_some(reply.status),
            request_id,
            detail: reply.detail.clone(),
        });
        reply
    }

    fn perform(&mut self, now: Timestamp, request: &Request) -> Reply {
        let here = &self.here.world.region;
        let estate = match &request.region {
            Some(region) if region != here => &mut self.elsewhere,
            _ => &mut self.here,
        };
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

fn internal_error(service: Service) -> Reply {
    match service {
        Service::Drs => drs::error::Error::internal().into(),
        Service::Ec2 => ec2::error::Error::internal().into(),
        Service::Ssm => ssm::error::Error::internal().into(),
        Service::Sts => sts::internal_error(),
    }
}
