//! `moontide run`: starts an execution and drives it.

use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use clap::Args;
use moontide_control::answers::flags::Flag;
use moontide_control::error::Result;
use moontide_control::labels;
use moontide_control::operator::Operator;
use moontide_control::resume::Resume;
use moontide_control::runbook::Files;
use moontide_control::settings::Settings;
use moontide_control::start::{Request, Start, Started};
use moontide_control::view::{Record, Summary};
use moontide_runtime::journal::{Channel, Execution};
use moontide_runtime::plan::{Mode, duration};
use moontide_runtime::store::obligations::Ends;

use super::resume;
use crate::aws::AwsFlags;
use crate::context::Context;
use crate::drive::Driven;
use crate::output::style::{plain, strong};
use crate::{confirm, drive, params};

/// Start a drill or a recovery, and drive it
///
/// Everything it does is journaled first, so it can be killed at any moment: `moontide resume` goes on.
/// A pause point is asked at the terminal; without one the process ends with exit code 4, and
/// `moontide answer` and `moontide resume` go on from any machine that reaches the store.
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide run runbooks/three_tier --mode drill
  moontide run runbooks/three_tier --mode drill --cleanup-after 4h
  moontide run runbooks/three_tier --mode drill --param environment=staging --answer continue
  moontide run runbooks/three_tier --mode recovery --execution-id incident-4711 --reason 'us-east-1 is down' --yes")]
pub(crate) struct Flags {
    /// A folder with a runbook.luau, or a .luau file
    runbook: PathBuf,

    /// A drill leaves production alone; a recovery is the real thing
    #[arg(long, value_enum)]
    mode: ModeFlag,

    /// Give it this id. Starting an id twice is starting it once: the second time goes on with it
    #[arg(long, value_name = "ID")]
    pub(super) execution_id: Option<String>,

    /// Set a param of the runbook: `NAME=VALUE`, or what `NAME=@FILE` or `NAME=@-` (standard input) hold; `@@` is an
    /// `@`. A secret one also as `NAME=env:VARIABLE` or `NAME=file:PATH`, which every runner resolves. May be given
    /// several times
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = params::parse)]
    pub(super) params: Vec<(String, String)>,

    /// Answer a prompt beforehand; may be given several times
    #[arg(long = "answer", value_name = "[PROMPT=]CHOICE", value_parser = Flag::parse)]
    answers: Vec<Flag>,

    /// In whose name this process answers [default: as `moontide answer`]. A claim: it is journaled beside who
    /// really answers
    #[arg(long, value_name = "NAME", value_parser = crate::signals::name)]
    by: Option<String>,

    /// Give up the instance that this source server has when it starts, live or another's drill, by the
    /// server's id; may be given several times
    #[arg(long = "replace", value_name = "SERVER", value_parser = source_server)]
    replaceable: Vec<String>,

    /// Go on although this execution has claimed the same plan, or servers that a wave resolves; may be given several
    /// times. What it has launched stays its own
    #[arg(long = "beside", value_name = "EXECUTION")]
    beside: Vec<String>,

    /// Run only this wave; all others are skipped; may be given several times
    #[arg(long = "only", value_name = "WAVE")]
    only: Vec<String>,

    /// Leave this source server out of every wave, by its id or its Name tag; may be given several times
    #[arg(long = "exclude", value_name = "SERVER")]
    excluded: Vec<String>,

    /// Say why it is started: it is kept with the execution, and stands in every view
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,

    /// Put a label on it, to find it by in `list`: `team=payments`; may be given several times
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = labels::parse)]
    labels: Vec<(String, String)>,

    /// Terminate what this drill launches so long after its end: at once for `0s`, else by `moontide obligations
    /// --carry-out` of cron. A drill that is taken up again has not ended
    #[arg(long, value_name = "TIME", value_parser = after)]
    cleanup_after: Option<Duration>,

    /// What starts it, for what starts it without a person
    #[arg(long, value_enum, default_value = "cli", hide = true)]
    source: SourceFlag,

    /// Do not ask whether a recovery, or a `--replace`, is meant
    #[arg(long)]
    yes: bool,

    #[command(flatten)]
    aws: AwsFlags,
}

/// Drill or recovery, as it is typed.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum ModeFlag {
    /// Launches are drills
    Drill,
    /// Launches are recoveries
    Recovery,
}

impl From<ModeFlag> for Mode {
    fn from(flag: ModeFlag) -> Mode {
        match flag {
            ModeFlag::Drill => Mode::Drill,
            ModeFlag::Recovery => Mode::Recovery,
        }
    }
}

/// What starts an execution, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum SourceFlag {
    /// A person at a terminal
    Cli,
    /// A document of Systems Manager
    Ssm,
    /// cron, or another timetable
    Schedule,
    /// A program
    Api,
}

impl From<SourceFlag> for Channel {
    fn from(flag: SourceFlag) -> Channel {
        match flag {
            SourceFlag::Cli => Channel::Cli,
            SourceFlag::Ssm => Channel::Ssm,
            SourceFlag::Schedule => Channel::Schedule,
            SourceFlag::Api => Channel::Api,
        }
    }
}

/// Whether an execution begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Began {
    /// Now.
    Now,
    /// It had begun before, and is gone on with.
    Before,
}

/// In which ways commands that start an execution differ.
pub(crate) struct Way<'w> {
    /// The params, as they are written.
    pub(crate) params: &'w [(String, String)],
    /// What starts it.
    pub(crate) source: Channel,
    /// Whether it is refused where the runbook asks no approver before it begins.
    pub(crate) needs_approval: bool,
    /// Hears the id of an execution that is about to be driven.
    pub(crate) began: &'w dyn Fn(Began, &str),
}

/// Starts it, and drives it.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let say = |began: Began, id: &str| match began {
        Began::Now => context.output.say([plain("execution "), strong(id)]),
        Began::Before => {
            context.output.say([plain(format!("{id} was started already; going on with it"))]);
        }
    };
    let source = flags.source.into();
    let way = Way { params: &flags.params, source, needs_approval: false, began: &say };
    drive(context, flags, &way)?.show(context)
}

/// Starts it, or goes on with it where its id is known, and drives it.
pub(crate) fn drive(context: &Context, flags: &Flags, way: &Way<'_>) -> Result<Driven> {
    flags.aws.are_given(context);
    let request = flags.request(way.source)?;
    request.check()?;
    let files = Files::read(&flags.runbook)?;
    let settings = context.settings(Some(&files.folder))?;
    let start = Start::read(context, &settings, files, request)?;
    if way.needs_approval {
        start.needs_approval()?;
    }
    context.block_on(start_and_drive(context, (flags, way), start, settings))
}

async fn start_and_drive(
    context: &Context,
    (flags, way): (&Flags, &Way<'_>),
    start: Start,
    settings: Settings,
) -> Result<Driven> {
    let params = params::bind(context, &start.plan, way.params)?;
    let start = start.with(params)?;
    let known = (context.environment.clone(), settings);
    let face = Rc::new(context.clone());
    let operator = Operator::starting(known, context.store.as_deref(), &start.plan, face).await?;
    let operator = Operator { target: flags.aws.target(), by: flags.by.clone(), ..operator };
    if let Some(existing) = start.existing(&operator).await? {
        return Box::pin(again(context, (flags, way), &operator, start.request, existing)).await;
    }
    if !flags.yes {
        let Request { mode, replaceable, .. } = &start.request;
        confirm::if_grave(context, &start.plan.name, *mode, replaceable)?;
    }
    let runner = match Box::pin(start.begin(&operator)).await? {
        Started::New(runner) => runner,
        Started::Again(existing) => {
            let again = again(context, (flags, way), &operator, start.request, *existing);
            return Box::pin(again).await;
        }
    };
    (way.began)(Began::Now, &runner.execution.id);
    let driven = drive::to_the_end(context, &flags.aws, &operator, &runner);
    let (record, exit) = Box::pin(driven).await?;
    let summary = Summary::of(&record, &context.limits);
    Ok(Driven { summary, exit })
}

/// The id exists, and is what the operator means: goes on with it.
async fn again(
    context: &Context,
    (flags, way): (&Flags, &Way<'_>),
    operator: &Operator,
    request: Request,
    existing: Execution,
) -> Result<Driven> {
    let id = &existing.id;
    (way.began)(Began::Before, id);
    let record = Record::load(operator.store.as_ref(), id).await?;
    // What has begun goes on under the user's settings, not those of the runbook's folder.
    let operator = Operator { settings: context.settings(None)?, ..operator.clone() };
    let (answers, beside) = (request.answers, request.beside);
    let resume = Resume { answers, beside, secrets: request.params.secrets() };
    Box::pin(resume::go_on(context, &flags.aws, &operator, (record, resume))).await
}

impl Flags {
    /// What the flags want to be started, without the params: they are bound to the runbook's plan.
    fn request(&self, source: Channel) -> Result<Request> {
        Ok(Request {
            id: self.execution_id.clone(),
            answers: self.answers.clone(),
            replaceable: self.replaceable.clone(),
            beside: self.beside.clone(),
            only: self.only.clone(),
            excluded: self.excluded.clone(),
            reason: self.reason.clone(),
            labels: labels::all(&self.labels)?,
            cleanup_after: self.cleanup_after.map(|after| (after, Ends::All)),
            ..Request::of(self.mode.into(), source)
        })
    }
}

/// Reads how long after its end; for clap.
fn after(text: &str) -> Result<Duration, String> {
    duration::parse(text).ok_or_else(|| {
        if duration::is_too_long(text) {
            format!("it is {}", duration::AT_MOST)
        } else {
            "it is a length of time, like `4h` or `2h30m`; `0s` is at once".to_owned()
        }
    })
}

/// Reads the id of a source server; for clap. Its name would never match.
fn source_server(text: &str) -> Result<String, String> {
    match text.strip_prefix("s-") {
        Some(rest) if !rest.is_empty() && rest.chars().all(|it| it.is_ascii_alphanumeric()) => {
            Ok(text.to_owned())
        }
        _ => Err("a source server's id is written like `s-0123456789abcdef0`".to_owned()),
    }
}
