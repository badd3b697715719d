//! `[timing]`: how long things take.

use jiff::SignedDuration;
use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::duration;

/// How long things take, beyond what the recorded jobs say.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Timing {
    /// Of every call, half before and half after its effect.
    #[serde(deserialize_with = "duration::read")]
    pub(crate) latency: SignedDuration,
    /// The largest share by which a server's conversion and launch differ from the recording.
    #[serde(deserialize_with = "share")]
    pub(crate) jitter: f64,
    #[serde(deserialize_with = "duration::read")]
    pub(crate) job_visible_after: SignedDuration,
    #[serde(deserialize_with = "duration::read")]
    pub(crate) cleanup: SignedDuration,
    #[serde(deserialize_with = "duration::read")]
    pub(crate) termination: SignedDuration,
    #[serde(deserialize_with = "duration::read")]
    pub(crate) boot: SignedDuration,
    #[serde(deserialize_with = "duration::read")]
    pub(crate) status_checks: SignedDuration,
    #[serde(deserialize_with = "duration::read")]
    pub(crate) agent_online: SignedDuration,
    #[serde(deserialize_with = "duration::read")]
    pub(crate) command_visible_after: SignedDuration,
    #[serde(deserialize_with = "spacing")]
    pub(crate) snapshot_every: SignedDuration,
    /// From the last word of a source's agent on.
    #[serde(deserialize_with = "duration::read")]
    pub(crate) disconnected_after: SignedDuration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            latency: SignedDuration::from_millis(40),
            jitter: 0.03,
            job_visible_after: SignedDuration::from_secs(2),
            cleanup: SignedDuration::from_secs(45),
            termination: SignedDuration::from_secs(60),
            boot: SignedDuration::from_secs(15),
            status_checks: SignedDuration::from_mins(2),
            agent_online: SignedDuration::from_secs(30),
            command_visible_after: SignedDuration::from_secs(1),
            snapshot_every: SignedDuration::from_mins(10),
            disconnected_after: SignedDuration::from_mins(15),
        }
    }
}

fn share<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    match f64::deserialize(from)? {
        share if (0.0..1.0).contains(&share) => Ok(share),
        other => Err(D::Error::custom(format!("jitter is a share from 0 to below 1, not {other}"))),
    }
}

fn spacing<'de, D: Deserializer<'de>>(from: D) -> Result<SignedDuration, D::Error> {
    match duration::read(from)? {
        duration if duration >= SignedDuration::from_secs(1) => Ok(duration),
        _ => Err(D::Error::custom("snapshots cannot be less than a second apart")),
    }
}
