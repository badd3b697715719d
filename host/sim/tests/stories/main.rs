//! Stories about the pretend world, told through its router under a paused clock.

#![expect(clippy::unwrap_used, reason = "a story that breaks should say where")]

mod automations;
mod cleanup;
mod commands;
mod document_names;
mod documents;
mod drill;
mod instances;
mod refusals;
mod regions;
mod sameness;
mod served;
mod sources;
mod story;
mod trouble;
mod world_file;
mod world_scripts;
mod world_servers;
