//! `moontide schedule run`: what is due of a schedule, once: for cron, systemd, `EventBridge` and a person.

#![expect(clippy::doc_markdown, reason = "clap prints these comments as they are")]

use clap::Args;
use jiff::Timestamp;
use moontide_control::clocks::SystemClock;
use moontide_control::error::{CommandError, Hint, Result, code};
use moontide_control::next::Next;
use moontide_control::schedule::declared::read_moment;
use moontide_control::schedule::history::{Entry, Outcome};
use moontide_control::schedule::kept::Kept;
use moontide_control::schedule::progress::Waiting;
use moontide_control::schedule::worker::Gone;
use moontide_control::view::Summary;
use moontide_control::words;
use moontide_runtime::clock::Clock as _;
use moontide_runtime::store::StoreError;
use schemars::JsonSchema;
use serde::Serialize;

use super::{now, worker};
use crate::aws::AwsFlags;
use crate::context::Context;
use crate::drive;
use crate::exit;
use crate::interrupt::Interrupt;
use crate::output::style::plain;
use crate::view::Worded;

/// Start what is due of a schedule, once, and drive it to its end
///
/// This is what a crontab, a systemd timer or EventBridge calls. It may be called at any time and as often as one
/// likes: a time that was started already is not started again, whichever process started it. What is due and may not
/// start now, because a recovery runs for example, is said, and ends with 5.
#[derive(Args)]
pub(crate) struct Flags {
    /// Its name, as `moontide schedule list` shows it
    schedule: String,

    /// The time that is meant, as EventBridge gives it, such as `2027-01-16T01:30:00Z` [default: what is due now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    at: Option<Timestamp>,

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
        let gone = Box::pin(worker.go(
            &kept,
            now,
            &mut async || interrupt.wait().await,
            &mut |_, _, _| {},
        ))
        .await?;
        let Gone { entries, waiting, driven } = gone;
        if let Some((record, ended)) = driven {
            let summary = Summary::of(&record, &context.limits);
            return drive::shown(
                context,
                drive::code_of(&ended, &interrupt),
                &Worded(context, &summary),
            );
        }
        let last = entries.last().map(|entry| entry.terms.outcome.clone());
        let is_held = waiting.is_some();
        let times = entries.into_iter().map(|entry| (entry.time, entry.terms.outcome)).collect();
        context.output.show(&Ran { schedule: flags.schedule.clone(), times, waiting })?;
        Ok(match last {
            _ if is_held => exit::HELD,
            Some(Outcome::Failed { .. } | Outcome::Missed { .. } | Outcome::Held { .. }) => {
                exit::FAILED
            }
            Some(Outcome::Started { ended, .. })
                if !ended.is_empty() && !ended.starts_with("completed") =>
            {
                exit::FAILED
            }
            _ => exit::COMPLETED,
        })
    })
}

/// The time was dealt with before: it is said, and what it has started is left to its runner.
async fn again(
    context: &Context,
    worker: &moontide_control::schedule::worker::Worker,
    kept: &Kept,
    done: &Entry,
) -> Result<u8> {
    let schedule = kept.terms.schedule.name.clone();
    let outcome = done.terms.outcome.clone();
    if let Some(id) = outcome.execution()
        && !matches!(worker.store.execution(id).await, Err(StoreError::NotFound(_)))
    {
        let is_free = moontide_control::leases::alive(worker.store.as_ref(), id).await?.is_none();
        if is_free {
            let mut interrupt = Interrupt::listen();
            let mut stopped = async || interrupt.wait().await;
            let went = Box::pin(worker.go_on(Some(kept), id, &mut stopped)).await;
            let (record, ended) = went?;
            let summary = Summary::of(&record, &context.limits);
            let code = match &ended {
                Some(ended) => drive::code_of(ended, &interrupt),
                None => exit::of(record.status()),
            };
            return drive::shown(context, code, &Worded(context, &summary));
        }
    }
    let times = vec![(done.time, outcome)];
    context.output.show(&Ran { schedule, times, waiting: None })?;
    Ok(exit::COMPLETED)
}

/// The place in the spread of a time that has come just now, if that is still to come: what calls this at the time
/// itself knows of no spread.
fn place(kept: &Kept, now: Timestamp) -> Option<Timestamp> {
    let schedule = &kept.terms.schedule;
    let within = jiff::SignedDuration::try_from(schedule.within.0).ok()?;
    let from = now.checked_sub(within).ok()?;
    let mut times = schedule.times(from).take_while(|time| time.about() <= now);
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
    if at > now {
        let message = format!("{at} is still to come");
        return Err(
            CommandError::new(code::NO_TIME, message).hint("a time is started when it is there")
        );
    }
    // Its caller has waited for the time, and spreads its calls itself.
    Ok(now.max(schedule.due(at)))
}
