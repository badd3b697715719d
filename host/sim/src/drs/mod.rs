//! AWS Elastic Disaster Recovery.
//!
//! | file | what it owns |
//! |---|---|
//! | `plug` | the service for the list of services |
//! | `operations` | its operations by name; each of the others with an operation's name answers it |
//! | `state` | source servers and jobs |
//! | `job`, `launch`, `terminate_job`, `timeline`, `recorded` | what a job does, computed whole when it is created |
//! | `quota`, `quotas` | how many jobs there may be, and what the world file says of that |
//! | `replication`, `silence`, `recovery_points` | how fresh the data of a server is, and which recovery points it has |
//! | `input`, `paging`, `reply`, `error` | requests and replies in JSON |

mod error;
mod input;
mod job;
mod job_log;
mod jobs;
mod launch;
mod launch_configuration;
mod operations;
mod paging;
mod plug;
mod quota;
mod quotas;
mod recorded;
mod recovery_instances;
mod recovery_points;
mod replication;
mod reply;
mod silence;
mod snapshots;
mod source_servers;
mod start_recovery;
mod state;
mod tags;
mod terminate;
mod terminate_job;
mod timeline;

pub(crate) use plug::PLUG;
