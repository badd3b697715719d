//! Kill it anywhere: `kill -9` at every write to the store and at every call to AWS, before it has its
//! effect and after, and again during the resume; with the real binary, against the simulator on a port.
//! Nothing happens twice, nothing is lost, and the end is that of the run that was not disturbed.
//!
//! A part of the matrix is a test; all of it, with its table, takes some minutes:
//!
//! ```sh
//! cargo test --test crash_matrix -- --ignored --nocapture
//! ```
//!
//! - `point`: where a process is killed.
//! - `place`: where executions are kept, and how to kill at the n-th write to it.
//! - `story`: one execution through all its deaths, and what must hold at its end.
//! - `sweep`: many stories at once, and the table.
//! - `failures`: the store's calls fail instead of ending the process.

#![cfg(target_os = "linux")]

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

use place::Backend;
use point::{Kind, Point};
use story::Runbook;
use sweep::{Matrix, Seconds};

/// A part of the matrix: everywhere around the launches, a sample of everything else, and second deaths.
fn sample(runbook: Runbook, backend: Backend) {
    let matrix = Matrix::of(runbook, backend);
    let every = |kind: Kind, step: usize, most: usize| {
        (1..=most).step_by(step).map(move |number| vec![kind.at(number)])
    };
    let launches = [Kind::BeforeLaunch, Kind::AfterLaunch];
    let singles = launches.into_iter().flat_map(|kind| every(kind, 1, runbook.launches));
    let singles = singles
        .chain(every(Kind::Written, 3, 30))
        .chain(every(Kind::Writing, 23, 200))
        // How often a job is polled depends on how busy this machine is.
        .chain(every(Kind::BeforeCall, 5, 25))
        .chain(every(Kind::AfterCall, 5, 25));
    let singles: Vec<Vec<Point>> = singles.collect();
    let all = singles.len();
    let row = matrix.these("once", singles);
    row.check();
    assert!(row.missed.is_empty(), "these of {all} points never came: {:?}", row.missed);
    let pairs = [Kind::Written, Kind::AfterLaunch, Kind::AfterCall].into_iter();
    let pairs =
        pairs.flat_map(|kind| (1..=3).map(move |number| vec![kind.at(number), kind.at(number)]));
    matrix.these("twice", pairs.collect()).check();
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
#[ignore = "takes some minutes; prints the table"]
fn whole() {
    for backend in [Backend::Sqlite] {
        for runbook in [story::THREE_TIER, story::PARALLEL] {
            print(&Matrix::of(runbook, backend));
        }
    }
}

#[expect(clippy::print_stdout, reason = "the table is what this is for")]
fn print(matrix: &Matrix) {
    println!("\n{}\n{}", matrix.title(), sweep::Row::heads());
    let mut all = Vec::new();
    let mut rows = Vec::new();
    for kind in Kind::ALL {
        let row = matrix.every(kind);
        println!("{row}");
        all.push((kind, row.points));
        rows.push(row);
    }
    for (kind, points) in all.clone() {
        let seconds = match kind {
            Kind::Writing => Seconds { diagonal: false, drawn: 2 },
            _ => Seconds { diagonal: true, drawn: 3 },
        };
        let pairs = Matrix::pairs(kind, points, &all, seconds, SEED);
        let row = matrix.these(&format!("{kind}, and again in the resume"), pairs);
        println!("{row}");
        rows.push(row);
    }
    rows.iter().for_each(sweep::Row::check);
}

/// Where the second deaths are drawn from.
const SEED: u64 = 20_261_121;
