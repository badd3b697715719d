//! `[[faults]]`: what goes wrong on purpose.

use toml::Spanned;

use super::estate_fault::{
    AgentOffline, LateJob, LaunchFails, QuotaInUse, SourceDown, StatusChecks,
};
use super::identity::Region;
use super::pattern::Pattern;
use super::request_fault::{OperationFault, Outage, RegionDown, RequestFault};
use super::window::{Occasion, Window};

/// One fault, and the one Region in which it strikes, if it is of one.
#[derive(Debug, Clone)]
pub(crate) struct PlacedFault {
    pub(crate) fault: Fault,
    pub(crate) region: Option<Spanned<Region>>,
}

impl PlacedFault {
    /// Whether it can strike in that Region.
    pub(crate) fn is_of(&self, region: &str) -> bool {
        self.region.as_ref().is_none_or(|wanted| wanted.get_ref().0 == region)
    }

    /// Whether it may be of a Region that the world knows nothing else of.
    pub(super) fn is_of_any_region(&self) -> bool {
        matches!(self.fault, Fault::RegionDown(..))
    }
}

/// One fault, by what it touches.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// Strikes between a request and its reply.
    Request(OperationFault),
    /// Strikes every request.
    Outage(Outage, Window),
    /// A Region is gone, with every service in it.
    RegionDown(RegionDown, Window),
    /// Source servers are gone, and their agents with them.
    SourceDown(SourceDown, Window),
    /// A server's launch fails.
    LaunchFails(LaunchFails, Occasion),
    /// A new job stays hidden.
    LateJob(LateJob, Occasion),
    /// SSM agents are silent.
    AgentOffline(AgentOffline, Window),
    /// EC2 status checks do not pass.
    StatusChecks(StatusChecks, Window),
    /// Other people's jobs count too.
    QuotaInUse(QuotaInUse, Window),
}

impl Fault {
    /// What it is, and what it is about, in a few words.
    pub(crate) fn described(&self) -> String {
        let of = |kind: &str, what: &str| format!("{kind} of {what}");
        match self {
            Fault::Request(fault) => {
                let kind = match fault.fault {
                    RequestFault::Throttle { .. } => "throttle",
                    RequestFault::DropReply { .. } => "drop_reply",
                    RequestFault::InternalError { .. } => "internal_error",
                    RequestFault::Unavailable => "unavailable",
                    RequestFault::AccessDenied => "access_denied",
                    RequestFault::ExpiredCredentials => "expired_credentials",
                };
                of(kind, &fault.operation.to_string())
            }
            Fault::Outage(Outage::Credentials, _) => "expired_credentials".to_owned(),
            Fault::Outage(Outage::Network, _) => "no_network".to_owned(),
            Fault::RegionDown(..) => "region_down".to_owned(),
            Fault::SourceDown(fault, _) => of("source_down", fault.server.get_ref().as_str()),
            Fault::LaunchFails(fault, _) => of("launch_fails", fault.server.get_ref().as_str()),
            Fault::LateJob(..) => "late_job".to_owned(),
            Fault::AgentOffline(fault, _) => of("agent_offline", fault.server.get_ref().as_str()),
            Fault::StatusChecks(fault, _) => of("status_checks", fault.server.get_ref().as_str()),
            Fault::QuotaInUse(..) => "quota_in_use".to_owned(),
        }
    }

    /// How often it strikes which events, if it is one of single events.
    pub(crate) fn occasion(&self) -> Option<&Occasion> {
        match self {
            Fault::Request(OperationFault { occasion, .. })
            | Fault::LaunchFails(_, occasion)
            | Fault::LateJob(_, occasion) => Some(occasion),
            Fault::Outage(..)
            | Fault::RegionDown(..)
            | Fault::SourceDown(..)
            | Fault::AgentOffline(..)
            | Fault::StatusChecks(..)
            | Fault::QuotaInUse(..) => None,
        }
    }

    /// The pattern of server names, if the fault is about servers.
    pub(super) fn servers(&self) -> Option<&Spanned<Pattern>> {
        match self {
            Fault::SourceDown(fault, _) => Some(&fault.server),
            Fault::LaunchFails(fault, _) => Some(&fault.server),
            Fault::AgentOffline(fault, _) => Some(&fault.server),
            Fault::StatusChecks(fault, _) => Some(&fault.server),
            Fault::Request(_)
            | Fault::Outage(..)
            | Fault::RegionDown(..)
            | Fault::LateJob(..)
            | Fault::QuotaInUse(..) => None,
        }
    }
}
