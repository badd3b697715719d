//! Which AWS we talk to: profile, Region, endpoint, HTTP client, credentials.
//!
//! - [`opened`]: what settings, environment and files lead to. Start reading here.
//! - `settings`: what flags decide about it.
//! - [`error`]: why they lead nowhere, and what to do about it.
//! - [`keys`]: whose credentials sign a request; `source` is where they are read anew.

mod error;
pub(crate) mod keys;
mod opened;
mod settings;
mod source;
#[cfg(test)]
mod tests;

pub use error::SessionError;
pub use opened::{IN_PROCESS, Session};
pub use settings::SessionSettings;
