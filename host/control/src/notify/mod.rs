//! Telling others what happens: a person who is wanted, a channel that follows, a system that counts.
//!
//! What is told follows from the journal alone, and is named by it: `execution:event:n`. So a runner that dies between
//! an entry and the queue loses nothing; the next one derives the same events, under the same keys, and queues those
//! that are missing. The queue is in the store. Each receiver is told at least once, in order, and none waits for
//! another; no wave waits for any of them.
//!
//! - [`event`]: what is told. [`told`]: which events a journal holds, by a pure function; `sentence` words them.
//! - [`receiver`]: where it is told, as settings say; [`secret`]: what opens the door there.
//! - [`receivers`]: what is sent to each kind, as plain data, one file each. [`text`]: templates.
//! - [`queue`]: what is still to be told. [`round`]: telling it. [`catch_up`]: queueing what journals hold.
//! - [`sender`]: the wire. [`worker`]: all of it, beside a drive, on a thread of its own.
//! - [`list`]: what is left; [`untold`]: how much of that is of one execution; [`send`]: telling it without a drive.
//! - [`trial`]: a test of the receivers, and what an event would look like to each.

pub mod catch_up;
pub mod event;
pub mod list;
pub mod queue;
pub mod receiver;
pub mod receivers;
pub mod round;
pub mod secret;
pub mod send;
pub mod sender;
mod sentence;
pub mod text;
pub mod told;
pub mod trial;
pub mod untold;
pub mod worker;

pub use event::{Event, What};
pub use receiver::{Kind, Receiver};
pub use worker::Worker;
