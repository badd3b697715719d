//! `moontide run`: starts an execution and drives it.

mod replaced;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use moontide_control::answers::flags::Flag;
use moontide_control::answers::people;
use moontide_control::clocks::SystemClock;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::execution::Made;
use moontide_control::params::{Bound, secrets};
use moontide_control::reached::Reached;
use moontide_control::runbook::{self, Files};
use moontide_control::settings::Settings;
use moontide_control::stores::Address;
use moontide_control::words::mode as mode_word;
use moontide_control::{ids, labels, leases, whoami};
use moontide_runtime::journal::{Channel, Execution};
use moontide_runtime::plan::{Mode, Plan, duration, suggest};
use moontide_runtime::store::obligations::{Obligation, What};
use moontide_runtime::store::{Store, StoreError};

use super::resume;
use crate::aws::AwsFlags;
use crate::confirm;
use crate::context::Context;
use crate::drive::{self, Ride};
use crate::output::style::{plain, strong};
use crate::params;
use crate::view::{Record, adopted};

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
    execution_id: Option<String>,

    /// Set a param of the runbook: `NAME=VALUE`, or what `NAME=@FILE` or `NAME=@-` (standard input) hold; `@@` is an
    /// `@`. A secret one also as `NAME=env:VARIABLE` or `NAME=file:PATH`, which every runner resolves. May be given
    /// several times
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = params::parse)]
    params: Vec<(String, String)>,

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

/// Does it.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    flags.aws.are_given(context);
    if let Some(id) = &flags.execution_id {
        ids::check_new(id)?;
    }
    if flags.cleanup_after.is_some() && Mode::from(flags.mode) == Mode::Recovery {
        let message = "`--cleanup-after`: the instances of a recovery are production";
        return Err(CommandError::new(code::NOT_A_DRILL, message)
            .hint("only a drill is cleaned up after: `--mode drill`, or no `--cleanup-after`"));
    }
    let files = Files::read(&flags.runbook)?;
    let settings = context.settings(Some(&files.folder))?;
    let seed = fastrand::u64(..);
    let plan = files.plan(context, &settings.limits(), seed)?;
    people::check(context, &plan, &settings.approvers)?;
    check_waves(&plan, &flags.only)?;
    let start = Start { context, flags, files, plan, seed };
    context.block_on(start.go(settings))
}

/// A run that is about to begin.
struct Start<'c> {
    context: &'c Context,
    flags: &'c Flags,
    files: Files,
    plan: Plan,
    seed: u64,
}

impl Start<'_> {
    async fn go(self, settings: Settings) -> Result<u8> {
        let (context, flags) = (self.context, self.flags);
        let bound = params::bind(context, &self.plan, &flags.params)?;
        Flag::check(&flags.answers, &self.plan)?;
        // What would stop its runner stops it before anything is begun.
        leases::ttl(&context.environment, &settings)?;
        settings.patience.of(&context.environment)?;
        let address = Address::choose(context.store.as_deref(), &context.environment, &settings)?;
        address.warn_if_doomed(context, &self.plan).await;
        let store = address.open()?;
        address.warn_if_loose(context);
        if let Some(id) = &flags.execution_id {
            match store.execution(id).await {
                Ok(existing) => return Box::pin(self.again(store, existing, &bound)).await,
                Err(StoreError::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        drive::claims::check_beside(context, store.as_ref(), &flags.beside).await?;
        if !flags.yes {
            confirm::if_grave(context, &self.plan.name, flags.mode.into(), &flags.replaceable)?;
        }
        let mut execution = self.execution(&bound, &settings)?;
        let session = flags.aws.target().session(&context.environment).await?;
        if execution.regions.is_empty() {
            execution.regions.push(session.region()?.to_owned());
        }
        let reached = Reached::by(session, flags.aws.speed, &execution).await?;
        execution.account = reached.account_of(&execution)?;
        let user = context.speaker(flags.by.as_deref()).await?;
        if let Some(arn) = &reached.caller.arn {
            execution.created_by.clone_from(arn);
        }
        execution.gives_up =
            Some(replaced::look(context, reached.world.as_ref(), &execution).await?);
        drive::claims::take(context, store.as_ref(), &execution, &[]).await?;
        // Before the execution: a crash between the two leaves one that is void, and none is ever missing.
        let owed = match flags.cleanup_after {
            Some(after) => {
                Some(Obligation::owe(store.as_ref(), &execution, What::Cleanup, after).await?)
            }
            None => None,
        };
        match store.create(&execution).await {
            Ok(()) => {}
            // Somebody started the same id at the same moment, such as a command delivered twice.
            Err(StoreError::Exists(id)) if flags.execution_id.is_some() => {
                if let Some(void) = owed {
                    let by = (execution.created_by.as_str(), execution.created_at);
                    void.forget(store.as_ref(), by).await?;
                }
                let existing = store.execution(&id).await?;
                return Box::pin(self.again(store, existing, &bound)).await;
            }
            Err(error) => return Err(error.into()),
        }
        context.output.say([plain("execution "), strong(execution.id.as_str())]);
        let answers = flags.answers.clone();
        let secrets = bound.secrets();
        let changed = BTreeMap::new();
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
            secrets,
        };
        Box::pin(ride.finish(&flags.aws)).await
    }

    fn execution(&self, bound: &Bound, settings: &Settings) -> Result<Execution> {
        let created_at = moontide_runtime::clock::Clock::now(&SystemClock::new());
        let generated = || ids::generate(&self.plan.name, created_at, fastrand::u32(..));
        let made = Made {
            id: self.flags.execution_id.clone().unwrap_or_else(generated),
            at: created_at,
            by: whoami::user(&self.context.environment),
            mode: self.flags.mode.into(),
            plan: self.plan.clone(),
            bundle: self.files.bundle.clone(),
            seed: self.seed,
            settings,
        };
        let mut execution = Execution {
            nonce: format!("{:016x}", fastrand::u64(..)),
            params: bound.values.clone(),
            replaceable: self.flags.replaceable.clone(),
            gives_up: Some(BTreeMap::new()),
            simulator: self.flags.aws.target().simulator(&self.context.environment),
            beside: self.flags.beside.clone(),
            source: Some(self.flags.source.into()),
            reason: self.flags.reason.trim().to_owned(),
            labels: labels::all(&self.flags.labels)?,
            only: self.flags.only.clone(),
            excluded: self.flags.excluded.clone(),
            origin: self.files.origin.clone(),
            ..made.head()
        }
        .pinned();
        secrets::kept(&self.context.environment, &mut execution, bound)?;
        Ok(execution)
    }

    /// The id exists: goes on with it, if it is what the operator means.
    async fn again(&self, store: Arc<dyn Store>, existing: Execution, bound: &Bound) -> Result<u8> {
        let (context, flags) = (self.context, self.flags);
        adopted::check(&existing)?;
        self.check_same(&existing, bound)?;
        self.check_same_end(store.as_ref(), &existing).await?;
        context
            .output
            .say([plain(format!("{} was started already; going on with it", existing.id))]);
        let record = Record::load(store.as_ref(), &existing.id).await?;
        Box::pin(resume::go_on(
            context,
            store,
            record,
            (&flags.answers, flags.by.as_deref(), &flags.beside),
            (&flags.aws, bound.secrets()),
        ))
        .await
    }

    /// What is to be done after its end is not changed by a second start.
    async fn check_same_end(&self, store: &dyn Store, existing: &Execution) -> Result<()> {
        let owed = Obligation::of(store, existing, What::Cleanup).await?.map(|it| it.terms.after);
        if owed == self.flags.cleanup_after {
            return Ok(());
        }
        let how = match owed {
            Some(after) => format!("with `--cleanup-after {}`", duration::format(after)),
            None => "without `--cleanup-after`".to_owned(),
        };
        self.differs(existing, &how)
    }

    fn differs(&self, existing: &Execution, what: &str) -> Result<()> {
        let message = format!("`{}` was started {what}", existing.id);
        let resume = self.context.command(&format!("resume {}", existing.id));
        Err(CommandError::new(code::RUNBOOK_DIFFERS, message)
            .hint(format!("`{resume}` goes on with it as it was started"))
            .hint("another `--execution-id`, or none, starts a new one"))
    }

    fn check_same(&self, existing: &Execution, bound: &Bound) -> Result<()> {
        let differs = |what: String| self.differs(existing, &what);
        if existing.plan.name != self.plan.name {
            return differs(format!("from the runbook `{}`", existing.plan.name));
        }
        if existing.mode != Mode::from(self.flags.mode) {
            return differs(format!("as a {}", mode_word(existing.mode)));
        }
        if !runbook::is_same(&existing.bundle, &self.files.bundle) {
            return differs("before the runbook was edited".to_owned());
        }
        let open = |(name, value): (&String, &serde_json::Value)| {
            !bound.whence.contains_key(name) && existing.params.get(name) != Some(value)
        };
        let are_same = secrets::are_same(&self.context.environment, existing, bound);
        if bound.values.iter().any(open) || !are_same {
            return differs("with other params".to_owned());
        }
        if existing.only != self.flags.only || existing.excluded != self.flags.excluded {
            return differs("with other `--only` or `--exclude`".to_owned());
        }
        let newly = self.flags.replaceable.iter().find(|it| !existing.replaceable.contains(it));
        if let Some(server) = newly {
            return differs(format!("without `--replace {server}`"));
        }
        Ok(())
    }
}

/// Refuses to leave everything out because of a slip.
fn check_waves(plan: &Plan, only: &[String]) -> Result<()> {
    let names = || plan.waves.iter().map(|wave| wave.name.as_str());
    let Some(unknown) = only.iter().find(|name| !names().any(|wave| wave == name.as_str())) else {
        return Ok(());
    };
    let message = format!("`--only {unknown}`: the runbook has no such wave");
    let waves = names().collect::<Vec<_>>().join(", ");
    Err(CommandError::new(code::NO_WAVE, message).hint(match suggest::nearest(unknown, names()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("its waves are {waves}"),
    }))
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
