//! Reads one `[[faults]]` entry: its `kind` says which other fields it may have.

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::error::Trouble;
use super::faults::{
    AccessDenied, AgentOffline, Fault, LateJob, LaunchFails, LostAnswer, Nothing, Occasion, Outage,
    QuotaInUse, RequestFault, StatusChecks, Strike, Throttle, Window,
};

const KINDS: [&str; 11] = [
    "launch_fails",
    "throttle",
    "drop_reply",
    "internal_error",
    "access_denied",
    "expired_credentials",
    "no_network",
    "late_job",
    "agent_offline",
    "status_checks",
    "quota_in_use",
];

/// The fields of an [`Occasion`]; the first two are those of a [`Window`].
const OCCASION: [&str; 4] = ["after", "for", "skip", "times"];

/// Reads the entry that begins at `entry`'s span.
pub(super) fn fault(entry: Spanned<DeValue<'_>>) -> Result<Fault, Trouble> {
    let span = entry.span();
    let DeValue::Table(mut fields) = entry.into_inner() else {
        return Err(Trouble::at(span, "a fault is a table: write [[faults]]"));
    };
    let Some(kind) = fields.remove("kind") else {
        return Err(Trouble::at(span, "missing field `kind`").listing(&KINDS));
    };
    let kind_span = kind.span();
    let Some(kind) = kind.get_ref().as_str().map(str::to_owned) else {
        return Err(Trouble::at(kind_span, "a kind is a string").listing(&KINDS));
    };
    let mut entry = Entry { span, fields };

    Ok(match kind.as_str() {
        "throttle" => {
            let (Throttle { operation, retry_after }, occasion) = entry.event()?;
            let strike = Strike::Throttle { retry_after };
            Fault::Request(RequestFault { operation, strike, occasion })
        }
        "drop_reply" => {
            let (LostAnswer { operation, effect }, occasion) = entry.event()?;
            let strike = Strike::DropReply { effect };
            Fault::Request(RequestFault { operation, strike, occasion })
        }
        "internal_error" => {
            let (LostAnswer { operation, effect }, occasion) = entry.event()?;
            let strike = Strike::InternalError { effect };
            Fault::Request(RequestFault { operation, strike, occasion })
        }
        "access_denied" => {
            let (AccessDenied { operation }, occasion) = entry.event()?;
            let strike = Strike::AccessDenied;
            Fault::Request(RequestFault { operation, strike, occasion })
        }
        "expired_credentials" => {
            let (Nothing {}, window) = entry.lasting()?;
            Fault::Outage(Outage::Credentials, window)
        }
        "no_network" => {
            let (Nothing {}, window) = entry.lasting()?;
            Fault::Outage(Outage::Network, window)
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
            return Err(Trouble::at(kind_span, format!("unknown kind of fault `{other}`"))
                .suggesting(other, KINDS)
                .listing(&KINDS));
        }
    })
}

/// What is left of an entry without its `kind`.
struct Entry<'text> {
    span: std::ops::Range<usize>,
    fields: DeTable<'text>,
}

impl Entry<'_> {
    /// A fault that strikes single events.
    fn event<T: DeserializeOwned>(&mut self) -> Result<(T, Occasion), Trouble> {
        let occasion = self.take(&OCCASION)?;
        Ok((self.rest(&OCCASION)?, occasion))
    }

    /// A fault that holds for a time.
    fn lasting<T: DeserializeOwned>(&mut self) -> Result<(T, Window), Trouble> {
        let window = self.take(&OCCASION[..2])?;
        Ok((self.rest(&OCCASION[..2])?, window))
    }

    fn take<T: DeserializeOwned>(&mut self, names: &[&str]) -> Result<T, Trouble> {
        let mut taken = DeTable::new();
        for name in names {
            if let Some((name, value)) = self.fields.remove_entry(*name) {
                taken.insert(name, value);
            }
        }
        read(taken, &self.span, &[])
    }

    fn rest<T: DeserializeOwned>(&mut self, taken: &[&str]) -> Result<T, Trouble> {
        read(std::mem::take(&mut self.fields), &self.span, taken)
    }
}

fn read<T: DeserializeOwned>(
    fields: DeTable<'_>,
    span: &std::ops::Range<usize>,
    also_known: &[&str],
) -> Result<T, Trouble> {
    let value = Spanned::new(span.clone(), DeValue::Table(fields));
    T::deserialize(ValueDeserializer::from(value))
        .map_err(|error| Trouble::from_toml(&error, also_known).within(span))
}
