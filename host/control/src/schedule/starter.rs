//! Beginning what a schedule starts, in the operator's store and by its way to AWS.

use async_trait::async_trait;
use jiff::Timestamp;
use moontide_runtime::journal::{Channel, Execution};
use moontide_runtime::plan::Mode;
use moontide_runtime::store::obligations::Ends;
use moontide_runtime::store::{Store, StoreError};

use super::checked::{LABEL, bind};
use super::declared::{Cleanup, Kind, Schedule};
use super::holds;
use super::kept::{Kept, Sources};
use super::mandate::Mandate;
use super::occur::{Beginning, Begins};
use super::progress::Progress;
use super::rehearsed::rehearse;
use super::reported::report;
use super::spoken;
use crate::error::{CommandError, Kind as Trouble, Result, code};
use crate::operator::Operator;
use crate::runbook::Files;
use crate::runner::Runner;
use crate::signals;
use crate::start::{Request, Start, Started};
use crate::view::Record;

/// Begins the executions of one schedule. Its operator goes by the way to AWS that the schedule wants.
pub struct Starter<'o> {
    /// The operator.
    pub operator: &'o Operator,
    /// The schedule.
    pub kept: &'o Kept,
    /// What it starts from.
    pub sources: &'o Sources,
}

impl<'o> Starter<'o> {
    /// The start of a time, checked, and not yet begun.
    fn start(&self, schedule: &Schedule, time: Timestamp) -> Result<Start> {
        let Operator { settings, face, .. } = self.operator;
        let files = Files::pinned(self.sources.bundle.clone(), &schedule.runbook);
        let start = Start::read(face.as_ref(), settings, files, request(schedule, time))?;
        let params = bind(face.as_ref(), &start.plan, &schedule.params)?;
        start.with(params)
    }

    /// The name of its runbook; where it lay, if that cannot be told.
    pub(super) fn runbook(&self) -> String {
        let Operator { settings, face, .. } = self.operator;
        let origin = &self.kept.terms.schedule.runbook;
        let files = Files::pinned(self.sources.bundle.clone(), origin);
        let plan = files.plan(face.as_ref(), &settings.limits(), 0);
        plan.map_or_else(|_| origin.clone(), |plan| plan.name)
    }

    async fn drill(
        &self,
        schedule: &Schedule,
        time: Timestamp,
    ) -> Result<Beginning<Box<Runner<'o>>>> {
        let execution = schedule.id(time);
        let begun =
            |begun| Beginning::Begun { execution: execution.clone(), ended: String::new(), begun };
        if let Some(existing) = self.existing(&execution).await? {
            return Ok(if is_of(&existing, schedule) {
                begun(None)
            } else {
                Beginning::Refused(format!(
                    "`{execution}` is there already, and is not of this schedule"
                ))
            });
        }
        let start = match self.start(schedule, time) {
            Ok(start) => start,
            Err(error) => return not_now(error),
        };
        match Box::pin(start.begin(self.operator)).await {
            Ok(Started::New(runner)) => Ok(begun(Some(runner))),
            Ok(Started::Again(_)) => Ok(begun(None)),
            Err(error) => not_now(error),
        }
    }

    async fn existing(&self, id: &str) -> Result<Option<Execution>> {
        match self.operator.store.execution(id).await {
            Ok(existing) => Ok(Some(existing)),
            Err(StoreError::NotFound(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// What is asked for at a time.
fn request(schedule: &Schedule, time: Timestamp) -> Request {
    let mut labels = schedule.labels.clone();
    labels.insert(LABEL.to_owned(), schedule.name.clone());
    let ends = match schedule.cleanup {
        Cleanup::Always => Some(Ends::All),
        Cleanup::Completed => Some(Ends::Completed),
        Cleanup::Never => None,
    };
    Request {
        id: Some(schedule.id(time)),
        answers: Mandate::of(schedule).flags(),
        only: schedule.only.clone(),
        excluded: schedule.exclude.clone(),
        reason: schedule.reason.clone(),
        labels,
        cleanup_after: ends.map(|ends| (schedule.cleanup_after.0, ends)),
        mandate: Mandate::of(schedule).written(),
        ..Request::of(Mode::Drill, Channel::Schedule)
    }
}

/// Whether an execution was started by this schedule.
pub fn is_of(execution: &Execution, schedule: &Schedule) -> bool {
    execution.source == Some(Channel::Schedule)
        && execution.labels.get(LABEL) == Some(&schedule.name)
}

/// The last execution that a schedule has started, if it is not over.
pub async fn running(store: &dyn Store, progress: &Progress) -> Result<Option<String>> {
    let started = progress.terms.starts.iter().rev().filter(|start| start.ended.is_empty());
    let Some(last) = started.map(|start| start.execution.as_str()).next() else {
        return Ok(None);
    };
    if !holds::is_there(store, last).await? {
        return Ok(None);
    }
    let record = Record::load(store, last).await?;
    let is_open = !record.is_over() && record.moved_to().is_none();
    Ok(is_open.then(|| last.to_owned()))
}

/// What an error of a start means: what a person has to mend is refused, and what may pass is waited for. A store that
/// fails stops the round.
fn not_now<B>(error: CommandError) -> Result<Beginning<B>> {
    let of_the_store =
        [code::STORE_BUSY, code::STORE_FULL, code::STORE_UNUSABLE, code::STORE_DAMAGED];
    if of_the_store.contains(&error.code) {
        return Err(error);
    }
    let why = format!("{}: {}", error.code.name, error.message);
    Ok(match error.code.kind {
        Trouble::Refused | Trouble::Usage | Trouble::Internal => Beginning::Refused(why),
        _ => Beginning::Held(why),
    })
}

#[async_trait(?Send)]
impl<'o> Begins for Starter<'o> {
    type Begun = Box<Runner<'o>>;

    async fn running(&self, _schedule: &Schedule, progress: &Progress) -> Result<Option<String>> {
        running(self.operator.store.as_ref(), progress).await
    }

    async fn hold(&self, schedule: &Schedule, progress: &Progress) -> Result<Option<String>> {
        holds::look(self, schedule, progress).await
    }

    async fn begun(&self, schedule: &Schedule, time: Timestamp) -> Result<Option<String>> {
        // It may have started drills when this time was claimed, and something else by now.
        let existing = self.existing(&Kind::Drill.id(&schedule.name, time)).await?;
        Ok(existing.filter(|it| is_of(it, schedule)).map(|it| it.id))
    }

    async fn begin(&self, schedule: &Schedule, time: Timestamp) -> Result<Beginning<Self::Begun>> {
        if let Some(execution) = self.begun(schedule, time).await? {
            return Ok(Beginning::Begun { execution, ended: String::new(), begun: None });
        }
        match schedule.kind {
            Kind::Drill => self.drill(schedule, time).await,
            Kind::Rehearsal => match rehearse(self.operator, schedule, self.sources).await {
                Ok(ended) => {
                    Ok(Beginning::Begun { execution: schedule.id(time), ended, begun: None })
                }
                Err(error) => not_now(error),
            },
            Kind::Report => {
                match Box::pin(report(self.operator, schedule, (self.sources, time))).await {
                    Ok(ended) => {
                        Ok(Beginning::Begun { execution: schedule.id(time), ended, begun: None })
                    }
                    Err(error) => not_now(error),
                }
            }
        }
    }

    async fn give_up(&self, begun: Self::Begun, why: &str) -> Result<()> {
        let id = &begun.execution.id;
        let comment = format!("its time counts as over: {why}");
        let name = &self.kept.terms.schedule.name;
        let own = spoken::operator(self.operator, name);
        signals::cancel(&own, id, &comment).await.map(drop)
    }
}
