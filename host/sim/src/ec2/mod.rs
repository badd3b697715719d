//! Amazon EC2. Its instances are those that DRS launched; there are no others.
//!
//! | file | what it owns |
//! |---|---|
//! | `plug` | the service for the list of services |
//! | `operations` | its operations by name; `instances`, `reboot`, `status`, `tags`, `terminate` answer them |
//! | `query`, `xml`, `error` | requests and replies; `wildcard`: values that stand for many |

mod error;
mod instances;
mod operations;
mod plug;
mod query;
mod reboot;
mod status;
mod tags;
mod terminate;
mod wildcard;
mod xml;

pub(crate) use plug::PLUG;
