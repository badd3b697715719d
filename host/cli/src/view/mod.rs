//! What people are shown of what `moontide-control` tells, and the commands that its next steps are.
//!
//! - [`worded`]: data as a document, with commands to type.
//! - [`summary`]: where an execution stands, after a run and for `status`. [`whole`]: everything, for `show`.
//! - [`server`], [`why`], [`objectives`], [`obligation`], [`outside`], [`replaced`], [`prompts`], [`evidence`],
//!   [`signal`]: parts of those.
//! - [`schedule`]: schedules, their times, and what became of them.
//! - [`sent`]: a signal on its way. [`cleanup`]: what a cleanup terminated and left.
//! - [`console`]: where an execution stands, for the console of Systems Manager.
//! - [`changes`]: how the author's files differ. [`plan`]: what a runbook declares, [`checked`]: and what is wrong
//!   with it, for `check`. [`typings`]: types for editors. [`fresh`]: a new
//!   runbook. [`round`]: what a watch has seen. [`outline`]: a plan, drawn. [`tested`]: how tests went.
//!   `report`: what an auditor is given. [`reference`](mod@reference): fields, functions, settings. [`verified`]: what a journal is worth.

pub(crate) mod changes;
pub(crate) mod checked;
pub(crate) mod cleanup;
pub(crate) mod console;
pub(crate) mod evidence;
pub(crate) mod fresh;
pub(crate) mod objectives;
pub(crate) mod obligation;
pub(crate) mod outline;
pub(crate) mod outside;
pub(crate) mod plan;
pub(crate) mod prompts;
pub(crate) mod reference;
#[cfg(test)]
mod refused;
pub(crate) mod replaced;
mod report;
pub(crate) mod round;
pub(crate) mod schedule;
#[cfg(test)]
mod sealed;
pub(crate) mod sent;
pub(crate) mod server;
pub(crate) mod signal;
pub(crate) mod summary;
pub(crate) mod tested;
pub(crate) mod typings;
pub(crate) mod verified;
pub(crate) mod whole;
pub(crate) mod why;
pub(crate) mod worded;

pub(crate) use moontide_control::view::{Record, Replaced, ServerView, Summary, Why};
pub(crate) use worded::{Steps, Worded};
