//! Faults between a request and its reply.

use std::fmt;

use jiff::SignedDuration;
use serde::Deserialize;
use toml::Spanned;

use super::duration;
use super::error::Mistake;
use super::window::Occasion;
use crate::wire::{Request, Service};

/// A fault between a request and its reply.
#[derive(Debug, Clone)]
pub(crate) struct OperationFault {
    pub(crate) operation: Operation,
    pub(crate) fault: RequestFault,
    pub(crate) occasion: Occasion,
}

/// What happens to the request that is struck.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RequestFault {
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
    pub(crate) fn fault(self) -> RequestFault {
        match self {
            Outage::Credentials => RequestFault::ExpiredCredentials,
            Outage::Network => RequestFault::DropReply { effect: false },
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
    pub(crate) fn fault(self) -> RequestFault {
        match self.answers {
            Answers::Nothing => RequestFault::DropReply { effect: false },
            Answers::Unavailable => RequestFault::Unavailable,
        }
    }
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
    ) -> Result<Self, Mistake> {
        let of = |service: &'static Service| {
            let names = service.operations.iter();
            names.map(|name| Operation { service: service.name, name })
        };
        let known = || services.iter().copied().flat_map(of);
        let text = written.get_ref();
        known().find(|it| it.to_string() == *text).ok_or_else(|| {
            let names: Vec<String> = known().map(|it| it.to_string()).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            Mistake::at(written.span(), format!("unknown operation `{text}`"))
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
