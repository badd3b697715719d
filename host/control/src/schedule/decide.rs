//! What is to be done about the times of a schedule at a moment. A function over values: whichever process asks, on
//! whichever machine, it answers the same.

use jiff::Timestamp;

use super::declared::{Overlap, Schedule};
use super::progress::Waiting;
use super::when::Found;
use crate::words;

/// So many missed times have an entry each; what is more is one entry.
const MOST_MISSED: usize = 100;

/// What is known of a schedule.
#[derive(Clone, Debug)]
pub struct Known<'k> {
    /// The schedule.
    pub schedule: &'k Schedule,
    /// Since when its times are what they are: those before are none.
    pub since: Timestamp,
    /// All times up to this one are decided.
    pub decided: Option<Timestamp>,
    /// What waited when it was looked at last.
    pub waiting: Option<&'k Waiting>,
    /// Why nothing may start now.
    pub hold: Option<&'k str>,
    /// The execution of an earlier time that is not over.
    pub running: Option<&'k str>,
}

/// What is to be done about a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is started now.
    Start(Timestamp),
    /// It is due, and waits.
    Wait {
        /// The time.
        time: Timestamp,
        /// For what.
        why: String,
        /// Whether for the end of the one before.
        is_queued: bool,
    },
    /// It is left out as the schedule wants it.
    Skip(Timestamp, String),
    /// It was not started in time.
    Miss {
        /// The time.
        time: Timestamp,
        /// Why.
        why: String,
        /// How many before it were missed with it.
        more: u64,
    },
    /// It was held for as long as it could have been started.
    Hold(Timestamp, String),
}

impl Decision {
    /// Whether the time is not over and done with by it.
    pub fn is_open(&self) -> bool {
        matches!(self, Decision::Start(_) | Decision::Wait { .. })
    }

    /// The time that it is about.
    pub fn time(&self) -> Timestamp {
        match self {
            Decision::Start(time)
            | Decision::Wait { time, .. }
            | Decision::Skip(time, _)
            | Decision::Miss { time, .. }
            | Decision::Hold(time, _) => *time,
        }
    }
}

/// What is decided, the oldest time first; at most the last of it is a start or a wait.
#[must_use]
pub fn decide(known: &Known<'_>, now: Timestamp) -> Vec<Decision> {
    let Known { schedule, since, decided, waiting, .. } = known;
    let from = decided.map_or(*since, |decided| decided.max(*since));
    let (mut decisions, mut due) = (changed(known, from), Vec::new());
    for time in schedule.times(from).take_while(|time| time.about() <= now) {
        let moment = time.about();
        if let Found::Missing(_) = time.found {
            let why = format!(
                "{} does not exist in {}: the clocks are set forward over it",
                time.local, schedule.zone
            );
            decisions.push(Decision::Skip(moment, why));
        } else if let Some(blocked) = schedule.blocked(&time) {
            decisions.push(Decision::Skip(moment, format!("not on {blocked}")));
        } else if schedule.due(moment) > now {
            break;
        } else {
            due.push(moment);
        }
    }
    let Some(last) = due.pop() else {
        decisions.sort_by_key(Decision::time);
        return decisions;
    };
    let was_waiting = |time: Timestamp| waiting.filter(|it| it.time == time);
    let many = due.len().saturating_sub(MOST_MISSED);
    for (at, time) in due.iter().enumerate() {
        match was_waiting(*time) {
            Some(Waiting { why, is_queued: true, .. }) => {
                decisions.push(Decision::Skip(*time, format!("the next time has come: {why}")));
            }
            Some(Waiting { why, .. }) => decisions.push(Decision::Hold(*time, why.clone())),
            None if at < many => {
                if at + 1 == many {
                    let (why, more) = (unstarted(schedule, *time), at as u64);
                    decisions.push(Decision::Miss { time: *time, why, more });
                }
            }
            None => {
                let is_late = now > schedule.latest(*time);
                let why = if is_late {
                    unstarted(schedule, *time)
                } else {
                    format!("nothing started it, and the time of {} has come", words::time(last))
                };
                decisions.push(Decision::Miss { time: *time, why, more: 0 });
            }
        }
    }
    decisions.push(of_last(known, last, was_waiting(last), now));
    decisions.sort_by_key(Decision::time);
    // What comes behind a time that is open is decided when that one is: nothing is decided over its head.
    let open = decisions.iter().position(Decision::is_open);
    decisions.truncate(open.map_or(usize::MAX, |at| at + 1));
    decisions
}

/// What waits, and is no time of the schedule any more.
fn changed(known: &Known<'_>, from: Timestamp) -> Vec<Decision> {
    let Known { schedule, decided, waiting: Some(waiting), .. } = known else { return Vec::new() };
    let time = waiting.time;
    let before = time.checked_sub(jiff::SignedDuration::from_secs(1)).unwrap_or(time);
    let is_one = || schedule.times(before).next().is_some_and(|it| it.about() == time);
    if decided.is_some_and(|decided| time <= decided) || time > from && is_one() {
        return Vec::new();
    }
    let why = format!("the schedule was changed while it waited: {}", waiting.why);
    vec![Decision::Skip(time, why)]
}

/// The decision about the last time that is due.
fn of_last(
    known: &Known<'_>,
    time: Timestamp,
    waiting: Option<&Waiting>,
    now: Timestamp,
) -> Decision {
    let Known { schedule, hold, running, .. } = known;
    let was_queued = waiting.is_some_and(|it| it.is_queued);
    // One that has waited for the end of the one before, and is held since, is made up for so long from there.
    let late = jiff::SignedDuration::try_from(schedule.late.0).unwrap_or(jiff::SignedDuration::MAX);
    let held = waiting.filter(|it| it.since > schedule.latest(time));
    let held = held.map(|it| it.since.checked_add(late).unwrap_or(Timestamp::MAX));
    let latest = held.unwrap_or(Timestamp::MIN).max(schedule.latest(time));
    if now > latest && !was_queued {
        return match waiting {
            Some(waiting) => Decision::Hold(time, waiting.why.clone()),
            None => Decision::Miss { time, why: unstarted(schedule, time), more: 0 },
        };
    }
    if let Some(running) = running {
        let why = format!("{running} is not over");
        return match schedule.overlap {
            Overlap::Skip => Decision::Skip(time, why),
            Overlap::Queue => Decision::Wait { time, why, is_queued: true },
        };
    }
    match hold {
        Some(why) => Decision::Wait { time, why: (*why).to_owned(), is_queued: false },
        None => Decision::Start(time),
    }
}

/// Why a time was missed.
fn unstarted(schedule: &Schedule, time: Timestamp) -> String {
    format!(
        "nothing started it from {} to {}: no scheduler ran, or it reached no store",
        words::time(schedule.due(time)),
        words::time(schedule.latest(time))
    )
}

#[cfg(test)]
mod tests;
