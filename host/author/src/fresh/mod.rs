//! `moontide new`: a folder with a runbook that checks and rehearses from its first moment.
//!
//! - `template`: the one to begin with. `estate`: one of the servers of an account.
//! - `world`: their pretend world. `folder`: writing it all.

mod estate;
mod folder;
mod template;
mod world;

pub use estate::of_estate;
pub use folder::{Fresh, check_name, write};
pub use template::template;
