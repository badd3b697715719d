//! The AWS world over scripted answers: the official SDK, an HTTP connector that follows a script, and
//! tokio's paused clock, so that hours of waiting take no time.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected should stop")]

mod arguments;
mod await_command;
mod await_jobs;
mod await_running;
mod consequences;
mod errors;
mod find_launch;
mod known;
mod leaving;
mod reconcile_command;
mod reconcile_start;
mod reconcile_terminate;
mod records;
mod support;
mod trouble;
