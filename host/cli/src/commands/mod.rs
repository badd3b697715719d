//! One file per command: its flags, what it does, its exit code.

pub(crate) mod adopt;
pub(crate) mod answer;
pub(crate) mod cancel;
pub(crate) mod check;
pub(crate) mod claims;
pub(crate) mod cleanup;
pub(crate) mod explain;
pub(crate) mod guide;
pub(crate) mod journal;
pub(crate) mod list;
pub(crate) mod new;
pub(crate) mod note;
pub(crate) mod obligations;
pub(crate) mod pause;
pub(crate) mod rehearse;
pub(crate) mod resume;
pub(crate) mod retry;
pub(crate) mod run;
pub(crate) mod show;
pub(crate) mod sim;
pub(crate) mod skip;
pub(crate) mod state;
pub(crate) mod status;
pub(crate) mod store;
pub(crate) mod types;
