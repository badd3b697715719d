//! `moontide cleanup`: terminates what a drill has launched.
//!
//! A cleanup is an execution of its own, `<execution>.cleanup-1`, whose runbook is the standard library's
//! module `@moontide/cleanup`: it is journaled, resumed and judged at the door like any other. What it may
//! touch comes from the drill's journal: the jobs that it started.

use std::collections::BTreeMap;
use std::sync::Arc;

use clap::Args;
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::Outcome;
use moontide_runtime::journal::{Body, Entry, Execution};
use moontide_runtime::plan::{Mode, Plan};
use moontide_runtime::store::Store;

use super::resume;
use crate::aws::{self, AwsFlags};
use crate::clocks::SystemClock;
use crate::context::Context;
use crate::drive::{self, Ride};
use crate::error::{CommandError, Result, code};
use crate::output::style::plain;
use crate::settings::Settings;
use crate::view::{Record, cleanup::Cleaned};
use crate::{exit, params, runbook, whoami};

/// The runbook of every cleanup.
const MODULE: &str = "@moontide/cleanup";
/// The operation whose outcomes name the jobs of a drill.
const LAUNCH: &str = "drs.start_recovery";

/// Terminate the instances that a drill has launched
///
/// Only instances whose job belongs to this execution, and that are drills; it lists what it left.
#[derive(Args)]
pub(crate) struct Flags {
    /// The drill's id, as `moontide list` shows it
    execution: String,

    #[command(flatten)]
    aws: AwsFlags,
}

/// Does it.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
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
    let drill = Record::load(store.as_ref(), &flags.execution).await?;
    check_drill(context, &drill)?;
    let jobs = jobs(&drill.entries);
    if jobs.is_empty() {
        context.output.say([plain(format!("{} has launched nothing", drill.execution.id))]);
        context.output.show(&Cleaned::nothing(&drill.execution.id))?;
        return Ok(exit::COMPLETED);
    }
    let (execution, is_new) = match next(store.as_ref(), &drill.execution.id).await? {
        Next::GoOn(begun) => (*begun, false),
        Next::Begin(id) => (execution(context, &settings, &drill.execution, id, &jobs)?, true),
    };
    let clock = drive::clock(&execution, flags.aws.speed);
    let session = flags.aws.session(context).await?;
    let region = execution.regions.first().cloned().unwrap_or_default();
    let world = drive::world(session, &region, &clock, execution.seed);
    let caller = aws::caller(world.as_ref()).await?;
    resume::check_account(&execution, caller.account.as_deref())?;
    if is_new {
        store.create(&execution).await?;
    }
    let (user, answers) = (whoami::author(context).await?, Vec::new());
    let ride = Ride { context, settings, store, execution, world, clock, answers, user };
    let (record, exit) = ride.drive().await?;
    context.output.show(&Cleaned::of(&record, &drill.execution.id, context))?;
    Ok(exit)
}

fn check_drill(context: &Context, drill: &Record) -> Result<()> {
    let id = &drill.execution.id;
    if drill.execution.mode != Mode::Drill {
        let message = format!("`{id}` is a recovery: its instances are production now");
        return Err(CommandError::new(code::NOT_A_DRILL, message)
            .hint("only drills are cleaned up; use the DRS console for anything else"));
    }
    if let Some(holder) = &drill.runner {
        return Err(drive::held(context, id, holder));
    }
    if !drill.status().is_terminal() {
        let message = format!("`{id}` is not over: what it launches later would stay");
        return Err(CommandError::new(code::NOT_OVER, message)
            .hint(context.command(&format!("cancel {id}")))
            .hint(context.command(&format!("resume {id}"))));
    }
    Ok(())
}

/// Which execution cleans up.
enum Next {
    /// One that was begun, and is not over.
    GoOn(Box<Execution>),
    /// A new one.
    Begin(String),
}

async fn next(store: &dyn Store, drill: &str) -> Result<Next> {
    let prefix = format!("{drill}.cleanup-");
    let listed = store.list().await?;
    let numbers = listed.iter().filter_map(|it| it.id.strip_prefix(&prefix)?.parse::<u32>().ok());
    let Some(last) = numbers.max() else { return Ok(Next::Begin(format!("{prefix}1"))) };
    let id = format!("{prefix}{last}");
    let record = Record::load(store, &id).await?;
    Ok(if record.status().is_terminal() {
        Next::Begin(format!("{prefix}{}", last + 1))
    } else {
        Next::GoOn(Box::new(record.execution))
    })
}

/// The cleanup as an execution: in the drill's account and Regions, and itself a drill, so that the door
/// lets it terminate nothing that no drill has made.
fn execution(
    context: &Context,
    settings: &Settings,
    drill: &Execution,
    id: String,
    jobs: &[String],
) -> Result<Execution> {
    let seed = fastrand::u64(..);
    let (bundle, plan): (_, Plan) = runbook::of_standard_library(MODULE, &settings.limits(), seed)?;
    let given = [("execution".to_owned(), drill.id.clone()), ("jobs".to_owned(), jobs.join(","))];
    let params: BTreeMap<String, serde_json::Value> = params::bind(&plan, &given)?;
    Ok(Execution {
        id,
        created_at: SystemClock::new().now(),
        created_by: whoami::user(&context.environment),
        params,
        replaceable: Vec::new(),
        denied: Vec::new(),
        limits: settings.pinned(),
        seed,
        moontide: env!("CARGO_PKG_VERSION").to_owned(),
        luau: moontide_runtime::sandbox::luau_version(),
        plan,
        bundle,
        ..drill.clone()
    })
}

/// The jobs that the journal says were started, each once, in order.
fn jobs(entries: &[Entry]) -> Vec<String> {
    let mut jobs = Vec::new();
    for entry in entries {
        let Body::Outcome { step, outcome: Outcome::Ok { value }, .. } = &entry.body else {
            continue;
        };
        let job = value["job"]["job_id"].as_str().filter(|_| step.operation == LAUNCH);
        if let Some(job) = job.filter(|job| !jobs.iter().any(|known| known == job)) {
            jobs.push(job.to_owned());
        }
    }
    jobs
}
