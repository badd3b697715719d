//! Places on the web that are not AWS: which of them a program of ours may reach, and one request to one of them.
//!
//! - [`url`]: an address that is read in one way only.
//! - [`reach`]: what the operator allows, and which networks are refused unless they are named.
//! - [`client`]: the request. A name is resolved once, judged, and connected to at what was judged; nothing is redirected.

pub mod client;
pub mod reach;
pub mod url;

pub use client::{Answer, Ask, Web, WebError};
pub use reach::{Network, Pattern, Reach};
pub use url::Url;
