//! Going on with an execution, in any process, from nothing but its journal.

use std::collections::BTreeMap;

use moontide_runtime::store::SignalKind;
use serde_json::Value;

use crate::answers::flags::Flag;
use crate::claims;
use crate::error::{CommandError, Hint, Result, code};
use crate::listener::Remark;
use crate::next::Next;
use crate::operator::Operator;
use crate::params::secrets;
use crate::reached::Reached;
use crate::runner::Runner;
use crate::signals;
use crate::view::sent::Sent;
use crate::view::{Record, Replaced, adopted};

/// How an operator goes on with an execution. It holds values of secrets, and has no `Debug`.
#[derive(Clone, Default)]
pub struct Resume {
    /// Answers that are given with it.
    pub answers: Vec<Flag>,
    /// The executions beside which it goes on, although they have claimed the plan meanwhile.
    pub beside: Vec<String>,
    /// The values of secret params that are given again.
    pub secrets: BTreeMap<String, Value>,
}

/// What a resume has come to.
pub enum Resumed<'o> {
    /// It is over: there is nothing to drive.
    Over(Box<Record>),
    /// It is ready to be driven. Others may have launched its servers since.
    Ready(Box<Runner<'o>>, Box<Replaced>),
}

/// Lifts the pause of an execution, unless these answers settle it. The person who has set the pause needs
/// not say so; another one lifts it with `is_wanted`. `None`: none was lifted.
pub async fn lift_pause(
    operator: &Operator,
    record: &Record,
    answers: &[Flag],
    (is_wanted, comment): (bool, &str),
) -> Result<Option<Sent>> {
    let hold = record.hold().filter(|hold| !Flag::any_fits(answers, hold));
    if hold.is_some() && lifts(operator, record, is_wanted).await? {
        return signals::send(operator, record, SignalKind::Resume, comment).await.map(Some);
    }
    if is_wanted || !comment.is_empty() {
        operator.face.hear(&Remark::NoPauseLifted);
    }
    Ok(None)
}

/// Whether this lifts the pause. A pause that stays is told.
async fn lifts(operator: &Operator, record: &Record, is_wanted: bool) -> Result<bool> {
    if is_wanted {
        return Ok(true);
    }
    let us = operator.author().await?;
    let Some(pause) = record.pause().filter(|pause| pause.by != us.name) else {
        return Ok(true);
    };
    let (execution, by) = (record.execution.id.clone(), pause.signed());
    if let Some(runner) = &record.runner {
        let message = format!("`{runner}` drives it, paused by {by}");
        let lift = Next::lift_pause(&execution);
        return Err(CommandError::new(code::NOT_NOW, message).hint(Hint::step(
            "`",
            lift,
            "` lets further waves start",
        )));
    }
    operator.face.hear(&Remark::StaysPaused { execution, by });
    Ok(false)
}

/// Goes on with an execution as it was just loaded from the store.
pub async fn go_on(operator: &Operator, record: Record, resume: Resume) -> Result<Resumed<'_>> {
    if is_over(operator, &record, &resume).await? {
        return Ok(Resumed::Over(Box::new(record)));
    }
    let Operator { environment, target, .. } = operator;
    let reached = Reached::of(target, environment, &record.execution).await?;
    Box::pin(ready(reached, operator, record, resume)).await
}

/// The same in the execution's world, which is reached already.
pub async fn go_on_in(
    reached: Reached,
    operator: &Operator,
    record: Record,
    resume: Resume,
) -> Result<Resumed<'_>> {
    if is_over(operator, &record, &resume).await? {
        return Ok(Resumed::Over(Box::new(record)));
    }
    Box::pin(ready(reached, operator, record, resume)).await
}

/// Refuses what does not fit the execution. Returns whether there is nothing to go on with.
async fn is_over(operator: &Operator, record: &Record, resume: &Resume) -> Result<bool> {
    adopted::check(&record.execution)?;
    Flag::check(&resume.answers, &record.execution.plan)?;
    if record.execution.is_session() {
        let id = &record.execution.id;
        let message = format!("`{id}` is a session, whose lines an operator types");
        let hint = Hint::step("`", Next::session(id), "` goes on with it");
        return Err(CommandError::new(code::NOT_NOW, message).hint(hint));
    }
    if record.is_over() {
        return Ok(true);
    }
    let Operator { store, face, .. } = operator;
    claims::check_beside(face.as_ref(), store.as_ref(), &resume.beside).await?;
    Ok(false)
}

async fn ready(
    reached: Reached,
    operator: &Operator,
    record: Record,
    resume: Resume,
) -> Result<Resumed<'_>> {
    let (execution, Operator { environment, store, face, .. }) = (&record.execution, operator);
    reached.check_account(execution)?;
    let secrets = secrets::open(environment, face.as_ref(), execution, resume.secrets)?;
    let mut runner = Runner::prepare(operator, execution.clone(), reached).await?;
    let look = Replaced::in_store_and_aws(store.as_ref(), runner.reached.world.as_ref(), &record);
    let replaced = Box::pin(look).await;
    (runner.answers, runner.changed) = (resume.answers, record.limits);
    (runner.beside, runner.secrets) = (resume.beside, secrets);
    Ok(Resumed::Ready(Box::new(runner), Box::new(replaced)))
}
