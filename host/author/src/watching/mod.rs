//! `moontide watch`: a runbook is looked at again each time one of its files changes. Nothing of it reaches AWS.
//!
//! - `contents`: what its files hold. [`source`]: how it is heard that one may have changed; `mounts`: where no system
//!   says so.
//! - [`round`]: what is looked at each time.

mod contents;
mod mounts;
pub mod round;
pub mod source;

pub use contents::Contents;
pub use round::Round;
pub use source::{Hears, Source};
