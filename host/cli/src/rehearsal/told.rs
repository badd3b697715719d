//! What is told of a rehearsal while it goes on: what the runbook logs.

use std::rc::Rc;

use jiff::Timestamp;
use moontide_control::rehearsal::Witness;
use moontide_runtime::observe::{Notice, Observer};

use crate::output::Output;
use crate::progress::Lines;

/// Passes on what the runbook logs, and lets a witness remember the rest.
pub(crate) struct Told {
    lines: Lines,
    witness: Rc<Witness>,
}

impl Told {
    /// One that tells it on this output.
    pub(crate) fn on(output: Output, witness: Rc<Witness>) -> Told {
        Told { lines: Lines(output), witness }
    }
}

impl Observer for Told {
    fn notice(&self, at: Timestamp, notice: &Notice) {
        if let Notice::Log { .. } = notice {
            self.lines.notice(at, notice);
        }
        self.witness.notice(at, notice);
    }
}
