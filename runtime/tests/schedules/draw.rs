//! What chance decides: graphs, and what happens next in them. One seed gives one schedule.

use std::collections::BTreeMap;

use jiff::Timestamp;
use moontide_runtime::journal::Mend;
use moontide_runtime::plan::{FailurePolicy, Pause, PromptTimeout};
use moontide_runtime::scheduler::graph::{Node, Turn};
use moontide_runtime::scheduler::{
    End, Event, Failure, Graph, Prompt, PromptKind, Signal, SignalKind, State, Unheard, WaveStatus,
};
use serde_json::json;

/// All people there are. The last one is no approver of anything.
pub(crate) const PEOPLE: [&str; 4] = ["ann", "bob", "kim", "eve"];

/// A graph of up to nine waves, each depending on earlier ones, and the hooks around them.
pub(crate) fn graph(rng: &mut fastrand::Rng) -> Graph {
    let waves = rng.usize(1..10);
    let mut nodes = Vec::new();
    for at in 0..waves {
        let mask = rng.u16(..);
        nodes.push(Node {
            depends_on: (0..at).filter(|other| mask >> other & 1 == 1).collect(),
            pause: (rng.u8(..10) < 3).then(|| pause(rng)),
            on_failure: policy(rng),
            max_attempts: rng.u32(1..4),
            ..Node::plain(&format!("w{at}"))
        });
    }
    for at in 0..waves {
        if rng.u8(..10) < 2 {
            let turn = Turn::AfterCancel { of: Some(at) };
            nodes.push(Node::plain(&format!("@cancel:w{at}")).at(turn));
        }
    }
    if rng.bool() {
        nodes.push(Node::plain("@cancel").at(Turn::AfterCancel { of: None }));
    }
    if rng.bool() {
        nodes.push(Node::plain("@finish").at(Turn::Last));
    }
    let slots = if rng.bool() { usize::MAX } else { rng.usize(1..4) };
    let mut graph = Graph::of_nodes(nodes, slots);
    graph.groups.insert("dba".to_owned(), vec!["ann".to_owned(), "b*".to_owned()]);
    graph
}

fn pause(rng: &mut fastrand::Rng) -> Pause {
    let approvers: &[&str] = match rng.u8(..3) {
        0 => &[],
        1 => &["dba"],
        _ => &["dba", "kim"],
    };
    Pause {
        message: "Go on?".into(),
        approvers: approvers.iter().map(|name| (*name).to_owned()).collect(),
        approvals: if rng.u8(..4) == 0 { 2 } else { 1 },
        timeout: rng.bool().then(|| std::time::Duration::from_mins(1)),
        on_timeout: pick(
            rng,
            &[PromptTimeout::Continue, PromptTimeout::Skip, PromptTimeout::Abort],
        ),
    }
}

fn policy(rng: &mut fastrand::Rng) -> Option<FailurePolicy> {
    let policies =
        [FailurePolicy::Ask, FailurePolicy::Retry, FailurePolicy::Skip, FailurePolicy::Abort];
    rng.u8(..7).checked_sub(3).map(|at| policies[usize::from(at)])
}

fn pick<T: Copy>(rng: &mut fastrand::Rng, of: &[T]) -> T {
    of[rng.usize(..of.len())]
}

/// Something that could arrive now, fitting or not.
pub(crate) fn event(rng: &mut fastrand::Rng, graph: &Graph, state: &State, step: usize) -> Event {
    // Mostly something about what runs; else about anything.
    let busy =
        |at: &usize| matches!(state.waves[*at].status, WaveStatus::Running | WaveStatus::Waiting);
    let alive: Vec<usize> = (0..graph.len()).filter(busy).collect();
    let node = if alive.is_empty() || rng.u8(..10) == 0 {
        rng.usize(..graph.len())
    } else {
        pick(rng, &alive)
    };
    let name = graph.nodes()[node].name.clone();
    let any = graph.nodes()[rng.usize(..graph.len())].name.clone();
    let attempt = state.waves[node].attempt;
    let prompts: Vec<&Prompt> = state.prompts.values().collect();
    match rng.u8(..100) {
        0..40 => Event::Ended { wave: name, attempt, end: end(rng, step) },
        40..46 => Event::Asked { prompt: question(rng, &name, attempt, step) },
        46..72 if !prompts.is_empty() => {
            let prompt = pick(rng, &prompts);
            answer(rng, prompt)
        }
        72..75 if !prompts.is_empty() => Event::TimedOut { prompt: pick(rng, &prompts).id.clone() },
        75 if !prompts.is_empty() => {
            let by = rng.u64(..3_600_000);
            let prompt = pick(rng, &prompts).id.clone();
            Event::Extended { prompt, by, cause: Unheard::StoreAway }
        }
        76..78 if !prompts.is_empty() => {
            Event::Withdrawn { prompt: pick(rng, &prompts).id.clone() }
        }
        78..82 => {
            let mend = rng.bool().then(|| mend(step));
            wished(rng, SignalKind::Retry { wave: any, mend })
        }
        82..86 => wished(rng, SignalKind::Skip { wave: any }),
        86..89 => wished(rng, SignalKind::Pause),
        89..93 => wished(rng, SignalKind::Resume),
        93 => {
            let seen = rng.u32(0..2);
            wished(rng, SignalKind::Cancel { seen })
        }
        94 => Event::Started,
        95 => Event::Ended {
            wave: "missing".into(),
            attempt,
            end: End::Cancelled { details: serde_json::Value::Null },
        },
        _ => Event::Ended {
            wave: name,
            attempt: attempt + 1,
            end: End::Cancelled { details: serde_json::Value::Null },
        },
    }
}

/// Other sources, of which it shows when they were given.
fn mend(step: usize) -> Mend {
    Mend { entry: format!("mended-{step}"), place: None, modules: BTreeMap::new() }
}

fn end(rng: &mut fastrand::Rng, step: usize) -> End {
    match rng.u8(..10) {
        0..5 => End::Completed { result: json!(step) },
        5 => End::Cancelled { details: serde_json::Value::Null },
        kind => End::Failed { failure: failure(kind > 7) },
    }
}

fn failure(uncertain: bool) -> Failure {
    Failure {
        code: "Test".into(),
        message: "it failed".into(),
        trace: Vec::new(),
        details: json!(null),
        decision: None,
        uncertain,
        limit: None,
    }
}

fn question(rng: &mut fastrand::Rng, wave: &str, attempt: u32, step: usize) -> Prompt {
    let id = format!("{wave}#{attempt}.{step}");
    let kind = pick(rng, &[PromptKind::Question, PromptKind::Unknown, PromptKind::Pause]);
    Prompt::new(id, wave, kind, "Well?".into(), &["yes", "no"])
}

/// An answer of one of them: most fit.
fn answer(rng: &mut fastrand::Rng, prompt: &Prompt) -> Event {
    let choice = match rng.u8(..20) {
        0 => "maybe",
        _ => prompt.choices[rng.usize(..prompt.choices.len())].as_str(),
    };
    let fingerprint = match rng.u8(..10) {
        0 => "00000000".to_owned(),
        1..5 => prompt.fingerprint.clone(),
        _ => String::new(),
    };
    let (prompt, choice, value) = (prompt.id.clone(), choice.to_owned(), json!(null));
    wished(rng, SignalKind::Answer { prompt, choice, fingerprint, value })
}

fn wished(rng: &mut fastrand::Rng, wish: SignalKind) -> Event {
    signalled(pick(rng, &PEOPLE), wish)
}

/// A wish of this person.
pub(crate) fn signalled(by: &str, wish: SignalKind) -> Event {
    let (sender, comment, at) = (String::new(), String::new(), Timestamp::UNIX_EPOCH);
    Event::Signalled {
        signal: Signal { wish, by: by.into(), sender, comment, at },
        number: None,
        refused: None,
    }
}
