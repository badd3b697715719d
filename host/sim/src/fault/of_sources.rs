//! Faults of the places where servers run: a Region or a data centre that is down. DRS goes on, and hears nothing of
//! its source servers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use jiff::SignedDuration;

use super::{ActiveFault, Faults};
use crate::assumption::Assumption;
use crate::scenario::{Fault, Server, Window};

/// So many servers are named in a note.
const NAMED: usize = 10;

/// The servers for which DRS was asked while a fault had stopped their replication, by Region and name, and whether
/// one was launched then.
#[derive(Debug, Default)]
pub(super) struct Stopped(Mutex<BTreeMap<(String, String), bool>>);

impl Stopped {
    fn add(&self, server: &Server, launched: bool) {
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

impl ActiveFault {
    /// Why a Region that is down, and in which the world has nothing, stops no replication.
    pub(super) fn sourceless(&self, known: &BTreeSet<&str>) -> Option<String> {
        let Fault::RegionDown(..) = &self.placed.fault else { return None };
        let down = self.placed.region.as_ref()?.get_ref().0.as_str();
        (!known.contains(down)).then(|| {
            format!(
                "no server of this world comes from {down}; one without `source_region` runs on premises"
            )
        })
    }
}

impl Faults {
    /// Those of any Region under which the source of a server is down.
    fn of_source(&self, server: &Server) -> impl Iterator<Item = (&ActiveFault, Window)> {
        self.all.iter().filter_map(|active| match &active.placed.fault {
            Fault::RegionDown(_, window) => {
                let down = active.placed.region.as_ref().map(|it| it.get_ref().0.as_str());
                (down.is_some() && down == server.source.as_deref()).then_some((active, *window))
            }
            Fault::SourceDown(fault, window) => {
                let is_meant = active.placed.is_of(&server.region)
                    && fault.server.get_ref().matches(&server.name);
                is_meant.then_some((active, *window))
            }
            _ => None,
        })
    }

    /// When the source of a server is down.
    pub(crate) fn source_outages(&self, server: &Server) -> impl Iterator<Item = Window> {
        self.of_source(server).map(|(_, window)| window)
    }

    /// Notes that DRS was asked for a server, or to launch it, while its source is down.
    pub(crate) fn meet_source_outages(
        &self,
        server: &Server,
        elapsed: SignedDuration,
        launched: bool,
    ) {
        for (active, _) in self.of_source(server).filter(|(_, window)| window.contains(elapsed)) {
            active.meet();
            active.stopped.add(server, launched);
        }
    }
}
