//! What an operator can do with Moontide, as a library: plain data in, plain data out. It knows no terminal and no
//! command line: a face, such as the binary in `host/cli`, turns words into calls and results into words.
//!
//! What a face hands in:
//! - [`environment`]: the variables, read once. The only file that reads them.
//! - [`settings`]: `moontide.toml`, limits, patience.
//! - [`listener`]: how a face hears what an operator should know while a call is at work.
//! - [`face`]: the observers of a drive, and what answers its questions. [`operator`]: all of it, for calls
//!   about executions.
//!
//! Where things are:
//! - [`stores`]: which store, and opening it. [`runbook`]: the files of a runbook, and its plan.
//! - [`params`]: the values of params, and where secret ones are kept. [`world_file`]: the files of pretend worlds.
//! - [`files`], [`loose`]: what is read as text, and what others may read or change.
//!
//! People, time and names:
//! - [`whoami`]: people and processes. [`aws`]: whose credentials they are. [`clocks`]: whose time.
//! - [`target`]: where AWS is for a call. [`reached`]: the world of an execution, reached.
//! - [`ids`], [`labels`]: how executions are called. [`leases`]: taking the lease of an execution;
//!   [`renewal`]: keeping it.
//!
//! What can be done:
//! - [`start`]: starting an execution. [`resume`]: going on with one.
//! - [`signals`]: answer, pause, resume, cancel, retry, skip, note.
//! - [`runner`]: driving an execution, prepared in one place. [`claims`]: the plan that it holds meanwhile.
//! - [`rehearsal`]: an execution against the simulator, in virtual time. [`execution`]: the head of a new execution.
//! - [`session`]: what an operator types, line by line.
//! - [`notify`]: telling others what happens.
//! - [`ssm`]: as a command of Systems Manager: what it prints there, documents, packages, sending.
//! - [`schedule`]: what is started unattended, at its times.
//! - [`answers`]: what answers prompts, besides a person who is asked there and then.
//!
//! What is known: [`estate`], the servers that DRS protects. [`view`], of an execution as its store has it. [`list`]: the executions of a store. [`watch`]: what
//! happens to them, as it happens. [`report`]: what an auditor is given.
//! [`compliance`]: the same across executions. `objective`: whether an RTO and an RPO are met, for all of them. [`state`]: what runbooks remember. [`journal`]: what a stored journal is worth.
//!
//! What is still to be done: [`cleanup`], of what a drill has launched. [`obligations`]: what is owed for executions
//! that are over. [`adopt`]: what executions have launched whose store is lost. [`prune`]: what is done and old.
//! [`moves`]: executions that leave one store for another.
//!
//! What comes back when it goes wrong: [`error`], with the [`next`] step as data. [`words`]: times and numbers as
//! sentences have them.

pub mod adopt;
pub mod answers;
pub mod aws;
pub mod claims;
pub mod cleanup;
pub mod clocks;
pub mod compliance;
pub mod contract;
pub mod environment;
pub mod error;
pub mod estate;
pub mod execution;
pub mod face;
pub mod files;
pub mod ids;
pub mod journal;
pub mod labels;
pub mod leases;
pub mod list;
pub mod listener;
pub mod loose;
pub mod moves;
pub mod next;
pub mod notify;
mod objective;
pub mod obligations;
pub mod operator;
pub mod params;
pub mod prune;
pub mod reached;
pub mod rehearsal;
pub mod renewal;
pub mod report;
pub mod resume;
pub mod runbook;
pub mod runner;
pub mod schedule;
pub mod session;
pub mod settings;
pub mod signals;
pub mod ssm;
pub mod start;
pub mod state;
pub mod stores;
pub mod target;
pub mod view;
pub mod watch;
pub mod whoami;
pub mod words;
pub mod world_file;
