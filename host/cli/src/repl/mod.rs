//! A session at the terminal: what `moontide repl` reads and shows. The session itself is an execution, which
//! `moontide_control::session` begins and goes on with; this room is the desk at which the operator sits.
//!
//! The drive has the thread of the command, the keyboard one of its own: a line that is being typed keeps no lease
//! from being renewed, and a computation keeps no key from being read.
//!
//! - [`desk`]: between the two. [`keyboard`]: the thread that reads lines and shows what came of them.
//! - `command`: what begins with a colon. `line`: what rustyline asks of Moontide while a line is typed.
//! - `told`: an error, a journal. `shown`: a value as a table, or as Luau. `consent`: what is asked before anything changes.
//! - `saved`: the lines that worked, as a runbook.
//! - [`face`]: what is said and asked meanwhile. [`signals`]: Ctrl-C.
//! - [`restored`]: the terminal as it was.
//! - [`script`]: the desk of a session that no person sits at.

mod command;
mod consent;
pub(crate) mod desk;
pub(crate) mod face;
pub(crate) mod keyboard;
mod line;
pub(crate) mod restored;
mod saved;
pub(crate) mod script;
mod shown;
pub(crate) mod signals;
mod told;
