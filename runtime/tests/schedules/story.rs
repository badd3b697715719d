//! One random schedule from its first event to its end, with crashes anywhere, and what must hold all the
//! way. Shared by the tests and by the benchmark that plays a million of them.

use std::collections::BTreeSet;

use jiff::Timestamp;
use moontide_runtime::scheduler::graph::{Graph, Turn};
use moontide_runtime::scheduler::machine::{self, Refusal};
use moontide_runtime::scheduler::{
    Choice, End, Event, ExecutionStatus, PromptKind, Request, SignalKind, State, WaveStatus, apply,
};
use serde_json::json;

use crate::draw;

/// What happened in a schedule.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Played {
    pub(crate) events: u64,
    pub(crate) refused: u64,
    pub(crate) signals: u64,
    pub(crate) crashes: u64,
}

/// An execution, the journal it leaves, and the programs that its process runs.
struct Story {
    graph: Graph,
    state: State,
    log: Vec<Event>,
    /// Nodes whose programs are alive in the process that runs now.
    alive: BTreeSet<usize>,
    /// Every attempt that was ever begun.
    begun: BTreeSet<(usize, u32)>,
    played: Played,
}

const AT: Timestamp = Timestamp::UNIX_EPOCH;

/// Plays the schedule of this seed; panics where it breaks a promise.
pub(crate) fn play(seed: u64) -> Played {
    let mut rng = fastrand::Rng::with_seed(seed);
    let graph = draw::graph(&mut rng);
    let mut story = Story {
        state: State::new(&graph),
        graph,
        log: Vec::new(),
        alive: BTreeSet::new(),
        begun: BTreeSet::new(),
        played: Played::default(),
    };
    let begins_at = rng.usize(..3);
    for step in 0..rng.usize(1..80) {
        let event = if step == begins_at {
            Event::Started
        } else {
            draw::event(&mut rng, &story.graph, &story.state, step)
        };
        story.tell(event);
        if rng.u8(..8) == 0 {
            story.crash();
        }
    }
    story.crash();
    story.drain();
    story.check_end();
    story.played
}

impl Story {
    /// Tells the machine; returns whether it took the event.
    fn tell(&mut self, event: Event) -> bool {
        self.played.events += 1;
        self.played.signals += u64::from(matches!(event, Event::Signalled { .. }));
        let before = self.state.clone();
        match apply(&self.graph, before.clone(), AT, &event) {
            Ok((after, requests)) => {
                self.state = after;
                self.check(&before, &event, &requests);
                self.obey(&event, &requests);
                self.log.push(event);
                true
            }
            Err(refusal) => {
                self.played.refused += 1;
                if matches!(refusal, Refusal::Status("over")) {
                    assert!(before.status().is_terminal());
                }
                // What an operator wanted is journaled all the same.
                if matches!(event, Event::Signalled { .. }) {
                    self.log.push(event);
                }
                false
            }
        }
    }

    /// What a process does about requests.
    fn obey(&mut self, event: &Event, requests: &[Request]) {
        if let Event::Ended { wave, .. } = event {
            let node = self.graph.index(wave).expect("it was taken");
            assert!(self.alive.remove(&node), "{wave} ended without a program");
        }
        for request in requests {
            if let Request::Run { node, attempt } = request {
                assert!(self.begun.insert((*node, *attempt)), "attempt {attempt} begun twice");
                assert!(self.alive.insert(*node), "two programs of one wave");
            }
        }
        assert_eq!(self.alive, programs(&self.graph, &self.state), "programs and state differ");
    }

    /// Only the journal is left: it must say the same, and the next process must do the same.
    fn crash(&mut self) {
        self.played.crashes += 1;
        let state = machine::fold(&self.graph, self.log.iter().map(|event| (AT, event)));
        assert_eq!(state, self.state, "the journal says something else");
        self.alive = programs(&self.graph, &state);
    }

    /// What must hold after every event that was taken.
    fn check(&self, before: &State, event: &Event, requests: &[Request]) {
        let (graph, after) = (&self.graph, &self.state);
        let wish = match event {
            Event::Signalled { signal, .. } => Some(&signal.wish),
            _ => None,
        };
        let decides = matches!(wish, Some(SignalKind::Retry { .. } | SignalKind::Skip { .. }));
        let held = |state: &State| state.prompts.values().any(|it| it.kind == PromptKind::Hold);
        for (at, (node, wave)) in graph.nodes().iter().zip(&after.waves).enumerate() {
            let (was, name) = (&before.waves[at], &node.name);
            if was.status.is_terminal() {
                assert!(decides || was == wave, "{name} left a terminal state");
                assert!(
                    was.status != WaveStatus::Completed
                        || node.turn != Turn::Ordinary
                        || was == wave
                );
            }
            let begins = wave.attempt - was.attempt;
            let runs = |it: &&Request| matches!(it, Request::Run { node, .. } if *node == at);
            assert_eq!(requests.iter().filter(runs).count(), begins as usize, "{name}");
            if begins == 1 {
                assert!(after.started && !held(after), "{name} began in a pause");
                if node.turn == Turn::Ordinary {
                    let beside = |at: usize| graph.nodes()[at].turn != Turn::Ordinary;
                    let cleans_up = programs(graph, before).into_iter().any(beside)
                        && programs(graph, after).into_iter().any(beside);
                    assert!(!cleans_up, "{name} began beside a hook that cleans up");
                    assert!(after.cancelled_by.is_none(), "{name} began after a cancel");
                    assert!(after.aborts.is_empty(), "{name} began after an abort");
                }
            }
            assert!(
                begins == 1 || was.seen == wave.seen,
                "{name} sees something else than at its start"
            );
            if wave.attempt > 0 {
                let early = node.depends_on.iter().find(|at| !after.waves[**at].status.satisfies());
                assert_eq!(early, None, "{name} began early");
            }
            let open = after.prompts.values().filter(|prompt| prompt.wave == *name).count();
            let waits = matches!(wave.status, WaveStatus::Paused | WaveStatus::Waiting);
            assert!(!waits || open > 0, "{name} waits for no person");
            assert!(!wave.status.is_terminal() || open == 0, "{name} asks after its end");
        }
        assert!(programs(graph, after).len() <= graph.max_parallel, "too many at once");
        let over = after.status().is_terminal();
        let finishes = requests.iter().filter(|it| matches!(it, Request::Finish { .. })).count();
        assert_eq!(finishes, usize::from(over), "its end is told once");
        assert!(!over || after.prompts.is_empty(), "it asks after its end");
        self.check_uncertain(event);
        self.check_approvals(before, event);
        self.check_aborts(before, event);
    }

    /// What may have happened is never sent again without a person.
    fn check_uncertain(&self, event: &Event) {
        let Event::Ended { wave, end: End::Failed { failure }, .. } = event else { return };
        let node = self.graph.index(wave).expect("it was taken");
        let again = [WaveStatus::Pending, WaveStatus::Running];
        assert!(!failure.uncertain || !again.contains(&self.state.waves[node].status));
    }

    /// What a person has answered with `abort` stands until just that is retried, at a pause point by one of
    /// those who may answer it.
    fn check_aborts(&self, before: &State, event: &Event) {
        for abort in before.aborts.iter().filter(|abort| abort.is_answer) {
            if self.state.aborts.contains(abort) {
                continue;
            }
            let Event::Signalled { signal, .. } = event else {
                panic!("{event:?} takes {abort:?} back");
            };
            let node = self.graph.index(&abort.at);
            match (&signal.wish, node) {
                (SignalKind::Retry { wave, .. }, _) if *wave == abort.at => {}
                // A wave that failed may be left out as well.
                (SignalKind::Skip { wave }, Some(node)) if *wave == abort.at => {
                    assert_eq!(before.waves[node].status, WaveStatus::Failed);
                }
                (wish, _) => panic!("{wish:?} takes {abort:?} back"),
            }
            let Some(node) = node else { continue };
            let pause = self.graph.nodes()[node].pause.as_ref();
            if let Some(pause) = pause.filter(|_| before.waves[node].attempt == 0) {
                assert!(self.graph.approves(&pause.approvers, &signal.by), "{abort:?}");
            }
        }
    }

    /// A pause point with approvers opens only if enough of them say so, or none in time.
    fn check_approvals(&self, before: &State, event: &Event) {
        let Event::Signalled { signal, .. } = event else { return };
        for (id, prompt) in
            before.prompts.iter().filter(|(id, _)| !self.state.prompts.contains_key(*id))
        {
            let node = self.graph.index(&prompt.wave).filter(|_| prompt.kind == PromptKind::Pause);
            let Some(node) =
                node.filter(|at| self.state.waves[*at].status != WaveStatus::Cancelled)
            else {
                continue;
            };
            assert!(self.graph.approves(&prompt.approvers, &signal.by), "{id} by {}", signal.by);
            let choice = match self.state.waves[node].status {
                WaveStatus::Skipped => Choice::new("skip"),
                _ => Choice::new("continue"),
            };
            let others = prompt.given.iter().filter(|it| it.choice == choice && it.by != signal.by);
            assert!(others.count() + 1 >= prompt.approvals as usize, "{id} took too few people");
        }
    }

    /// Faults have stopped: everything ends, or it never will.
    fn drain(&mut self) {
        if !self.state.started {
            self.tell(Event::Started);
        }
        for round in 0..400 {
            if self.state.status().is_terminal() {
                return;
            }
            let mut prompts = self.state.prompts.values();
            let prompt = prompts.find(|prompt| !prompt.kind.is_of_program()).cloned();
            let Some(prompt) = prompt else {
                let node = self.alive.first().copied();
                let node = node.unwrap_or_else(|| panic!("nothing moves: {:?}", self.state));
                let (wave, end) = (self.graph.nodes()[node].name.clone(), json!(round));
                let attempt = self.state.waves[node].attempt;
                let end = End::Completed { result: end };
                assert!(self.tell(Event::Ended { wave, attempt, end }), "an end that fits");
                continue;
            };
            let choice = if prompt.kind == PromptKind::Hold { "resume" } else { "skip" };
            let said = |by: &&&str| {
                prompt.given.iter().all(|it| it.by != **by || it.choice.as_str() != choice)
            };
            let may = |by: &&&str| self.graph.approves(&prompt.approvers, by);
            let by = draw::PEOPLE.iter().filter(may).find(said).expect("enough people");
            let (fingerprint, value) = (prompt.fingerprint.clone(), json!(null));
            let wish =
                SignalKind::Answer { prompt: prompt.id, choice: choice.into(), fingerprint, value };
            assert!(self.tell(draw::signalled(by, wish)), "an answer that fits");
        }
        panic!("it does not end: {:?}", self.state);
    }

    /// What must hold once it is over.
    fn check_end(&self) {
        let state = &self.state;
        let called_off = state.cancelled_by.is_some() || !state.aborts.is_empty();
        for (node, wave) in self.graph.nodes().iter().zip(&state.waves) {
            assert!(wave.status.is_terminal(), "{} has no end", node.name);
            let behind = node.depends_on.iter().any(|at| !state.waves[*at].status.satisfies());
            assert!(wave.status != WaveStatus::Completed || !behind);
            let stopped = wave.attempt > 0;
            let reason = behind || called_off || stopped;
            assert!(wave.status != WaveStatus::Cancelled || reason, "{} for nothing", node.name);
            let hook = matches!(node.turn, Turn::AfterCancel { .. });
            // A retry may have lifted the cancel after which it ran.
            let ran = wave.attempt > 0 && wave.status != WaveStatus::Skipped;
            assert!(!hook || !ran || state.cancels > 0, "{} without a cancel", node.name);
        }
        if state.status() == ExecutionStatus::Completed {
            assert!(state.waves.iter().all(|wave| wave.status.satisfies()));
        }
        let finish = [Request::Finish { status: state.status() }];
        assert_eq!(machine::outstanding(&self.graph, state), finish);
    }
}

/// The nodes whose programs a process that has just loaded the state would run.
fn programs(graph: &Graph, state: &State) -> BTreeSet<usize> {
    let outstanding = machine::outstanding(graph, state);
    let runs = outstanding.iter().filter_map(|request| match request {
        Request::Run { node, .. } => Some(*node),
        _ => None,
    });
    runs.collect()
}
