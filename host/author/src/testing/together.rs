//! Many cases, side by side on threads of their own; what is told of them comes in their order.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use super::case::{Ended, How, Ran, run};
use super::crash::crash;
use super::snapshots::Snapshots;
use super::suite::{Case, Suite};

/// Luau calls itself on the stack of its thread.
const STACK: usize = 64 * 1024 * 1024;

/// How cases are run.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// How many at a time.
    pub jobs: usize,
    /// Whether none begins behind one that has failed.
    pub fail_fast: bool,
    /// Whether each that passes is run again, killed behind each entry.
    pub crash: bool,
    /// Whether snapshots are written anew, instead of compared.
    pub update: bool,
}

/// A case, and its suite.
pub type Told<'s> = (&'s Suite, &'s Case);

/// Runs the cases; tells of each in their order, as soon as it and all before it have ended.
pub fn together(
    cases: &[Told<'_>],
    snapshots: &[&Snapshots],
    wanted: Wanted,
    mut tell: impl FnMut(usize, Ran),
) -> io::Result<()> {
    let (next, has_failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (sender, ended) = mpsc::channel();
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let (Some((suite, case)), Some(known)) = (cases.get(at), snapshots.get(at)) else {
                return;
            };
            let ran = if wanted.fail_fast && has_failed.load(Ordering::Relaxed) {
                skipped(case)
            } else {
                one(suite, case, known, wanted)
            };
            if matches!(ran.ended, Ended::Failed(_)) {
                has_failed.store(true, Ordering::Relaxed);
            }
            if sender.send((at, ran)).is_err() {
                return;
            }
        }
    };
    thread::scope(|scope| {
        for number in 1..=wanted.jobs.clamp(1, cases.len().max(1)) {
            let thread = thread::Builder::new().name(format!("test {number}")).stack_size(STACK);
            thread.spawn_scoped(scope, work)?;
        }
        let mut early = BTreeMap::new();
        let mut told = 0;
        while told < cases.len() {
            let Ok((at, ran)) = ended.recv() else { break };
            early.insert(at, ran);
            while let Some(ran) = early.remove(&told) {
                tell(told, ran);
                told += 1;
            }
        }
        Ok(())
    })
}

fn one(suite: &Suite, case: &Case, known: &Snapshots, wanted: Wanted) -> Ran {
    let known = known.get(&case.name).map(Vec::as_slice).unwrap_or_default();
    let how = How { known: Some(known), updates: wanted.update, crash: None };
    let mut ran = run(suite, case, how);
    if wanted.crash && ran.ended == Ended::Passed {
        #[expect(clippy::disallowed_methods, reason = "how long it takes here decides nothing")]
        let begun = std::time::Instant::now();
        match crash(suite, case, &ran) {
            Ok(points) => ran.crash_points = Some(points),
            Err(failed) => ran.ended = Ended::Failed(*failed),
        }
        ran.seconds += begun.elapsed().as_secs_f64();
    }
    ran
}

fn skipped(case: &Case) -> Ran {
    Ran {
        case: case.name.clone(),
        line: case.line,
        ended: Ended::Skipped,
        notes: Vec::new(),
        seconds: 0.0,
        crash_points: None,
        ends: Vec::new(),
        snapshots: Vec::new(),
    }
}
