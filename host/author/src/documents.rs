//! The documents of this crate. One line each: its name, its version, its type, what it tells.

use moontide_control::documents;

use crate::plan::Outline;

documents! {
    /// Their list.
    pub ALL;
    "plan" 1 Outline: "what a plan will do: `plan`";
}
