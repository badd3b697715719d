//! The head of a new cleanup.

use moontide_runtime::clock::Clock as _;
use moontide_runtime::journal::{Channel, Execution, Format};
use moontide_runtime::plan::Plan;

use super::begun::MODULE;
use super::launched::Launched;
use crate::clocks::SystemClock;
use crate::error::Result;
use crate::execution::Made;
use crate::operator::Operator;
use crate::{params, runbook, whoami};

/// The cleanup as an execution: in the drill's account and one Region, and itself a drill, so that the door lets it
/// terminate nothing that no drill has made.
pub(super) fn of(
    operator: &Operator,
    drill: &Execution,
    launched: &Launched,
    id: String,
) -> Result<Execution> {
    let (seed, settings) = (fastrand::u64(..), &operator.settings);
    let (listener, limits) = (operator.face.as_ref(), settings.limits());
    let (bundle, plan): (_, Plan) = runbook::of_standard_library(listener, MODULE, &limits, seed)?;
    let mut given = vec![("execution".to_owned(), drill.id.clone())];
    given.push(launched.param()?);
    let params = params::values(&plan, given)?;
    let made = Made {
        id,
        at: SystemClock::new().now(),
        by: whoami::user(&operator.environment),
        mode: drill.mode,
        plan,
        bundle,
        seed,
        settings,
    };
    Ok(Execution {
        // What the release of the drill could not read is refused by it, and taken for no damage.
        format: drill.format.max(Format::LISTS),
        nonce: drill.nonce.clone(),
        params,
        regions: vec![launched.region().to_owned()],
        account: drill.account.clone(),
        simulator: drill.simulator.clone(),
        source: Some(Channel::Cli),
        labels: drill.labels.clone(),
        acts_for: Some(drill.id.clone()),
        made: launched.named(),
        denied: Vec::new(),
        approvers: drill.approvers.clone(),
        waves_at_once: drill.waves_at_once,
        ..made.head()
    }
    .pinned())
}
