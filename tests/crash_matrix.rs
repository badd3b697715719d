//! Kill it anywhere: `kill -9` at every write to the store and at every call to AWS, before it has its
//! effect and after, and again during the resume; let every call to the store fail; with the real binary,
//! against the simulator on a port, with executions in a file and in a DynamoDB table.
//! Nothing happens twice, nothing is lost, and the end is that of the run that was not disturbed.
//!
//! A part of the matrix is a test; all of it, with its tables, takes hours on two cores, a release a quarter of what a
//! debug build takes:
//!
//! ```sh
//! cargo test --release -p moontide --test crash_matrix -- --ignored --nocapture whole
//! ```
//!
//! `CRASH_MATRIX` chooses tables by words of their titles: `CRASH_MATRIX="parallel on dynamodb"`; of those whose
//! rows do not build on each other, `CRASH_MATRIX_ROW` chooses one by a part of its name.
//!
//! - `point`: where a process is killed, or a call of it fails.
//! - `place`: where executions are kept, and what can be done at the n-th call to it.
//! - `story`: one execution through all its deaths, and what must hold at its end.
//! - `sweep`: many stories at once, and the table.
//! - `failures`: the store's calls fail instead of ending the process.
//! - `troubles`: AWS cannot be seen, or the clocks of the machines are wrong.

#![cfg(target_os = "linux")]

#[path = "support/dynamo/mod.rs"]
mod dynamo;
mod support;

#[path = "crash_matrix/failures.rs"]
mod failures;
#[path = "crash_matrix/place.rs"]
mod place;
#[path = "crash_matrix/point.rs"]
mod point;
#[path = "crash_matrix/story.rs"]
mod story;
#[path = "crash_matrix/sweep.rs"]
mod sweep;
#[path = "crash_matrix/troubles.rs"]
mod troubles;

use failures::Failing;
use place::Backend;
use point::{Kind, Point};
use story::Runbook;
use support::outage::Outage;
use sweep::Matrix;
use troubles::{Clocks, Trouble};

/// Points of a kind: every so manieth, up to a number.
fn points(kind: Kind, step: usize, most: usize) -> impl Iterator<Item = Vec<Point>> {
    (1..=most).step_by(step).map(move |number| vec![kind.at(number)])
}

/// Tells stories that all have their points, and nothing may be wrong with them.
#[track_caller]
fn all_come(matrix: &Matrix, stories: Vec<Vec<Point>>) {
    let row = matrix.these("once", stories);
    row.check();
    assert!(row.missed.is_empty(), "these points never came: {:?}", row.missed);
}

/// A part of the matrix: everywhere around the launches, a sample of everything else, and second deaths.
fn sample(runbook: Runbook, backend: Backend) {
    let matrix = Matrix::of(runbook, backend);
    // Half of a write to a file is many writes; that to a table is one.
    let (launch, written, writing, calls) = match backend {
        Backend::Sqlite => (1, (3, 30), (23, 200), 5),
        Backend::Dynamo => (2, (9, 30), (13, 30), 12),
    };
    let launches = [Kind::BeforeLaunch, Kind::AfterLaunch];
    let singles = launches.into_iter().flat_map(|kind| points(kind, launch, runbook.launches));
    let singles = singles
        .chain(points(Kind::Written, written.0, written.1))
        .chain(points(Kind::Writing, writing.0, writing.1))
        // How often a job is polled depends on how busy this machine is.
        .chain(points(Kind::BeforeCall, calls, 25))
        .chain(points(Kind::AfterCall, calls, 25));
    all_come(&matrix, singles.collect());
    let pairs = [Kind::Written, Kind::AfterLaunch, Kind::AfterCall].into_iter();
    let pairs = pairs.flat_map(|kind| {
        (1..=3).step_by(launch).map(move |number| vec![kind.at(number), kind.at(number)])
    });
    matrix.these("twice", pairs.collect()).check();
}

/// A part of the calls that fail.
fn failures(backend: Backend) {
    let matrix = Matrix::of(story::THREE_TIER, backend);
    let points = |failing: Failing| {
        // Before a lease is held, a table that is gone is asked for half a minute.
        let first = if failing.lasting && backend == Backend::Dynamo { 13 } else { 1 };
        // What a process asks a table beyond that depends on how long it waits for what people send.
        let last = if backend == Backend::Dynamo { 13 } else { 25 };
        let some = (first..=last).step_by(6);
        // Commits are few: the first ones open the store, claim the plan and keep the head.
        let commits = (2..=4).filter(move |_| failing.is_of_a_commit());
        some.chain(commits).map(move |number| vec![Kind::Fails(failing).at(number)])
    };
    all_come(&matrix, Failing::all(backend).into_iter().flat_map(points).collect());
}

#[test]
fn killed_at_many_points_three_tier_ends_the_same() {
    sample(story::THREE_TIER, Backend::Sqlite);
}

#[test]
fn killed_at_many_points_waves_side_by_side_end_the_same() {
    sample(story::PARALLEL, Backend::Sqlite);
}

#[test]
fn killed_at_many_points_with_a_table_waves_side_by_side_end_the_same() {
    sample(story::PARALLEL, Backend::Dynamo);
}

#[test]
fn whatever_call_to_a_file_fails_the_process_says_so_and_another_goes_on() {
    failures(Backend::Sqlite);
}

#[test]
fn whatever_call_to_a_table_fails_the_process_says_so_and_another_goes_on() {
    failures(Backend::Dynamo);
}

/// Everything around the launches, on machines whose clocks are wrong.
#[test]
fn killed_on_machines_whose_clocks_are_wrong_three_tier_ends_the_same() {
    let matrix = Matrix::of(story::THREE_TIER, Backend::Sqlite);
    let lost = Trouble { outage: Outage::Unanswered, lasting: false };
    for clocks in Clocks::all() {
        let launch = if clocks.first.abs().max(clocks.later.abs()) == 3600 { 1 } else { 3 };
        let kinds = [Kind::BeforeLaunch, Kind::AfterLaunch].into_iter();
        let mut stories: Vec<_> = kinds.flat_map(|kind| points(kind, launch, 3)).collect();
        if clocks.first == clocks.later {
            stories.extend(points(Kind::Trouble(lost), 6, 20));
        }
        let row = matrix.with_clocks(clocks).these(&clocks.to_string(), stories);
        row.check();
        assert!(row.missed.is_empty(), "these points never came: {:?}", row.missed);
    }
}

#[test]
fn whatever_call_meets_trouble_of_the_runner_no_wave_fails_by_it() {
    let matrix = Matrix::of(story::THREE_TIER, Backend::Sqlite);
    let some = |trouble: Trouble| points(Kind::Trouble(trouble), 4, 20);
    all_come(&matrix, Trouble::all().into_iter().flat_map(some).collect());
    let matrix = Matrix::of(story::PARALLEL, Backend::Sqlite);
    let some = |trouble: Trouble| points(Kind::Trouble(trouble), 9, 20);
    all_come(&matrix, Trouble::all().into_iter().flat_map(some).collect());
}

/// It cannot be seen whether the launch happened that the dead runner was about.
#[test]
fn killed_around_a_launch_a_resume_in_trouble_decides_nothing() {
    let matrix = Matrix::of(story::THREE_TIER, Backend::Sqlite);
    let mut stories = Vec::new();
    for trouble in Trouble::all() {
        for (kind, launch, call) in
            [(Kind::AfterLaunch, 1, 1), (Kind::AfterLaunch, 2, 3), (Kind::BeforeLaunch, 2, 5)]
        {
            stories.push(vec![kind.at(launch), Kind::Trouble(trouble).at(call)]);
        }
    }
    all_come(&matrix, stories);
}

#[test]
fn a_runner_stopped_past_its_lease_after_an_append_sends_nothing() {
    let matrix = Matrix::of(story::THREE_TIER, Backend::Sqlite);
    all_come(&matrix, points(Kind::Stopped, 2, 24).collect());
}

#[test]
fn a_runner_stopped_past_its_lease_in_a_table_sends_nothing() {
    let matrix = Matrix::of(story::THREE_TIER, Backend::Dynamo);
    all_come(&matrix, points(Kind::Stopped, 5, 24).collect());
}

#[test]
#[ignore = "takes hours on two cores; prints the tables"]
fn whole() {
    let mut rows = Vec::new();
    for backend in [Backend::Sqlite, Backend::Dynamo] {
        for runbook in [story::THREE_TIER, story::PARALLEL] {
            let title = format!("{} on {backend}, killed", runbook.name());
            if is_wanted(&title) {
                rows.extend(deaths(&title, &Matrix::of(runbook, backend)));
            }
            let title = format!("{} on {backend}, failing", runbook.name());
            if is_wanted(&title) {
                rows.extend(all_failures(&title, &Matrix::of(runbook, backend)));
            }
            let title = format!("{} on {backend}, in trouble", runbook.name());
            if is_wanted(&title) {
                rows.extend(all_troubles(&title, &Matrix::of(runbook, backend)));
            }
            let title = format!("{} on {backend}, stopped", runbook.name());
            if is_wanted(&title) {
                let matrix = Matrix::of(runbook, backend);
                let mut table = Table::new(&title);
                table.add(matrix.every(1, Kind::Stopped));
                rows.extend(table.rows);
            }
            let title = format!("{} on {backend}, by wrong clocks", runbook.name());
            if is_wanted(&title) {
                rows.extend(all_clocks(&title, &Matrix::of(runbook, backend)));
            }
        }
    }
    rows.iter().for_each(sweep::Row::check);
}

/// Whether the title has all the words of `CRASH_MATRIX`, if that is set.
#[expect(clippy::disallowed_methods, reason = "it is no setting of the product")]
fn is_wanted(title: &str) -> bool {
    let words = std::env::var("CRASH_MATRIX").unwrap_or_default();
    words.split_whitespace().all(|word| title.contains(word))
}

/// Whether the name of a row has the words of `CRASH_MATRIX_ROW` in it, if that is set.
#[expect(clippy::disallowed_methods, reason = "it is no setting of the product")]
fn is_row_wanted(name: &str) -> bool {
    let part = std::env::var("CRASH_MATRIX_ROW").unwrap_or_default();
    name.contains(&part)
}

/// All the deaths of one runbook in one kind of store.
fn deaths(title: &str, matrix: &Matrix) -> Vec<sweep::Row> {
    let drawn = matrix.seconds(Kind::Written).drawn;
    let mut table = Table::new(&format!("{title}; {drawn} second deaths drawn for each first one"));
    let all = Kind::ALL.map(|kind| (kind, table.add(matrix.every(1, kind))));
    for (kind, points) in all {
        let pairs = Matrix::pairs(kind, points, &all, matrix.seconds(kind), SEED);
        table.add(matrix.these(&format!("{kind}, and again in the resume"), pairs));
    }
    table.rows
}

/// All the calls to one kind of store that fail.
fn all_failures(title: &str, matrix: &Matrix) -> Vec<sweep::Row> {
    let mut table = Table::new(title);
    let wanted = |failing: &Failing| is_row_wanted(&failing.to_string());
    for failing in Failing::all(matrix.backend).into_iter().filter(wanted) {
        table.add(matrix.every(matrix.step(failing), Kind::Fails(failing)));
    }
    table.rows
}

/// All the calls to AWS from which on it cannot be seen.
fn all_troubles(title: &str, matrix: &Matrix) -> Vec<sweep::Row> {
    let mut table = Table::new(title);
    let wanted = |trouble: &Trouble| is_row_wanted(&trouble.to_string());
    for trouble in Trouble::all().into_iter().filter(wanted) {
        table.add(matrix.every(1, Kind::Trouble(trouble)));
    }
    table.rows
}

/// All the deaths and all the lost replies on machines whose clocks are wrong.
fn all_clocks(title: &str, matrix: &Matrix) -> Vec<sweep::Row> {
    let mut table = Table::new(title);
    let lost = Kind::Trouble(Trouble { outage: Outage::Unanswered, lasting: false });
    for clocks in Clocks::all() {
        let hour = clocks.first.abs().max(clocks.later.abs()) == 3600;
        let matrix = matrix.with_clocks(clocks);
        for kind in [Kind::Written, Kind::BeforeCall, Kind::AfterCall, lost] {
            let step = match (matrix.backend, hour) {
                (Backend::Sqlite, true) => 1,
                (Backend::Sqlite, false) | (Backend::Dynamo, true) => 3,
                (Backend::Dynamo, false) => 7,
            };
            let name = format!("{clocks}: {kind}");
            if is_row_wanted(&name) {
                table.add(matrix.every(step, kind).named(&name));
            }
        }
    }
    table.rows
}

/// A table that is printed row by row.
struct Table {
    rows: Vec<sweep::Row>,
}

impl Table {
    #[expect(clippy::print_stdout, reason = "the table is what this is for")]
    fn new(title: &str) -> Table {
        println!("\n{title}\n{}", sweep::Row::heads());
        Table { rows: Vec::new() }
    }

    /// Returns how many points there are in it.
    #[expect(clippy::print_stdout, reason = "the table is what this is for")]
    fn add(&mut self, row: sweep::Row) -> usize {
        println!("{row}");
        if !row.failures().is_empty() {
            println!("{}", row.failures());
        }
        let points = row.points;
        self.rows.push(row);
        points
    }
}

/// Where the second deaths are drawn from.
const SEED: u64 = 20_261_121;
