//! An execution whose store is lost is written anew, from the tags on what it has launched.
//!
//! - [`search`]: looks in an account. [`look`]: asks DRS and EC2, page after page. [`traces`]: what the answers say of executions.
//! - [`listing`]: what there is to adopt. [`name`]: which of them is.
//! - [`rebuilt`]: the head and the journal that follow from that: `journal`, `verdict`. Nothing can be launched by them.
//! - [`kept`]: that goes into the store, behind what was adopted before. `unknown`: what DRS shows and a journal does not
//!   know.

mod journal;
pub mod kept;
pub mod listing;
pub mod look;
pub mod name;
pub mod rebuilt;
pub mod search;
pub mod traces;
mod unknown;
mod verdict;
