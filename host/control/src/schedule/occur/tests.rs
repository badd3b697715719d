//! A year of two daemons and a crontab over one store, which die at any write: each time is started once, or has the
//! reason why it was not.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use moontide_runtime::history::Key;
use moontide_runtime::store::{Change, Document, MemoryStore};

use super::*;
use crate::notify::{Receiver, What};
use crate::schedule::written::parse;

mod each_write;
mod heard;

use heard::{Heard, receiver, remembered};

const SCHEDULES: &str = r#"
[[schedules]]
name = "berlin"
runbook = "shop"
when = "cron(30 2 * * ? *)"
zone = "Europe/Berlin"
not_on = ["2027-12-24..2027-12-31"]

[[schedules]]
name = "new-york"
runbook = "shop"
when = "cron(30 1 ? * SUN *)"
zone = "America/New_York"
within = "2h"

[[schedules]]
name = "lord-howe"
runbook = "shop"
when = "cron(15 2 * * ? *)"
zone = "Australia/Lord_Howe"
late = "20m"

[[schedules]]
name = "often"
runbook = "shop"
when = "cron(0 * * * ? *)"
within = "10m"

[[schedules]]
name = "hourly-in-berlin"
runbook = "shop"
when = "cron(0 * * * ? *)"
zone = "Europe/Berlin"

[[schedules]]
name = "rate"
runbook = "shop"
when = "rate(7 hours)"
"#;

/// What a process can still do before it dies.
struct Fuel(AtomicU32);

impl Fuel {
    /// Burns some; an error: it is dead.
    fn burn(&self) -> Result<(), StoreError> {
        let left = self.0.load(Ordering::Relaxed);
        if left == 0 {
            let (place, message) = ("a test".to_owned(), "it is dead".to_owned());
            return Err(StoreError::Unusable { place, message, transient: false });
        }
        self.0.store(left - 1, Ordering::Relaxed);
        Ok(())
    }
}

/// The store of a process that may die before each write, and behind it.
struct Mortal<'s> {
    store: &'s MemoryStore,
    fuel: &'s Fuel,
}

#[async_trait]
impl Documents for Mortal<'_> {
    async fn document(&self, kind: &str, name: &str) -> Result<Option<Document>, StoreError> {
        self.fuel.burn()?;
        self.store.document(kind, name).await
    }

    async fn documents(&self, kind: &str, prefix: &str) -> Result<Vec<Document>, StoreError> {
        self.fuel.burn()?;
        self.store.documents(kind, prefix).await
    }

    async fn change(&self, change: &Change) -> Result<u64, StoreError> {
        self.fuel.burn()?;
        let changed = self.store.change(change).await;
        self.fuel.burn()?;
        changed
    }

    async fn changed(&self, execution: &str, key: &Key) -> Result<Option<u64>, StoreError> {
        self.store.changed(execution, key).await
    }
}

/// The executions of the pretended store.
#[derive(Default)]
struct Executions {
    begun: BTreeSet<String>,
    /// Those that have begun, and were neither driven nor given up.
    open: BTreeSet<String>,
    /// How often each was driven from its beginning.
    driven: BTreeMap<String, u32>,
}

impl Executions {
    fn drive(&mut self, id: &str) {
        self.open.remove(id);
        *self.driven.entry(id.to_owned()).or_default() += 1;
    }
}

struct Process<'s> {
    executions: &'s RefCell<Executions>,
    fuel: &'s Fuel,
    /// Until then a recovery runs.
    recovery_until: Timestamp,
    now: Timestamp,
}

#[async_trait(?Send)]
impl Begins for Process<'_> {
    type Begun = String;

    async fn running(&self, _: &Schedule, _: &Progress) -> crate::error::Result<Option<String>> {
        Ok(None)
    }

    async fn hold(&self, _: &Schedule, _: &Progress) -> crate::error::Result<Option<String>> {
        Ok((self.now < self.recovery_until).then(|| "a recovery runs".to_owned()))
    }

    async fn begun(
        &self,
        schedule: &Schedule,
        time: Timestamp,
    ) -> crate::error::Result<Option<String>> {
        self.fuel.burn()?;
        let id = schedule.id(time);
        Ok(Some(id).filter(|id| self.executions.borrow().begun.contains(id)))
    }

    async fn begin(
        &self,
        schedule: &Schedule,
        time: Timestamp,
    ) -> crate::error::Result<Beginning<String>> {
        self.fuel.burn()?;
        let execution = schedule.id(time);
        let is_new = self.executions.borrow_mut().begun.insert(execution.clone());
        if is_new {
            self.executions.borrow_mut().open.insert(execution.clone());
        }
        self.fuel.burn()?;
        let begun = is_new.then(|| execution.clone());
        Ok(Beginning::Begun { execution, ended: String::new(), begun })
    }

    async fn give_up(&self, begun: String, _: &str) -> crate::error::Result<()> {
        self.fuel.burn()?;
        self.executions.borrow_mut().open.remove(&begun);
        Ok(())
    }
}

struct Year {
    store: MemoryStore,
    executions: RefCell<Executions>,
    schedules: Vec<Schedule>,
    random: fastrand::Rng,
    recovery_until: Timestamp,
    deaths: u32,
    receivers: [Receiver; 1],
    heard: Heard,
    /// The times that were held for a while at least.
    held: BTreeSet<(String, Timestamp)>,
}

impl Year {
    fn new(seed: u64, schedules: &str) -> Year {
        let read = parse(schedules, "schedules.toml", Path::new("."), start()).unwrap();
        Year {
            store: MemoryStore::new(),
            executions: RefCell::default(),
            schedules: read.into_iter().map(|it| it.schedule).collect(),
            random: fastrand::Rng::with_seed(seed),
            recovery_until: start(),
            deaths: 0,
            receivers: [receiver()],
            heard: Heard::default(),
            held: BTreeSet::new(),
        }
    }

    /// A process goes through all schedules at this time of its clock; now and then it dies on the way.
    async fn visit(&mut self, now: Timestamp, is_mortal: bool) {
        let dies = is_mortal && self.random.u32(0..12) == 0;
        let fuel = if dies { self.random.u32(1..30) } else { u32::MAX };
        self.visit_with(now, fuel).await;
    }

    /// The same by a process that dies after so many steps, if it is not through by then.
    async fn visit_with(&mut self, now: Timestamp, fuel: u32) {
        let fuel = Fuel(AtomicU32::new(fuel));
        let store = Mortal { store: &self.store, fuel: &fuel };
        let (executions, recovery_until) = (&self.executions, self.recovery_until);
        let begins = Process { executions, fuel: &fuel, recovery_until, now };
        let words = |_: &crate::next::Next| "moontide schedule history".to_owned();
        let runbook = || "shop".to_owned();
        let telling = Telling { receivers: &self.receivers, words: &words, runbook: &runbook };
        let round =
            Round { store: &store, begins: &begins, since: before(), by: "process", now, telling };
        for schedule in &self.schedules {
            let Ok(came) = round.go(schedule).await else {
                self.deaths += 1;
                return;
            };
            if let Some(waiting) = came.waiting {
                self.held.insert((schedule.name.clone(), waiting.time));
            }
            if let Some(id) = came.begun {
                executions.borrow_mut().drive(&id);
            }
        }
        self.drive_what_is_left().await;
    }

    /// What was begun, and is not driven, is gone on with; the lease of an execution lets one runner do so.
    async fn drive_what_is_left(&self) {
        let left: Vec<String> = self.executions.borrow().open.iter().cloned().collect();
        for id in left {
            let (rest, time) = id.rsplit_once('-').unwrap();
            let time = crate::schedule::declared::read_moment(time).unwrap();
            let name = rest.strip_prefix("drill-").unwrap();
            let entry = Entry::of(&self.store, name, time).await.unwrap();
            let is_started = |it: &Entry| matches!(it.terms.outcome, Outcome::Started { .. });
            if entry.is_some_and(|it| is_started(&it)) {
                self.executions.borrow_mut().drive(&id);
            }
        }
    }
}

fn start() -> Timestamp {
    "2027-01-01T00:00:00Z".parse().unwrap()
}

/// A moment before its first time.
fn before() -> Timestamp {
    start() - Duration::from_secs(1)
}

/// Lets a year pass; returns how many times became what.
async fn a_year(seed: u64) -> BTreeMap<&'static str, usize> {
    let mut year = Year::new(seed, SCHEDULES);
    let end: Timestamp = "2028-01-01T00:00:00Z".parse().unwrap();
    let (mut now, mut nothing_runs_until) = (start(), start());
    let span = |seconds: u64| Duration::from_secs(seconds);
    while now < end {
        now += span(year.random.u64(60..3_000));
        if year.random.u32(0..400) == 0 {
            nothing_runs_until = now + span(year.random.u64(600..30_000));
        }
        if year.random.u32(0..400) == 0 {
            year.recovery_until = now + span(year.random.u64(600..20_000));
        }
        if now < nothing_runs_until {
            continue;
        }
        // Two daemons whose clocks differ, and a crontab; any of them may be away.
        for skew in [0, 40, 7] {
            if year.random.u32(0..3) > 0 {
                year.visit(now - span(skew), true).await;
            }
            // A teller may be at work between any two of them.
            if year.random.u32(0..10) == 0 {
                year.heard.send(&year.store, now).await;
            }
        }
    }
    let behind_all = end + span(26 * 3_600);
    year.visit(behind_all, false).await;
    year.heard.send(&year.store, behind_all).await;
    assert!(year.deaths > 500, "{} have died", year.deaths);

    let mut outcomes = BTreeMap::new();
    let executions = year.executions.take();
    let mut ids = BTreeSet::new();
    for schedule in &year.schedules {
        let entries = Entry::all(&year.store, Some(&schedule.name)).await.unwrap();
        let mut entries: BTreeMap<Timestamp, Entry> =
            entries.into_iter().map(|entry| (entry.time, entry)).collect();
        for time in schedule.times(Timestamp::MIN).take_while(|time| time.about() < end) {
            let moment = time.about();
            let entry = entries.remove(&moment);
            let entry =
                entry.unwrap_or_else(|| panic!("{} {moment}: nothing is known", schedule.name));
            let (outcome, id) = (entry.terms.outcome, schedule.id(moment));
            *outcomes.entry(outcome.word()).or_default() += 1;
            let heard = |what| year.heard.times(what, &schedule.name, moment);
            let is_missed = matches!(outcome, Outcome::Missed { .. });
            assert_eq!(heard(What::Missed), u32::from(is_missed), "{id}: {outcome:?}");
            let was_held = year.held.contains(&(schedule.name.clone(), moment))
                || matches!(outcome, Outcome::Held { .. });
            let times = heard(What::Held);
            assert!(times <= 1 && (times == 1 || !was_held), "{id}: {times}, {outcome:?}");
            let driven = executions.driven.get(&id).copied().unwrap_or_default();
            match &outcome {
                Outcome::Started { execution, .. } => {
                    assert_eq!((execution, driven), (&id, 1), "{outcome:?}");
                    assert!(time.moment().is_some() && schedule.blocked(&time).is_none());
                    ids.insert(id);
                }
                Outcome::Starting => panic!("{id} is still starting"),
                other => {
                    assert_eq!(driven, 0, "{id}: {other:?}");
                    assert!(!other.why().is_empty());
                    let is_skip = matches!(other, Outcome::Skipped { .. });
                    let is_out = time.moment().is_none() || schedule.blocked(&time).is_some();
                    assert_eq!(is_skip, is_out, "{id}: {other:?}");
                }
            }
        }
    }
    let events = year.heard.events();
    assert!(events.iter().all(|it| it.sentence.starts_with("DRILL shop: schedule ")));
    year.heard.send(&year.store, behind_all + span(8 * 86_400)).await;
    assert_eq!(remembered(&year.store).await, 0, "nothing is remembered for ever");
    // What else was driven is of times behind the year's end.
    let others = executions.driven.keys().filter(|id| !ids.contains(*id));
    let others: Vec<&String> = others.filter(|id| !id.contains("-2028")).collect();
    assert!(others.is_empty(), "{others:?}");
    outcomes
}

#[tokio::test]
async fn each_time_of_a_year_is_started_once_or_has_the_reason_why_not() {
    let outcomes = a_year(1).await;
    // 365 and 365 less the gap and the days off, 52 Sundays, 8,760 hours twice, less the one that comes twice, and every seventh of them.
    assert_eq!(outcomes.values().sum::<usize>(), 365 + 52 + 365 + 8_760 + 8_759 + 1_251);
    assert_eq!(outcomes["skipped"], 1 + 8 + 1, "two gaps, and the days off");
    assert!(outcomes["started"] > 6_000, "{outcomes:?}");
    assert!(outcomes["missed"] > 100 && outcomes["held"] > 10, "{outcomes:?}");
}

/// What begins, where an earlier start runs as long as it is known.
struct Dead<'s>(Process<'s>);

#[async_trait(?Send)]
impl Begins for Dead<'_> {
    type Begun = String;

    async fn running(&self, _: &Schedule, progress: &Progress) -> Result<Option<String>> {
        Ok(progress.terms.starts.last().map(|it| it.execution.clone()))
    }

    async fn hold(&self, schedule: &Schedule, progress: &Progress) -> Result<Option<String>> {
        self.0.hold(schedule, progress).await
    }

    async fn begun(&self, schedule: &Schedule, time: Timestamp) -> Result<Option<String>> {
        self.0.begun(schedule, time).await
    }

    async fn begin(&self, schedule: &Schedule, time: Timestamp) -> Result<Beginning<String>> {
        self.0.begin(schedule, time).await
    }

    async fn give_up(&self, begun: String, why: &str) -> Result<()> {
        self.0.give_up(begun, why).await
    }
}

/// The hours of a schedule, of which a process has claimed and begun that of one o'clock, and died.
async fn behind_a_death(now: &str, skipped: bool) -> (Vec<Entry>, Executions) {
    let not_on = if skipped { "not_on = [\"2027-01-02\"]\n" } else { "" };
    let text = format!(
        "[[schedules]]\nname = \"shop\"\nrunbook = \"shop\"\nwhen = \"cron(0 1-3 2 1 ? 2027)\"\n{not_on}"
    );
    let shop = parse(&text, "schedules.toml", Path::new("."), start()).unwrap().remove(0).schedule;
    let store = MemoryStore::new();
    let (now, one) = (now.parse().unwrap(), "2027-01-02T01:00:00Z".parse().unwrap());
    Entry::first(&store, ("shop", one), Outcome::Starting, ("dead", one)).await.unwrap();
    let executions = RefCell::new(Executions::default());
    executions.borrow_mut().begun.insert(shop.id(one));
    let fuel = Fuel(AtomicU32::new(u32::MAX));
    let begins =
        Dead(Process { executions: &executions, fuel: &fuel, recovery_until: start(), now });
    let words = |_: &crate::next::Next| String::new();
    let runbook = || "shop".to_owned();
    let telling = Telling { receivers: &[], words: &words, runbook: &runbook };
    let round =
        Round { store: &store, begins: &begins, since: before(), by: "process", now, telling };
    round.go(&shop).await.unwrap();
    (Entry::all(&store, Some("shop")).await.unwrap(), executions.take())
}

#[tokio::test]
async fn what_a_dead_process_has_begun_runs_and_nothing_starts_beside_it() {
    let (entries, executions) = behind_a_death("2027-01-02T02:00:00Z", false).await;
    let words: Vec<&str> = entries.iter().map(|it| it.terms.outcome.word()).collect();
    assert_eq!(words, ["started", "skipped"], "{entries:?}");
    assert_eq!(executions.begun.len(), 1);
}

#[tokio::test]
async fn a_time_that_is_left_out_by_now_is_not_forgotten_where_it_has_begun() {
    let (entries, _) = behind_a_death("2027-01-02T01:00:00Z", true).await;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].terms.outcome.word(), "started", "{entries:?}");
}

/// Goes through the hours of a schedule at this time of a clock. The error is that of the round.
async fn by_a_clock(store: &MemoryStore, now: &str) -> Result<Vec<Entry>> {
    let text = "[[schedules]]\nname = \"shop\"\nrunbook = \"shop\"\nwhen = \"cron(0 * * * ? *)\"\n";
    let shop = parse(text, "schedules.toml", Path::new("."), start()).unwrap().remove(0).schedule;
    let (now, executions) = (now.parse().unwrap(), RefCell::default());
    let fuel = Fuel(AtomicU32::new(u32::MAX));
    let begins = Process { executions: &executions, fuel: &fuel, recovery_until: start(), now };
    let words = |_: &crate::next::Next| String::new();
    let runbook = || "shop".to_owned();
    let telling = Telling { receivers: &[], words: &words, runbook: &runbook };
    let round = Round { store, begins: &begins, since: before(), by: "process", now, telling };
    Ok(round.go(&shop).await?.entries)
}

#[tokio::test]
async fn a_clock_that_was_ahead_decides_nothing_of_what_is_to_come_once_a_person_has_seen_it() {
    let store = MemoryStore::new();
    by_a_clock(&store, "2027-01-01T05:00:00Z").await.unwrap();
    by_a_clock(&store, "2027-01-01T09:30:00Z").await.unwrap();
    let doubt = by_a_clock(&store, "2027-01-01T06:00:00Z").await.unwrap_err();
    assert_eq!(doubt.code.name, "M0905");
    assert!(doubt.message.contains("2027-01-01 09:00:00Z"), "{}", doubt.message);

    let now = "2027-01-01T06:30:00Z".parse().unwrap();
    clock::set_right(&store, "shop", ("ann", now)).await.unwrap();
    let became = |entries: Vec<Entry>| -> Vec<String> {
        let word = |it: &Entry| format!("{} {}", it.time.strftime("%H"), it.terms.outcome.word());
        entries.iter().map(word).collect()
    };
    // 07:00 and 08:00 count as missed by the clock that was ahead, and 09:00 has begun by it.
    let at = |now| by_a_clock(&store, now);
    assert_eq!(became(at("2027-01-01T07:00:10Z").await.unwrap()), ["07 started"]);
    assert_eq!(became(at("2027-01-01T08:00:10Z").await.unwrap()), ["08 started"]);
    let again = Entry::of(&store, "shop", "2027-01-01T09:00:00Z".parse().unwrap()).await.unwrap();
    assert_eq!(became(at("2027-01-01T09:00:10Z").await.unwrap()), ["09 started"]);
    assert_eq!(again.unwrap().terms.at, "2027-01-01T09:30:00Z".parse().unwrap(), "it began once");
}
