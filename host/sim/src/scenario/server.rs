//! `[[servers]]`: the source servers of the estate.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::Deserialize;

use super::duration;
use crate::platform::Platform;

/// One source server.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    pub(crate) name: String,
    /// Where DRS would launch it.
    pub(crate) region: String,
    /// The Availability Zone in which DRS would launch it.
    pub(crate) zone: String,
    pub(crate) id: String,
    /// The Region in which it runs; `None` if it runs in a data centre.
    pub(crate) source: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) platform: Platform,
    /// Whether PowerShell is installed; it always is on Windows.
    pub(crate) powershell: bool,
    /// Conversion and launch take this many times as long as recorded. A published drill of two
    /// small Windows servers took 24 minutes, which is about 3.
    pub(crate) slowness: f64,
    pub(crate) replication: Replication,
    /// Age of the newest replicated data when the world starts.
    pub(crate) lag: SignedDuration,
    /// How many recovery points are kept; 0 means that the initial sync never finished.
    pub(crate) snapshots: u32,
    pub(crate) ssm_agent: bool,
    /// Whether its instances are protected against termination.
    pub(crate) termination_protection: bool,
    pub(crate) recovery_instance: Option<ExistingInstance>,
}

/// The `DataReplicationState` of DRS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, serde::Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Replication {
    Stopped,
    Initiating,
    InitialSync,
    Backlog,
    CreatingSnapshot,
    #[default]
    Continuous,
    Paused,
    Rescan,
    Stalled,
    Disconnected,
}

/// A recovery instance that stands when the world starts.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExistingInstance {
    pub(crate) drill: bool,
    /// How long ago its job was started.
    #[serde(default = "a_day", deserialize_with = "duration::read")]
    pub(crate) age: SignedDuration,
}

fn a_day() -> SignedDuration {
    SignedDuration::from_hours(24)
}
