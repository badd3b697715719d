//! Reads one `[[faults]]` entry: its `kind` says which other fields it may have.

use std::ops::Range;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::error::Mistake;
use super::estate_fault::{
    AgentOffline, LateJob, LaunchFails, QuotaInUse, SourceDown, StatusChecks,
};
use super::faults::{Fault, PlacedFault};
use super::identity::Region;
use super::request_fault::{
    AccessDenied, LostAnswer, Nothing, Operation, OperationFault, Outage, RegionDown, RequestFault,
    Throttle,
};
use super::window::{Occasion, Window};
use crate::wire::Service;

const KINDS: [&str; 13] = [
    "launch_fails",
    "throttle",
    "drop_reply",
    "internal_error",
    "access_denied",
    "expired_credentials",
    "no_network",
    "region_down",
    "source_down",
    "late_job",
    "agent_offline",
    "status_checks",
    "quota_in_use",
];

/// The fields of an [`Occasion`] behind that of every fault; the first two are those of a [`Window`].
const OCCASION: [&str; 5] = [REGION, "after", "for", "skip", "times"];

/// What every fault may have.
const REGION: &str = "region";

/// Reads one entry. The operations that it may name are those of `services`.
pub(super) fn fault(
    entry: Spanned<DeValue<'_>>,
    services: &[&'static Service],
) -> Result<PlacedFault, Mistake> {
    let span = entry.span();
    let DeValue::Table(mut fields) = entry.into_inner() else {
        return Err(Mistake::at(span, "a fault is a table: write [[faults]]"));
    };
    let Some(kind) = fields.remove("kind") else {
        return Err(Mistake::at(span, "missing field `kind`").listing(&KINDS));
    };
    let kind_span = kind.span();
    let Some(kind) = kind.get_ref().as_str().map(str::to_owned) else {
        return Err(Mistake::at(kind_span, "a kind is a string").listing(&KINDS));
    };
    let region = fields.remove(REGION).map(region).transpose()?;
    if kind == "region_down" && region.is_none() {
        return Err(Mistake::at(span, "missing field `region`: the one that is down"));
    }
    let entry = Entry { span, fields };
    Ok(PlacedFault { fault: of_kind(&kind, kind_span, entry, services)?, region })
}

/// The one Region of a fault.
fn region(value: Spanned<DeValue<'_>>) -> Result<Spanned<Region>, Mistake> {
    let span = value.span();
    let read = Spanned::<Region>::deserialize(ValueDeserializer::from(value));
    read.map_err(|error| Mistake::from(error).within(&span))
}

/// The fault, by its kind.
fn of_kind(
    kind: &str,
    kind_span: Range<usize>,
    mut entry: Entry<'_>,
    services: &[&'static Service],
) -> Result<Fault, Mistake> {
    let of_requests = |operation: &Spanned<String>, fault, occasion| {
        let operation = Operation::find(operation, services)?;
        Ok::<_, Mistake>(Fault::Request(OperationFault { operation, fault, occasion }))
    };
    Ok(match kind {
        "throttle" => {
            let (Throttle { operation, retry_after }, occasion) = entry.event()?;
            of_requests(&operation, RequestFault::Throttle { retry_after }, occasion)?
        }
        "drop_reply" => {
            let (LostAnswer { operation, effect }, occasion) = entry.event()?;
            of_requests(&operation, RequestFault::DropReply { effect }, occasion)?
        }
        "internal_error" => {
            let (LostAnswer { operation, effect }, occasion) = entry.event()?;
            of_requests(&operation, RequestFault::InternalError { effect }, occasion)?
        }
        "access_denied" => {
            let (AccessDenied { operation }, occasion) = entry.event()?;
            of_requests(&operation, RequestFault::AccessDenied, occasion)?
        }
        "expired_credentials" => {
            let (Nothing {}, window) = entry.lasting()?;
            Fault::Outage(Outage::Credentials, window)
        }
        "no_network" => {
            let (Nothing {}, window) = entry.lasting()?;
            Fault::Outage(Outage::Network, window)
        }
        "region_down" => {
            let (fault, window) = entry.lasting::<RegionDown>()?;
            Fault::RegionDown(fault, window)
        }
        "source_down" => {
            let (fault, window) = entry.lasting::<SourceDown>()?;
            Fault::SourceDown(fault, window)
        }
        "launch_fails" => {
            let (fault, occasion) = entry.event::<LaunchFails>()?;
            Fault::LaunchFails(fault, occasion)
        }
        "late_job" => {
            let (fault, occasion) = entry.event::<LateJob>()?;
            Fault::LateJob(fault, occasion)
        }
        "agent_offline" => {
            let (fault, window) = entry.lasting::<AgentOffline>()?;
            Fault::AgentOffline(fault, window)
        }
        "status_checks" => {
            let (fault, window) = entry.lasting::<StatusChecks>()?;
            Fault::StatusChecks(fault, window)
        }
        "quota_in_use" => {
            let (fault, window) = entry.lasting::<QuotaInUse>()?;
            Fault::QuotaInUse(fault, window)
        }
        other => {
            return Err(Mistake::at(kind_span, format!("unknown kind of fault `{other}`"))
                .suggesting(other, KINDS)
                .listing(&KINDS));
        }
    })
}

/// What is left of an entry without its `kind`.
struct Entry<'text> {
    span: Range<usize>,
    fields: DeTable<'text>,
}

impl Entry<'_> {
    /// A fault that strikes single events.
    fn event<T: DeserializeOwned>(&mut self) -> Result<(T, Occasion), Mistake> {
        let occasion = self.take(&OCCASION[1..])?;
        Ok((self.rest(&OCCASION)?, occasion))
    }

    /// A fault that holds for a time.
    fn lasting<T: DeserializeOwned>(&mut self) -> Result<(T, Window), Mistake> {
        let window = self.take(&OCCASION[1..3])?;
        Ok((self.rest(&OCCASION[..3])?, window))
    }

    fn take<T: DeserializeOwned>(&mut self, names: &[&str]) -> Result<T, Mistake> {
        let mut taken = DeTable::new();
        for name in names {
            if let Some((name, value)) = self.fields.remove_entry(*name) {
                taken.insert(name, value);
            }
        }
        read(taken, &self.span, &[])
    }

    fn rest<T: DeserializeOwned>(&mut self, taken: &[&str]) -> Result<T, Mistake> {
        read(std::mem::take(&mut self.fields), &self.span, taken)
    }
}

fn read<T: DeserializeOwned>(
    fields: DeTable<'_>,
    span: &Range<usize>,
    also_known: &[&str],
) -> Result<T, Mistake> {
    let value = Spanned::new(span.clone(), DeValue::Table(fields));
    T::deserialize(ValueDeserializer::from(value))
        .map_err(|error| Mistake::from_toml(&error, also_known).within(span))
}
