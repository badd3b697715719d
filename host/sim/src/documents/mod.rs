//! The documents that exist: AWS's own, and those that the world scripts.
//!
//! Nothing here knows what a document does. It knows names, kinds and platforms, because a name that is
//! misspelt, a runbook sent as a command, and a script for the wrong operating system should fail in a
//! rehearsal as they would in AWS.

mod arn;
mod catalogue;
mod missing;
mod names;
mod owned;
mod owned_automations;

pub(crate) use arn::{Arn, named};
pub(crate) use catalogue::{FACTS, is_owned, is_unknown, misspelt, supports};
pub(crate) use missing::missing;
pub(crate) use names::{Kind, POWERSHELL, SCRIPTS, is_reserved, is_well_formed};
