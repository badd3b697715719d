//! The world's faults at work.
//!
//! | file | what it owns |
//! |---|---|
//! | `active` | a fault with what it has done so far: how often it struck, what met it |
//! | `faults` | all of them as one Region meets them: which strikes now |
//! | `sources` | faults of the places where source servers run |
//! | `stopped` | the servers whose replication a fault had stopped |
//! | `notes` | what a rehearsal says of faults, when it is over |

mod active;
mod faults;
mod notes;
mod sources;
mod stopped;

pub(crate) use faults::Faults;
