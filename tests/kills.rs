//! `kill -9` at fifty moments of a real run against the simulator on a port: before a call has its effect,
//! and between the effect and its outcome. Each time `resume` goes on, and every wave is launched once.

mod support;

use std::ops::RangeInclusive;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use support::{Home, Moment, Side, Sim, repository};

/// The waves of `three_tier`, and so its launches.
const LAUNCHES: usize = 3;
/// So many requests every run makes, however often it has to ask whether a job has ended.
const ALWAYS: usize = 21;

/// Runs `three_tier` and kills it at these moments, one process after another; the last one may end.
fn story(moments: &[Moment]) -> Result<(), String> {
    let home = Home::new();
    let sim = Sim::of(&repository("runbooks/three_tier/world.toml"));
    let [endpoint, speed] = sim.flags();
    let runbook = repository("runbooks/three_tier");
    let runbook = runbook.to_str().expect("a readable path");
    let run = [
        "run",
        runbook,
        "--mode=drill",
        "--execution-id=kill",
        "--answer=continue",
        &endpoint,
        &speed,
    ];
    let resume = ["resume", "kill", "--answer=continue", &endpoint, &speed];
    for (number, moment) in moments.iter().enumerate() {
        // A run that died before it was created is simply started again.
        let command = if number == 0 { home.moontide(&run) } else { home.moontide(&resume) };
        if let Some(code) = sim.trap.spring(command, *moment) {
            return Err(format!("{moment:?} never came: exit code {code}"));
        }
    }
    let ended = home.run(&run);
    if ended.code != Some(0) {
        return Err(format!("exit code {:?}: {}", ended.code, ended.stderr));
    }
    let launches = sim.performed("StartRecovery");
    if launches != LAUNCHES {
        return Err(format!("{launches} launches instead of {LAUNCHES}"));
    }
    let status = home.run(&["status", "kill", "--output=json"]).expect(0).json();
    match status["status"].as_str() {
        Some("completed") => Ok(()),
        other => Err(format!("it is {other:?}")),
    }
}

/// Both sides of the requests with these numbers.
fn both_sides(
    operation: Option<&'static str>,
    numbers: RangeInclusive<usize>,
) -> impl Iterator<Item = Moment> {
    let sides =
        move |number| [Side::Before, Side::After].map(|side| Moment { operation, number, side });
    numbers.flat_map(sides)
}

#[test]
fn killed_at_fifty_moments_every_wave_is_launched_once() {
    let moments: Vec<Moment> = both_sides(Some("StartRecovery"), 1..=LAUNCHES)
        .chain(both_sides(Some("SendCommand"), 1..=1))
        .chain(both_sides(None, 1..=ALWAYS))
        .collect();
    assert_eq!(moments.len(), 50);
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(moment) = moments.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(failure) = story(&[*moment]) {
                        failures.lock().unwrap().push(format!("killed at {moment:?}: {failure}"));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(
        failures.is_empty(),
        "{} of {}:\n{}",
        failures.len(),
        moments.len(),
        failures.join("\n")
    );
}

#[test]
fn killed_in_the_database_wave_and_again_in_the_web_wave() {
    // The launch of the database, and then, counted by the second process, that of web.
    let launch = |number| Moment { operation: Some("StartRecovery"), number, side: Side::After };
    story(&[launch(1), launch(2)]).expect("two kills, two resumes");
    let log =
        |number| Moment { operation: Some("DescribeJobLogItems"), number, side: Side::Before };
    story(&[log(1), log(3)]).expect("the same while a job runs");
}
