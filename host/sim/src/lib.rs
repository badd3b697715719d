//! The pretend world: DRS, EC2, SSM and STS over their own wire protocols, for one account and its
//! Regions.
//!
//! It knows neither the AWS SDK nor the engine: a caller speaks HTTP to it, as to AWS.
//!
//! | room | what it owns |
//! |---|---|
//! | `wire`, `fact`, `seed`, `assumption`, `nearest`, `platform`, `tags`, `documents` | the ground: data that every room speaks of |
//! | [`scenario`] | the world file as an author writes it: strict, versioned TOML |
//! | `fault` | what goes wrong on purpose between a request and its reply |
//! | `estate`, `instance` | what the services of a Region share, each thing a pure function of time |
//! | `plug` | what the house asks of a service |
//! | `drs`, `ec2`, `route53`, `ssm`, `sts` | one service each: its state, its operations, its refusals |
//! | `services` | the list of them |
//! | `reader`, `recognise`, `facts` | what is asked of the whole list: a world file's operations, a message's service, all facts |
//! | `region`, `regions`, `calls` | one request at one instant: its faults, its Region, its place in the list of calls |
//! | `process`, `processes` | a command that really runs: what it is, and its process on this machine |
//! | `clock`, `http`, `simulator`, `serve` | the two clocks; the way in and out |
//!
//! Rooms import those above them. Start reading at `regions.rs`: one request, one instant, one reply, and no I/O.
//!
//! A new service is a folder with a plug (`mod` below) and a line in `services.rs`.

mod assumption;
mod calls;
mod clock;
mod documents;
mod drs;
mod ec2;
mod estate;
mod fact;
mod facts;
mod fault;
mod http;
mod instance;
mod nearest;
mod platform;
mod plug;
mod process;
#[cfg_attr(not(unix), path = "processes/elsewhere.rs")]
mod processes;
mod reader;
mod recognise;
mod region;
mod regions;
mod route53;
pub mod scenario;
mod seed;
mod serve;
mod services;
mod simulator;
mod ssm;
mod sts;
mod tags;
mod wire;

pub use assumption::Assumption;
pub use calls::{Call, Counts};
pub use clock::{PausedClock, ScaledClock, SimClock};
pub use fact::{Certainty, Fact};
pub use facts::facts;
pub use http::ReplyDropped;
pub use processes::Processes;
pub use scenario::{Commands, Scenario, WorldError};
pub use simulator::Simulator;
