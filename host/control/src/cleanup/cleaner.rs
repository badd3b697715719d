//! Cleaning up after a drill, in one Region after another.

use std::collections::{BTreeMap, BTreeSet};

use moontide_runtime::journal::Execution;
use moontide_runtime::scheduler::{Ended, ExecutionStatus, WaveStatus};
use moontide_runtime::store::StoreError;

use super::begun::{self, Begun};
use super::launched::Launched;
use super::taking::Taking;
use super::{again, check, head};
use crate::error::{Code, CommandError, Hint, Result, code};
use crate::listener::Remark;
use crate::next::Next;
use crate::operator::Operator;
use crate::reached::Reached;
use crate::runner::Runner;
use crate::view::Record;

/// Loads a drill that can be cleaned up.
pub async fn drill(operator: &Operator, id: &str) -> Result<Record> {
    let drill = Record::load(operator.store.as_ref(), id).await;
    let drill = drill.map_err(|error| or_adopt(id, error))?;
    check::drill(&drill)?;
    Ok(drill)
}

/// What is in no store may have launched instances all the same.
fn or_adopt(id: &str, error: CommandError) -> CommandError {
    if error.code != code::NO_EXECUTION || !error.hints.iter().all(|it| !it.begins_with("did you"))
    {
        return error;
    }
    let adopt = Next::Adopt { execution: id.to_owned(), regions: Vec::new(), elsewhere: false };
    error.hint(Hint::step("where its store is lost, `", adopt, "` takes up what it has launched"))
}

/// Whether the last cleanup in a Region is over and has looked at all that was launched there. One that was begun
/// before the drill launched the last time does not know of that; one that was left out, by a skip of an earlier
/// release, has looked at nothing.
fn is_done(launched: &Launched, records: &[Record]) -> bool {
    let there = |record: &&Record| begun::place(&record.execution) == launched.region();
    records.iter().rfind(there).is_some_and(|record| {
        let is_cancelled = record.status() == ExecutionStatus::Cancelled;
        let is_behind = !launched.is_known_to(&record.execution);
        let is_left_out = record.state.waves.iter().any(|it| it.status == WaveStatus::Skipped);
        record.is_over() && (is_cancelled || !(is_behind || is_left_out))
    })
}

/// Whether an error is about all Regions: the store, or what is owed.
fn is_of_all(error: &CommandError) -> bool {
    let codes = [code::STORE_BUSY, code::STORE_FULL, code::STORE_UNUSABLE, code::CHANGED_MEANWHILE];
    codes.contains(&error.code) || error.code == code::NOT_OVER
}

/// Cleans up after a drill.
pub struct Cleaner<'o> {
    /// The operator who cleans up.
    pub operator: &'o Operator,
    /// The obligation that is carried out by it.
    pub taking: Option<Taking>,
}

/// How cleaning up has ended.
pub struct CleanedUp {
    /// The drill, as it was last seen.
    pub drill: Record,
    /// The executions that have cleaned up.
    pub records: Vec<Record>,
    /// How it has ended in each Region; where it was stopped, in that one.
    pub regions: BTreeMap<String, End>,
    /// What kept it from Regions.
    pub errors: Vec<CommandError>,
}

/// How it has ended in a Region.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// An execution was driven.
    Driven(Ended),
    /// None could be.
    Failed(&'static Code),
}

/// Which execution cleans up.
enum Which {
    /// One that was begun, and is not over.
    GoOn(Box<Record>),
    /// One that has failed, and is attempted once more.
    Again(Box<Record>),
    /// A new one.
    Begin(String),
}

impl Cleaner<'_> {
    /// Cleans up after this drill, in one Region after another, until nothing is left to begin, or `interrupt` returns.
    /// A Region that cannot be reached, or waits for a person, keeps no other from it.
    pub async fn go(
        &self,
        mut drill: Record,
        interrupt: &mut impl AsyncFnMut(),
    ) -> Result<CleanedUp> {
        let (store, id) = (self.operator.store.as_ref(), drill.execution.id.clone());
        let (mut records, mut regions, mut errors) = (Vec::new(), BTreeMap::new(), Vec::new());
        // Regions for which there is nothing more to do now.
        let mut left_out = self.done_before(&drill).await?;
        loop {
            let home = begun::place(&drill.execution).to_owned();
            let all = Launched::by_region(&drill.entries, &home);
            let is_left =
                |it: &&Launched| !left_out.contains(it.region()) && !is_done(it, &records);
            let Some(launched) = all.iter().find(is_left) else { break };
            let region = launched.region().to_owned();
            let cleaning = self.clean_up(&drill.execution, launched, interrupt);
            let (record, ended) = match Box::pin(cleaning).await {
                Ok(ended) => ended,
                Err(error) if is_of_all(&error) => return Err(error),
                Err(error) => {
                    regions.insert(region.clone(), End::Failed(error.code));
                    left_out.insert(region);
                    errors.push(error);
                    continue;
                }
            };
            let is_over = record.is_over();
            records.push(record);
            if ended == Ended::Interrupted {
                // How the others ended is not what stops it.
                regions = BTreeMap::from([(region, End::Driven(ended))]);
                break;
            }
            regions.insert(region.clone(), End::Driven(ended));
            if !is_over {
                left_out.insert(region);
            }
            // A later adoption may have found more meanwhile; what was done is shown, also if that cannot be read.
            if let Ok(now) = Record::load(store, &id).await {
                drill = now;
            }
            if check::drill(&drill).is_err() {
                self.operator.face.hear(&Remark::GoesOn { drill: id });
                break;
            }
        }
        if records.is_empty() && !errors.is_empty() {
            return Err(errors.remove(0));
        }
        Ok(CleanedUp { drill, records, regions, errors })
    }

    /// The Regions that a carrier need not look at once more: it comes again and again, while another Region is not done.
    async fn done_before(&self, drill: &Record) -> Result<BTreeSet<String>> {
        let (store, mut done) = (self.operator.store.as_ref(), BTreeSet::new());
        if self.taking.is_none() {
            return Ok(done);
        }
        for launched in Launched::by_region(&drill.entries, begun::place(&drill.execution)) {
            let begun = Begun::of(store, &drill.execution.id).await?;
            let Some(last) = begun.last_in(launched.region()) else { continue };
            let record = Record::load(store, &last.id).await?;
            let has_looked = record.state.waves.iter().all(|it| it.status == WaveStatus::Completed);
            if launched.is_known_to(&last) && has_looked {
                done.insert(launched.region().to_owned());
            }
        }
        Ok(done)
    }

    /// Cleans up in one Region, in one execution: drives that which was begun, or a new one.
    async fn clean_up(
        &self,
        drill: &Execution,
        launched: &Launched,
        interrupt: &mut impl AsyncFnMut(),
    ) -> Result<(Record, Ended)> {
        let Operator { environment, target, store, .. } = self.operator;
        loop {
            let (mut again, mut is_new) = (None, false);
            let (execution, changed) = match self.which(drill, launched).await? {
                Which::GoOn(begun) => (begun.execution, begun.limits),
                Which::Again(failed) => {
                    let begun = (failed.execution.clone(), failed.limits.clone());
                    again = Some(failed);
                    begun
                }
                Which::Begin(id) => {
                    is_new = true;
                    (head::of(self.operator, drill, launched, id)?, BTreeMap::new())
                }
            };
            let reached = Reached::of(target, environment, &execution).await?;
            reached.check_account(&execution)?;
            if let Some(taking) = &self.taking {
                taking.take(store.as_ref(), &execution.id).await?;
            }
            if let Some(failed) = again {
                again::retry(self.operator, &failed).await?;
                self.check_still_wanted(&execution.id).await?;
            }
            if is_new {
                self.check_over(&drill.id).await?;
                match store.create(&execution).await {
                    Ok(()) => self.check_still_wanted(&execution.id).await?,
                    // Another cleanup began at the same moment: this goes on with it, or comes after it.
                    Err(StoreError::Exists(_)) => continue,
                    Err(error) => return Err(error.into()),
                }
            }
            let mut runner = Runner::prepare(self.operator, execution, reached).await?;
            runner.changed = changed;
            let driven = runner.drive(interrupt()).await?;
            return Ok((runner.record().await?, driven.ended));
        }
    }

    async fn which(&self, drill: &Execution, launched: &Launched) -> Result<Which> {
        let store = self.operator.store.as_ref();
        let begun = Begun::of(store, &drill.id).await?;
        let next = begun.next.clone();
        let Some(last) = begun.last_in(launched.region()) else { return Ok(Which::Begin(next)) };
        let record = Box::new(Record::load(store, &last.id).await?);
        Ok(if !record.is_over() {
            Which::GoOn(record)
        } else if self.taking.is_some()
            && record.seal.is_none()
            && record.status() == ExecutionStatus::Failed
            && launched.is_known_to(&last)
        {
            // A carrier comes again and again: it would begin one after another.
            Which::Again(record)
        } else {
            Which::Begin(next)
        })
    }

    /// The drill may have been taken up again since it was looked at: what it launches then is not for a cleanup.
    async fn check_over(&self, drill: &str) -> Result<()> {
        let drill = Record::load(self.operator.store.as_ref(), drill).await?;
        check::drill(&drill).map_err(|error| match &self.taking {
            // Its carrier looks at it anew.
            Some(_) => CommandError { code: code::CHANGED_MEANWHILE, ..error },
            None => error,
        })
    }

    /// The operator may have dropped the obligation between its taking and its first step. Either the operator sees
    /// that there is a cleanup, or this sees that it is not wanted.
    async fn check_still_wanted(&self, id: &str) -> Result<()> {
        let Some(taking) = &self.taking else { return Ok(()) };
        if taking.is_dropped(self.operator.store.as_ref()).await? {
            let message = format!("the cleanup was dropped: `{id}` does nothing");
            return Err(CommandError::new(code::CHANGED_MEANWHILE, message));
        }
        Ok(())
    }
}
