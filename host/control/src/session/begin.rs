//! Beginning a session, and going on with one.

use std::collections::BTreeMap;
use std::rc::Rc;

use moontide_runtime::clock::Clock as _;
use moontide_runtime::journal::{Channel, Execution};
use moontide_runtime::plan::Mode;

use super::desk::Desk;
use super::world::SessionWorld;
use crate::clocks::SystemClock;
use crate::error::{CommandError, Hint, Result, code};
use crate::execution::Made;
use crate::next::Next;
use crate::operator::Operator;
use crate::reached::Reached;
use crate::runner::Runner;
use crate::view::Record;
use crate::{ids, runbook, whoami};

/// Begins a session at this desk, where the operator's credentials lead: nothing is asked of AWS yet but whose they
/// are.
pub async fn begin<'o>(
    operator: &'o Operator,
    desk: &Rc<dyn Desk>,
    labels: BTreeMap<String, String>,
) -> Result<Runner<'o>> {
    let mut execution = head(operator)?;
    execution.labels = labels;
    let session = operator.target.session(&operator.environment).await?;
    let region = match &operator.target.region {
        Some(region) => region.clone(),
        None => session.region()?.to_owned(),
    };
    execution.regions.push(region);
    let reached = Reached::by(session, &operator.target, &execution).await?;
    execution.account = reached.account_of(&execution)?;
    if let Some(arn) = &reached.caller.arn {
        execution.created_by.clone_from(arn);
    }
    operator.store.create(&execution).await?;
    at(operator, execution, reached, desk).await
}

/// Goes on with a session at this desk: its lines are gone through again, as its journal has them, and what was cut
/// off is looked up.
pub async fn go_on<'o>(
    operator: &'o Operator,
    record: Record,
    desk: &Rc<dyn Desk>,
) -> Result<Runner<'o>> {
    check(&record)?;
    let (execution, changed) = (record.execution, record.limits);
    let reached = Reached::of(&operator.target, &operator.environment, &execution).await?;
    reached.check_account(&execution)?;
    let mut runner = at(operator, execution, reached, desk).await?;
    runner.changed = changed;
    Ok(runner)
}

/// Refuses what is no session that can go on.
fn check(record: &Record) -> Result<()> {
    let id = &record.execution.id;
    if !record.execution.is_session() {
        let message = format!("`{id}` is no session");
        let hint = Hint::step("`", Next::resume(id), "` goes on with it");
        return Err(CommandError::new(code::BAD_ARGUMENT, message).hint(hint));
    }
    if record.is_over() {
        return Err(CommandError::new(code::NOT_NOW, format!("the session `{id}` is over"))
            .hint("`moontide repl` begins another one"));
    }
    Ok(())
}

async fn at<'o>(
    operator: &'o Operator,
    execution: Execution,
    reached: Reached,
    desk: &Rc<dyn Desk>,
) -> Result<Runner<'o>> {
    let world = SessionWorld::new(reached.world, &reached.clock, desk);
    let reached = Reached { world: Rc::new(world), ..reached };
    Runner::prepare(operator, execution, reached).await
}

/// The session as an execution: a drill, so that the door lets it touch nothing that no drill has made.
fn head(operator: &Operator) -> Result<Execution> {
    let (seed, settings) = (fastrand::u64(..), &operator.settings);
    let (bundle, plan) = runbook::of_session(operator.face.as_ref(), &settings.limits(), seed)?;
    let at = SystemClock::new().now();
    let made = Made {
        id: ids::generate(&plan.name, at, fastrand::u32(..)),
        at,
        by: whoami::user(&operator.environment),
        mode: Mode::Drill,
        plan,
        bundle,
        seed,
        settings,
    };
    Ok(Execution {
        nonce: format!("{:016x}", fastrand::u64(..)),
        gives_up: Some(BTreeMap::new()),
        simulator: operator.target.simulator(&operator.environment),
        source: Some(Channel::Cli),
        ..made.head()
    }
    .pinned())
}
