//! `moontide resume`: goes on with an execution, in any process, from nothing but its journal.

use std::collections::BTreeMap;
use std::sync::Arc;

use clap::Args;
use moontide_control::answers::flags::Flag;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::params::secrets;
use moontide_control::reached::Reached;
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::{Store, Wish};
use serde_json::Value;

use super::obligations::carry;
use crate::aws::AwsFlags;
use crate::context::Context;
use crate::drive::{self, Ride};
use crate::exit;
use crate::interrupt::Interrupt;
use crate::output::Page;
use crate::output::style::{attention, plain};
use crate::params;
use crate::signals::{self, Author};
use crate::view::{self, Record, Replaced, Summary, Worded, adopted, sealed};

/// Go on with an execution after a crash, an interruption, an answer or a pause
///
/// Needs no runbook file: the sources are pinned with the execution. What is journaled is not done
/// again; what was cut off is looked up in AWS first. A pause is lifted by the person who set it, and by
/// others with `--lift-pause`; without it, what had begun goes on, and no further wave starts. If another
/// runner drives the execution, that one is told. A runner that gives no sign of life for 20s is taken over
/// from; `MOONTIDE_LEASE_TTL`, or `lease_ttl` in moontide.toml, says otherwise, alike on all machines.
#[derive(Args)]
pub(crate) struct Flags {
    /// The execution's id, as `moontide list` shows it
    execution: String,

    /// Answer a prompt; may be given several times. A CHOICE alone answers what is asked now; if nothing is
    /// that takes it, what will be
    #[arg(long = "answer", value_name = "[PROMPT=]CHOICE", value_parser = Flag::parse)]
    answers: Vec<Flag>,

    /// Lift a pause that another person has set
    #[arg(long)]
    lift_pause: bool,

    /// Go on although this execution has claimed the plan meanwhile; may be given several times
    #[arg(long = "beside", value_name = "EXECUTION")]
    beside: Vec<String>,

    /// Give a secret param again, where this machine cannot read it: `NAME=@FILE`, `NAME=@-` (standard input),
    /// `NAME=env:VARIABLE` or `NAME=file:PATH`
    #[arg(long = "param", value_name = "NAME=@FILE", value_parser = params::parse)]
    params: Vec<(String, String)>,

    #[command(flatten)]
    author: Author,

    #[command(flatten)]
    aws: AwsFlags,
}

/// Does it.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    flags.aws.are_given(context);
    let store = context.open_store()?;
    context.block_on(async {
        let mut record = Record::load(store.as_ref(), &flags.execution).await?;
        // What was pruned is over, which is what is said of it.
        if record.moved_to().is_some() {
            let typed = format!("resume {}{}", flags.execution, flags.author.words());
            sealed::check(&record, context, &typed)?;
        }
        let hold = record.hold().filter(|hold| !Flag::any_fits(&flags.answers, hold));
        if hold.is_some() && lifts(context, &record, flags).await? {
            let store = store.as_ref();
            let sent = signals::send(context, store, &record, Wish::Resume, &flags.author).await?;
            if sent.runner.is_some() {
                context.output.show(&Worded(context, &sent))?;
                return Ok(exit::COMPLETED);
            }
            context.output.say([plain(sent.meaning)]);
            record = Record::load(store, &flags.execution).await?;
        } else if flags.lift_pause || !flags.author.comment.is_empty() {
            let text = "`--lift-pause` and `--comment`: this lifts no pause";
            context.output.say([attention("not used: "), plain(text)]);
        }
        let answers = Flag::bound_to(&flags.answers, &record.ahead.prompts);
        let given = params::given_again(context, &record.execution, &flags.params)?;
        Box::pin(go_on(
            context,
            store,
            record,
            (&answers, flags.author.by.as_deref(), &flags.beside),
            (&flags.aws, given),
        ))
        .await
    })
}

/// Whether this lifts the pause: the person who set it needs not say so. A pause that stays is told.
async fn lifts(context: &Context, record: &Record, flags: &Flags) -> Result<bool> {
    if flags.lift_pause {
        return Ok(true);
    }
    let us = context.author(flags.author.by.as_deref()).await?;
    let Some(pause) = record.pause().filter(|pause| pause.by != us.name) else {
        return Ok(true);
    };
    let lift = context.command(&format!("resume {} --lift-pause", record.execution.id));
    let paused = format!("paused by {}", pause.signed());
    if let Some(runner) = &record.runner {
        let message = format!("`{runner}` drives it, {paused}");
        let hint = format!("`{lift}` lets further waves start");
        return Err(CommandError::new(code::NOT_NOW, message).hint(hint));
    }
    let text = format!("; no further wave starts before somebody types {lift}");
    context.output.say([attention(paused), plain(text)]);
    Ok(false)
}

/// Goes on with an execution as it was just loaded from the store, unless it is over or somebody has paused it.
pub(crate) async fn go_on(
    context: &Context,
    store: Arc<dyn Store>,
    record: Record,
    (answers, by, beside): (&[Flag], Option<&str>, &[String]),
    (flags, given): (&AwsFlags, BTreeMap<String, Value>),
) -> Result<u8> {
    adopted::check(&record.execution)?;
    Flag::check(answers, &record.execution.plan)?;
    if record.is_over() {
        let text = format!("{} is over; there is nothing to resume", record.execution.id);
        context.output.say([plain(text)]);
        if let Some((key, text)) = context.limits.first() {
            let retry = context.command(&format!("retry {} WAVE", record.execution.id));
            let why = if record.status() == ExecutionStatus::Completed {
                "nothing is left to attempt".to_owned()
            } else {
                format!("`{retry}` comes first, then this again")
            };
            let text = format!("`--set-limit {key}={text}`: {why}");
            context.output.say([attention("not used: "), plain(text)]);
        }
        let replaced = Replaced::in_store(store.as_ref(), &record).await;
        let summary = Summary { replaced, ..Summary::of(&record, &context.limits) };
        context.output.show(&Worded(context, &summary))?;
        return Ok(exit::of(record.status()));
    }
    let execution = &record.execution;
    drive::claims::check_beside(context, store.as_ref(), beside).await?;
    let reached = Reached::of(&flags.target(), &context.environment, execution).await?;
    reached.check_account(execution)?;
    let settings = context.settings(None)?;
    let answers = answers.to_vec();
    let secrets = secrets::open(&context.environment, context, execution, given)?;
    let user = context.speaker(by).await?;
    let look = Replaced::in_store_and_aws(store.as_ref(), reached.world.as_ref(), &record);
    let replaced = Box::pin(look).await;
    let mut page = Page::default();
    view::replaced::write_servers(&replaced, &mut page);
    context.output.say_page(page);
    let (execution, changed, beside) = (record.execution, record.limits, beside.to_vec());
    let ride = Ride {
        context,
        settings,
        store,
        execution,
        reached,
        answers,
        user,
        changed,
        beside,
        secrets,
    };
    let mut interrupt = Interrupt::listen();
    let driven = ride.drive(&mut interrupt).await?;
    let after = carry::after(context, flags, &ride.store, driven, &mut interrupt);
    let (record, exit) = Box::pin(after).await?;
    let replaced = Box::pin(replaced.later(ride.store.as_ref(), &record)).await;
    let summary = Summary { replaced, ..Summary::of(&record, &context.limits) };
    drive::shown(context, exit, &Worded(context, &summary))
}
