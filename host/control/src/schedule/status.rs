//! Whether schedules are served, and whether something was missed: for a monitor, and a person.

use jiff::{SignedDuration, Timestamp};
use moontide_runtime::journal::Channel;
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::{Obligation, Store, StoreError};
use schemars::JsonSchema;
use serde::Serialize;

use super::checked::LABEL;
use super::clock::{self, AHEAD};
use super::decide::{Decision, Known, decide};
use super::declared::{Schedule, read_moment};
use super::holds::is_there;
use super::kept::{Kept, Paused, Terms};
use super::left;
use super::progress::{self, Missed, Progress, Waiting};
use super::served::{Beat, SILENT, Server};
use super::when::Time;
use crate::error::{CommandError, Result};
use crate::list::Line;
use crate::next::Next;
use crate::view::{ObligationView, Record};

/// A cleanup is carried out so long after it has fallen due at least.
const GRACE: SignedDuration = SignedDuration::from_mins(30);

/// How schedules stand as a whole.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Status {
    /// Where they are.
    pub store: String,
    /// Whether all is well.
    pub well: bool,
    /// How many schedules there are.
    pub schedules: usize,
    /// The process that serves them, by its last sign of life.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<Server>,
    /// For how many seconds it has given none; `None`: none has ever served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silent_seconds: Option<i64>,
    /// What was missed, and no later time was started since.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missed: Vec<Row<Missed>>,
    /// What is due, and waits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<Row<Waiting>>,
    /// What a person has paused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paused: Vec<Row<Paused>>,
    /// Executions that schedules have started, that are not over and wait for no person, and that no runner drives.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<String>,
    /// Executions that schedules have started, and that wait for a person.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub asks: Vec<Row<Asks>>,
    /// Executions of schedules whose cleanup has been due for a while.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub overdue: Vec<String>,
    /// Of which schedules nothing can be decided, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unseen: Vec<Row<Unseen>>,
    /// The steps that make sense now.
    pub next: Vec<Next>,
}

/// Why nothing can be decided of a schedule.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Unseen {
    /// Why.
    pub why: String,
}

/// An execution of a schedule waits for a person.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Asks {
    /// The execution.
    pub execution: String,
    /// Whether a later time of the schedule came meanwhile, and was left out or missed.
    pub holds_up: bool,
}

/// Something about a schedule.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Row<T> {
    /// The schedule.
    pub schedule: String,
    /// What.
    #[serde(flatten)]
    pub what: T,
}

impl Status {
    /// The same where no process is to stay: other timetables start what is due.
    pub fn without_server(&mut self) {
        self.well = self.is_in_order() && self.left.is_empty();
        self.next.retain(|next| *next != Next::ServeSchedules);
    }

    /// Whether nothing went wrong, served or not.
    fn is_in_order(&self) -> bool {
        let is_held_up = self.asks.iter().any(|row| row.what.holds_up);
        self.missed.is_empty() && self.overdue.is_empty() && self.unseen.is_empty() && !is_held_up
    }

    /// Looks at the store at this address.
    pub async fn load(store: &dyn Store, address: String, now: Timestamp) -> Result<Status> {
        let all = Kept::each(store).await?;
        let server = Beat::last(store).await?.map(|it| it.server);
        let silent = server.as_ref().map(|it| it.beat.duration_until(now));
        let limit = SignedDuration::try_from(SILENT).unwrap_or(SignedDuration::MAX);
        // One that is to come is a sign of a wrong clock, and not of life.
        let is_served = silent.is_some_and(|silent| silent < limit && silent > -AHEAD);
        let (mut missed, mut waiting, mut paused) = (Vec::new(), Vec::new(), Vec::new());
        let (mut unseen, mut asks) = (Vec::new(), Vec::new());
        let schedules = all.len();
        let open = left::open(store, None).await?;
        for (schedule, kept) in all {
            let mut doubts = |error: CommandError| {
                unseen
                    .push(Row { schedule: schedule.clone(), what: Unseen { why: error.message } });
            };
            let kept = match kept {
                Ok(kept) => kept.terms,
                Err(error) => {
                    doubts(error);
                    continue;
                }
            };
            let progress = match Progress::of(store, &schedule).await {
                Ok(progress) => progress,
                Err(error @ StoreError::Damaged { .. }) => {
                    doubts(error.into());
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            clock::doubt(&progress, kept.since(), now).into_iter().for_each(doubts);
            let undecided = undecided(&kept, &progress, now);
            let terms = progress.terms;
            let asked = open.iter().filter_map(|line| asks_person(line, &kept.schedule, &terms));
            asks.extend(asked.map(|what| Row { schedule: schedule.clone(), what }));
            // What a person has let go on since, or has paused, is no news.
            let (resumed, halted) = (kept.resumed(now), kept.paused.as_ref().map(|it| it.at));
            let is_news = |it: &Missed| {
                resumed.is_none_or(|resumed| it.time > resumed)
                    && halted.is_none_or(|halted| it.time < halted)
            };
            let open = undecided.or(terms.missed).filter(is_news);
            missed.extend(open.map(|what| Row { schedule: schedule.clone(), what }));
            waiting.extend(terms.waiting.map(|what| Row { schedule: schedule.clone(), what }));
            paused.extend(kept.paused.map(|what| Row { schedule, what }));
        }
        let left = left(open);
        let (overdue, unread) = overdue(store, now).await?;
        unseen.extend(unread);
        let mut next = Vec::new();
        if !is_served {
            next.push(Next::ServeSchedules);
        }
        next.extend(
            missed.iter().map(|row| Next::ScheduleHistory { schedule: row.schedule.clone() }),
        );
        next.extend(asks.iter().map(|row| Next::status(&row.what.execution)));
        if !left.is_empty() || !overdue.is_empty() {
            next.push(Next::FinishSchedules);
        }
        let status = Status {
            store: address,
            well: is_served,
            schedules,
            server,
            silent_seconds: silent.map(|silent| silent.as_secs()),
            missed,
            waiting,
            paused,
            left,
            asks,
            overdue,
            unseen,
            next,
        };
        Ok(Status { well: is_served && status.is_in_order(), ..status })
    }
}

/// The last time for which it is too late, and of which nothing is decided: no timetable calls.
fn undecided(kept: &Terms, progress: &Progress, now: Timestamp) -> Option<Missed> {
    let (schedule, terms) = (&kept.schedule, &progress.terms);
    let (since, decided, waiting) = (kept.since(), terms.decided, terms.waiting.as_ref());
    let known = Known { schedule, since, decided, waiting, hold: None, running: None };
    decide(&known, now).into_iter().rev().find_map(|decision| match decision {
        Decision::Miss { time, why, .. } | Decision::Hold(time, why) => Some(Missed { time, why }),
        _ => None,
    })
}

/// What no runner drives, as far as the store knows: what a process serves is taken up by it soon.
fn left(lines: Vec<Line>) -> Vec<String> {
    let left = lines.into_iter().filter(|line| line.runner.is_none() && left::goes_on(line));
    left.map(|line| line.execution).collect()
}

/// What an execution of this schedule asks a person, who has not answered.
fn asks_person(line: &Line, schedule: &Schedule, progress: &progress::Terms) -> Option<Asks> {
    let is_its = line.labels.get(LABEL).is_some_and(|name| *name == schedule.name);
    let waits = matches!(line.status, Some(ExecutionStatus::Waiting | ExecutionStatus::Paused));
    if !is_its || !waits || line.pending > 0 {
        return None;
    }
    let time = line.execution.rsplit_once('-').and_then(|(_, time)| read_moment(time));
    // Days that are blocked come and go.
    let runs = |time: &Time| time.moment().is_some() && schedule.blocked(time).is_none();
    let later = time.and_then(|time| schedule.times(time).find(runs)).map(|it| it.about());
    let is_queued = progress.waiting.as_ref().is_some_and(|it| it.is_queued);
    let is_past = later.zip(progress.decided).is_some_and(|(later, decided)| later <= decided);
    let holds_up = is_queued || is_past;
    Some(Asks { execution: line.execution.clone(), holds_up })
}

/// Executions of schedules whose cleanup has been due for longer than a timetable takes to come to it; and of what that
/// cannot be seen.
async fn overdue(store: &dyn Store, now: Timestamp) -> Result<(Vec<String>, Vec<Row<Unseen>>)> {
    let (mut overdue, mut unread) = (Vec::new(), Vec::new());
    let mut unseen = |schedule: Option<&String>, why: String| {
        let schedule = schedule.cloned().unwrap_or_default();
        unread.push(Row { schedule, what: Unseen { why } });
    };
    for found in Obligation::all(store, None).await? {
        let obligation = match found {
            Ok(obligation) => obligation,
            Err(error) => {
                // Whose it is stands in it.
                unseen(None, error.to_string());
                continue;
            }
        };
        let id = obligation.execution.clone();
        if !obligation.is_open() || !is_there(store, &id).await? {
            continue;
        }
        let record = match Record::load(store, &id).await {
            Ok(record) => record,
            Err(error) if error.is_of_one_execution() => {
                unseen(store.execution(&id).await?.labels.get(LABEL), error.message);
                continue;
            }
            Err(error) => return Err(error),
        };
        let is_ours = record.execution.source == Some(Channel::Schedule);
        let Some(view) = ObligationView::of(&record).filter(|it| is_ours && it.is_to_be_done())
        else {
            continue;
        };
        if view.due_at.is_some_and(|due| due.duration_until(now) > GRACE) {
            overdue.push(id);
        }
    }
    Ok((overdue, unread))
}
