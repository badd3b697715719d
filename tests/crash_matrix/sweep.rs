//! Many stories at once, and the table.

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::failures::{Failing, Fault};
use crate::place::Backend;
use crate::point::{Kind, Point};
use crate::story::{End, Runbook, Story, Told};
use crate::troubles::Clocks;

/// How many stories are told at once. Most of the time they wait for the simulator, or for the lease of
/// a runner that has died.
fn at_once(backend: Backend) -> usize {
    match backend {
        Backend::Sqlite => 10,
        Backend::Dynamo => 24,
    }
}

/// All the deaths of one runbook in one kind of store.
pub(crate) struct Matrix {
    runbook: Runbook,
    pub(crate) backend: Backend,
    /// How wrong the clocks of its machines are.
    clocks: Clocks,
    /// How the run ends that nothing disturbs.
    calm: End,
}

/// How many second deaths follow each first one.
#[derive(Clone, Copy)]
pub(crate) struct Seconds {
    /// Whether one is the point with the same number, counted by the second process.
    pub(crate) diagonal: bool,
    /// So many more are drawn among all points that may be left.
    pub(crate) drawn: usize,
}

/// A row of the table.
#[derive(Default)]
pub(crate) struct Row {
    name: String,
    /// How many different points came.
    pub(crate) points: usize,
    stories: usize,
    came: usize,
    duplicates: usize,
    lost: usize,
    differing: usize,
    /// How many waves failed, or were tried again, by the runner's own trouble.
    troubled: usize,
    /// How many processes lost their lease to a busy machine, and another one went on.
    lapsed: usize,
    failures: Vec<String>,
    /// The points that did not come: the run ended before.
    pub(crate) missed: Vec<String>,
    took: Duration,
}

impl Matrix {
    /// Runs it undisturbed.
    pub(crate) fn of(runbook: Runbook, backend: Backend) -> Matrix {
        let Told { end, wrong, .. } = Story::tell(runbook, backend, Clocks::default(), &[]);
        assert_eq!(wrong, "", "{} undisturbed", runbook.name());
        assert_eq!(end.status["status"], "completed", "{}", end.status);
        let effects: usize = end.effects.values().sum();
        assert_eq!(effects, runbook.effects, "{:?}", end.effects);
        Matrix { runbook, backend, clocks: Clocks::default(), calm: end }
    }

    /// The same on machines whose clocks are wrong; the end is that on machines whose clocks are right.
    pub(crate) fn with_clocks(&self, clocks: Clocks) -> Matrix {
        let Matrix { runbook, backend, .. } = *self;
        Matrix { runbook, backend, clocks, calm: self.calm.clone() }
    }

    /// Strikes at the n-th point of a kind, for every n until the run ends undisturbed; or only at every
    /// second, third, ...
    pub(crate) fn every(&self, step: usize, kind: Kind) -> Row {
        let end = AtomicUsize::new(usize::MAX);
        let next = AtomicUsize::new(1);
        let stories = || {
            let number = next.fetch_add(step, Ordering::Relaxed);
            (number < end.load(Ordering::Relaxed)).then(|| vec![kind.at(number)])
        };
        let name = if step == 1 { kind.to_string() } else { format!("{kind} (1 in {step})") };
        let mut row = self.tell(name, stories, |points, told| {
            if told.came == 0 && told.wrong.is_empty() {
                end.fetch_min(points[0].number, Ordering::Relaxed);
            }
        });
        row.points = (end.into_inner() - 1).div_ceil(step);
        row
    }

    /// Tells these stories.
    pub(crate) fn these(&self, name: &str, stories: Vec<Vec<Point>>) -> Row {
        let stories = Mutex::new(stories.into_iter());
        let missed = Mutex::new(Vec::new());
        let next = || stories.lock().expect("no story panics in here").next();
        let mut row = self.tell(name.to_owned(), next, |points, told| {
            if told.came < points.len() {
                missed.lock().expect("no story panics in here").push(written(points));
            }
        });
        row.missed = missed.into_inner().expect("no story panics in here");
        row.points = row.stories - row.missed.len();
        row
    }

    /// The stories with a second death after each of the first `of` points of a kind. `all`: how many
    /// points there are of each kind.
    pub(crate) fn pairs(
        kind: Kind,
        of: usize,
        all: &[(Kind, usize)],
        seconds: Seconds,
        seed: u64,
    ) -> Vec<Vec<Point>> {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut stories = Vec::new();
        for number in 1..=of {
            let first = kind.at(number);
            if seconds.diagonal {
                stories.push(vec![first, first]);
            }
            for _ in 0..seconds.drawn {
                let (kind, points) = all[random.usize(..all.len())];
                // What the first process did is not done again; a resume itself does a little.
                let left = points * (of - number) / of + 3;
                stories.push(vec![first, kind.at(random.usize(1..=left))]);
            }
        }
        stories
    }

    fn tell(
        &self,
        name: String,
        next: impl Fn() -> Option<Vec<Point>> + Sync,
        told: impl Fn(&[Point], &Told) + Sync,
    ) -> Row {
        #[expect(clippy::disallowed_methods, reason = "the table says how long it really took")]
        let begin = Instant::now();
        let row = Mutex::new(Row { name, ..Row::default() });
        std::thread::scope(|scope| {
            for _ in 0..at_once(self.backend) {
                scope.spawn(|| {
                    while let Some(points) = next() {
                        let story = Story::tell(self.runbook, self.backend, self.clocks, &points);
                        told(&points, &story);
                        let mut row = row.lock().expect("no story panics in here");
                        row.add(&points, &story, &self.calm);
                    }
                });
            }
        });
        let mut row = row.into_inner().expect("no story panics in here");
        row.took = begin.elapsed();
        row
    }

    /// How many second deaths follow those of a kind.
    pub(crate) fn seconds(&self, kind: Kind) -> Seconds {
        match (self.backend, kind) {
            (Backend::Sqlite, Kind::Writing) => Seconds { diagonal: false, drawn: 2 },
            (Backend::Sqlite, _) => Seconds { diagonal: true, drawn: 3 },
            (Backend::Dynamo, _) => Seconds { diagonal: false, drawn: 1 },
        }
    }

    /// Whether every call is let fail, or only every second, third, …
    pub(crate) fn step(&self, failing: Failing) -> usize {
        match (self.runbook.name(), self.backend) {
            // A process that is refused every lock tries for half a minute: all of them would take half an hour.
            _ if failing.lasting && failing.fault == Fault::Refused => 7,
            ("three_tier", Backend::Sqlite) => 1,
            ("three_tier", Backend::Dynamo) if !failing.lasting => 1,
            ("three_tier", Backend::Dynamo) => 4,
            _ => 7,
        }
    }
}

/// Points one after the other, in words.
fn written(points: &[Point]) -> String {
    let points: Vec<String> = points.iter().map(Point::to_string).collect();
    points.join(", then ")
}

impl Row {
    fn add(&mut self, points: &[Point], told: &Told, calm: &End) {
        let (duplicates, lost) = (told.duplicates(calm), told.lost(calm));
        let differs = told.end.status != calm.status;
        self.stories += 1;
        self.came += told.came;
        self.duplicates += duplicates;
        self.lost += lost;
        self.differing += usize::from(differs);
        self.troubled += told.troubled(calm);
        self.lapsed += told.lapsed;
        if duplicates + lost > 0 || differs || !told.wrong.is_empty() {
            let end = &told.end;
            self.failures.push(format!(
                "{}: {duplicates} duplicates, {lost} lost; {}\n  {:?}\n  {}",
                written(points),
                told.wrong,
                end.effects,
                end.status,
            ));
        }
    }

    /// The same under another name.
    pub(crate) fn named(self, name: &str) -> Row {
        Row { name: name.to_owned(), ..self }
    }

    /// What is wrong, in words.
    pub(crate) fn failures(&self) -> String {
        self.failures.join("\n")
    }

    /// Fails if anything is wrong.
    #[track_caller]
    pub(crate) fn check(&self) {
        let failures = self.failures();
        assert!(
            self.failures.is_empty(),
            "{} of {}:\n{failures}",
            self.failures.len(),
            self.stories
        );
    }

    /// The heads of the columns.
    pub(crate) fn heads() -> String {
        format!(
            "{:<52}{:>7}{:>9}{:>8}{:>12}{:>6}{:>11}{:>14}{:>8}{:>9}",
            "what happens",
            "points",
            "stories",
            "came",
            "duplicates",
            "lost",
            "differing",
            "failed waves",
            "lapsed",
            "seconds"
        )
    }
}

impl fmt::Display for Row {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Row { name, points, stories, came, duplicates, lost, .. } = self;
        let Row { differing, troubled, lapsed, .. } = self;
        let seconds = self.took.as_secs_f64();
        write!(
            out,
            "{name:<52}{points:>7}{stories:>9}{came:>8}{duplicates:>12}{lost:>6}{differing:>11}{troubled:>14}{lapsed:>8}{seconds:>9.1}"
        )
    }
}
