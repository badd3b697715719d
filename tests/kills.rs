//! `kill -9` at fifty moments of a real run against the simulator on a port: before a call has its effect,
//! and between the effect and its outcome. Each time `resume` goes on, and every wave is launched once.

mod support;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use support::{Home, Moment, Sim, repository};

/// The waves of three_tier, and so its launches.
const LAUNCHES: usize = 3;
/// How many requests to try, each before and after its effect.
const REQUESTS: usize = 25;

/// Runs three_tier and kills it at these moments, one process after another; the last one may end.
fn story(moments: &[Moment]) -> Result<usize, String> {
    let home = Home::new();
    let sim = Sim::of(&repository("runbooks/three_tier/world.toml"));
    let [endpoint, speed] = sim.flags();
    let runbook = repository("runbooks/three_tier");
    let runbook = runbook.to_str().expect("a readable path");
    let run = [
        "run", runbook, "--mode=drill", "--execution-id=kill", "--answer=continue", &endpoint, &speed,
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
        Some("completed") => Ok(sim.trap.seen()),
        other => Err(format!("it is {other:?}")),
    }
}

#[test]
fn killed_at_fifty_moments_every_wave_is_launched_once() {
    let undisturbed = story(&[]).expect("the undisturbed run");
    assert!(undisturbed >= REQUESTS, "a run makes {undisturbed} requests only");
    let spread = |n: usize| 1 + n * (undisturbed - 1) / (REQUESTS - 1);
    let moments: Vec<Moment> = (0..REQUESTS)
        .flat_map(|n| [Moment::Before(spread(n)), Moment::After(spread(n))])
        .collect();
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
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), moments.len(), failures.join("\n"));
}

#[test]
fn killed_in_the_database_wave_and_again_in_the_web_wave() {
    let undisturbed = story(&[]).expect("the undisturbed run");
    let (database, web) = (undisturbed / 6, undisturbed / 3);
    story(&[Moment::After(database), Moment::After(web)]).expect("two kills, two resumes");
}
