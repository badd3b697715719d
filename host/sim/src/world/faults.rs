//! `[[faults]]`: what goes wrong on purpose.

use std::fmt;

use jiff::SignedDuration;
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use toml::Spanned;

use super::error::Trouble;
use super::{Pattern, Region, duration};
use crate::wire::{Request, Service};

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
    Request(RequestFault),
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

/// When a lasting fault holds, counted from the start of the world.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Window {
    #[serde(deserialize_with = "duration::read")]
    pub(crate) after: SignedDuration,
    #[serde(rename = "for", deserialize_with = "duration::read_lasting")]
    pub(crate) lasting: Option<SignedDuration>,
}

impl Window {
    /// Whether the fault holds `elapsed` after the start of the world.
    pub(crate) fn contains(&self, elapsed: SignedDuration) -> bool {
        elapsed >= self.after && self.end().is_none_or(|end| elapsed < end)
    }

    /// When it is over; `None` if never.
    pub(crate) fn end(&self) -> Option<SignedDuration> {
        self.lasting.map(|lasting| self.after.saturating_add(lasting))
    }
}

/// When, and how often, a fault of single events strikes.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Occasion {
    /// Events let through first.
    pub(crate) skip: u32,
    #[serde(deserialize_with = "times")]
    pub(crate) times: Option<u32>,
    #[serde(deserialize_with = "duration::read")]
    pub(crate) after: SignedDuration,
    #[serde(rename = "for", deserialize_with = "duration::read_lasting")]
    pub(crate) lasting: Option<SignedDuration>,
}

fn times<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    match u32::deserialize(from)? {
        0 => Err(D::Error::custom("what strikes no time never happens: leave the fault out")),
        times => Ok(Some(times)),
    }
}

impl Occasion {
    pub(crate) fn window(&self) -> Window {
        Window { after: self.after, lasting: self.lasting }
    }

    /// How often it strikes: by default once, or without limit inside a window that ends.
    pub(crate) fn limit(&self) -> u32 {
        self.times.unwrap_or(if self.lasting.is_some() { u32::MAX } else { 1 })
    }
}

/// A fault between a request and its reply.
#[derive(Debug, Clone)]
pub(crate) struct RequestFault {
    pub(crate) operation: Operation,
    pub(crate) strike: Strike,
    pub(crate) occasion: Occasion,
}

/// What happens to the request that is struck.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Strike {
    /// Refused for coming too fast, without an effect.
    Throttle { retry_after: SignedDuration },
    /// The connection dies; with an effect, it dies after it.
    DropReply { effect: bool },
    /// Status 500; with an effect, it happened all the same.
    InternalError { effect: bool },
    /// Status 503, without an effect.
    Unavailable,
    /// The caller may not do this.
    AccessDenied,
    /// The caller's credentials have expired.
    ExpiredCredentials,
}

/// What every request meets while it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outage {
    /// The caller's credentials have expired.
    Credentials,
    /// No request arrives.
    Network,
}

impl Outage {
    /// What it does to a request.
    pub(crate) fn strike(self) -> Strike {
        match self {
            Outage::Credentials => Strike::ExpiredCredentials,
            Outage::Network => Strike::DropReply { effect: false },
        }
    }
}

/// `kind = "region_down"`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegionDown {
    #[serde(default)]
    pub(crate) answers: Answers,
}

/// What a caller hears of a Region that is down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Answers {
    /// The connection dies.
    #[default]
    Nothing,
    /// Status 503.
    Unavailable,
}

impl RegionDown {
    /// What it does to a request.
    pub(crate) fn strike(self) -> Strike {
        match self.answers {
            Answers::Nothing => Strike::DropReply { effect: false },
            Answers::Unavailable => Strike::Unavailable,
        }
    }
}

/// `kind = "source_down"`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceDown {
    pub(crate) server: Spanned<Pattern>,
}

/// `kind = "access_denied"`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccessDenied {
    pub(super) operation: Spanned<String>,
}

/// `kind = "expired_credentials"` and `kind = "no_network"`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// `drs:StartRecovery`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Operation {
    pub(crate) service: &'static str,
    pub(crate) name: &'static str,
}

impl Operation {
    /// Finds an operation of `services` by how a world file spells it.
    pub(super) fn find(
        written: &Spanned<String>,
        services: &[&'static Service],
    ) -> Result<Self, Trouble> {
        let of = |service: &'static Service| {
            let names = service.operations.iter();
            names.map(|name| Operation { service: service.name, name })
        };
        let known = || services.iter().copied().flat_map(of);
        let text = written.get_ref();
        known().find(|it| it.to_string() == *text).ok_or_else(|| {
            let names: Vec<String> = known().map(|it| it.to_string()).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            Trouble::at(written.span(), format!("unknown operation `{text}`"))
                .suggesting(text, names.iter().copied())
                .listing(&names)
        })
    }

    /// Whether the request asks for this operation.
    pub(crate) fn is_of(&self, request: &Request) -> bool {
        self.service == request.service.name && self.name == request.operation
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service, self.name)
    }
}

/// `kind = "throttle"`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Throttle {
    pub(super) operation: Spanned<String>,
    #[serde(default = "a_second", deserialize_with = "duration::read")]
    pub(super) retry_after: SignedDuration,
}

fn a_second() -> SignedDuration {
    SignedDuration::from_secs(1)
}

/// `kind = "drop_reply"` and `kind = "internal_error"`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LostAnswer {
    pub(super) operation: Spanned<String>,
    #[serde(default = "happened")]
    pub(super) effect: bool,
}

fn happened() -> bool {
    true
}

/// `kind = "launch_fails"`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LaunchFails {
    pub(crate) server: Spanned<Pattern>,
    #[serde(default)]
    pub(crate) phase: LaunchPhase,
    #[serde(default = "no_capacity")]
    pub(crate) error: String,
}

fn no_capacity() -> String {
    "InsufficientInstanceCapacity".to_owned()
}

/// The part of a launch in which a server fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LaunchPhase {
    Snapshot,
    Conversion,
    #[default]
    Launch,
}

/// `kind = "late_job"`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LateJob {
    #[serde(deserialize_with = "duration::read")]
    pub(crate) by: SignedDuration,
}

/// `kind = "agent_offline"`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgentOffline {
    pub(crate) server: Spanned<Pattern>,
}

/// `kind = "status_checks"`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatusChecks {
    pub(crate) server: Spanned<Pattern>,
    #[serde(default)]
    pub(crate) status: CheckStatus,
}

/// What status checks show instead of `ok`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CheckStatus {
    #[default]
    Impaired,
    Initializing,
}

/// `kind = "quota_in_use"`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuotaInUse {
    #[serde(default)]
    pub(crate) jobs: usize,
    #[serde(default)]
    pub(crate) servers: usize,
}

impl Fault {
    /// What it is, and what it is about, in a few words.
    pub(crate) fn described(&self) -> String {
        let of = |kind: &str, what: &str| format!("{kind} of {what}");
        match self {
            Fault::Request(fault) => {
                let kind = match fault.strike {
                    Strike::Throttle { .. } => "throttle",
                    Strike::DropReply { .. } => "drop_reply",
                    Strike::InternalError { .. } => "internal_error",
                    Strike::Unavailable => "unavailable",
                    Strike::AccessDenied => "access_denied",
                    Strike::ExpiredCredentials => "expired_credentials",
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
            Fault::Request(RequestFault { occasion, .. })
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
