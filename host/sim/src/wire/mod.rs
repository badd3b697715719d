//! What goes over the wire, before and after a service has had it.

mod reply;
pub(crate) mod xml;

pub(crate) use reply::Reply;
