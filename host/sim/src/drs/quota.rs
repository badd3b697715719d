//! The quotas that DRS enforces on jobs.

use jiff::Timestamp;

use super::state::Drs;
use crate::estate::Estate;
use crate::fact::{Fact, source};

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "drs.quota.jobs",
        "At most 100 servers in a job, 500 in all active jobs, and 20 concurrent jobs, unless the \
         account has other quotas.",
        source::DRS_GUIDE,
    ),
    Fact::assumed(
        "drs.quota.terminate-counts",
        "A TERMINATE job counts against the same quotas as a launch.",
        "it is a job, and the quotas are on jobs",
    ),
    Fact::assumed(
        "drs.quota.order",
        "An unknown server is reported before a quota, and a quota before a conflict.",
        "no document says which error wins",
    ),
];

/// A quota that would be exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exceeded {
    pub(crate) quota_code: &'static str,
    /// What is limited, in words.
    pub(crate) what: &'static str,
    pub(crate) limit: usize,
}

impl Drs {
    /// Whether a job for `servers` more servers may start.
    pub(super) fn check_quotas(
        &self,
        estate: &Estate,
        servers: usize,
        now: Timestamp,
    ) -> Result<(), Exceeded> {
        let quotas = self.quotas;
        let others = estate.faults.quota_in_use(estate.elapsed(now));
        let active = || self.jobs.iter().filter(|job| job.is_active(now));
        let jobs = active().count() + others.jobs;
        let in_jobs = active().map(|job| job.participants.len()).sum::<usize>() + others.servers;
        let checks = [
            (servers, quotas.servers_per_job, "L-B827C881", "source servers in a single job"),
            (jobs + 1, quotas.concurrent_jobs, "L-D88FAC3A", "concurrent jobs in progress"),
            (
                in_jobs + servers,
                quotas.servers_in_active_jobs,
                "L-05AFA8C6",
                "source servers in all active jobs",
            ),
        ];
        checks.into_iter().try_for_each(|(wanted, limit, quota_code, what)| {
            if wanted > limit { Err(Exceeded { quota_code, what, limit }) } else { Ok(()) }
        })
    }
}
