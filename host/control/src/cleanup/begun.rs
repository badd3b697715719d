//! The cleanups of a drill: `<drill>.cleanup-1`, `<drill>.cleanup-2` and so on. A name alone makes none: earlier
//! releases let `run` begin anything under such an id, and the store may be shared. What only goes by the name is
//! passed over.

use moontide_runtime::journal::Execution;
use moontide_runtime::store::{Store, StoreError};

use crate::ids;

/// The module of the standard library that cleans up.
pub const MODULE: &str = "@moontide/cleanup";

/// The cleanups of one drill.
pub struct Begun {
    /// All of them, the last one last.
    pub all: Vec<Execution>,
    /// The id of the next one: nothing goes by it yet.
    pub next: String,
}

impl Begun {
    /// Looks for them: each one is begun under the first number that is free.
    pub async fn of(store: &dyn Store, drill: &str) -> Result<Begun, StoreError> {
        let (mut all, mut number) = (Vec::new(), 1_u64);
        loop {
            let next = ids::of_cleanup(drill, number);
            match store.execution(&next).await {
                Ok(execution) if cleans_up(&execution, drill) => all.push(execution),
                Ok(_) => {}
                Err(StoreError::NotFound(_)) => return Ok(Begun { all, next }),
                Err(error) => return Err(error),
            }
            number += 1;
        }
    }

    /// The last one.
    pub fn last(self) -> Option<Execution> {
        self.all.into_iter().next_back()
    }

    /// The last one of each Region.
    pub fn lasts(self) -> Vec<Execution> {
        let mut lasts: Vec<Execution> = Vec::new();
        for cleanup in self.all {
            lasts.retain(|it| place(it) != place(&cleanup));
            lasts.push(cleanup);
        }
        lasts
    }

    /// The last one in a Region: each acts in its first one only.
    pub fn last_in(self, region: &str) -> Option<Execution> {
        self.all.into_iter().rfind(|it| place(it) == region)
    }
}

/// The Region in which a cleanup acts.
pub fn place(cleanup: &Execution) -> &str {
    cleanup.regions.first().map(String::as_str).unwrap_or_default()
}

/// Whether an execution is a cleanup of this drill.
fn cleans_up(execution: &Execution, drill: &str) -> bool {
    execution.bundle.entry == MODULE && execution.client().as_deref() == Some(drill)
}
