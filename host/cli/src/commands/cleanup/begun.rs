//! The cleanups of a drill: `<drill>.cleanup-1`, `<drill>.cleanup-2` and so on. A name alone makes none: earlier
//! releases let `run` begin anything under such an id, and the store may be shared. What only goes by the name is
//! passed over.

use moontide_runtime::journal::Execution;
use moontide_runtime::store::{Store, StoreError};

use super::MODULE;

/// What stands between the drill's id and a number.
const INFIX: &str = ".cleanup-";

/// The cleanups of one drill.
pub(crate) struct Begun {
    /// All of them, the last one last.
    pub(crate) all: Vec<Execution>,
    /// The id of the next one: nothing goes by it yet.
    pub(crate) next: String,
}

impl Begun {
    /// Looks for them: each one is begun under the first number that is free.
    pub(crate) async fn of(store: &dyn Store, drill: &str) -> Result<Begun, StoreError> {
        let (mut all, mut number) = (Vec::new(), 1_u64);
        loop {
            let next = format!("{drill}{INFIX}{number}");
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
    pub(crate) fn last(self) -> Option<Execution> {
        self.all.into_iter().next_back()
    }

    /// The last one of each Region.
    pub(crate) fn lasts(self) -> Vec<Execution> {
        let mut lasts: Vec<Execution> = Vec::new();
        for cleanup in self.all {
            lasts.retain(|it| place(it) != place(&cleanup));
            lasts.push(cleanup);
        }
        lasts
    }

    /// The last one in a Region: each acts in its first one only.
    pub(crate) fn last_in(self, region: &str) -> Option<Execution> {
        self.all.into_iter().rfind(|it| place(it) == region)
    }
}

/// The Region in which a cleanup acts.
pub(crate) fn place(cleanup: &Execution) -> &str {
    cleanup.regions.first().map(String::as_str).unwrap_or_default()
}

/// Whether an execution is a cleanup of this drill.
fn cleans_up(execution: &Execution, drill: &str) -> bool {
    execution.bundle.entry == MODULE && execution.client().as_deref() == Some(drill)
}

/// Whether an id could be that of a cleanup.
pub(crate) fn is_id_of_one(id: &str) -> bool {
    let number = id.rsplit_once(INFIX).map(|(_, number)| number);
    number.is_some_and(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_a_cleanup_ends_in_its_number() {
        for id in ["z.cleanup-1", "z.cleanup-01", "z.cleanup-1.cleanup-4294967296"] {
            assert!(is_id_of_one(id), "{id}");
        }
        for id in ["z", "z.cleanup-", "z.cleanup-1a", "z-cleanup-1", "z.cleanup-1.x", "cleanup-1"] {
            assert!(!is_id_of_one(id), "{id}");
        }
    }
}
