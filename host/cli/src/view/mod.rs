//! What people and programs are shown of an execution: documents made from its head and its journal,
//! never from anything else, so that any process shows the same.
//!
//! - [`record`]: head, journal and lease as loaded, and the state they add up to.
//! - [`timeline`]: when each wave began and ended.
//! - [`server`]: the verdict on a server, however it was reported.
//! - [`summary`]: the short document, after a run and for `status`.
//! - [`adopted`]: what is said of an execution whose store was lost.
//! - [`changes`]: how the author's files differ between two sets of sources.
//! - [`cleanup`]: what a cleanup terminated and left.
//! - [`closing`]: what closed a prompt.
//! - [`obligation`]: what is to be done after its end.
//! - [`objectives`]: the RTO and the RPO, wanted and achieved.
//! - [`outside`]: what goes on although nothing drives the execution.
//! - [`plan`]: what a runbook declares, for `check`.
//! - [`prompts`]: an open prompt, and [`evidence`] where there is something to look at first.
//! - [`replaced`]: servers that somebody else has launched since.
//! - [`refused`]: the ways out after a rule of the door has refused a launch.
//! - [`sealed`]: what has come to its end in this store.
//! - [`signal`]: who wants what; [`sent`]: the same on its way.
//! - [`whole`]: everything, for `show`.
//! - [`why`]: why a wave stands where it stands.

pub(crate) mod adopted;
pub(crate) mod changes;
pub(crate) mod cleanup;
pub(crate) mod closing;
pub(crate) mod evidence;
pub(crate) mod objectives;
pub(crate) mod obligation;
pub(crate) mod outside;
pub(crate) mod plan;
pub(crate) mod prompts;
pub(crate) mod record;
pub(crate) mod refused;
pub(crate) mod replaced;
pub(crate) mod sealed;
pub(crate) mod sent;
pub(crate) mod server;
pub(crate) mod signal;
#[cfg(test)]
pub(crate) mod staged;
pub(crate) mod summary;
pub(crate) mod timeline;
pub(crate) mod whole;
pub(crate) mod why;

pub(crate) use objectives::Objectives;
pub(crate) use obligation::ObligationView;
pub(crate) use outside::Outside;
pub(crate) use prompts::PromptView;
pub(crate) use record::Record;
pub(crate) use replaced::Replaced;
pub(crate) use server::ServerView;
pub(crate) use summary::{Summary, WaveView};
pub(crate) use why::Why;
