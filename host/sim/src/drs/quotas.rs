//! `[quotas]` of the world file.

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use crate::scenario::Section;

/// The field of the world file.
pub(super) static SECTION: Section = Section::of::<Quotas>("quotas");

/// The quotas that DRS enforces on jobs.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Quotas {
    #[serde(deserialize_with = "of_a_job")]
    pub(super) servers_per_job: usize,
    #[serde(deserialize_with = "some")]
    pub(super) servers_in_active_jobs: usize,
    #[serde(deserialize_with = "some")]
    pub(super) concurrent_jobs: usize,
}

/// One `StartRecovery` names so many servers, whatever the quota is: `drs.start-recovery.size`.
const MOST_OF_A_JOB: usize = 200;

fn of_a_job<'de, D: Deserializer<'de>>(from: D) -> Result<usize, D::Error> {
    match usize::deserialize(from)? {
        servers @ 1..=MOST_OF_A_JOB => Ok(servers),
        other => Err(D::Error::custom(format!(
            "a job has from 1 to {MOST_OF_A_JOB} servers, which is what AWS takes in one call, not {other}"
        ))),
    }
}

/// A quota that lets nothing through is none that AWS has.
fn some<'de, D: Deserializer<'de>>(from: D) -> Result<usize, D::Error> {
    match usize::deserialize(from)? {
        0 => Err(D::Error::custom(
            "a quota of 0 would let no job start; [[faults]] with `quota_in_use` says what others use up",
        )),
        more => Ok(more),
    }
}

impl Default for Quotas {
    fn default() -> Self {
        Self { servers_per_job: 100, servers_in_active_jobs: 500, concurrent_jobs: 20 }
    }
}
