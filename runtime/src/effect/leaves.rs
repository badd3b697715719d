//! What a call leaves behind: something that outlives its execution, and that a cleanup puts away.
//!
//! An operation declares it here, as functions of plain data, so that a journal can be asked without a world:
//! [`left_behind`](crate::scheduler::left_behind) does.

use serde_json::Value;

/// What the calls of an operation leave behind.
#[derive(Clone, Copy, Debug)]
pub struct Leaves {
    /// The operation that puts it away. The standard library's `@moontide/cleanup` knows how to ask for it.
    pub put_away_by: &'static str,
    /// What a call with these arguments is about, by id: the source servers of a launch.
    pub about: fn(&Value) -> Vec<String>,
    /// By which id an answer names what was made: the job of a launch. An answer that names nothing leaves it in doubt.
    pub named: fn(&Value) -> Option<String>,
}
