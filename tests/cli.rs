//! What the command says when it is given something it cannot use: a clear sentence, the next step, the
//! exit code that scripts rely on, and never a panic.

mod support;

#[path = "cli/adopt.rs"]
mod adopt;
#[cfg(unix)]
#[path = "cli/adopted_in_part.rs"]
mod adopted_in_part;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[path = "cli/archives.rs"]
mod archives;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[path = "cli/carriers.rs"]
mod carriers;
#[path = "cli/cleanups.rs"]
mod cleanups;
#[path = "cli/cleanups_in_doubt.rs"]
mod cleanups_in_doubt;
#[path = "cli/cleanups_of_before.rs"]
mod cleanups_of_before;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[path = "cli/completions.rs"]
mod completions;
#[path = "cli/docs.rs"]
mod docs;
#[path = "cli/drilled.rs"]
mod drilled;
#[path = "cli/executions.rs"]
mod executions;
#[cfg(unix)]
#[path = "cli/foreign_files.rs"]
mod foreign_files;
#[path = "cli/forgeries.rs"]
mod forgeries;
#[path = "cli/given.rs"]
mod given;
#[path = "cli/guides.rs"]
mod guides;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[path = "cli/moves.rs"]
mod moves;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[path = "cli/obligations.rs"]
mod obligations;
#[path = "cli/output.rs"]
mod output;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[path = "cli/owed.rs"]
mod owed;
#[path = "cli/plans.rs"]
mod plans;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[path = "cli/prunes.rs"]
mod prunes;
#[path = "cli/runbooks.rs"]
mod runbooks;
#[path = "cli/simulators.rs"]
mod simulators;
#[path = "cli/surroundings.rs"]
mod surroundings;
#[path = "cli/terminals.rs"]
mod terminals;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[path = "cli/verified.rs"]
mod verified;
