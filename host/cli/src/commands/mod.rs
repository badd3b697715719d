//! One file per command: its flags, what it does, its exit code.

pub(crate) mod answer;
pub(crate) mod cancel;
pub(crate) mod check;
pub(crate) mod cleanup;
pub(crate) mod journal;
pub(crate) mod list;
pub(crate) mod rehearse;
pub(crate) mod resume;
pub(crate) mod run;
pub(crate) mod show;
pub(crate) mod sim;
pub(crate) mod status;
pub(crate) mod store;
