//! Amazon Route 53: hosted zones and their records. A global service.
//!
//! | file | what it owns |
//! |---|---|
//! | `plug` | the service for the list of services |
//! | `operations` | its operations by name |
//! | `zones` | hosted zones: what the world file says of them, and their records |
//! | `record_set` | a record set, in XML and in the world file |
//! | `list`, `change` | what its operations answer |
//! | `error` | refusals in XML |

mod change;
mod error;
mod list;
mod operations;
mod plug;
mod record_set;
mod zones;

pub(crate) use plug::PLUG;
