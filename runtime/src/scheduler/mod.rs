//! What runs next, and who is asked.
//!
//! The heart is synchronous: [`machine`] folds [`event`]s over a [`state`], for a [`graph`] of waves,
//! with no clock, no store and no Lua in reach. Around it, [`driver`] turns the machine's requests into
//! programs and prompts, and `lane` walks one program from effect to effect; `question` asks a person on
//! its behalf. [`left_behind`](mod@left_behind) reads off a journal what a cleanup has to put away.

mod context;
mod deadline;
mod drive;
pub mod driver;
pub mod event;
pub mod graph;
mod hearing;
mod lane;
pub mod left_behind;
pub mod machine;
pub mod prompt;
mod question;
mod retold;
mod returned;
pub mod seen;
mod shared;
pub mod signal;
mod silence;
pub mod state;
mod tell;
pub mod waves;

pub use driver::{Answers, Changes, DriveError, Driver, Ended, Given};
pub use event::{End, Event, Failure, Unheard};
pub use graph::Graph;
pub use left_behind::{Left, certainly_not, left_behind};
pub use machine::{Refusal, Request, apply};
pub use prompt::{Approval, Choice, Prompt, PromptKind, unknown};
pub use question::{DID_NOT_HAPPEN, doubt};
pub use retold::Retold;
pub use signal::{Signal, Wish};
pub use state::{Abort, Answer, ExecutionStatus, State, WaveState, WaveStatus};
pub use tell::{limited, machine_ahead};
