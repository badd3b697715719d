//! AWS Security Token Service.
//!
//! | file | what it owns |
//! |---|---|
//! | `plug` | the service for the list of services |
//! | `operations` | its one operation |
//! | `error` | refusals in XML |

mod error;
mod operations;
mod plug;

pub(crate) use plug::PLUG;
