//! The servers whose replication a fault had stopped.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::assumption::Assumption;
use crate::scenario::Server;

/// So many servers are named in a note.
const NAMED: usize = 10;

/// The servers for which DRS was asked while a fault had stopped their replication, by Region and name, and whether
/// one was launched then.
#[derive(Debug, Default)]
pub(super) struct Stopped(Mutex<BTreeMap<(String, String), bool>>);

impl Stopped {
    pub(super) fn add(&self, server: &Server, launched: bool) {
        let name = (server.region.clone(), server.name.clone());
        let mut servers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *servers.entry(name).or_default() |= launched;
    }

    /// What is said of them in the notes; `what` is the fault.
    pub(super) fn told(&self, what: &str) -> Option<Assumption> {
        let servers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let launched = servers.iter().filter(|(_, launched)| **launched).map(|((_, name), _)| name);
        let launched: Vec<&str> = launched.map(String::as_str).collect();
        let of = match servers.len() {
            0 => return None,
            1 => "1 server".to_owned(),
            number => format!("{number} servers"),
        };
        let then = match launched.len() {
            0 => "none of them was launched then".to_owned(),
            number => {
                let names = launched[..number.min(NAMED)].join(", ");
                let more = number.saturating_sub(NAMED);
                let more = if more == 0 { String::new() } else { format!(" and {more} more") };
                format!("{number} launched from older data: {names}{more}")
            }
        };
        let message = format!("{what} had stopped the replication of {of}; {then}");
        Some(Assumption { kind: "source_down", message })
    }
}
