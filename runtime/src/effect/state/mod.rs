//! `state.…`: what a runbook remembers from one execution to the next, or within one: values by key, in the store.
//!
//! They belong to the engine, because the store is the engine's: a rehearsal has the state of its own store, in memory.
//!
//! | operation | class | what it does |
//! |---|---|---|
//! | `state.get` | `read` | the value of a key, and its version |
//! | `state.put` | `token` | writes it, whatever is there |
//! | `state.compare_and_put` | `token` | writes it if its version is still the one that was read |
//! | `state.delete` | `token` | deletes it, likewise |
//!
//! A write carries the effect's key to the store, which leaves a mark with it: a repetition finds the mark and changes
//! nothing, and so does a look at what became of it. So no crash leaves a doubt. It is made under the execution's lease:
//! a runner that was taken over writes nothing, however late it comes. That a version is not the one that was read is no
//! failure of the call but its answer: what a crash had cut off may not have been refused, and need not be asked about.
//!
//! - `place`: where it is, and which keys and values it takes. `get`: reading. `writes`: the three that write.

mod all;
mod get;
mod place;
mod writes;

pub use crate::store::documents::OF_EXECUTIONS;
pub use all::all;
pub(super) use place::failed;
use place::{COMPARE_AND_PUT, DELETE, GET, KeyInput, PUT, Scope, check_key, check_value};
pub use place::{NAMES, OF_RUNBOOKS, Place, class, given};
