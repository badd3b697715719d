//! The world of an execution, reached: session, clock, world and whose credentials lead there, in this order and in
//! one place.

use std::rc::Rc;
use std::sync::Arc;

use moontide_aws::Session;
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::World;
use moontide_runtime::journal::Execution;

use crate::aws::{self, Caller};
use crate::environment::Environment;
use crate::error::{CommandError, Result, code};
use crate::target::Target;

/// The world of an execution, as this process reaches it.
pub struct Reached {
    /// Where its effects go.
    pub world: Rc<dyn World>,
    /// Whose time it is. What the world says of the time sets it right; a simulator that runs faster has a time of its
    /// own.
    pub clock: Arc<dyn Clock>,
    /// Whose credentials these are.
    pub caller: Caller,
}

impl Reached {
    /// Reaches the world of an execution that has begun.
    pub async fn of(
        target: &Target,
        environment: &Environment,
        execution: &Execution,
    ) -> Result<Reached> {
        let target = target.of(environment, execution)?;
        let session = target.session(environment).await?;
        Reached::by(session, &target, execution).await
    }

    /// Reaches it by the session of this target: in the first of its Regions.
    pub async fn by(session: Session, target: &Target, execution: &Execution) -> Result<Reached> {
        let clock = target.clock(execution);
        let region = execution.regions.first().map(String::as_str).unwrap_or_default();
        let world = aws::world(session, region, &clock, execution.seed);
        let caller = aws::caller(world.as_ref()).await?;
        Ok(Reached { world, clock, caller })
    }

    /// Refuses to go on with an execution that belongs to another account.
    pub fn check_account(&self, execution: &Execution) -> Result<()> {
        check_account(execution, self.caller.account.as_deref())
    }

    /// The account that a new execution belongs to: its runbook's own, if that names one, must be that of the
    /// credentials.
    pub fn account_of(&self, execution: &Execution) -> Result<Option<String>> {
        match (&execution.account, &self.caller.account) {
            (Some(declared), Some(actual)) if declared != actual => {
                let message = format!(
                    "the runbook is for the AWS account {declared}, and these credentials are {actual}'s"
                );
                Err(CommandError::new(code::OTHER_ACCOUNT, message)
                    .hint("pass `--profile` with a profile of that account"))
            }
            (declared, actual) => Ok(actual.clone().or_else(|| declared.clone())),
        }
    }
}

/// An execution belongs to one account; other credentials would find none of its jobs.
pub fn check_account(execution: &Execution, actual: Option<&str>) -> Result<()> {
    match (execution.account.as_deref(), actual) {
        (Some(pinned), Some(actual)) if pinned != actual => {
            let message = format!(
                "`{}` belongs to the AWS account {pinned}, and these credentials to {actual}",
                execution.id
            );
            Err(CommandError::new(code::OTHER_ACCOUNT, message)
                .hint("pass `--profile` with a profile of that account"))
        }
        _ => Ok(()),
    }
}
