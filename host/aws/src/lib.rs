//! The world of Moontide: what a runbook may ask of AWS, spoken with the official SDK.
//!
//! - [`session`]: which profile, Region, endpoint and HTTP client; says what is wrong with them.
//! - [`world`]: the list of operations, one line each. Start reading here.
//! - `aws_time`: what time it is in AWS, whatever our own clock says.
//! - `binding`: how an operation is written down, and how it becomes the engine's `Operation`.
//! - `bounded`: how far an answer is read.
//! - `services`: the clients of a session, one set per Region, and what all operations share.
//! - `attempts`: how often the SDK may send a request.
//! - `error`: what an answer, or the lack of one, says about whether a call happened.
//! - `sights`: what the door keeps of calls that look again and again.
//! - `settle`, `poll`, `pace`: looking again until AWS shows what is there, or until it is over.
//! - [`store`]: executions in a DynamoDB table, for machines that share them.
//! - `drs`, `ec2`, `ssm`, `sts`: a file per operation.
//!
//! To add an operation, write its file, and its line in [`world`].

mod attempts;
mod aws_time;
mod binding;
mod bounded;
mod drs;
mod ec2;
mod error;
mod leaving;
mod length;
mod moment;
mod pace;
mod pages;
mod poll;
mod record;
mod services;
pub mod session;
mod settle;
mod sights;
mod ssm;
pub mod store;
mod sts;
pub mod tags;
pub mod world;

pub use services::Settings;
pub use session::{Session, SessionError, SessionSettings};
pub use store::DynamoStore;
pub use world::AwsWorld;
