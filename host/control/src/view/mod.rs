//! What is known of an execution, as data for people and programs: made from its head and its journal, never from
//! anything else, so that any process tells the same.
//!
//! - [`record`]: head, journal and lease as loaded, and the state they add up to. Everything else is made of it.
//! - [`timeline`]: when each wave began and ended. [`time`]: what time it is for an execution.
//! - [`summary`]: where it stands, with the [`next`] steps. [`whole`]: everything.
//!
//! Parts of those:
//! - [`server`]: the verdict on a server, however it was reported. [`why`]: why a wave stands where it stands.
//! - [`objectives`]: the RTO and the RPO, wanted and achieved. [`obligation`]: what is to be done after its end.
//! - [`prompts`]: an open prompt. [`closing`]: what closed one. [`signal`]: what people want. [`sent`]: the same on its way.
//! - [`outside`]: what goes on although nothing drives the execution. [`replaced`]: servers that others have launched since.
//! - [`adopted`]: what is said of an execution whose store was lost. [`sealed`]: what has come to its end in this store.
//! - [`journal`]: the journal itself, entry by entry.
//! - [`refused`]: the ways out after a rule of the door has refused a launch. [`limits`]: the way past a limit.
//!
//! Of something else:
//! - [`cleanup`]: what a cleanup terminated and left. [`plan`]: what a runbook declares.
//! - [`changes`]: how the author's files differ between two sets of sources.

pub mod adopted;
pub mod changes;
pub mod cleanup;
pub mod closing;
pub mod journal;
pub mod limits;
pub mod next;
pub mod objectives;
pub mod obligation;
pub mod outside;
pub mod plan;
pub mod prompts;
pub mod record;
pub mod refused;
pub mod replaced;
pub mod sealed;
pub mod sent;
pub mod server;
pub mod signal;
pub mod summary;
pub mod time;
pub mod timeline;
pub mod whole;
pub mod why;

pub use objectives::Objectives;
pub use obligation::ObligationView;
pub use outside::Outside;
pub use prompts::PromptView;
pub use record::Record;
pub use replaced::Replaced;
pub use server::ServerView;
pub use summary::{Summary, WaveView};
pub use why::Why;
