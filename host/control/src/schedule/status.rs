//! Whether schedules are served, and whether something was missed: for a monitor, and a person.

use jiff::{SignedDuration, Timestamp};
use moontide_runtime::store::Store;
use schemars::JsonSchema;
use serde::Serialize;

use super::kept::Kept;
use super::progress::{Missed, Progress, Waiting};
use super::served::{Beat, SILENT, Server};
use crate::error::Result;
use crate::next::Next;

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
    /// The steps that make sense now.
    pub next: Vec<Next>,
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
        self.well = self.missed.is_empty();
        self.next.retain(|next| *next != Next::ServeSchedules);
    }

    /// Looks at the store at this address.
    pub async fn load(store: &dyn Store, address: String, now: Timestamp) -> Result<Status> {
        let all = Kept::all(store).await?;
        let server = Beat::last(store).await?.map(|it| it.server);
        let silent = server.as_ref().map(|it| it.beat.duration_until(now));
        let limit = SignedDuration::try_from(SILENT).unwrap_or(SignedDuration::MAX);
        let is_served = silent.is_some_and(|silent| silent < limit);
        let (mut missed, mut waiting) = (Vec::new(), Vec::new());
        for kept in &all {
            let schedule = kept.terms.schedule.name.clone();
            let terms = Progress::of(store, &schedule).await?.terms;
            // What a person has let go on since is no news.
            let resumed = kept.terms.resumed_at;
            let open = terms.missed.filter(|it| resumed.is_none_or(|resumed| it.time > resumed));
            missed.extend(open.map(|what| Row { schedule: schedule.clone(), what }));
            waiting.extend(terms.waiting.map(|what| Row { schedule, what }));
        }
        let mut next = Vec::new();
        if !is_served {
            next.push(Next::ServeSchedules);
        }
        next.extend(
            missed.iter().map(|row| Next::ScheduleHistory { schedule: row.schedule.clone() }),
        );
        Ok(Status {
            store: address,
            well: is_served && missed.is_empty(),
            schedules: all.len(),
            server,
            silent_seconds: silent.map(|silent| silent.as_secs()),
            missed,
            waiting,
            next,
        })
    }
}
