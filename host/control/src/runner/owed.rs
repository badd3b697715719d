//! What is owed once more, because a drill goes on.

use moontide_runtime::clock::Clock as _;
use moontide_runtime::journal::Execution;
use moontide_runtime::plan::Mode;
use moontide_runtime::store::StoreError;
use moontide_runtime::store::obligations::{Obligation, What};

use crate::clocks::SystemClock;
use crate::error::{CommandError, Result, code};
use crate::operator::Operator;
use crate::whoami;

/// So often an obligation is looked at again that others change at the same moment.
pub const LOOKS: u32 = 10;

/// A drill that goes on may launch more: what was done for it is owed once more, before that.
pub(super) async fn again(operator: &Operator, drill: &Execution) -> Result<()> {
    let store = operator.store.as_ref();
    if drill.mode != Mode::Drill || drill.acts_for.is_some() {
        return Ok(());
    }
    let us = whoami::user(&operator.environment);
    // A carrier may settle it at the same moment, because it has seen the drill at its end.
    for _ in 0..LOOKS {
        let Some(obligation) = Obligation::of(store, drill, What::Cleanup).await? else {
            return Ok(());
        };
        match obligation.renew(store, (&us, SystemClock::new().now())).await {
            Err(StoreError::Conflict { .. }) => {}
            renewed => return Ok(renewed.map(drop)?),
        }
    }
    Err(restless(What::Cleanup, &drill.id))
}

/// The error that others change an obligation whenever we want to.
pub fn restless(what: What, execution: &str) -> CommandError {
    let what = what.word();
    let message = format!("the {what} of `{execution}` is changed by others all the time");
    CommandError::new(code::CHANGED_MEANWHILE, message)
}
