//! What is known of an execution: its head, and what has happened in it, entry by entry. Plain data, with the spelling
//! under which it lasts; everything else in the engine reads it or adds to it.
//!
//! - [`execution`]: the head: what runs, pinned, in which mode, with which params; [`Source`]: the text of a module,
//!   shared; [`mend`]: other sources for one wave's next attempt.
//! - [`entry`]: one line of the journal; `line` reads it; [`weight`]: how much of a journal it takes.
//! - [`event`]: what moves the scheduler's state; `events`: what those of a journal say; [`signal`]: what people want; [`prompt`]: what they are asked.
//! - [`Lane`], [`Key`], [`class`]: where an effect stands, by which name, and what a crash does to it.
//! - [`outcome`]: how an effect ended: `ok`, `failed` or `unknown`; [`Unavailable`]: what is no outcome.
//! - [`canonical`]: one spelling for equal arguments, and its hash; [`chain`]: every entry carries the hash of the one
//!   before it; [`version`]: which formats this release reads and writes.

pub mod canonical;
pub mod chain;
pub mod class;
pub mod entry;
pub mod event;
mod events;
pub mod execution;
mod key;
mod lane;
mod line;
pub mod mend;
pub mod outcome;
pub mod prompt;
pub mod signal;
mod source;
mod unavailable;
pub mod version;
pub mod weight;

pub use class::Class;
pub use entry::{Body, Entry, Step};
pub use event::{End, Event, Failure, Unheard};
pub use events::{asked, events, last_signal, limited, machine_ahead};
pub use execution::{Bundle, Channel, Execution, Module};
pub use key::Key;
pub use lane::Lane;
pub use mend::Mend;
pub use outcome::{EffectError, Evidence, Outcome};
pub use prompt::{Approval, Choice, Prompt, PromptKind, unknown};
pub use signal::{Signal, SignalKind};
pub use source::Source;
pub use unavailable::Unavailable;
pub use version::Format;
