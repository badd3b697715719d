//! `moontide cleanup`: terminates what a drill has launched.
//!
//! A cleanup is an execution of its own, `<execution>.cleanup-1`, whose runbook is the standard library's
//! module `@moontide/cleanup`: it is journaled, resumed and judged at the door like any other. What it may
//! touch comes from the drill's journal: the jobs that it started, and the launches of which it does not know.

mod again;
pub(crate) mod begun;
mod check;
pub(crate) mod launched;

use std::collections::BTreeMap;
use std::sync::Arc;

use clap::Args;
use moontide_runtime::clock::Clock;
use moontide_runtime::journal::{Channel, Execution};
use moontide_runtime::plan::Plan;
use moontide_runtime::scheduler::{ExecutionStatus, WaveStatus};
use moontide_runtime::store::{Store, StoreError};

use self::begun::Begun;
use self::launched::Launched;
use super::obligations::carry::{Taking, settle};
use super::resume;
use crate::aws::{self, AwsFlags};
use crate::clocks::SystemClock;
use crate::context::{Context, quoted};
use crate::drive::{self, Ride};
use crate::error::{CommandError, Result, code};
use crate::interrupt::Interrupt;
use crate::output::style::plain;
use crate::settings::Settings;
use crate::view::{Record, cleanup::Cleaned};
use crate::{exit, params, runbook, whoami};

/// The runbook of every cleanup.
const MODULE: &str = "@moontide/cleanup";

/// Terminate the instances that a drill has launched
///
/// Only instances whose job belongs to this execution, and that are drills; it lists what it left. Launches
/// whose end nobody saw are looked for first; while nobody can tell about one, the cleanup has failed.
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
    let home = drill.execution.regions.first().map(String::as_str).unwrap_or_default();
    let id = drill.execution.id.clone();
    if Launched::of(&drill.entries, home).is_nothing() {
        settle(context, store.as_ref(), &id).await?;
        context.output.say([plain(format!("{id} has launched nothing"))]);
        context.output.show(&Cleaned::nothing(&id))?;
        return Ok(exit::COMPLETED);
    }
    let cleaner = Cleaner::of(context, &flags.aws, Arc::clone(&store), settings, drill, None);
    let (records, exit) = Box::pin(cleaner.go(&mut Interrupt::listen())).await?;
    if exit == exit::COMPLETED {
        settle(context, store.as_ref(), &id).await?;
    }
    drive::shown(context, exit, &Cleaned::of(&records, &id, context))
}

/// What is in no store may have launched instances all the same.
fn or_adopt(context: &Context, id: &str, error: CommandError) -> CommandError {
    if error.code != code::NO_EXECUTION || !error.hints.iter().all(|it| !it.starts_with("did you"))
    {
        return error;
    }
    let adopt = context.command(&format!("adopt {}", quoted(id)));
    error.hint(format!("where its store is lost, `{adopt}` takes up what it has launched"))
}

/// Whoever cleans up after a drill.
pub(crate) struct Cleaner<'c> {
    context: &'c Context,
    aws: &'c AwsFlags,
    store: Arc<dyn Store>,
    settings: Settings,
    drill: Execution,
    launched: Launched,
    /// The obligation that it carries out.
    taking: Option<Taking<'c>>,
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
    /// One that cleans up after this drill.
    pub(crate) fn of(
        context: &'c Context,
        aws: &'c AwsFlags,
        store: Arc<dyn Store>,
        settings: Settings,
        drill: Record,
        taking: Option<Taking<'c>>,
    ) -> Cleaner<'c> {
        let home = drill.execution.regions.first().map(String::as_str).unwrap_or_default();
        let launched = Launched::of(&drill.entries, home);
        Cleaner { context, aws, store, settings, drill: drill.execution, launched, taking }
    }

    /// Cleans up until nothing is left to begin. Returns the executions that did it, and the exit code of the last.
    pub(crate) async fn go(&self, interrupt: &mut Interrupt) -> Result<(Vec<Record>, u8)> {
        let mut records = Vec::new();
        loop {
            let (record, exit) = Box::pin(self.clean_up(interrupt)).await?;
            // One that was begun before the drill launched the last time does not know of that; one that was left
            // out, by a skip of an earlier release, has looked at nothing.
            let is_cancelled = record.status() == ExecutionStatus::Cancelled;
            let is_behind = !self.launched.is_known_to(&record.execution);
            let is_left_out = record.state.waves.iter().any(|it| it.status == WaveStatus::Skipped);
            let goes_on = record.is_over() && (is_behind || is_left_out) && !is_cancelled;
            records.push(record);
            if !goes_on {
                return Ok((records, exit));
            }
        }
    }

    /// Cleans up in one execution: drives that which was begun, or a new one. Returns the exit code, too.
    async fn clean_up(&self, interrupt: &mut Interrupt) -> Result<(Record, u8)> {
        let context = self.context;
        loop {
            let (mut again, mut is_new) = (None, false);
            let (execution, changed) = match self.next().await? {
                Next::GoOn(begun) => (begun.execution, begun.limits),
                Next::Again(failed) => {
                    let begun = (failed.execution.clone(), failed.limits.clone());
                    again = Some(failed);
                    begun
                }
                Next::Begin(id) => {
                    is_new = true;
                    (self.execution(id)?, BTreeMap::new())
                }
            };
            let aws_flags = self.aws.of(context, &execution)?;
            let clock = drive::clock(&execution, aws_flags.speed);
            let session = aws_flags.session(context).await?;
            let region = execution.regions.first().cloned().unwrap_or_default();
            let world = drive::world(session, &region, &clock, execution.seed);
            let caller = aws::caller(world.as_ref()).await?;
            resume::check_account(&execution, caller.account.as_deref())?;
            if let Some(taking) = &self.taking {
                taking.take(self.store.as_ref(), &execution.id).await?;
            }
            if let Some(failed) = again {
                again::retry(context, self.store.as_ref(), &failed).await?;
            }
            if is_new {
                match self.store.create(&execution).await {
                    Ok(()) => self.check_still_wanted(&execution.id).await?,
                    // Somebody cleans up at the same moment: this goes on with theirs, or comes after it.
                    Err(StoreError::Exists(_)) => continue,
                    Err(error) => return Err(error.into()),
                }
            }
            let (store, settings) = (Arc::clone(&self.store), self.settings.clone());
            let user = drive::speaker(context, None).await?;
            let answers = Vec::new();
            let ride = Ride {
                context,
                settings,
                store,
                execution,
                world,
                clock,
                answers,
                user,
                changed,
                beside: Vec::new(),
                secrets: BTreeMap::new(),
            };
            return ride.drive(interrupt).await;
        }
    }

    async fn next(&self) -> Result<Next> {
        let Begun { last, next } = Begun::of(self.store.as_ref(), &self.drill.id).await?;
        let Some(last) = last else { return Ok(Next::Begin(next)) };
        let record = Box::new(Record::load(self.store.as_ref(), &last.id).await?);
        Ok(if !record.is_over() {
            Next::GoOn(record)
        } else if self.taking.is_some()
            && record.status() == ExecutionStatus::Failed
            && self.launched.is_known_to(&last)
        {
            // A carrier comes again and again: it would begin one after another.
            Next::Again(record)
        } else {
            Next::Begin(next)
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

    /// The cleanup as an execution: in the drill's account and Regions, and itself a drill, so that the door
    /// lets it terminate nothing that no drill has made.
    fn execution(&self, id: String) -> Result<Execution> {
        let (seed, settings) = (fastrand::u64(..), &self.settings);
        let (bundle, plan): (_, Plan) =
            runbook::of_standard_library(self.context.output, MODULE, &settings.limits(), seed)?;
        let mut given = vec![("execution".to_owned(), self.drill.id.clone())];
        given.extend(self.launched.params());
        let params = params::values(&plan, given)?;
        Ok(Execution {
            id,
            created_at: SystemClock::new().now(),
            created_by: whoami::user(&self.context.environment),
            params,
            secrets: BTreeMap::new(),
            replaceable: Vec::new(),
            gives_up: None,
            beside: Vec::new(),
            source: Some(Channel::Cli),
            reason: String::new(),
            labels: self.drill.labels.clone(),
            only: Vec::new(),
            excluded: Vec::new(),
            // It comes from no folder.
            origin: String::new(),
            acts_for: Some(self.drill.id.clone()),
            made: self.launched.jobs().to_vec(),
            denied: Vec::new(),
            limits: settings.pinned(),
            seed,
            moontide: env!("CARGO_PKG_VERSION").to_owned(),
            luau: moontide_runtime::sandbox::luau_version(),
            plan,
            bundle,
            ..self.drill.clone()
        }
        .pinned())
    }
}
