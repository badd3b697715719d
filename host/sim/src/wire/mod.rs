//! What goes over the wire: a message comes, a service claims it, and a reply goes.
//!
//! | file | what it owns |
//! |---|---|
//! | `message` | an HTTP request as it came: method, path, headers, body, and what its signature is for |
//! | `service` | a service by its names, its claim to a message, and the request that has found it |
//! | `reply` | what a service answers |
//! | `xml` | replies in XML |
//!
//! It knows no service.

mod message;
mod reply;
mod service;
pub(crate) mod xml;

pub(crate) use message::{Message, decode_path, decode_query};
pub(crate) use reply::Reply;
pub(crate) use service::{Claim, Request, Service};
