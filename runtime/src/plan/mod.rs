//! What a runbook declares, as plain data.
//!
//! A runbook's file returns a table. The sandbox hands it over as a [`Node`], functions reduced to the
//! fact that they are there; [`Plan::check`] turns it into a [`Plan`] or into the list of everything
//! that is wrong with it; [`locate`] finds the line of the source that a complaint is about.
//!
//! - [`node`], [`model`]: before and after.
//! - [`complaint`], [`path`]: what is wrong, and where.
//! - `declared`, `fields`: reading a value or a table at its path, complaining along the way.
//! - `check`, `waves`, `servers`, `tags`, `pause`, `params`, `names`, [`outside`]: one file per part of the schema.
//! - [`approver`]: how people are named, also in an operator's settings.
//! - `dependencies`, `cycles`: what is wrong between waves.
//! - [`bind`]: values for the params, from the command line; `value`: those that are lists and tables, as JSON.
//! - [`known`]: which fields there are, for a reference.
//! - [`locate`], `literal`: from a path to a line.

pub mod approver;
pub mod bind;
mod check;
pub mod complaint;
mod cycles;
mod declared;
mod dependencies;
pub mod duration;
mod fields;
pub mod known;
mod literal;
pub mod locate;
pub mod model;
mod names;
pub mod node;
pub mod outside;
mod params;
pub mod path;
mod pause;
mod servers;
pub mod suggest;
mod tags;
mod value;
mod waves;

pub use approver::MOST_APPROVALS;
pub use bind::ParamError;
pub use complaint::Complaint;
pub use locate::{LONGEST_LINE, Located, Place, locate};
pub use model::{
    FailurePolicy, MinSuccess, Mode, Param, ParamKind, Pause, Plan, PromptTimeout, ServerSelector,
    Wave,
};
pub use node::Node;
pub use outside::Outside;
pub use path::Path;
