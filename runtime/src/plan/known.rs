//! Which fields each table of a declaration has: the lists by which the loader refuses all others.

use super::{check, outside, params, pause, servers, waves};

/// Each table by its name, with its fields.
pub const TABLES: [(&str, &[&str]); 9] = [
    ("runbook", check::FIELDS),
    ("objectives", check::OBJECTIVES),
    ("wave", waves::FIELDS),
    ("pause", pause::FIELDS),
    ("start", pause::FIELDS_OF_START),
    ("servers", servers::FIELDS),
    ("param", params::FIELDS),
    ("outside", outside::FIELDS),
    ("instances", outside::INSTANCES),
];
