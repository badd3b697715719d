//! Random schedules of the state machine: random graphs, events and signals in any order, crashes anywhere.
//! `cargo bench -p moontide-runtime --bench schedules` plays a million of them.

mod draw;
mod story;

use jiff::Timestamp;
use moontide_runtime::scheduler::graph::Node;
use moontide_runtime::scheduler::{End, Event, Failure, Graph, State, WaveStatus, apply};
use serde_json::json;

/// So many schedules in a test; the benchmark plays more.
const SCHEDULES: u64 = 20_000;

#[test]
fn every_schedule_keeps_the_promises() {
    let mut crashes = 0;
    for seed in 0..SCHEDULES {
        let played = std::panic::catch_unwind(|| story::play(seed));
        assert!(played.is_ok(), "the schedule of seed {seed} breaks a promise; see above");
        crashes += played.map_or(0, |played| played.crashes);
    }
    assert!(crashes > SCHEDULES, "each has one crash at least");
}

#[test]
fn a_failure_stops_its_dependants_and_no_other_wave() {
    let at = Timestamp::UNIX_EPOCH;
    for seed in 0..2_000 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let drawn = draw::graph(&mut rng);
        let waves = drawn.nodes().iter().filter(|node| node.name.starts_with('w'));
        let plain = waves.map(|node| Node { pause: None, on_failure: None, ..node.clone() });
        let graph = Graph::of_nodes(plain.collect(), usize::MAX);
        let victim = rng.usize(..graph.len());
        let (mut state, _) = apply(&graph, State::new(&graph), at, &Event::Started).unwrap();
        while !state.status().is_terminal() {
            let running = state.waves.iter().position(|wave| wave.status == WaveStatus::Running);
            let node = running.expect("something runs until it is over");
            let end = if node == victim {
                let (code, message) = ("Test".into(), "it failed".into());
                let (trace, details) = (Vec::new(), json!(null));
                let (decision, uncertain, limit) = (None, false, None);
                End::Failed {
                    failure: Failure { code, message, trace, details, decision, uncertain, limit },
                }
            } else {
                End::Completed { result: json!(null) }
            };
            let wave = graph.nodes()[node].name.clone();
            state = apply(&graph, state, at, &Event::Ended { wave, attempt: 1, end }).unwrap().0;
        }
        let mut blocked = vec![false; graph.len()];
        blocked[victim] = true;
        for (at, node) in graph.nodes().iter().enumerate() {
            blocked[at] |= node.depends_on.iter().any(|other| blocked[*other]);
            let expected = match (at == victim, blocked[at]) {
                (true, _) => WaveStatus::Failed,
                (_, true) => WaveStatus::Cancelled,
                _ => WaveStatus::Completed,
            };
            assert_eq!(state.waves[at].status, expected, "seed {seed}, {}", node.name);
        }
    }
}
