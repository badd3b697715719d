//! Finishing what schedules have begun: going on with what no runner drives, and carrying out what is owed. For cron and
//! other timetables, behind which no process stays.

use moontide_runtime::clock::Clock as _;
use moontide_runtime::journal::Channel;
use moontide_runtime::scheduler::Ended;
use moontide_runtime::store::{Obligation, StoreError};

use super::checked::LABEL;
use super::kept::Kept;
use super::left::{self, Beats, Of, Verdict};
use super::worker::Worker;
use crate::clocks::SystemClock;
use crate::error::{CommandError, Result, code};
use crate::leases;
use crate::list::Line;
use crate::listener::Remark;
use crate::obligations::{Carrier, How};
use crate::view::Record;
use crate::view::obligation::Stage;

/// What came of it.
#[derive(Default)]
pub struct Finished {
    /// What was driven on, and how that has ended here; `None`: there was nothing to drive.
    pub driven: Vec<(Record, Option<Ended>)>,
    /// What became of what is owed, one for each that was looked at.
    pub owed: Vec<How>,
    /// What could not be gone on with.
    pub failed: Vec<CommandError>,
    /// Whether it was stopped while it watched whether runners live.
    pub is_interrupted: bool,
}

impl Finished {
    /// Whether a drive was stopped on the way.
    fn is_stopped(&self) -> bool {
        self.driven.iter().any(|(_, ended)| matches!(ended, Some(Ended::Interrupted)))
            || self.owed.iter().any(How::is_stop)
    }
}

impl Worker {
    /// Finishes what a schedule has begun; what all have, if none is named. One that fails does not stop the others.
    pub async fn finish(
        &self,
        schedule: Option<&str>,
        interrupt: &mut impl AsyncFnMut(),
    ) -> Result<Finished> {
        let mut finished = Finished::default();
        let mut all = Vec::new();
        for (name, kept) in Kept::each(self.store.as_ref()).await? {
            let kept = kept.map_err(|error| finished.failed.push(error)).ok();
            all.push((name, kept));
        }
        let Some(lines) = self.left(schedule, interrupt).await? else {
            return Ok(Finished { is_interrupted: true, ..finished });
        };
        for line in lines {
            let of = Of::line(&line, &all);
            // It is judged now: what was driven before it may have taken hours.
            let give_up = match self.judge(&line, of).await {
                Ok(Verdict::NotYet) => continue,
                Ok(Verdict::Goes) => None,
                Ok(Verdict::GivenUp(give_up)) => Some(give_up),
                Err(error) => {
                    finished.failed.push(error);
                    continue;
                }
            };
            let which = (line.execution.as_str(), give_up.as_ref());
            self.operator().face.hear(&Remark::TakesUp { execution: line.execution.clone() });
            match Box::pin(self.go_on(of.kept(), which, interrupt)).await {
                Ok(driven) => finished.driven.push(driven),
                // Another process was quicker.
                Err(error) if error.code == code::HELD => {}
                Err(error) => finished.failed.push(error),
            }
            if finished.is_stopped() {
                return Ok(finished);
            }
        }
        Box::pin(self.carry_out(schedule, (&mut finished, interrupt))).await?;
        Ok(finished)
    }

    /// Takes up one execution of a schedule, which a timetable calls for once more: it is judged as any other that was
    /// left. `None`: it does not go on now. Whether its runner lives is seen by watching it.
    pub async fn take_up(
        &self,
        kept: &Kept,
        execution: &str,
        interrupt: &mut impl AsyncFnMut(),
    ) -> Result<Option<(Record, Option<Ended>)>> {
        let (store, now) = (self.store.as_ref(), SystemClock::new().now());
        let lines = left::open(store, Some(&kept.terms.schedule.name)).await?;
        let give_up = match lines.iter().find(|line| line.execution == execution) {
            None => None,
            Some(line) => match left::verdict(store, line, Of::Schedule(kept), now).await? {
                Verdict::NotYet => return Ok(None),
                Verdict::Goes => None,
                // Whether its runner lives is not seen at a look.
                Verdict::GivenUp(_) if leases::kept(store, execution).await?.is_some() => {
                    return Ok(None);
                }
                Verdict::GivenUp(give_up) => Some(give_up),
            },
        };
        let which = (execution, give_up.as_ref());
        Box::pin(self.go_on(Some(kept), which, interrupt)).await.map(Some)
    }

    /// What is to become of one that no runner drives.
    async fn judge(&self, line: &Line, of: Of<'_>) -> Result<Verdict> {
        let (store, now) = (self.store.as_ref(), SystemClock::new().now());
        let is_overdue = async || {
            let deadline = left::deadline(store, &line.execution).await?;
            Ok::<bool, CommandError>(deadline.is_some_and(|it| it <= now))
        };
        if left::goes_on(line) || is_overdue().await? {
            return left::verdict(store, line, of, now).await;
        }
        Ok(Verdict::NotYet)
    }

    /// What no runner drives. Whether one lives is seen by watching, which takes time. `None`: `interrupt` was ready.
    async fn left(
        &self,
        schedule: Option<&str>,
        interrupt: &mut impl AsyncFnMut(),
    ) -> Result<Option<Vec<Line>>> {
        let (store, clock) = (self.store.as_ref(), SystemClock::new());
        let ttl = leases::ttl(&self.environment, &self.settings)?;
        let mut beats = Beats::default();
        let mut lines = left::open(store, schedule).await?;
        let mut is_watched = false;
        for line in &lines {
            is_watched |= !beats.is_free(line, clock.monotonic(), ttl) && left::goes_on(line);
        }
        if is_watched {
            tokio::select! {
                biased;
                () = interrupt() => return Ok(None),
                () = clock.sleep(ttl) => {}
            }
            lines = left::open(store, schedule).await?;
        }
        lines.retain(|line| beats.is_free(line, clock.monotonic(), ttl));
        Ok(Some(lines))
    }

    /// Carries out what is owed for what a schedule has started, or for what all have.
    async fn carry_out(
        &self,
        schedule: Option<&str>,
        (finished, interrupt): (&mut Finished, &mut impl AsyncFnMut()),
    ) -> Result<()> {
        let (store, operator) = (self.store.as_ref(), self.operator());
        let is_wanted = |name: &str| schedule.is_none_or(|it| it == name);
        for found in Obligation::all(store, None).await? {
            // What cannot be read may be of any schedule.
            let obligation = match found {
                Ok(obligation) if obligation.is_open() => obligation,
                Ok(_) => continue,
                Err(error) => {
                    finished.failed.push(error.into());
                    continue;
                }
            };
            let execution = match store.execution(&obligation.execution).await {
                Ok(execution) => execution,
                Err(StoreError::NotFound(_)) => continue,
                Err(error) => {
                    finished.failed.push(error.into());
                    continue;
                }
            };
            // What a process owed that died before it began, or was not the first to, is owed for nothing.
            let is_its = obligation.is_of(&execution)
                && execution.labels.get(LABEL).is_some_and(|name| is_wanted(name))
                && execution.source == Some(Channel::Schedule);
            if !is_its {
                continue;
            }
            match Box::pin(Carrier { operator: &operator }.carry_out(&obligation, interrupt)).await
            {
                Ok(came) if came.view.state == Stage::Dropped => {}
                Ok(came) => finished.owed.push(came.how),
                Err(error) => finished.failed.push(error),
            }
            if finished.is_stopped() {
                break;
            }
        }
        Ok(())
    }
}
