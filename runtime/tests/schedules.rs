//! Random schedules of the state machine: random graphs, events in any order, crashes anywhere.
//!
//! After every event: no wave runs before what it depends on, nothing is started twice, requests agree
//! with the state, and a process that only has the journal computes the same state. In the end: every
//! wave in exactly one terminal state, and only for a reason.

use jiff::Timestamp;
use moontide_runtime::plan::{FailurePolicy, Pause, PromptTimeout};
use moontide_runtime::scheduler::graph::{Node, Turn};
use moontide_runtime::scheduler::machine::{self, Refusal};
use moontide_runtime::scheduler::{
    End, Event, ExecutionStatus, Failure, Graph, Prompt, PromptKind, Request, Signal, State,
    WaveStatus, Wish, apply,
};
use proptest::prelude::*;
use serde_json::json;

/// A graph of up to nine waves; each depends on some of the earlier ones only, so there is no cycle.
fn graphs() -> impl Strategy<Value = Graph> {
    let policy = prop_oneof![
        3 => Just(None),
        1 => Just(Some(FailurePolicy::Ask)),
        1 => Just(Some(FailurePolicy::Retry)),
        1 => Just(Some(FailurePolicy::Skip)),
        1 => Just(Some(FailurePolicy::Abort)),
    ];
    let node = (any::<u16>(), prop::bool::weighted(0.3), policy, 1..4_u32);
    let nodes = prop::collection::vec(node, 1..10);
    (nodes, prop::bool::weighted(0.3), 1..4_usize, any::<bool>()).prop_map(
        |(specs, last, slots, bounded)| {
            let mut nodes: Vec<Node> = Vec::new();
            for (at, (mask, paused, on_failure, max_attempts)) in specs.into_iter().enumerate() {
                let pause = paused.then(|| Pause {
                    message: "Go on?".into(),
                    approvers: Vec::new(),
                    approvals: 1,
                    timeout: None,
                    on_timeout: PromptTimeout::Abort,
                });
                let depends_on = (0..at).filter(|other| mask >> other & 1 == 1).collect();
                let plain = Node::plain(&format!("w{at}"));
                nodes.push(Node { depends_on, pause, on_failure, max_attempts, ..plain });
            }
            if last {
                nodes.push(Node::plain("@finish").at(Turn::Last));
            }
            Graph::of_nodes(nodes, if bounded { slots } else { usize::MAX })
        },
    )
}

/// A schedule: an endless supply of choices, as numbers to be reduced to what is possible.
fn schedules() -> impl Strategy<Value = Vec<(u8, u16)>> {
    prop::collection::vec((any::<u8>(), any::<u16>()), 0..120)
}

fn failure(uncertain: bool) -> Failure {
    Failure {
        code: "Test".into(),
        message: "it failed".into(),
        trace: Vec::new(),
        details: json!(null),
        decision: None,
        uncertain,
    }
}

fn question(graph: &Graph, node: usize, attempt: u32, n: usize) -> Prompt {
    let wave = graph.nodes()[node].name.clone();
    let id = format!("{wave}#{attempt}.{n}");
    Prompt::new(id, &wave, PromptKind::Question, "Well?".into(), &["yes", "no"])
}

fn wished(wish: Wish) -> Event {
    let (by, at) = ("proptest".to_owned(), Timestamp::UNIX_EPOCH);
    let (sender, comment) = (String::new(), String::new());
    Event::Signalled { signal: Signal { wish, by, sender, comment, at }, number: None }
}

/// Turns two numbers into an event that could arrive now, fitting or not.
fn event(graph: &Graph, state: &State, n: usize, kind: u8, pick: u16) -> Event {
    let pick = usize::from(pick);
    let node = pick % graph.len();
    let wave = graph.nodes()[node].name.clone();
    let attempt = state.waves[node].attempt;
    let prompt = state.prompts.values().nth(pick % state.prompts.len().max(1));
    match (kind % 16, prompt) {
        (0..=5, _) => Event::Ended { wave, attempt, end: End::Completed { result: json!(n) } },
        (6..=8, _) => {
            let failure = failure(kind > 200);
            Event::Ended { wave, attempt, end: End::Failed { failure } }
        }
        (9, _) => Event::Asked { prompt: question(graph, node, attempt, n) },
        (10..=14, Some(prompt)) => wished(Wish::Answer {
            prompt: prompt.id.clone(),
            choice: prompt.choices[pick % prompt.choices.len()].to_string(),
            seal: String::new(),
            value: json!(null),
        }),
        (15, _) if kind > 240 => wished(Wish::Cancel),
        _ => Event::Ended { wave, attempt: attempt + 1, end: End::Cancelled },
    }
}

/// What must hold after every accepted event.
fn check(graph: &Graph, before: &State, after: &State, requests: &[Request]) {
    let mut running = 0;
    for (at, (node, wave)) in graph.nodes().iter().zip(&after.waves).enumerate() {
        let was = &before.waves[at];
        assert!(!was.status.is_terminal() || was == wave, "{} left a terminal state", node.name);
        if wave.attempt > 0 {
            for other in &node.depends_on {
                assert!(after.waves[*other].status.satisfies(), "{} started early", node.name);
            }
        }
        assert!(wave.attempt <= was.attempt + 1);
        let started = requests
            .iter()
            .filter(|request| matches!(request, Request::Run { node, .. } if *node == at));
        assert_eq!(started.count() == 1, wave.attempt == was.attempt + 1, "{}", node.name);
        running += usize::from(wave.status == WaveStatus::Running);
        if wave.status == WaveStatus::Paused || wave.status == WaveStatus::Waiting {
            let open = after.prompts.values().any(|prompt| prompt.wave == node.name);
            assert!(open, "{} waits for nobody", node.name);
        }
        let asks = after.prompts.values().filter(|prompt| prompt.wave == node.name).count();
        assert!(!wave.status.is_terminal() || asks == 0, "{} asks after its end", node.name);
    }
    assert!(running <= graph.max_parallel, "too many at once");
}

/// What must hold once it is over.
fn check_end(graph: &Graph, state: &State) {
    let cancelled_or_aborted = state.cancelled_by.is_some() || state.aborted.is_some();
    for (node, wave) in graph.nodes().iter().zip(&state.waves) {
        assert!(wave.status.is_terminal());
        let behind_a_failure =
            node.depends_on.iter().any(|other| !state.waves[*other].status.satisfies());
        if wave.status == WaveStatus::Cancelled {
            assert!(
                behind_a_failure || cancelled_or_aborted,
                "{} cancelled for nothing",
                node.name
            );
        }
        if wave.status == WaveStatus::Completed {
            assert!(!behind_a_failure);
        }
    }
    if state.status() == ExecutionStatus::Completed {
        assert!(state.waves.iter().all(|wave| wave.status.satisfies()));
    }
}

/// Ends what runs and answers what is open until nothing is left: faults have stopped.
fn drain(graph: &Graph, mut state: State, log: &mut Vec<Event>) -> State {
    for round in 0..200 {
        if state.status().is_terminal() {
            return state;
        }
        let prompt = state.prompts.values().next();
        let event = match prompt {
            Some(prompt) if prompt.kind != PromptKind::Question => wished(Wish::Answer {
                prompt: prompt.id.clone(),
                choice: "skip".into(),
                seal: prompt.seal.clone(),
                value: json!(null),
            }),
            _ => {
                let alive = |request: &Request| match request {
                    Request::Run { node, .. } => Some(*node),
                    _ => None,
                };
                let node = machine::outstanding(graph, &state).iter().find_map(alive);
                let node = node.unwrap_or_else(|| panic!("nothing moves: {state:?}"));
                Event::Ended {
                    wave: graph.nodes()[node].name.clone(),
                    attempt: state.waves[node].attempt,
                    end: End::Completed { result: json!(round) },
                }
            }
        };
        let (next, _) = apply(graph, state, Timestamp::UNIX_EPOCH, &event).expect("it fits");
        log.push(event);
        state = next;
    }
    panic!("it does not end: {state:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn every_schedule_keeps_the_promises(graph in graphs(), schedule in schedules()) {
        let at = Timestamp::UNIX_EPOCH;
        let mut log = vec![Event::Started];
        let fresh = State::new(&graph);
        let (mut state, requests) = apply(&graph, fresh.clone(), at, &Event::Started).unwrap();
        check(&graph, &fresh, &state, &requests);
        for (n, (kind, pick)) in schedule.into_iter().enumerate() {
            let event = event(&graph, &state, n, kind, pick);
            match apply(&graph, state.clone(), at, &event) {
                Ok((next, requests)) => {
                    check(&graph, &state, &next, &requests);
                    state = next;
                    log.push(event);
                }
                Err(Refusal::Status(_)) => prop_assert!(state.status().is_terminal()),
                Err(_) => {}
            }
            // A crash here: only the journal is left, and it says the same.
            let events = log.iter().map(|event| (at, event));
            prop_assert_eq!(&machine::fold(&graph, events), &state);
        }
        let state = drain(&graph, state, &mut log);
        check_end(&graph, &state);
        let finish = [Request::Finish { status: state.status() }];
        prop_assert_eq!(machine::outstanding(&graph, &state), finish);
    }

    #[test]
    fn a_failure_stops_its_dependants_and_nobody_else(graph in graphs(), pick in any::<u16>()) {
        let at = Timestamp::UNIX_EPOCH;
        let nodes = graph.nodes().iter().map(|node| Node { pause: None, on_failure: None, ..node.clone() });
        let graph = Graph::of_nodes(nodes.collect(), usize::MAX);
        let victim = usize::from(pick) % graph.len();
        let (mut state, _) = apply(&graph, State::new(&graph), at, &Event::Started).unwrap();
        while !state.status().is_terminal() {
            let running = state.waves.iter().position(|wave| wave.status == WaveStatus::Running);
            let node = running.expect("something runs until it is over");
            let end = if node == victim {
                End::Failed { failure: failure(false) }
            } else {
                End::Completed { result: json!(null) }
            };
            let wave = graph.nodes()[node].name.clone();
            let event = Event::Ended { wave, attempt: 1, end };
            state = apply(&graph, state, at, &event).unwrap().0;
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
            prop_assert_eq!(state.waves[at].status, expected, "{}", node.name);
        }
    }
}
