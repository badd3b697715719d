//! The world of Moontide: what a runbook may ask of AWS, spoken with the official SDK.
//!
//! - [`services`]: the list of services, one line each. Start reading here.
//! - `plug`: what a service says of itself, in its folder: `drs`, `ec2`, `route53`, `ssm`, `sts`; there, a file per operation.
//! - `binding`: how an operation is written down, and how it becomes the engine's `Operation`.
//! - [`session`]: which profile, Region, endpoint and HTTP client; says what is wrong with them.
//! - `aws`: what all operations of a session share; `clients` are made when they are first asked for.
//! - [`world`]: all of it as the engine's `World`.
//! - `error`: what an answer, or the lack of one, says about whether a call happened.
//! - `attempts`: how often the SDK may send a request; `leaving` is the last moment to keep one back.
//! - `aws_time`: what time it is in AWS, whatever our own clock says.
//! - `bounded`, `pages`: how far an answer and a list are read.
//! - `record`, `length`, `moment`, [`tags`]: arguments and answers, from and to AWS's shapes.
//! - `settle`, `poll`, `jitter`, `sights`: looking again until AWS shows what is there, or until it is over.
//! - [`commands`]: what an operator sends to instances from a terminal.
//! - [`store`]: executions in a DynamoDB table, for machines that share them.
//! - [`tell`]: topics and buses, through which a runner tells others. [`web`]: places that are not AWS, and which of them
//!   may be reached.
//!
//! To add an operation, write its file, and its line in the `operations` of its service. To add a service, write its folder,
//! and its line in [`services`].

mod attempts;
mod aws;
mod aws_time;
mod binding;
mod bounded;
mod clients;
mod drs;
mod ec2;
mod error;
mod jitter;
mod leaving;
mod length;
mod moment;
mod pages;
mod plug;
mod poll;
mod record;
mod route53;
pub mod services;
pub mod session;
mod settle;
mod sights;
mod ssm;
pub mod store;
mod sts;
pub mod tags;
pub mod tell;
pub mod web;
pub mod world;

pub use aws::Settings;
pub use session::{IN_PROCESS, Session, SessionError, SessionSettings};
pub use ssm::commands;
pub use store::DynamoStore;
pub use world::AwsWorld;
