//! What is owed for executions that are over: seeing it, carrying it out when it is due, and dropping it.
//!
//! - `carrier`: carrying one out, once, in the execution that the first carrier has chosen.
//! - `rounds`: going through all of them, once or until nothing is left. `came`: what came of one.
//! - `settled`: what needs no cleanup any more is done.
//! - [`list`]: all of them, a row each. `looked`: one beside its execution.
//! - [`drop`]: an operator wants the instances of a drill to stay.

mod came;
mod carrier;
pub mod drop;
pub mod list;
mod looked;
mod rounds;
mod settled;

pub use self::came::{Came, How};
pub use self::carrier::{Carrier, late};
pub use self::rounds::Round;
pub use self::settled::settle;
