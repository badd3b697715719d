//! Faults of the places where servers run: a Region or a data centre that is down. DRS goes on, and hears nothing of
//! its source servers.

use jiff::SignedDuration;

use super::active::ActiveFault;
use super::faults::Faults;
use crate::scenario::{Fault, Server, Window};

impl Faults {
    /// Those of any Region under which the source of a server is down.
    fn of_source(&self, server: &Server) -> impl Iterator<Item = (&ActiveFault, Window)> {
        self.all().iter().filter_map(|active| match &active.placed.fault {
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
