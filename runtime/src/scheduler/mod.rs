//! What runs next, and who is asked.
//!
//! The heart is synchronous: [`crate::machine`] folds events over a state, for a graph of waves. Around it, [`driver`]
//! turns the machine's requests into programs and prompts, and `lane` walks one program from effect to effect;
//! `question` asks a person on its behalf. [`left_behind`](mod@left_behind) reads off a journal what a cleanup has to put away.

mod context;
mod deadline;
mod drive;
pub mod driver;
mod hearing;
mod lane;
pub mod left_behind;
mod question;
mod retold;
mod returned;
mod shared;
mod silence;
mod tell;

pub use crate::history::{
    Approval, Choice, End, Event, Failure, Prompt, PromptKind, Signal, Unheard, Wish, event,
    limited, machine_ahead, prompt, signal, unknown,
};
pub use crate::machine::{
    self, Abort, Answer, ExecutionStatus, Graph, Refusal, Request, State, WaveState, WaveStatus,
    apply, graph, seen, state, waves,
};
pub use driver::{Answers, Changes, DriveError, Driver, Ended, Given};
pub use left_behind::{Left, certainly_not, left_behind};
pub use question::{DID_NOT_HAPPEN, doubt};
pub use retold::Retold;
