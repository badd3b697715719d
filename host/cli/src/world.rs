//! World files.

use std::path::Path;

use moontide_sim::World;

use crate::error::{CommandError, Result, code};

/// The world beside a runbook.
pub(crate) const FILE: &str = "world.toml";

/// Reads a world file.
pub(crate) fn read(path: &Path) -> Result<World> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        let message = format!("the world {shown} cannot be read: {error}");
        CommandError::new(code::WORLD_MISSING, message)
            .hint("`--world FILE` names the pretend estate; runbooks/three_tier/world.toml is one to copy")
    })?;
    World::parse(&text, &shown).map_err(|error| CommandError::of_world(&error, &text))
}
