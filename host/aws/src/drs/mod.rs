//! AWS Elastic Disaster Recovery.
//!
//! - `plug`: the service, as this crate reaches it; `operations`: what runbooks may ask of it.
//! - [`job`]: a job as a runbook sees it.
//! - [`poller`]: waits for all jobs of the process with as few calls as possible; `watch` knows what
//!   was seen of them, `cadence` how often to look. [`job_log`] adds what the log says.
//! - [`adopt`]: finds a job that was started without our seeing the answer.
//! - [`replaced`]: what a launch would delete, and whose that is.
//! - [`lookup`]: pages of jobs and recovery instances, for consequences and reconciliation; [`origins`]: the
//!   executions that started jobs.
//! - everything else: an operation, under its own name.

pub(crate) mod adopt;
mod await_jobs;
mod cadence;
mod describe_job_log_items;
mod describe_jobs;
mod describe_recovery_instances;
mod describe_recovery_snapshots;
mod describe_source_servers;
mod find_launch;
pub(crate) mod job;
pub(crate) mod job_log;
pub(crate) mod lookup;
mod operations;
pub(crate) mod origins;
mod plug;
pub(crate) mod poller;
mod replaced;
mod start_recovery;
mod terminate_recovery_instances;
mod watch;

pub(crate) use operations::OPERATIONS;
pub(crate) use plug::Drs;
