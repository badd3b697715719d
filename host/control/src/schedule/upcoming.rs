//! The times to come: on the clocks of their zones and in UTC, with those that are skipped, and why.

use jiff::Timestamp;
use jiff::civil::DateTime;
use schemars::JsonSchema;
use serde::Serialize;

use super::declared::Schedule;
use super::kept::Kept;
use super::when::Found;

/// So many times of one schedule are looked at: what is skipped for years shows no end.
const LOOKED_AT: usize = 100_000;

/// The times to come.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Upcoming {
    /// The times, the next one first.
    pub times: Vec<Coming>,
    /// Schedules of which no time is to come.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ended: Vec<String>,
    /// Those that are paused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paused: Vec<String>,
}

/// A time to come.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Coming {
    /// The schedule.
    pub schedule: String,
    /// On the clocks of its zone.
    pub local: DateTime,
    /// The zone.
    pub zone: String,
    /// The moment; of a local time that does not exist, about when it would have been.
    pub time: Timestamp,
    /// When it starts: the time, and its place in the spread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<Timestamp>,
    /// Why it is skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
    /// What is special about it, although it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Upcoming {
    /// The next times of these schedules, so many that run.
    pub fn of(all: &[Kept], now: Timestamp, count: usize) -> Upcoming {
        let (mut times, mut ended) = (Vec::new(), Vec::new());
        for kept in all {
            let schedule = &kept.terms.schedule;
            let mut runs = 0;
            let coming = coming(schedule, now).take(LOOKED_AT).take_while(|it| {
                let is_wanted = runs < count;
                runs += usize::from(it.skipped.is_none());
                is_wanted
            });
            let coming: Vec<Coming> = coming.collect();
            if coming.iter().all(|it| it.skipped.is_some()) {
                ended.push(schedule.name.clone());
            }
            times.extend(coming);
        }
        times.sort_by(|one, other| (one.time, &one.schedule).cmp(&(other.time, &other.schedule)));
        let last = times.iter().enumerate().filter(|(_, it)| it.skipped.is_none()).nth(count);
        if let Some((last, _)) = last {
            times.truncate(last);
        }
        let paused = all.iter().filter(|it| it.terms.paused.is_some());
        let paused = paused.map(|it| it.terms.schedule.name.clone()).collect();
        Upcoming { times, ended, paused }
    }
}

/// The times of a schedule after this moment.
pub fn coming(schedule: &Schedule, now: Timestamp) -> impl Iterator<Item = Coming> + '_ {
    schedule.times(now).map(|time| {
        let blocked = schedule.blocked(&time).map(|blocked| format!("not on {blocked}"));
        let gap = match time.found {
            Found::Missing(_) => {
                Some("does not exist: the clocks are set forward over it".to_owned())
            }
            _ => None,
        };
        let note = match time.found {
            Found::First(_) => Some("exists twice: it runs once, the first time".to_owned()),
            _ => None,
        };
        let skipped = gap.or(blocked);
        let starts_at = Some(schedule.due(time.about())).filter(|_| skipped.is_none());
        let (name, zone) = (schedule.name.clone(), schedule.zone.to_string());
        Coming {
            schedule: name,
            local: time.local,
            zone,
            time: time.about(),
            starts_at,
            skipped,
            note,
        }
    })
}
