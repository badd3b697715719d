//! `moontide repl`: tries things, line by line.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};

use clap::Args;
use moontide_author::types::STACK;
use moontide_control::clocks::{SystemClock, VirtualClock};
use moontide_control::error::{CommandError, Result, code};
use moontide_control::operator::Operator;
use moontide_control::runner::Runner;
use moontide_control::session::{self, Desk, left};
use moontide_control::settings::home;
use moontide_control::target::{Opened, Target};
use moontide_control::view::Record;
use moontide_control::{rehearsal, whoami, world_file};
use moontide_runtime::clock::Clock;
use moontide_runtime::scheduler::{Ended, ExecutionStatus};
use moontide_runtime::store::MemoryStore;
use moontide_sim::{PausedClock, Simulator};
use tokio::sync::Mutex;

use crate::aws::AwsFlags;
use crate::context::Context;
use crate::exit;
use crate::output::style::{attention, bad, execution_status, faint, plain, strong};
use crate::repl::desk::{Interrupts, TerminalDesk};
use crate::repl::face::SessionFace;
use crate::repl::keyboard::{Asked, Keyboard, Place};
use crate::repl::restored::Restored;
use crate::repl::script::ScriptDesk;
use crate::repl::signals::Signals;

/// The file of the lines that were typed.
const HISTORY: &str = "repl_history";

/// Try things, line by line, against AWS or a simulator
///
/// A session is read-only until `:write drill` says otherwise, and then asks before each change; it launches drills
/// alone. It is journaled like every execution: one that was killed goes on where it was, and what it was about to
/// change is looked up. Where stdin is no terminal, it is a script: each line prints a line of JSON, and the first
/// error ends it.
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide repl                                        in AWS, with your credentials
  moontide repl --world runbooks/three_tier/world.toml in a pretend world, in virtual time
  moontide repl --endpoint-url http://127.0.0.1:9400   against `moontide sim`
  echo 'drs.source_servers()' | moontide repl                 a script; JSON on stdout")]
pub(crate) struct Flags {
    /// Work in the pretend world of this file, in virtual time: no AWS, nothing is kept
    #[arg(long, value_name = "FILE", conflicts_with_all = ["profile", "region", "endpoint_url", "speed", "session"])]
    world: Option<PathBuf>,

    /// Go on with this session, which was cut off
    #[arg(long, value_name = "EXECUTION")]
    session: Option<String>,

    /// Consent beforehand to what a script changes; it needs `:write drill` and the account's digits all the same
    #[arg(long)]
    yes: bool,

    #[command(flatten)]
    aws: AwsFlags,
}

/// Where the next session is.
#[derive(Clone)]
enum World {
    /// Where the AWS flags lead.
    Aws,
    /// In the pretend world of a file.
    File(PathBuf),
}

/// How a session has ended.
struct Closed {
    exit: u8,
    /// Where the operator wants to go on.
    next: Option<World>,
}

/// Holds sessions, one after another, until the operator wants no more.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    flags.aws.are_given(context);
    let mut world = flags.world.clone().map_or(World::Aws, World::File);
    let mut wanted = flags.session.clone();
    loop {
        let closed = match &world {
            World::Aws => {
                let operator = context.operator(flags.aws.target(), None)?;
                let face = Rc::new(SessionFace::new(context));
                let operator = Operator { face: Rc::clone(&face) as _, ..operator };
                let kind = Kind { consents: flags.yes, is_pretend: false };
                context.block_on(hold(context, (&operator, &face), wanted.take(), kind))
            }
            World::File(file) => pretend(context, file, flags.yes),
        }?;
        match closed.next {
            Some(next) => world = next,
            None => return Ok(closed.exit),
        }
    }
}

/// Holds a session in the pretend world of a file, in virtual time.
fn pretend(context: &Context, file: &Path, yes: bool) -> Result<Closed> {
    let world = world_file::read(file)?;
    let runtime = rehearsal::runtime()?;
    let closed = runtime.block_on(async {
        let start = world.start().unwrap_or_else(|| SystemClock::new().now());
        let region = world.region().to_owned();
        let clock: Arc<dyn Clock> = Arc::new(VirtualClock::starting_at(start));
        let simulator = Simulator::new(world, Arc::new(PausedClock::new(start)));
        let session = rehearsal::session(&simulator);
        let face = Rc::new(SessionFace::new(context));
        let opened = Some(Opened { session, clock: Some(clock) });
        let operator = Operator {
            environment: context.environment.clone(),
            settings: context.settings(None)?,
            address: context.address()?,
            store: Arc::new(MemoryStore::new()),
            target: Target { opened, region: Some(region), ..Target::default() },
            by: None,
            face: Rc::clone(&face) as _,
        };
        let kind = Kind { consents: yes, is_pretend: true };
        Box::pin(hold(context, (&operator, &face), None, kind)).await
    });
    runtime.shutdown_background();
    closed
}

/// What kind of session it is.
#[derive(Clone, Copy)]
struct Kind {
    /// Whether the operator consents beforehand to what a script changes.
    consents: bool,
    /// Whether it is held in a pretend world of this process.
    is_pretend: bool,
}

/// Holds one session: a new one, that which the operator names, or one that was cut off.
async fn hold(
    context: &Context,
    (operator, face): (&Operator, &SessionFace),
    wanted: Option<String>,
    kind: Kind,
) -> Result<Closed> {
    let wanted = match wanted {
        Some(id) => Some(Record::load(operator.store.as_ref(), &id).await?),
        None if context.can_ask && !kind.is_pretend => offer(context, operator).await?,
        None => None,
    };
    if !context.can_ask {
        let exit = script(context, operator, wanted, kind).await?;
        return Ok(Closed { exit, next: None });
    }
    let worked = wanted.as_ref().map(|record| left::worked(&record.entries)).unwrap_or_default();
    let has_ended = Arc::new(AtomicBool::new(false));
    let terminal = Restored::of_now();
    let (asks, asked) = mpsc::channel();
    let (says, said) = tokio::sync::mpsc::unbounded_channel();
    let desk = Rc::new(TerminalDesk {
        asks: asks.clone(),
        said: Arc::new(Mutex::new(said)),
        store: Arc::clone(&operator.store),
        turn: Mutex::default(),
        session: RefCell::default(),
        is_kept: !kind.is_pretend,
        interrupts: Arc::default(),
    });
    let runner = begin(operator, wanted, &(Rc::clone(&desk) as Rc<dyn Desk>)).await?;
    desk.session.borrow_mut().clone_from(&runner.execution.id);
    face.answers_at(Rc::clone(&desk));
    let place = place(&runner, operator, kind);
    greet(context, &runner, &place);
    let user = whoami::user(&operator.environment);
    let mut keyboard = Keyboard::new(context.output, (place, user), says);
    keyboard.worked = worked;
    keyboard.is_over = Arc::clone(&has_ended);
    keyboard.history = home::state(&operator.environment).ok().map(|home| home.join(HISTORY));
    let thread = std::thread::Builder::new().name("keyboard".to_owned()).stack_size(STACK);
    let typing = thread.spawn(move || keyboard.run(&asked)).map_err(|error| {
        CommandError::new(code::INTERNAL, format!("the keyboard cannot be read: {error}"))
    })?;
    let mut signals = Signals::listen(Arc::clone(&desk.interrupts));
    let driven = runner.drive(signals.wait()).await;
    // A keyboard that has ended needs not be told.
    has_ended.store(true, Ordering::SeqCst);
    let _ = asks.send(Asked::Close);
    let ended = driven.map(|driven| driven.ended);
    let exit = match &ended {
        Ok(ended) => closed(context, &runner, (ended, kind), &signals).await?,
        Err(error) => {
            context.complain(error);
            exit::of_error(error.code)
        }
    };
    if signals.is_gone() {
        // The keyboard may be in the middle of a line.
        terminal.restore();
        return Ok(Closed { exit, next: None });
    }
    let is_over = ended.is_ok() && exit == exit::COMPLETED;
    if !is_over && !typing.is_finished() {
        context.output.say([faint("press Enter")]);
    }
    let next = typing.join().ok().flatten();
    let next = next.map(|world| match world.as_str() {
        "aws" => World::Aws,
        file => World::File(file.into()),
    });
    // A line that used up its time has taken the session with it: the operator is still there.
    let has_failed = matches!(ended, Ok(Ended::Finished(ExecutionStatus::Failed)));
    let again = (has_failed && !kind.is_pretend).then_some(World::Aws);
    Ok(Closed { exit, next: next.or(again) })
}

/// Holds a session of which the lines come from stdin.
async fn script(
    context: &Context,
    operator: &Operator,
    wanted: Option<Record>,
    kind: Kind,
) -> Result<u8> {
    let mut text = String::new();
    let read = std::io::stdin().lock().read_to_string(&mut text);
    read.map_err(|error| CommandError::new(code::BAD_ARGUMENT, format!("stdin: {error}")))?;
    ScriptDesk::check(&text)?;
    let desk = Rc::new(ScriptDesk::new(context.output, kind.consents));
    let runner = begin(operator, wanted, &(Rc::clone(&desk) as Rc<dyn Desk>)).await?;
    if let Err(error) = desk.read(&text, runner.execution.account.as_deref().unwrap_or_default()) {
        context.complain(&error);
    }
    let mut signals = Signals::listen(Arc::new(Interrupts::at_once()));
    let driven = runner.drive(signals.wait()).await?;
    let exit = closed(context, &runner, (&driven.ended, kind), &signals).await?;
    Ok(if exit == exit::COMPLETED && desk.has_failed.get() { exit::FAILED } else { exit })
}

async fn begin<'o>(
    operator: &'o Operator,
    wanted: Option<Record>,
    desk: &Rc<dyn Desk>,
) -> Result<Runner<'o>> {
    match wanted {
        Some(record) => Box::pin(session::go_on(operator, record, desk)).await,
        None => Box::pin(session::begin(operator, desk, BTreeMap::new())).await,
    }
}

/// Offers to go on with the last session that was cut off while it changed something, and names the others.
async fn offer(context: &Context, operator: &Operator) -> Result<Option<Record>> {
    for left in left::all(operator.store.as_ref()).await? {
        let id = left.record.execution.id.clone();
        if left.open.is_empty() {
            let how = format!("{id} was left behind line {}: ", left.lines);
            let command = context.command(&format!("repl --session {id}"));
            context.output.say([faint(how), faint(format!("`{command}` goes on with it"))]);
            continue;
        }
        let open = left.open.join(", ");
        context.output.say([
            attention("cut off: "),
            strong(id.clone()),
            plain(format!(
                ", in line {}, while `{open}` was on its way; whether it happened is not known",
                left.lines
            )),
        ]);
        context.output.say([plain("go on with it, and look that up? [Y/n] ")]);
        let mut answer = String::new();
        let read = std::io::stdin().read_line(&mut answer);
        if read.is_ok_and(|read| read > 0) && !matches!(answer.trim(), "n" | "N" | "no") {
            return Ok(Some(left.record));
        }
    }
    Ok(None)
}

fn place(runner: &Runner<'_>, operator: &Operator, kind: Kind) -> Place {
    let execution = &runner.execution;
    let limits = operator.settings.limits();
    let limits = [
        ("processor time of a line", format!("{} ms", limits.slice.as_millis())),
        ("memory of the session", format!("{} MiB", limits.memory / (1024 * 1024))),
        ("effects of the session", limits.effects_per_lane.to_string()),
        ("what one call is given", format!("{} KiB", limits.arguments.bytes / 1024)),
        ("what one call returns", format!("{} KiB", limits.outcome.bytes / 1024)),
    ];
    Place {
        region: execution.regions.first().cloned().unwrap_or_default(),
        account: execution.account.clone(),
        identity: identity(runner),
        is_pretend: kind.is_pretend,
        limits: limits.map(|(name, value)| (name.to_owned(), value)).to_vec(),
    }
}

/// Whose credentials these are.
fn identity(runner: &Runner<'_>) -> String {
    let arn = runner.reached.caller.arn.as_ref();
    arn.unwrap_or(&runner.execution.created_by).clone()
}

/// Says where the session is, and how to get on.
fn greet(context: &Context, runner: &Runner<'_>, place: &Place) {
    let account = place.account.as_deref().unwrap_or("unknown");
    let by = &place.identity;
    let output = context.output;
    output.say([
        plain("session "),
        strong(runner.execution.id.clone()),
        plain(format!(" in account {account}, {}, as {by}", place.region)),
    ]);
    output.say([faint("read-only; `:help` shows what there is, Ctrl-D ends it")]);
}

/// Says how a session has ended, and returns the exit code.
async fn closed(
    context: &Context,
    runner: &Runner<'_>,
    (ended, kind): (&Ended, Kind),
    signals: &Signals,
) -> Result<u8> {
    let id = &runner.execution.id;
    let again =
        || format!("`{}` goes on with it", context.command(&format!("repl --session {id}")));
    let record = runner.record().await?;
    if record.is_over() && record.has_instances && !kind.is_pretend {
        let command = context.command(&format!("cleanup {id}"));
        context.output.say([plain(format!("`{command}` terminates what it has launched"))]);
    }
    match ended {
        Ended::Finished(ExecutionStatus::Completed) => Ok(exit::COMPLETED),
        Ended::Finished(status) => {
            let failure = record.state.waves.iter().find_map(|wave| wave.failure.as_ref());
            let why = failure.map(|failure| plain(failure.message.clone()));
            context.output.say([
                bad("the session has ended: "),
                why.unwrap_or_else(|| execution_status(*status)),
                plain(format!("; its variables are gone, `moontide journal {id}` has its lines")),
            ]);
            Ok(exit::of(*status))
        }
        Ended::Waiting(prompts) => {
            for prompt in prompts {
                let answer = format!("answer {id} {} CHOICE", prompt.id);
                context
                    .output
                    .say([attention("waits: "), plain(format!("`{}`", context.command(&answer)))]);
            }
            context.output.say([plain(again())]);
            Ok(exit::WAITING)
        }
        Ended::Interrupted => {
            context.output.say([attention("left: "), plain(again())]);
            Ok(signals.exit_code())
        }
    }
}
