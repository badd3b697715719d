//! Many cases, side by side on threads of their own; what is told of them comes in their order.

use std::any::Any;
use std::collections::BTreeMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use moontide_runtime::sandbox::plain;

use super::case::{Ended, Failed, How, Ran, run};
use super::crash::crash;
use super::snapshots::Snapshots;
use super::suite::{Case, Suite};

/// Luau calls itself on the stack of its thread.
const STACK: usize = 64 * 1024 * 1024;
/// A longer message of a defect is cut.
const LONGEST: usize = 500;

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
    let all: Vec<_> = cases.iter().zip(snapshots).collect();
    let act = |at: usize| {
        let ((suite, case), known) = all[at];
        one(suite, case, known, wanted)
    };
    let names: Vec<&Case> = all.iter().map(|((_, case), _)| *case).collect();
    side_by_side(&names, wanted, act, &mut tell)
}

/// Acts for each case, on as many threads as are wanted.
fn side_by_side(
    cases: &[&Case],
    wanted: Wanted,
    act: impl Fn(usize) -> Ran + Sync,
    tell: &mut dyn FnMut(usize, Ran),
) -> io::Result<()> {
    let (next, has_failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (sender, ended) = mpsc::channel();
    let work = |sender: mpsc::Sender<(usize, Ran)>| {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = cases.get(at) else { return };
            let ran = if wanted.fail_fast && has_failed.load(Ordering::Relaxed) {
                without(case, Ended::Skipped)
            } else {
                // A defect of Moontide fails the case in which it shows, and no other.
                catch_unwind(AssertUnwindSafe(|| act(at)))
                    .unwrap_or_else(|panic| without(case, Ended::Failed(defect(&*panic))))
            };
            if matches!(ran.ended, Ended::Failed(_)) {
                has_failed.store(true, Ordering::Relaxed);
            }
            if sender.send((at, ran)).is_err() {
                return;
            }
        }
    };
    let work = &work;
    thread::scope(|scope| {
        for number in 1..=wanted.jobs.clamp(1, cases.len().max(1)) {
            let thread = thread::Builder::new().name(format!("test {number}")).stack_size(STACK);
            let sender = sender.clone();
            thread.spawn_scoped(scope, move || work(sender))?;
        }
        drop(sender);
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
    ran.seen.clear();
    ran
}

/// A case that was not run to its end.
fn without(case: &Case, ended: Ended) -> Ran {
    Ran {
        case: case.name.clone(),
        line: case.line,
        ended,
        notes: Vec::new(),
        seconds: 0.0,
        crash_points: None,
        seen: Vec::new(),
        snapshots: Vec::new(),
    }
}

fn defect(panic: &(dyn Any + Send)) -> Failed {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    let message = format!("a defect of Moontide: {}", plain(&text, LONGEST));
    Failed { code: "Internal".to_owned(), message, ..Failed::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_defect_fails_its_case_and_the_others_are_told_in_their_order() {
        let case = |place: usize| Case { name: format!("case {place}"), line: None, place };
        let cases: Vec<Case> = (0..4).map(case).collect();
        let cases: Vec<&Case> = cases.iter().collect();
        let act = |at: usize| match at {
            1 => panic!("no\u{1b}[2J such luck"),
            _ => without(cases[at], Ended::Passed),
        };
        let mut told = Vec::new();
        let wanted = Wanted { jobs: 2, fail_fast: false, crash: false, update: false };
        side_by_side(&cases, wanted, act, &mut |at, ran| told.push((at, ran.ended))).unwrap();
        assert_eq!(told.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [0, 1, 2, 3]);
        let Ended::Failed(failed) = &told[1].1 else { panic!("it has failed: {told:?}") };
        assert_eq!(failed.message, "a defect of Moontide: no\\u{1b}[2J such luck");
        assert!(told.iter().all(|(at, ended)| *at == 1 || *ended == Ended::Passed), "{told:?}");
    }
}
