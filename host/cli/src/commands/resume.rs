//! `moontide resume`: goes on with an execution, in any process, from nothing but its journal.

use clap::Args;
use moontide_control::answers::flags::Flag;
use moontide_control::error::Result;
use moontide_control::next::Next;
use moontide_control::operator::Operator;
use moontide_control::resume::{self, Resume, Resumed, lift_pause};
use moontide_control::view::{Record, Replaced, Summary, sealed};
use moontide_runtime::scheduler::ExecutionStatus;

use crate::aws::AwsFlags;
use crate::context::Context;
use crate::drive::Driven;
use crate::output::Page;
use crate::output::style::{attention, plain};
use crate::signals::Author;
use crate::view::{Worded, replaced};
use crate::{drive, exit, next, params};

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

/// Goes on with it.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    flags.aws.are_given(context);
    *context.typed.borrow_mut() = format!("resume {}{}", flags.execution, flags.author.words());
    let operator = context.operator(flags.aws.target(), flags.author.by.as_deref())?;
    context.block_on(async {
        let store = operator.store.as_ref();
        let mut record = Record::load(store, &flags.execution).await?;
        // What was pruned is over, which is what is said of it.
        if record.moved_to().is_some() {
            sealed::check(&record)?;
        }
        let lift = (flags.lift_pause, flags.author.comment.as_str());
        if let Some(sent) = lift_pause(&operator, &record, &flags.answers, lift).await? {
            if sent.runner.is_some() {
                context.output.show(&Worded(context, &sent))?;
                return Ok(exit::COMPLETED);
            }
            context.output.say([plain(sent.meaning)]);
            record = Record::load(store, &flags.execution).await?;
        }
        let answers = Flag::bound_to(&flags.answers, &record.ahead.prompts);
        let secrets = params::given_again(context, &record.execution, &flags.params)?;
        let resume = Resume { answers, beside: flags.beside.clone(), secrets };
        let driven = Box::pin(go_on(context, &flags.aws, &operator, (record, resume))).await?;
        driven.show(context)
    })
}

/// Goes on with an execution as it was just loaded from the store, unless it is over.
pub(crate) async fn go_on(
    context: &Context,
    aws: &AwsFlags,
    operator: &Operator,
    (record, resume): (Record, Resume),
) -> Result<Driven> {
    let store = operator.store.as_ref();
    let (runner, replaced) = match Box::pin(resume::go_on(operator, record, resume)).await? {
        Resumed::Over(record) => return Ok(over(context, operator, &record).await),
        Resumed::Ready(runner, replaced) => (runner, replaced),
    };
    let mut page = Page::default();
    replaced::write_servers(&replaced, &mut page);
    context.output.say_page(page);
    let driven = drive::to_the_end(context, aws, operator, &runner);
    let (record, exit) = Box::pin(driven).await?;
    let replaced = Box::pin(replaced.later(store, &record)).await;
    let summary = Summary { replaced, ..Summary::of(&record, &context.limits) };
    Ok(Driven { summary, exit })
}

/// Says that there is nothing to resume, and how it has ended.
async fn over(context: &Context, operator: &Operator, record: &Record) -> Driven {
    let id = &record.execution.id;
    context.output.say([plain(format!("{id} is over; there is nothing to resume"))]);
    if let Some((key, text)) = context.limits.first() {
        let retry = Next::Retry { execution: id.clone(), wave: None };
        let why = if record.status() == ExecutionStatus::Completed {
            "nothing is left to attempt".to_owned()
        } else {
            format!("`{}` comes first, then this again", next::command(context, &retry))
        };
        let text = format!("`--set-limit {key}={text}`: {why}");
        context.output.say([attention("not used: "), plain(text)]);
    }
    let replaced = Replaced::in_store(operator.store.as_ref(), record).await;
    let summary = Summary { replaced, ..Summary::of(record, &context.limits) };
    Driven { summary, exit: exit::of(record.status()) }
}
