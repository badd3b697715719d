//! The scenario: the world file, a pretend estate as an author writes it.
//!
//! It is TOML, strict and versioned. A field that does not exist is an error that names the file,
//! the line and the field, and suggests what was meant. Durations are strings: `"90s"`, `"2h30m"`.
//!
//! ```toml
//! version = 1                        # of this format
//! account = "123456789012"           # whose servers they are
//! region = "us-west-2"               # where everything is that names no other
//! regions = ["us-east-1"]            # others in which DRS is set up; optional
//! source_region = "us-east-1"        # where its servers run; a data centre unless it says so: "on-premises"
//! seed = 7                           # drives ids and jitter; optional
//! start = "2026-11-20T08:00:00Z"     # what a rehearsal's clock shows first; optional
//! page_size = 100                    # items on a page of any DRS list; optional
//!
//! [quotas]                           # optional; the defaults of DRS
//! servers_per_job = 100              # so many servers in one job
//! servers_in_active_jobs = 500       # so many in all jobs that have not ended
//! concurrent_jobs = 20               # so many jobs that have not ended
//!
//! [timing]                           # optional; what is not published is assumed
//! latency = "40ms"                   # of every call
//! jitter = 0.03                      # ±3 % on conversion and launch; 0 replays the recordings
//! job_visible_after = "2s"           # until DescribeJobs shows a new job
//! cleanup = "45s"                    # deleting the previous instance before a launch
//! termination = "60s"                # a TERMINATE job, or an EC2 instance shutting down
//! boot = "15s"                       # from `pending` to `running`
//! status_checks = "2m"               # from `running` to checks passed
//! agent_online = "30s"               # from `running` to the SSM agent's first word
//! command_visible_after = "1s"       # until GetCommandInvocation knows a command
//! snapshot_every = "10m"             # distance between recovery points
//! disconnected_after = "15m"         # from the last word of a source's agent to DISCONNECTED
//!
//! [state]                            # what the runbook remembers: see @moontide/state; optional
//! drills = 41
//!
//! [[hosted_zones]]                   # of Route 53, which has no Region; optional
//! id = "Z0123456789ABCDEFGHIJ"       # as AWS writes it
//! name = "shop.example"              # its domain
//! records = [{ name = "www.shop.example", type = "A", values = ["192.0.2.1"] }]   # what it answers at first
//!
//! [[servers]]                        # the source servers
//! name = "db-{n}"                    # its hostname; with `count`, `{n}` becomes 1, 2, …
//! count = 2                          # so many servers that differ by their names; optional
//! region = "us-west-2"               # or one of `regions`; commands, automations and faults may have it too
//! source_region = "us-east-1"        # where it runs, if elsewhere than the others
//! availability_zone = "us-west-2a"   # of its recovery instance; `a` unless it says so
//! tags = { App = "shop", Tier = "database" }   # a tag Name is what DRS and EC2 show instead of the hostname
//! platform = "linux"                 # or "windows": documents for the other one are refused
//! powershell = false                 # whether a Linux server can run AWS-RunPowerShellScript
//! slowness = 1.0                     # 2.0: conversion and launch take twice as long
//! replication = "CONTINUOUS"         # any DataReplicationState; what is not CONTINUOUS falls behind
//! lag = "0s"                         # age of the newest replicated data when the world starts
//! snapshots = 6                      # recovery points kept; 0: the initial sync never finished
//! ssm_agent = true                   # whether its recovery instance has a running agent
//! termination_protection = false     # whether EC2 refuses to terminate its recovery instance
//! recovery_instance = { drill = false, age = "1d" }   # one that already exists
//! # id = "s-0123456789abcdef0"       # otherwise derived from the name alone
//!
//! [[commands]]                       # the first entry that matches answers; without one: Success
//! document = "AWS-RunShellScript"    # all three conditions are optional
//! contains = "pg_isready"            # a part of any parameter value
//! server = "db-*"                    # `*` stands for anything
//! region = "us-west-2"               # answers in this Region alone
//! status = "Failed"                  # "Success", "Failed" or "TimedOut"; else as the exit code says
//! exit_code = 2                      # 194 on Linux, 3010 on Windows: see below
//! stdout = ""                        # what it prints
//! stderr = "no response"             # what it complains
//! takes = "5s"                       # how long it runs
//! # run = true                       # starts it as a process, with `moontide sim --allow-commands` alone
//!
//! [[automations]]                    # the first entry that matches ends it so; without one: Success
//! document = "Shop-PromoteReplica"   # optional
//! region = "us-west-2"               # ends it in this Region alone
//! status = "Failed"                  # "Success", "Failed", "TimedOut" or "Cancelled"
//! failure_message = "Step promote failed: the replica lags"   # why, where it does not succeed
//! outputs = { "promote.Position" = ["0/3000148"] }   # what it puts out
//! takes = "5m"                       # how long it runs
//! ```
//!
//! A command that ends with `exit_code = 194` on Linux, or 3010 on Windows, makes the agent restart the server
//! and run the command again; the next entry that matches answers then. A `status` beside it is final.
//!
//! A command of an entry with `run = true` is a process of this machine, with the variables that the agent gives; it
//! has no other result, and `takes` no time but its own. A rehearsal starts no process, and refuses such a world.
//!
//! The documents that exist are those that AWS owns and those that an entry names as its `document`; one of
//! `[[automations]]` without a `document` stands for any. What AWS owns and no entry answers does nothing and
//! succeeds, and a rehearsal says so. A command to a server whose platform its document is not for is refused.
//! A name that begins with aws, amazon or amzn is AWS's to give: an entry may have one that is not known here, which
//! a rehearsal notes, unless it is a letter or two from one that is known.
//! The ARN of a document of this account and Region is its name; an entry with the ARN of another account's document
//! says that it is shared.
//!
//! # Faults
//!
//! Each `[[faults]]` entry has a `kind`, and may have `after` (counted from the start of the world)
//! and `for`: outside that window it sleeps. `times` is how often it strikes: once, if neither
//! `times` nor `for` is given; for the whole window, if only `for` is. `skip` lets that many
//! calls through first. An operation is written `"drs:StartRecovery"`. Where several faults could
//! strike one call, the first in the file does, and the others do not count that call; but a Region that is
//! down comes before all others. A `region` beside any kind keeps the fault to that Region.
//!
//! A server whose source is down goes on being launched, from its last recovery point; the notes of a rehearsal
//! say which were. A world that begins two hours after its source went down has servers with `lag = "2h"`.
//!
//! ```toml
//! [[faults]]
//! kind = "launch_fails"              # counts each launch of each server that it names
//! server = "db-2"
//! phase = "launch"                   # or "snapshot", "conversion"
//! error = "InsufficientInstanceCapacity"
//!
//! [[faults]]
//! kind = "throttle"                  # 429 (DRS), ThrottlingException (SSM), 503 (EC2)
//! operation = "drs:DescribeJobs"
//! times = 3
//! retry_after = "1s"
//!
//! [[faults]]
//! kind = "drop_reply"                # the connection dies without a reply
//! operation = "drs:StartRecovery"
//! effect = true                      # false: it dies before anything happened
//!
//! [[faults]]
//! kind = "internal_error"            # 500
//! operation = "ssm:SendCommand"
//! effect = true                      # true: and yet it happened
//!
//! [[faults]]
//! kind = "access_denied"             # 403: the caller may not do this
//! operation = "drs:DescribeJobs"
//!
//! [[faults]]
//! kind = "expired_credentials"       # every request of every service is refused
//! after = "10m"
//! for = "20m"                        # without: for ever
//!
//! [[faults]]
//! kind = "no_network"                # no request arrives
//! after = "1h"
//! for = "3m"                         # without: for ever
//!
//! [[faults]]
//! kind = "region_down"               # no request to any service in this Region has an effect, and servers that
//!                                    # run there do not replicate: STALLED, later DISCONNECTED
//! region = "us-east-1"               # any Region, also one of which the world knows nothing else
//! answers = "nothing"                # the connection dies; or "unavailable": 503
//! after = "10m"
//! for = "2h"                         # without: for ever
//!
//! [[faults]]
//! kind = "source_down"               # these servers do not replicate: their data centre has no power
//! server = "db-*"
//! after = "10m"
//! for = "2h"                         # without: for ever
//!
//! [[faults]]
//! kind = "late_job"                  # DescribeJobs does not show the next new job for so long
//! by = "90s"
//!
//! [[faults]]
//! kind = "agent_offline"             # the SSM agents of these servers' instances are silent
//! server = "db-*"
//! after = "10m"
//! for = "5m"                         # without: for ever
//!
//! [[faults]]
//! kind = "status_checks"             # EC2 status checks do not pass
//! server = "db-1"
//! status = "impaired"                # or "initializing": they never finish
//!
//! [[faults]]
//! kind = "quota_in_use"              # other people's jobs
//! jobs = 18
//! servers = 450
//! for = "20m"                        # without: for ever
//! ```

/// This file, whose head shows all that a world file may say: the reference is made of it.
pub const REFERENCE: &str = include_str!("mod.rs");

mod automation;
mod command;
mod document;
mod duration;
mod error;
mod estate_fault;
mod faults;
mod fields;
mod identity;
mod known;
mod pattern;
mod place;
mod plainly;
pub(crate) mod read;
mod read_fault;
mod regions;
mod remembered;
mod request_fault;
mod scripts;
mod section;
mod server;
mod server_entry;
mod timing;
mod whole;
mod window;
mod written;

pub(crate) use automation::{Automation, AutomationStatus};
pub(crate) use command::{Command, CommandStatus};
pub use error::WorldError;
pub(crate) use estate_fault::{CheckStatus, LaunchPhase};
pub(crate) use faults::{Fault, PlacedFault};
pub(crate) use known::known;
pub use read::Commands;
pub(crate) use request_fault::RequestFault;
pub(crate) use section::Section;
pub(crate) use server::{Replication, Server};
pub use whole::Scenario;
pub(crate) use window::{Occasion, Window};
