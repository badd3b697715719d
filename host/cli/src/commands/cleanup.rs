//! `moontide cleanup`: terminates what a drill has launched.
//!
//! A cleanup is an execution of its own, `<execution>.cleanup-1`, whose runbook is the standard library's
//! module `@moontide/cleanup`: it is journaled, resumed and judged at the door like any other. What it may
//! touch comes from the drill's journal: the jobs that it started, and the launches of which it does not know.

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
    let launched = Launched::of(&drill.entries, home);
    if launched.is_nothing() {
        context.output.say([plain(format!("{} has launched nothing", drill.execution.id))]);
        context.output.show(&Cleaned::nothing(&drill.execution.id))?;
        return Ok(exit::COMPLETED);
    }
    let cleaner = Cleaner { context, flags, store, settings, drill: drill.execution, launched };
    let (mut records, mut interrupt) = (Vec::new(), Interrupt::listen());
    loop {
        let (record, exit) = cleaner.clean_up(&mut interrupt).await?;
        // One that was begun before the drill launched the last time does not know of that; one that was left
        // out, by a skip of an earlier release, has looked at nothing.
        let is_cancelled = record.status() == ExecutionStatus::Cancelled;
        let is_behind = !cleaner.launched.is_known_to(&record.execution);
        let is_left_out = record.state.waves.iter().any(|it| it.status == WaveStatus::Skipped);
        let goes_on = record.is_over() && (is_behind || is_left_out) && !is_cancelled;
        records.push(record);
        if !goes_on {
            return drive::shown(context, exit, &Cleaned::of(&records, &cleaner.drill.id, context));
        }
    }
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
struct Cleaner<'c> {
    context: &'c Context,
    flags: &'c Flags,
    store: Arc<dyn Store>,
    settings: Settings,
    drill: Execution,
    launched: Launched,
}

/// Which execution cleans up.
enum Next {
    /// One that was begun, and is not over.
    GoOn(Box<Record>),
    /// A new one.
    Begin(String),
}

impl Cleaner<'_> {
    /// Cleans up in one execution: drives that which was begun, or a new one. Returns the exit code, too.
    async fn clean_up(&self, interrupt: &mut Interrupt) -> Result<(Record, u8)> {
        let context = self.context;
        loop {
            let (execution, changed, is_new) = match self.next().await? {
                Next::GoOn(begun) => (begun.execution, begun.limits, false),
                Next::Begin(id) => (self.execution(id)?, BTreeMap::new(), true),
            };
            let aws_flags = self.flags.aws.of(context, &execution)?;
            let clock = drive::clock(&execution, aws_flags.speed);
            let session = aws_flags.session(context).await?;
            let region = execution.regions.first().cloned().unwrap_or_default();
            let world = drive::world(session, &region, &clock, execution.seed);
            let caller = aws::caller(world.as_ref()).await?;
            resume::check_account(&execution, caller.account.as_deref())?;
            if is_new {
                match self.store.create(&execution).await {
                    Ok(()) => {}
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
        let record = Record::load(self.store.as_ref(), &last.id).await?;
        Ok(if record.is_over() { Next::Begin(next) } else { Next::GoOn(Box::new(record)) })
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
