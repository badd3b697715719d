//! A world file that was read: checked, and complete.

use std::any::Any;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::automation::Automation;
use super::command::Command;
use super::faults::PlacedFault;
use super::section::{Contents, Section};
use super::server::Server;
use super::timing::Timing;

/// A pretend estate, checked and complete. See the [module](super) for its file format.
#[derive(Debug, Clone)]
pub struct Scenario {
    pub(crate) account: String,
    /// The first Region, in which everything is that names no other.
    pub(crate) region: String,
    /// The others in which DRS is set up.
    pub(crate) regions: Vec<String>,
    pub(crate) seed: u64,
    pub(crate) start: Option<Timestamp>,
    pub(crate) page_size: usize,
    pub(crate) timing: Timing,
    /// With every `count` unfolded.
    pub(crate) servers: Vec<Server>,
    pub(crate) commands: Vec<Command>,
    pub(crate) automations: Vec<Automation>,
    pub(crate) faults: Vec<PlacedFault>,
    pub(super) sections: Contents,
    /// What the runbook remembers, by key.
    pub(crate) state: BTreeMap<String, Value>,
}

impl Scenario {
    /// When the file says that its story begins. A simulator begins when its clock says;
    /// this is for the caller that sets the clock.
    pub fn start(&self) -> Option<Timestamp> {
        self.start
    }

    /// The Region in which the estate lives, or the first of them.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The account that owns the estate.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// What the runbook remembers of earlier executions, by key. No service knows of it; the caller keeps it.
    pub fn state(&self) -> &BTreeMap<String, Value> {
        &self.state
    }

    /// What stands in the section of a service.
    pub(crate) fn section<T: Any>(&self, section: &Section) -> &T {
        self.sections.get(section)
    }

    /// The part of the estate that is in this Region. Scripts and faults keep their places.
    pub(crate) fn part(&self, region: &str) -> Scenario {
        let mut part = Scenario { region: region.to_owned(), ..self.clone() };
        part.servers.retain(|server| server.region == region);
        part
    }

    /// What a caller finds in a Region that the world does not name: the same account, and nothing in it.
    pub(crate) fn elsewhere(self) -> Scenario {
        Scenario { servers: Vec::new(), commands: Vec::new(), automations: Vec::new(), ..self }
    }
}
