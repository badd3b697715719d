//! Two processes that stay and a crontab over one store through a year in which the clocks are set: each of its times
//! becomes one thing, whichever of them is killed when.

#[path = "year/crew.rs"]
mod crew;
#[path = "year/due.rs"]
mod due;
#[path = "year/told.rs"]
mod told;

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{Timestamp, ToSpan as _};
use rustix::process::Signal;
use serde_json::json;

use super::Desk;
use crew::{Crew, Daemon};
use due::{Due, LATE};

/// The same year every time, as far as processes do not race.
const SEED: u64 = 13;
/// So often the process that serves is killed, and the one that stands by takes its place: a minute each.
const TAKEN_OVER: usize = 4;
/// From and to, a person has paused this schedule.
const PAUSED: (&str, &str, &str) = ("york-weekly", "2027-06-02T12:00:00Z", "2027-07-14T12:00:00Z");

/// What is done about a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Act {
    Pause,
    Resume,
    /// Processes of a crontab, of which any may be killed.
    Crontab,
    /// Once more, and none is killed.
    Again,
    /// Two that stay, and a crontab.
    Daemons,
    /// The one that serves is killed, and the other one is there.
    TakenOver,
    /// What schedules have begun is gone on with.
    Finish,
}

fn moment(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

/// Whether a time lies where a person has paused its schedule.
fn is_paused(due: &Due) -> bool {
    let (schedule, from, to) = PAUSED;
    due.schedule == schedule && moment(from) < due.at && due.at < moment(to)
}

/// The schedules.
fn names(all: &[Due]) -> BTreeSet<&'static str> {
    all.iter().map(|due| due.schedule).collect()
}

/// What happens in the year, in its order.
fn acts(all: &[Due], random: &mut fastrand::Rng) -> Vec<(Timestamp, Act, &'static str)> {
    let mut acts =
        vec![(moment(PAUSED.1), Act::Pause, PAUSED.0), (moment(PAUSED.2), Act::Resume, PAUSED.0)];
    let exist = all.iter().filter(|due| due.skipped.is_none()).count();
    for (number, due) in all.iter().filter(|due| due.skipped.is_none()).enumerate() {
        let (at, schedule) = (due.at, due.schedule);
        let mut add = |after: i64, act| acts.push((at + after.seconds(), act, schedule));
        let is_taken_over = number % (exist / TAKEN_OVER) == exist / TAKEN_OVER / 2;
        let chance = random.u8(..100);
        match chance {
            _ if is_taken_over => add(1, Act::TakenOver),
            // No process is there.
            0..12 => {}
            12..65 => {
                add(random.i64(1..30), Act::Crontab);
                if chance < 40 {
                    add(20 * 60, Act::Again);
                }
            }
            65..92 => add(1, Act::Daemons),
            // Nearly too late.
            _ => add(LATE.as_secs() - 300, Act::Again),
        }
        if schedule == "drill" && !chance.is_multiple_of(4) {
            add(40 * 60, Act::Finish);
        }
    }
    acts.sort();
    acts
}

#[test]
#[ignore = "ten minutes"]
fn a_year_of_two_servers_and_a_crontab_that_are_killed_at_random() {
    let desk = Desk::with(due::FILE);
    std::fs::create_dir_all(desk.home.path().join("moontide")).expect("a folder");
    let all = due::all();
    let mut random = fastrand::Rng::with_seed(SEED);
    let acts = acts(&all, &mut random);
    let mut crew = Crew::of(&desk, SEED);
    crew.person(&["schedule", "import", &desk.file()], moment("2026-12-30T00:00:00Z"));
    for (at, act, schedule) in acts {
        let time = at_or_before(&all, schedule, at);
        perform(&mut crew, (at, act), (schedule, time));
    }
    let end = moment("2027-12-31T23:00:00Z");
    for schedule in names(&all) {
        crew.whole(&["schedule", "run", schedule], end);
    }
    let finish = ["schedule", "finish", "--output=json"];
    crew.whole(&finish, end).expect(0);
    let nothing = crew.whole(&finish, end).expect(0).json();
    assert_eq!((&nothing["executions"], &nothing["obligations"]), (&json!([]), &json!(0)));
    told::check(&crew, &all);
}

/// The last time of a schedule up to a moment.
fn at_or_before(all: &[Due], schedule: &str, at: Timestamp) -> Timestamp {
    let its = all.iter().filter(|due| due.schedule == schedule && due.at <= at);
    its.map(|due| due.at).max().unwrap_or(at)
}

fn perform(
    crew: &mut Crew<'_>,
    (at, act): (Timestamp, Act),
    (schedule, time): (&'static str, Timestamp),
) {
    match act {
        Act::Pause => {
            crew.person(&["schedule", "pause", schedule, "--reason=freeze"], at);
        }
        Act::Resume => {
            crew.person(&["schedule", "resume", schedule], at);
        }
        Act::Finish => {
            crew.whole(&["schedule", "finish"], at).expect(0);
        }
        Act::Crontab => {
            crew.crontab(schedule, at, true);
        }
        Act::Again => {
            crew.crontab(schedule, at, false);
        }
        Act::Daemons => {
            let daemons = [crew.daemon(at), crew.daemon(at)];
            daemons.iter().for_each(Daemon::until_it_knows);
            if crew.random.bool() {
                crew.crontab(schedule, at, true);
            }
            let is_short = crew.random.u8(..4) == 0 || daemons.iter().all(|it| !it.serves());
            let longest = if is_short { crew.random.u64(10..1_000) } else { 5_000 };
            crew.until_decided((schedule, time), Duration::from_millis(longest));
            for daemon in daemons {
                let is_killed = !daemon.serves() && crew.random.bool();
                crew.end(daemon, if is_killed { Signal::KILL } else { Signal::TERM });
            }
        }
        Act::TakenOver => {
            let mut daemons = vec![crew.daemon(at), crew.daemon(at)];
            daemons.iter().for_each(Daemon::until_it_knows);
            let first = daemons.iter().position(Daemon::serves).expect("one of them serves");
            let longest = Duration::from_millis(crew.random.u64(1..600));
            crew.until_decided((schedule, time), longest);
            let first = daemons.remove(first);
            crew.end(first, Signal::KILL);
            let other = daemons.remove(0);
            let mut waited = 0;
            while !other.serves() && waited < 90 {
                super::wait(Duration::from_secs(1));
                waited += 1;
            }
            assert!(other.serves(), "{}", other.text());
            crew.until_decided((schedule, time), Duration::from_secs(10));
            crew.end(other, Signal::TERM);
        }
    }
}
