//! A process that stays: it starts what is due, drives what it has started, goes on with what is left to be driven, and
//! carries out what is owed. Each of these goes on in a thread of its own.
//!
//! It looks whenever something has changed in the store, when a start is due, and a few times a minute in any case: a
//! schedule that is imported, paused or removed counts from the next look on. Several processes may stay: one of them
//! serves, and the others wait for its place.
//!
//! - `service`: its looks. `rest`: how long it rests between two of them. `desk`: what it remembers from one look to the
//!   next. `watch`: what it sees of executions that are not over. `threads`: what goes on beside it. [`metrics`]: what
//!   others may know of it.

mod desk;
pub mod metrics;
mod rest;
mod service;
mod threads;
mod watch;

pub use service::{Service, Told};
