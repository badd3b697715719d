//! The one place where the world file meets the services: its faults may name the operations that are simulated.

use crate::services::SERVICES;
use crate::wire::Service;
use crate::world::{World, WorldError, read};

impl World {
    /// Reads a world file. `file_name` is only for messages.
    pub fn parse(text: &str, file_name: &str) -> Result<World, WorldError> {
        let services: Vec<&'static Service> = SERVICES.iter().map(|plug| &plug.service).collect();
        read::world(text, file_name, &services)
    }
}
