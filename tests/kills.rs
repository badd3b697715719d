//! `kill -9` at fifty moments of a real run against the simulator on a port: before a call has its effect,
//! and between the effect and its outcome. Each time `resume` goes on, and every wave is launched once.

mod support;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use support::{Home, Moment, Sim, repository};

/// The waves of `three_tier`, and so its launches.
const LAUNCHES: usize = 3;
/// How many requests to try, each before and after its effect: the launches, and others in between.
const REQUESTS: usize = 25;

/// How many requests an undisturbed run makes, and which of them are launches.
struct Undisturbed {
    requests: usize,
    launches: Vec<usize>,
}

/// Runs `three_tier` and kills it at these moments, one process after another; the last one may end.
fn story(moments: &[Moment]) -> Result<Undisturbed, String> {
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
        Some("completed") => {
            let calls = sim.simulator.calls();
            let launches = (1..).zip(&calls).filter(|(_, call)| call.operation == "StartRecovery");
            let launches = launches.map(|(number, _)| number).collect();
            Ok(Undisturbed { requests: calls.len(), launches })
        }
        other => Err(format!("it is {other:?}")),
    }
}

#[test]
fn killed_at_fifty_moments_every_wave_is_launched_once() {
    let Undisturbed { requests, launches } = story(&[]).expect("the undisturbed run");
    let others = REQUESTS - launches.len();
    let mut chosen: BTreeSet<usize> = launches.into_iter().collect();
    chosen.extend((0..others).map(|n| 1 + n * (requests - 1) / (others - 1)));
    let mut number = 1;
    while chosen.len() < REQUESTS {
        number += 1;
        chosen.insert(number);
    }
    let moments: Vec<Moment> =
        chosen.into_iter().flat_map(|n| [Moment::Before(n), Moment::After(n)]).collect();
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(moment) = moments.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(failure) = story(&[*moment]) {
                        failures.lock().unwrap().push(format!("killed {moment:?}: {failure}"));
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
    let undisturbed = story(&[]).expect("the undisturbed run");
    let [database, application, web] = undisturbed.launches[..] else { panic!("three launches") };
    // The second process counts its own requests: it begins where the first one was killed.
    let (first, second) = (database + 5, web - application + (application - database) / 2);
    story(&[Moment::After(first), Moment::After(second)]).expect("two kills, two resumes");
}
