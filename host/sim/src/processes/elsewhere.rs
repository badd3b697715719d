//! Where there are no process groups, no command really runs.

use std::collections::BTreeMap;

use crate::fact::Fact;
use crate::process::{End, Id, Start};

pub(crate) const FACTS: &[Fact] = &[];

/// The processes of a simulator: none.
#[derive(Clone, Debug)]
pub struct Processes;

impl Processes {
    /// None.
    pub fn new(_environment: BTreeMap<String, String>) -> Processes {
        Processes
    }

    #[expect(clippy::unused_self, reason = "elsewhere it has some")]
    pub(crate) fn run(&self, _start: &Start) -> End {
        let stderr = "processes are started on Unix alone\n".to_owned();
        End { code: Some(1), stdout: String::new(), stderr }
    }

    #[expect(clippy::unused_self, reason = "elsewhere it has some")]
    pub(crate) fn kill(&self, _id: &Id) {}

    /// Nothing runs.
    #[expect(clippy::unused_self, reason = "elsewhere it has some")]
    pub fn end(&self) {}
}
