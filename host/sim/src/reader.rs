//! The one place where the world file meets the services: its faults may name the operations that are simulated, and a
//! service may read a section of its own.

use crate::scenario::{Commands, Scenario, Section, WorldError, known, read};
use crate::services::SERVICES;
use crate::wire::Service;

impl Scenario {
    /// Reads a world file that starts no process. `file_name` is only for messages.
    pub fn parse(text: &str, file_name: &str) -> Result<Scenario, WorldError> {
        Scenario::parse_with(text, file_name, Commands::Scripted)
    }

    /// Reads a world file that may start processes, or not.
    pub fn parse_with(
        text: &str,
        file_name: &str,
        commands: Commands,
    ) -> Result<Scenario, WorldError> {
        let services: Vec<&'static Service> = SERVICES.iter().map(|plug| &plug.service).collect();
        let sections = SERVICES.iter().flat_map(|plug| plug.sections);
        let sections: Vec<&'static Section> = sections.copied().collect();
        read::world_file(text, file_name, &services, &sections, commands)
    }

    /// Which fields a world file may have, part by part: the file itself has no name, a kind of fault is
    /// `faults.throttle`.
    pub fn fields() -> Vec<(String, Vec<&'static str>)> {
        known(SERVICES.iter().flat_map(|plug| plug.sections).copied())
    }
}

#[cfg(test)]
mod tests {
    use crate::Scenario;

    /// The two examples in the documentation of the room `scenario`, joined.
    fn documented() -> String {
        let lines =
            include_str!("scenario/mod.rs").lines().map_while(|line| line.strip_prefix("//!"));
        let mut inside = false;
        let mut example = String::new();
        for line in lines {
            let line = line.trim_start_matches(' ');
            if line.starts_with("```") {
                inside = line == "```toml";
            } else if inside {
                example.extend([line, "\n"]);
            }
        }
        example
    }

    #[test]
    fn the_documented_world_is_a_world() {
        let scenario = Scenario::parse(&documented(), "world.toml").unwrap();
        assert_eq!(scenario.servers.len(), 2);
        assert_eq!(scenario.commands.len(), 1);
        assert_eq!(scenario.automations.len(), 1);
        assert_eq!(scenario.faults.len(), 13);
    }
}
