//! What a runbook declares, as plain data.
//!
//! A runbook's file returns a table. The sandbox hands it over as a [`Node`], functions reduced to the
//! fact that they are there; [`Plan::check`] turns it into a [`Plan`] or into the list of everything
//! that is wrong with it; [`locate`] finds the line of the source that a complaint is about.

pub mod duration;
pub mod locate;
pub mod model;
pub mod node;
pub mod suggest;

pub use model::{
    FailurePolicy, MinSuccess, Mode, Param, ParamKind, Pause, Plan, PromptTimeout, ServerSelector, Wave,
};
pub use node::Node;
