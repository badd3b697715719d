//! AWS Elastic Disaster Recovery.
//!
//! - [`job`]: a job as a runbook sees it.
//! - [`poller`]: waits for all jobs of the process with as few calls as possible; `watch` knows what
//!   was seen of them, `cadence` how often to look. [`job_log`] adds what the log says.
//! - [`adopt`]: finds a job that was started without our seeing the answer.
//! - [`replaced`]: what a launch would delete, and whose that is.
//! - [`lookup`]: pages of jobs and recovery instances, for consequences and reconciliation.
//! - everything else: an operation, under its own name.

pub(crate) mod adopt;
pub(crate) mod await_jobs;
mod cadence;
pub(crate) mod describe_job_log_items;
pub(crate) mod describe_jobs;
pub(crate) mod describe_recovery_instances;
pub(crate) mod describe_recovery_snapshots;
pub(crate) mod describe_source_servers;
pub(crate) mod find_launch;
pub(crate) mod job;
pub(crate) mod job_log;
pub(crate) mod lookup;
pub(crate) mod poller;
mod replaced;
pub(crate) mod start_recovery;
pub(crate) mod terminate_recovery_instances;
mod watch;
