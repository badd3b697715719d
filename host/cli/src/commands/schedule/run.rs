//! `moontide schedule run`: what is due of a schedule, once: for cron, systemd, `EventBridge` and a person.

#![expect(clippy::doc_markdown, reason = "clap prints these comments as they are")]

use clap::Args;
use jiff::Timestamp;
use moontide_control::clocks::SystemClock;
use moontide_control::error::{CommandError, Hint, Result, code};
use moontide_control::next::Next;
use moontide_control::schedule::declared::{Overlap, read_moment};
use moontide_control::schedule::history::{Entry, Outcome};
use moontide_control::schedule::kept::Kept;
use moontide_control::schedule::progress::Waiting;
use moontide_control::schedule::worker::Worker;
use moontide_control::view::{Record, Summary};
use moontide_control::words;
use moontide_runtime::clock::Clock as _;
use moontide_runtime::scheduler::Ended;
use moontide_runtime::store::StoreError;
use schemars::JsonSchema;
use serde::Serialize;

use super::{finish, now, worker};
use crate::aws::AwsFlags;
use crate::context::Context;
use crate::drive;
use crate::exit;
use crate::interrupt::Interrupt;
use crate::output::style::plain;
use crate::view::Worded;

/// A time that is ahead of this machine's clock by no more has come.
const SLACK: jiff::SignedDuration = jiff::SignedDuration::from_secs(30);

/// Start what is due of a schedule, once, and drive it to its end
///
/// This is what a crontab, a systemd timer or EventBridge calls. It may be called at any time and as often as one
/// likes: a time that was started already is not started again, whichever process started it. What an earlier run was
/// killed at goes on, and what is owed is carried out. What is due and may not start now, because a recovery runs for
/// example, is said, and ends with 5.
#[derive(Args)]
pub(crate) struct Flags {
    /// Its name, as `moontide schedule list` shows it
    schedule: String,

    /// The time that is meant, as EventBridge gives it, such as `2027-01-16T01:30:00Z` [default: what is due now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    at: Option<Timestamp>,

    /// Print nothing where nothing was due, and nothing was left: for what calls often
    #[arg(long)]
    quiet: bool,

    #[command(flatten)]
    aws: AwsFlags,
}

/// What came of it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Ran {
    /// The schedule.
    pub(crate) schedule: String,
    /// What became of its times just now.
    pub(crate) times: Vec<(Timestamp, Outcome)>,
    /// What is due, and waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) waiting: Option<Waiting>,
}

/// Reads a time; for clap.
fn time(text: &str) -> std::result::Result<Timestamp, String> {
    let written = || text.parse().ok().or_else(|| read_moment(text));
    written().ok_or_else(|| "a time is written like `2027-01-16T01:30:00Z`".to_owned())
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    flags.aws.are_given(context);
    let worker = worker(context, flags.aws.target())?;
    context.block_on(async {
        let store = worker.store.as_ref();
        let kept = Kept::of(store, &flags.schedule).await?;
        let mut now = now();
        if let Some(at) = flags.at {
            if let Some(done) = Entry::of(store, &flags.schedule, at).await?
                && done.terms.outcome.is_final()
            {
                return again(context, &worker, &kept, &done).await;
            }
            now = due(&kept, at, now)?;
        }
        let mut interrupt = Interrupt::listen();
        if flags.at.is_none()
            && let Some(place) = place(&kept, now)
        {
            let text = format!("waits for its place in the spread, until {}", words::time(place));
            context.output.say([plain(text)]);
            let clock = SystemClock::new();
            tokio::select! {
                biased;
                () = interrupt.wait() => return Ok(interrupt.exit_code()),
                () = clock.sleep(words::between(now, place)) => {}
            }
            now = now.max(place);
        }
        let gone = Box::pin(through(context, &worker, (&kept, now), &mut interrupt)).await?;
        if let Some(record) = gone.driven {
            let summary = Summary::of(&record, &context.limits);
            return drive::shown(context, exit::worst(&gone.codes), &Worded(context, &summary));
        }
        let mut codes = gone.codes;
        let last = gone.entries.last().map(|entry| &entry.terms.outcome);
        codes.push(match last {
            _ if gone.waiting.is_some() => exit::HELD,
            Some(outcome) => code_of(outcome),
            None => exit::COMPLETED,
        });
        let times = gone.entries.into_iter().map(|entry| (entry.time, entry.terms.outcome));
        let (schedule, times) = (flags.schedule.clone(), times.collect());
        let ran = Ran { schedule, times, waiting: gone.waiting };
        if !flags.quiet || !ran.times.is_empty() || ran.waiting.is_some() {
            context.output.show(&ran)?;
        }
        Ok(exit::worst(&codes))
    })
}

/// What became of a time, as an exit code. What runs is no failure.
fn code_of(outcome: &Outcome) -> u8 {
    match outcome {
        Outcome::Failed { .. } | Outcome::Missed { .. } | Outcome::Held { .. } => exit::FAILED,
        Outcome::Started { ended, .. } if !ended.is_empty() && !ended.starts_with("completed") => {
            exit::FAILED
        }
        _ => exit::COMPLETED,
    }
}

/// What came of going through a schedule.
#[derive(Default)]
struct Through {
    entries: Vec<Entry>,
    waiting: Option<Waiting>,
    /// What was driven last.
    driven: Option<Record>,
    /// How all that was driven has gone.
    codes: Vec<u8>,
}

/// Goes through a schedule, and then to the end of what it has begun before: what its runner left goes on, and what is
/// owed is carried out. A time that waits for the end of the one before begins behind that.
async fn through(
    context: &Context,
    worker: &Worker,
    (kept, mut now): (&Kept, Timestamp),
    interrupt: &mut Interrupt,
) -> Result<Through> {
    let schedule = &kept.terms.schedule;
    let mut through = Through::default();
    loop {
        let mut stopped = async || interrupt.wait().await;
        let gone = match Box::pin(worker.go(kept, now, &mut stopped, &mut |_, _, _| {})).await {
            Ok(gone) => gone,
            // What has begun is no matter of the clock.
            Err(error) if error.code == code::CLOCK_DOUBT => {
                let finished = worker.finish(Some(&schedule.name), &mut stopped);
                finish::code_of(context, &Box::pin(finished).await?, interrupt);
                return Err(error);
            }
            Err(error) => return Err(error),
        };
        through.entries.extend(gone.entries);
        through.waiting = gone.waiting;
        if let Some((record, ended)) = gone.driven {
            through.codes.push(drive::code_of(&ended, interrupt));
            through.driven = Some(record);
            if !matches!(ended, Ended::Finished(_)) {
                return Ok(through);
            }
        } else {
            let mut stopped = async || interrupt.wait().await;
            let mut finished = Box::pin(worker.finish(Some(&schedule.name), &mut stopped)).await?;
            let code = finish::code_of(context, &finished, interrupt);
            through.codes.push(code);
            let Some((record, _)) = finished.driven.pop() else { return Ok(through) };
            through.driven = Some(record);
            if exit::is_stop(code) {
                return Ok(through);
            }
        }
        if schedule.overlap != Overlap::Queue {
            return Ok(through);
        }
        now = super::now();
    }
}

/// The time was dealt with before: it is said, and what it has started is left to its runner.
async fn again(context: &Context, worker: &Worker, kept: &Kept, done: &Entry) -> Result<u8> {
    let schedule = kept.terms.schedule.name.clone();
    let outcome = done.terms.outcome.clone();
    if let Some(id) = outcome.execution()
        && !matches!(worker.store.execution(id).await, Err(StoreError::NotFound(_)))
    {
        let mut interrupt = Interrupt::listen();
        let mut stopped = async || interrupt.wait().await;
        match Box::pin(worker.take_up(kept, id, &mut stopped)).await {
            Ok(Some((record, ended))) => {
                let summary = Summary::of(&record, &context.limits);
                let code = match &ended {
                    Some(ended) => drive::code_of(ended, &interrupt),
                    None => exit::of(record.status()),
                };
                return drive::shown(context, code, &Worded(context, &summary));
            }
            Ok(None) => {}
            Err(error) if error.code == code::HELD => {}
            Err(error) => return Err(error),
        }
    }
    let code = code_of(&outcome);
    let times = vec![(done.time, outcome)];
    context.output.show(&Ran { schedule, times, waiting: None })?;
    Ok(code)
}

/// The place in the spread of a time that has come just now, if that is still to come: what calls this at the time
/// itself knows of no spread.
fn place(kept: &Kept, now: Timestamp) -> Option<Timestamp> {
    let schedule = &kept.terms.schedule;
    let within = jiff::SignedDuration::try_from(schedule.within.0).ok()?;
    let from = now.checked_sub(within).ok()?;
    let mut times =
        schedule.times(from.max(kept.terms.since())).take_while(|time| time.about() <= now);
    times.find_map(|time| {
        let moment = time.moment().filter(|_| schedule.blocked(&time).is_none())?;
        Some(schedule.due(moment)).filter(|due| *due > now)
    })
}

/// The moment at which this time is due: not before, and it has to be one of the schedule's.
fn due(kept: &Kept, at: Timestamp, now: Timestamp) -> Result<Timestamp> {
    let schedule = &kept.terms.schedule;
    let before = at.checked_sub(jiff::SignedDuration::from_secs(1)).unwrap_or(at);
    let is_one = schedule.times(before).next().is_some_and(|time| time.moment() == Some(at));
    let next = || Next::ScheduleTimes { schedule: Some(schedule.name.clone()) };
    if !is_one {
        let message = format!("{at} is no time of `{}`, which is {}", schedule.name, schedule.when);
        return Err(CommandError::new(code::NO_TIME, message).hint(Hint::step(
            "`",
            next(),
            "` shows those to come",
        )));
    }
    if at <= kept.terms.since() {
        let since = words::time(kept.terms.since());
        let message = format!("{at} is before the schedule was imported as it is, at {since}");
        return Err(CommandError::new(code::NO_TIME, message).hint(Hint::step(
            "`",
            next(),
            "` shows those to come",
        )));
    }
    // Clocks differ a little, and a timetable calls at the time itself.
    if now.duration_until(at) > SLACK {
        let message = format!("{at} is still to come");
        return Err(
            CommandError::new(code::NO_TIME, message).hint("a time is started when it is there")
        );
    }
    // Its caller has waited for the time, and spreads its calls itself.
    Ok(now.max(schedule.due(at)))
}
