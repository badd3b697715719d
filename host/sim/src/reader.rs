//! The one place where the world file meets the services: its faults may name the operations that are simulated.

use crate::scenario::{Scenario, WorldError, read};
use crate::services::SERVICES;
use crate::wire::Service;

impl Scenario {
    /// Reads a world file. `file_name` is only for messages.
    pub fn parse(text: &str, file_name: &str) -> Result<Scenario, WorldError> {
        let services: Vec<&'static Service> = SERVICES.iter().map(|plug| &plug.service).collect();
        read::scenario(text, file_name, &services)
    }
}
