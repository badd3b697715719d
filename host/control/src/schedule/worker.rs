//! What a process needs to start and drive what schedules want, on several threads: each makes an operator of its own.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use moontide_runtime::journal::Execution;
use moontide_runtime::scheduler::Ended;
use moontide_runtime::store::obligations::{Ends, What};
use moontide_runtime::store::{Obligation, Store};

use super::checked::{self, LABEL};
use super::declared::{Cleanup, Schedule};
use super::drive;
use super::history::Entry;
use super::kept::{Kept, Sources};
use super::left::GiveUp;
use super::mandate::Mandate;
use super::occur::Round;
use super::progress::Waiting;
use super::spoken;
use super::starter::Starter;
use super::telling::{self, Telling};
use crate::clocks::SystemClock;
use crate::environment::Environment;
use crate::error::Result;
use crate::face::Face;
use crate::notify::worker::LAST;
use crate::operator::Operator;
use crate::resume::{self, Resume, Resumed};
use crate::settings::Settings;
use crate::signals;
use crate::stores::Address;
use crate::target::Target;
use crate::view::Record;
use crate::whoami;

/// Makes the face of a thread.
pub type Faces = Arc<dyn Fn() -> Rc<dyn Face> + Send + Sync>;

/// Hears what is written into the history, what waits, and the execution that is driven now.
pub type Tell<'t> = dyn FnMut(&[Entry], Option<&Waiting>, Option<&str>) + 't;

/// What a thread needs to be an operator.
#[derive(Clone)]
pub struct Worker {
    /// The variables of the process.
    pub environment: Environment,
    /// What the operator has decided before.
    pub settings: Settings,
    /// Where executions are kept.
    pub address: Address,
    /// The store there.
    pub store: Arc<dyn Store>,
    /// Where AWS is, as far as a schedule says nothing else.
    pub target: Target,
    /// The faces.
    pub faces: Faces,
}

/// What came of going through a schedule.
pub struct Gone {
    /// What was written into its history.
    pub entries: Vec<Entry>,
    /// What waits.
    pub waiting: Option<Waiting>,
    /// What was driven here, and how that has ended.
    pub driven: Option<(Record, Ended)>,
}

impl Worker {
    /// An operator of this thread.
    pub fn operator(&self) -> Operator {
        Operator {
            environment: self.environment.clone(),
            settings: self.settings.clone(),
            address: self.address.clone(),
            store: Arc::clone(&self.store),
            target: self.target.clone(),
            by: None,
            face: (self.faces)(),
        }
    }

    /// The operator of what a schedule starts: under what the folder of its runbook tightens, by its way to AWS.
    pub fn operator_of(&self, schedule: &Schedule, sources: &Sources) -> Result<Operator> {
        let mut settings = checked::settings(&self.environment, sources, &schedule.runbook)?;
        settings.typed.clone_from(&self.settings.typed);
        settings.urgent.extend(self.settings.typed.clone());
        let operator = self.operator();
        let target = Target {
            profile: schedule.profile.clone().or(operator.target.profile.clone()),
            region: schedule.region.clone().or(operator.target.region.clone()),
            ..operator.target.clone()
        };
        Ok(Operator { settings, target, ..operator })
    }

    /// Goes through a schedule once, as it is in the store now, and drives what that starts, until `interrupt` is ready.
    /// `begun` is told of what is written, what waits, and what is driven now.
    pub async fn go(
        &self,
        kept: &Kept,
        now: Timestamp,
        interrupt: &mut impl AsyncFnMut(),
        begun: &mut Tell<'_>,
    ) -> Result<Gone> {
        // A person may have paused, removed or changed it since it was read: its caller may have waited for long.
        let kept = &Kept::of(self.store.as_ref(), &kept.terms.schedule.name).await?;
        let schedule = &kept.terms.schedule;
        let sources = Sources::of(self.store.as_ref(), &kept.terms.sources).await?;
        let operator = self.operator_of(schedule, &sources)?;
        let starter = Starter { operator: &operator, kept, sources: &sources };
        let by = whoami::holder(&self.environment);
        let name = || starter.runbook();
        let words = self.operator().face.words();
        let receivers = operator.settings.receivers.as_slice();
        let telling = Telling { receivers, words: &*words, runbook: &name };
        let (store, since) = (self.store.as_ref(), kept.terms.since());
        let round = Round { store, begins: &starter, since, by: &by, now, telling };
        let came = Box::pin(round.go(schedule)).await?;
        let drive = came.begun.as_ref().map(|runner| runner.execution.id.as_str());
        begun(&came.entries, came.waiting.as_ref(), drive);
        let is_told = came.begun.is_none() && (!came.entries.is_empty() || came.waiting.is_some());
        if is_told {
            self.tell(&operator, LAST).await?;
        }
        let driven = match came.begun {
            Some(runner) => {
                let mandate = Mandate::of(schedule);
                let whole = drive::to_the_end(&operator, Some(&mandate), &runner, interrupt);
                Some(Box::pin(whole).await?)
            }
            None => None,
        };
        Ok(Gone { entries: came.entries, waiting: came.waiting, driven })
    }

    /// Sends what waits for receivers, for so long at most. A drive does so by itself.
    pub async fn tell(&self, operator: &Operator, longest: Duration) -> Result<()> {
        let teller = format!("{} for schedules", whoami::holder(&self.environment));
        Ok(telling::send(operator, (&teller, &SystemClock::new()), longest).await?)
    }

    /// Goes on with an execution that a schedule has started, and that no runner drives; or gives it up, with a reason,
    /// before it has begun. The schedule is `None` where it is not known any more: what it said of the execution when
    /// that began holds in any case.
    pub async fn go_on(
        &self,
        kept: Option<&Kept>,
        (execution, give_up): (&str, Option<&GiveUp>),
        interrupt: &mut impl AsyncFnMut(),
    ) -> Result<(Record, Option<Ended>)> {
        let head = self.store.execution(execution).await?;
        let mandate = Mandate::for_execution(&head, kept)?;
        let base = self.operator();
        let said = kept.and_then(|it| it.terms.schedule.profile.clone());
        let profile = mandate.as_ref().map_or(said, |it| it.profile.clone());
        let profile = profile.or(base.target.profile.clone());
        let target = Target { profile, ..base.target.clone() };
        // What has begun goes on under the user's settings, not those of the runbook's folder.
        let operator = Operator { target, ..base };
        if let Some(give_up) = give_up
            && give_up.holds(self.store.as_ref(), execution).await?
        {
            let name = head.labels.get(LABEL);
            let own = name.map(|name| spoken::operator(&operator, name));
            signals::cancel(own.as_ref().unwrap_or(&operator), execution, &give_up.why).await?;
        }
        if let Some(kept) = kept.filter(|it| head.mandate.is_none() && it.has_begun(&head)) {
            self.owe_as_before(kept, &head).await?;
        }
        let record = Record::load(self.store.as_ref(), execution).await?;
        let answers = mandate.as_ref().map(Mandate::flags).unwrap_or_default();
        let resume = Resume { answers, ..Resume::default() };
        match Box::pin(resume::go_on(&operator, record, resume)).await? {
            Resumed::Over(record) => {
                drive::after(&operator, &record, interrupt).await?;
                let record = Record::load(self.store.as_ref(), execution).await?;
                Ok((record, None))
            }
            Resumed::Ready(runner, _) => {
                let driven = drive::to_the_end(&operator, mandate.as_ref(), &runner, interrupt);
                let (record, ended) = Box::pin(driven).await?;
                Ok((record, Some(ended)))
            }
        }
    }

    /// A drill that an earlier release has begun owes its cleanup only at its end, where it is owed if that completes.
    async fn owe_as_before(&self, kept: &Kept, head: &Execution) -> Result<()> {
        let schedule = &kept.terms.schedule;
        if schedule.cleanup == Cleanup::Completed {
            let when = (schedule.cleanup_after.0, Ends::Completed);
            Obligation::owe(self.store.as_ref(), head, What::Cleanup, when).await?;
        }
        Ok(())
    }
}
