//! What runs next, and which person is asked.
//!
//! The heart is synchronous: [`crate::machine`] folds events over a state, for a graph of waves. Around it:
//!
//! - [`driver`]: what a driver needs, and how driving an execution ends; `opening` opens one.
//! - `in_flight`, `event_loop`: the state and everything that runs for it; what the machine requests is begun, and what
//!   happens is told to it. `news` waits for signals, and `signals` takes them.
//! - `hearing`, `heard`: whether people could be heard; `silence`, `deadline`: when silence answers.
//! - `lane` walks one `attempt` from effect to effect; what it has `sent` ends one way or another. `question` asks a
//!   person on its behalf, who is `wanted` for an answer; `context` is what its program is told.
//! - `shared`: what all lanes share; `counted`: how many of them wait; `returned`: what waves have returned.
//! - [`Retold`]: what is told to those who follow in another process.
//! - [`left_behind`](mod@left_behind): what a journal leaves for a cleanup to put away.

mod attempt;
mod context;
mod counted;
mod deadline;
pub mod driver;
mod event_loop;
mod heard;
mod hearing;
mod in_flight;
mod lane;
pub mod left_behind;
mod news;
mod opening;
mod question;
mod retold;
mod returned;
mod sent;
mod shared;
mod signals;
mod silence;
mod wanted;

pub use crate::history::{
    Approval, Choice, End, Event, Failure, Prompt, PromptKind, Signal, SignalKind, Unheard, event,
    limited, machine_ahead, prompt, signal, unknown,
};
pub use crate::machine::{
    self, Abort, Answer, ExecutionStatus, Graph, Outlook, Refusal, Request, State, WaveState,
    WaveStatus, apply, graph, outlook, seen, state, waves,
};
pub use driver::{Answers, Changes, DriveError, Driver, Ended, Given};
pub use left_behind::{Left, certainly_not, left_behind};
pub use question::{DID_NOT_HAPPEN, doubt};
pub use retold::Retold;
