//! `moontide cleanup`: terminates what a drill has launched.
//!
//! A cleanup is an execution of its own, `<execution>.cleanup-1`, whose runbook is the standard library's
//! module `@moontide/cleanup`: it is journaled, resumed and judged at the door like any other. What it may
//! touch comes from the drill's journal: what its effects have left, and may have left.

mod again;
mod check;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use clap::Args;
use moontide_control::cleanup::begun::{self, Begun, MODULE};
use moontide_control::cleanup::launched::Launched;
use moontide_control::clocks::SystemClock;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::execution::Made;
use moontide_control::reached::Reached;
use moontide_control::settings::Settings;
use moontide_control::view::cleanup::Cleaned;
use moontide_control::words::quoted;
use moontide_control::{params, runbook, whoami};
use moontide_runtime::clock::Clock;
use moontide_runtime::journal::{Channel, Execution};
use moontide_runtime::plan::Plan;
use moontide_runtime::scheduler::{ExecutionStatus, WaveStatus};
use moontide_runtime::store::{Store, StoreError};

use super::obligations::carry::{Taking, settle};
use crate::aws::AwsFlags;
use crate::context::Context;
use crate::drive::{self, Ride};
use crate::exit;
use crate::interrupt::Interrupt;
use crate::output::style::{attention, plain};
use crate::view::{Record, Worded};

/// Terminate the instances that a drill has launched
///
/// Only instances whose job belongs to this execution, and that are drills; it lists what it left. Launches
/// whose end no runner saw are looked for first; while DRS does not tell about one, the cleanup has failed. Where it has
/// launched in several Regions, they are cleaned up one after another.
#[derive(Args)]
pub(crate) struct Flags {
    /// The drill's id, as `moontide list` shows it
    execution: String,

    #[command(flatten)]
    aws: AwsFlags,
}

/// Does it.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    flags.aws.are_given(context);
    let store = context.open_store()?;
    let settings = context.settings(None)?;
    context.block_on(clean(context, flags, store, settings))
}

async fn clean(
    context: &Context,
    flags: &Flags,
    store: Arc<dyn Store>,
    settings: Settings,
) -> Result<u8> {
    let drill = Record::load(store.as_ref(), &flags.execution).await;
    let drill = drill.map_err(|error| or_adopt(context, &flags.execution, error))?;
    check::drill(context, &drill)?;
    let id = drill.execution.id.clone();
    let cleaner = Cleaner::of(context, &flags.aws, Arc::clone(&store), settings, None);
    let Ended { drill, records, exit } =
        Box::pin(cleaner.go(drill, &mut Interrupt::listen())).await?;
    if records.is_empty() {
        context.output.say([plain(format!("{id} has launched nothing"))]);
    }
    if exit == exit::COMPLETED {
        settle(context, store.as_ref(), &id).await?;
    }
    let all = Cleaned::of(&records, &drill, &context.limits);
    drive::shown(context, exit, &Worded(context, &all))
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

/// What is in no store may have launched instances all the same.
fn or_adopt(context: &Context, id: &str, error: CommandError) -> CommandError {
    if error.code != code::NO_EXECUTION || !error.hints.iter().all(|it| !it.begins_with("did you"))
    {
        return error;
    }
    let adopt = context.command(&format!("adopt {}", quoted(id)));
    error.hint(format!("where its store is lost, `{adopt}` takes up what it has launched"))
}

/// Cleans up after a drill.
pub(crate) struct Cleaner<'c> {
    context: &'c Context,
    aws: &'c AwsFlags,
    store: Arc<dyn Store>,
    settings: Settings,
    /// The obligation that it carries out.
    taking: Option<Taking<'c>>,
}

/// How cleaning up has ended.
pub(crate) struct Ended {
    /// The drill, as it was last seen.
    pub(crate) drill: Record,
    /// The executions that have cleaned up.
    pub(crate) records: Vec<Record>,
    /// The exit code.
    pub(crate) exit: u8,
}

/// Which execution cleans up.
enum Next {
    /// One that was begun, and is not over.
    GoOn(Box<Record>),
    /// One that has failed, and is attempted once more.
    Again(Box<Record>),
    /// A new one.
    Begin(String),
}

impl<'c> Cleaner<'c> {
    /// One that cleans up, on behalf of this obligation if there is one.
    pub(crate) fn of(
        context: &'c Context,
        aws: &'c AwsFlags,
        store: Arc<dyn Store>,
        settings: Settings,
        taking: Option<Taking<'c>>,
    ) -> Cleaner<'c> {
        Cleaner { context, aws, store, settings, taking }
    }

    /// Cleans up after this drill, in one Region after another, until nothing is left to begin. A Region that cannot be
    /// reached, or waits for a person, keeps no other from it.
    pub(crate) async fn go(&self, mut drill: Record, interrupt: &mut Interrupt) -> Result<Ended> {
        let id = drill.execution.id.clone();
        let (mut records, mut exits, mut errors) = (Vec::new(), BTreeMap::new(), Vec::new());
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
            let (record, exit) = match Box::pin(cleaning).await {
                Ok(ended) => ended,
                Err(error) if is_of_all(&error) => return Err(error),
                Err(error) => {
                    exits.insert(region.clone(), exit::of_error(error.code));
                    left_out.insert(region);
                    errors.push(error);
                    continue;
                }
            };
            let is_over = record.is_over();
            records.push(record);
            if exit::is_stop(exit) {
                // How the others ended is not what stops it.
                exits = BTreeMap::from([(region, exit)]);
                break;
            }
            exits.insert(region.clone(), exit);
            if !is_over {
                left_out.insert(region);
            }
            // A later `adopt` may have found more meanwhile; what was done is shown, also if that cannot be read.
            if let Ok(now) = Record::load(self.store.as_ref(), &id).await {
                drill = now;
            }
            if check::drill(self.context, &drill).is_err() {
                let text = format!("{id} goes on: what it launches from now on stays");
                self.context.output.say([attention("note: "), plain(text)]);
                break;
            }
        }
        if records.is_empty() && !errors.is_empty() {
            return Err(errors.remove(0));
        }
        for error in &errors {
            self.context.complain(error);
        }
        let exit = exit::worst(&exits.into_values().collect::<Vec<_>>());
        Ok(Ended { drill, records, exit })
    }

    /// The Regions that a carrier need not look at once more: it comes again and again, while another Region is not done.
    async fn done_before(&self, drill: &Record) -> Result<BTreeSet<String>> {
        let mut done = BTreeSet::new();
        if self.taking.is_none() {
            return Ok(done);
        }
        for launched in Launched::by_region(&drill.entries, begun::place(&drill.execution)) {
            let begun = Begun::of(self.store.as_ref(), &drill.execution.id).await?;
            let Some(last) = begun.last_in(launched.region()) else { continue };
            let record = Record::load(self.store.as_ref(), &last.id).await?;
            let has_looked = record.state.waves.iter().all(|it| it.status == WaveStatus::Completed);
            if launched.is_known_to(&last) && has_looked {
                done.insert(launched.region().to_owned());
            }
        }
        Ok(done)
    }

    /// Cleans up in one Region, in one execution: drives that which was begun, or a new one. Returns the exit code,
    /// too.
    async fn clean_up(
        &self,
        drill: &Execution,
        launched: &Launched,
        interrupt: &mut Interrupt,
    ) -> Result<(Record, u8)> {
        let context = self.context;
        loop {
            let (mut again, mut is_new) = (None, false);
            let (execution, changed) = match self.next(drill, launched).await? {
                Next::GoOn(begun) => (begun.execution, begun.limits),
                Next::Again(failed) => {
                    let begun = (failed.execution.clone(), failed.limits.clone());
                    again = Some(failed);
                    begun
                }
                Next::Begin(id) => {
                    is_new = true;
                    (self.execution(drill, launched, id)?, BTreeMap::new())
                }
            };
            let reached = Reached::of(&self.aws.target(), &context.environment, &execution).await?;
            reached.check_account(&execution)?;
            if let Some(taking) = &self.taking {
                taking.take(self.store.as_ref(), &execution.id).await?;
            }
            if let Some(failed) = again {
                again::retry(context, self.store.as_ref(), &failed).await?;
                self.check_still_wanted(&execution.id).await?;
            }
            if is_new {
                self.check_over(&drill.id).await?;
                match self.store.create(&execution).await {
                    Ok(()) => self.check_still_wanted(&execution.id).await?,
                    // Somebody cleans up at the same moment: this goes on with theirs, or comes after it.
                    Err(StoreError::Exists(_)) => continue,
                    Err(error) => return Err(error.into()),
                }
            }
            let (store, settings) = (Arc::clone(&self.store), self.settings.clone());
            let user = context.speaker(None).await?;
            let answers = Vec::new();
            let ride = Ride {
                context,
                settings,
                store,
                execution,
                reached,
                answers,
                user,
                changed,
                beside: Vec::new(),
                secrets: BTreeMap::new(),
            };
            return ride.drive(interrupt).await;
        }
    }

    async fn next(&self, drill: &Execution, launched: &Launched) -> Result<Next> {
        let begun = Begun::of(self.store.as_ref(), &drill.id).await?;
        let next = begun.next.clone();
        let Some(last) = begun.last_in(launched.region()) else { return Ok(Next::Begin(next)) };
        let record = Box::new(Record::load(self.store.as_ref(), &last.id).await?);
        Ok(if !record.is_over() {
            Next::GoOn(record)
        } else if self.taking.is_some()
            && record.seal.is_none()
            && record.status() == ExecutionStatus::Failed
            && launched.is_known_to(&last)
        {
            // A carrier comes again and again: it would begin one after another.
            Next::Again(record)
        } else {
            Next::Begin(next)
        })
    }

    /// The drill may have been taken up again since it was looked at: what it launches then is not for a cleanup.
    async fn check_over(&self, drill: &str) -> Result<()> {
        let drill = Record::load(self.store.as_ref(), drill).await?;
        check::drill(self.context, &drill).map_err(|error| match &self.taking {
            // Its carrier looks at it anew.
            Some(_) => CommandError { code: code::CHANGED_MEANWHILE, ..error },
            None => error,
        })
    }

    /// The operator may have dropped the obligation between its taking and its first step. Either the operator sees
    /// that there is a cleanup, or this sees that it is not wanted.
    async fn check_still_wanted(&self, id: &str) -> Result<()> {
        let Some(taking) = &self.taking else { return Ok(()) };
        if taking.is_dropped(self.store.as_ref()).await? {
            let message = format!("the cleanup was dropped: `{id}` does nothing");
            return Err(CommandError::new(code::CHANGED_MEANWHILE, message));
        }
        Ok(())
    }

    /// The cleanup as an execution: in the drill's account and one Region, and itself a drill, so that the door
    /// lets it terminate nothing that no drill has made.
    fn execution(&self, drill: &Execution, launched: &Launched, id: String) -> Result<Execution> {
        let (seed, settings) = (fastrand::u64(..), &self.settings);
        let (bundle, plan): (_, Plan) =
            runbook::of_standard_library(self.context, MODULE, &settings.limits(), seed)?;
        let mut given = vec![("execution".to_owned(), drill.id.clone())];
        given.push(launched.param()?);
        let params = params::values(&plan, given)?;
        let made = Made {
            id,
            at: SystemClock::new().now(),
            by: whoami::user(&self.context.environment),
            mode: drill.mode,
            plan,
            bundle,
            seed,
            settings,
        };
        Ok(Execution {
            format: drill.format,
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
}
