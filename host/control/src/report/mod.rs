//! What an auditor is given: a report of an execution, made from its head and its journal, and from nothing that is
//! told elsewhere. What cannot be known says so, with the reason, and is never zero.
//!
//! - [`document`]: the report as plain data. [`known`]: a value, or why there is none.
//! - [`identity`]: which execution. `title`: the result in a sentence. [`recovery`]: RTO and RPO, wanted and got;
//!   `objective`: whether they are met.
//! - [`gantt`]: what ran when; [`phases`]: what it was busy with. [`servers`]: their verdicts. [`checks`]: what they said.
//! - [`decisions`]: what people were asked and said. [`troubles`]: refusals, failures, and what could not be told.
//! - [`not_run`]: what did not run. [`leftovers`]: what is left, by `cleanups`. [`cost`]: at the operator's prices.
//! - [`before`]: what has changed since the last drill.
//!
//! What it is made of: `subject`, the execution; `moments`, when what happened; `effects`, its calls.
//!
//! - [`evidence`]: the head of the journal's chain. [`digest`]: the digest of the data. [`verify`]: what both prove,
//!   by `anew`, the report made once more, `compare`, how the two differ, and `others`, what other executions say.
//!
//! How it looks: [`html`], a page. [`intoto`]: a statement about the journal. [`redact`]: without names.

mod anew;
pub mod before;
pub mod checks;
mod cleanups;
mod compare;
pub mod cost;
pub mod decisions;
pub mod digest;
pub mod document;
pub(crate) mod effects;
pub mod evidence;
pub mod gantt;
pub mod html;
pub mod identity;
pub mod intoto;
pub mod known;
pub mod leftovers;
mod moments;
pub mod not_run;
mod others;
pub mod phases;
pub mod recovery;
pub mod redact;
pub mod servers;
mod subject;
mod title;
pub mod troubles;
pub mod verify;
mod worked;

pub use document::{Made, Report};
pub use known::Known;
