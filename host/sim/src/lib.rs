//! The pretend world: DRS, EC2, SSM and STS over their own wire protocols, for one account and its
//! Regions.
//!
//! It knows neither the AWS SDK nor the engine: a caller speaks HTTP to it, as to AWS.
//!
//! | room | what it owns |
//! |---|---|
//! | [`world`] | the estate as an author writes it: a strict, versioned TOML file |
//! | `estate` | the state: servers, instances, jobs, commands, …, each a pure function of time |
//! | `drs`, `ec2`, `ssm`, `sts` | one service each: reads requests, asks the estate, writes replies |
//! | `fault` | what goes wrong on purpose between a request and its reply |
//! | `http`, `serve` | which service and operation a request means; the way out to a TCP port |
//! | `calls` | what it has been asked |
//! | `clock` | the two clocks |
//! | `tags` | what AWS takes as a tag |
//! | `facts` | how sure we are that AWS does the same |
//!
//! Start reading at `dispatch.rs`: one request, one instant, one reply, and no I/O.

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
mod reader;
mod recognise;
mod region;
mod regions;
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
pub use scenario::{Scenario, WorldError};
pub use simulator::Simulator;
