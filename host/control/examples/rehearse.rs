//! Rehearses a runbook from another program, and follows it: `cargo run -p moontide-control --example rehearse`.

#![expect(clippy::print_stdout, reason = "an example shows what it sees")]

use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;

use jiff::Timestamp;
use moontide_control::error::Result;
use moontide_control::listener::Silent;
use moontide_control::rehearsal::{Rehearsal, Rehearsed};
use moontide_runtime::observe::{Notice, Observer};
use moontide_runtime::scheduler::ExecutionStatus;

/// Prints where each wave stands, as it happens, and remembers where the execution does.
#[derive(Default)]
struct Follower {
    status: Cell<Option<ExecutionStatus>>,
}

impl Observer for Follower {
    fn notice(&self, at: Timestamp, notice: &Notice) {
        match notice {
            Notice::Wave { wave, status, .. } => println!("{at}  {wave}: {status:?}"),
            Notice::Execution { status } => self.status.set(Some(*status)),
            _ => {}
        }
    }
}

fn rehearse(folder: &Path, follower: &Rc<Follower>) -> Result<Rehearsed> {
    Rehearsal::of(&Silent, folder)?.perform(&Silent, Rc::clone(follower) as _)
}

fn main() {
    let follower = Rc::default();
    match rehearse(Path::new("runbooks/three_tier"), &follower) {
        Ok(rehearsed) => println!("{}  {:?}", rehearsed.ended, follower.status.get()),
        Err(error) => println!("{}: {}", error.code.name, error.message),
    }
}

#[test]
fn a_rehearsal_is_followed_to_its_end() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../runbooks/three_tier");
    let follower = Rc::default();
    let rehearsed = rehearse(&folder, &follower).expect("it is rehearsed");
    assert_eq!(follower.status.get(), Some(ExecutionStatus::Completed));
    assert!(rehearsed.stopped.is_none() && rehearsed.ended > rehearsed.execution.created_at);
}

#[test]
fn what_is_no_runbook_is_refused_with_a_code() {
    let refused = rehearse(Path::new("nowhere"), &Rc::default());
    assert!(refused.is_err_and(|error| error.code.name == "M0201"));
}
