//! A rehearsal as a case sees it: what its report and its journal say, as data.

use std::collections::BTreeMap;

use jiff::Timestamp;
use moontide_control::error::Result;
use moontide_control::rehearsal::{Rehearsed, Report, Staged, StagedSignal, What, Witness};
use moontide_control::view::timeline::{Span, Timeline};
use moontide_control::view::{Record, ServerView, WaveView};
use moontide_control::words;
use moontide_runtime::effect::{Class, Outcome};
use moontide_runtime::history::{Body, Entry};
use moontide_runtime::scheduler::ExecutionStatus;
use serde_json::{Map, Value, json};

use super::laid::Thing;
use super::story::Story;
use super::world::World;

/// A rehearsal that is over.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// What its case is given.
    pub(super) run: Value,
    /// How it ended.
    pub(super) end: End,
    /// What nothing met of the world that the case brings along.
    pub(super) notes: Vec<String>,
    /// What the case has laid out, and what met nothing.
    pub(super) unmet: Vec<(Thing, String)>,
    /// How many entries its journal has.
    pub(super) entries: u64,
}

/// What has to be the same, however often a runner was killed on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct End {
    /// Of the execution.
    pub(super) status: ExecutionStatus,
    /// Of each wave.
    pub(super) waves: BTreeMap<String, String>,
    /// What became of each server, by its id.
    pub(super) servers: BTreeMap<String, String>,
    /// How often each operation that changes the outside has happened.
    pub(super) changes: BTreeMap<String, usize>,
}

impl Seen {
    pub(super) async fn of(
        rehearsed: &Rehearsed,
        witness: &Witness,
        story: &Story,
        (world, staged): (&World, &Staged),
    ) -> Result<Seen> {
        let report = Report::of(rehearsed, witness).await?;
        let record = Record::load(rehearsed.store.as_ref(), &rehearsed.execution.id).await?;
        let timeline = Timeline::of(&record.graph, &record.entries);
        let begun = timeline.whole.started_at;
        let calls = calls(&record.entries, begun);
        let mut waves = Map::new();
        for ((at, _, state), wave) in record.nodes().zip(&report.waves) {
            let mut shown = shown(wave, &timeline.waves[at], begun);
            let ids = state.result.get("instance_ids").filter(|it| it.is_array()).cloned();
            let launched = wave.servers.iter().filter(|it| it.verdict == "launched");
            let launched = launched.filter_map(|it| it.instance_id.as_deref());
            shown["instance_ids"] = ids.unwrap_or_else(|| launched.collect());
            waves.insert(wave.name.clone(), shown);
        }
        let mut changes = BTreeMap::new();
        for (service, operations) in &report.calls {
            for (operation, count) in operations {
                changes.insert(format!("{service}:{operation}"), *count);
            }
        }
        changes.retain(|operation, _| changes_the_outside(operation));
        let end = End {
            status: report.status,
            waves: report
                .waves
                .iter()
                .map(|it| (it.name.clone(), format!("{:?}", it.status)))
                .collect(),
            servers: report
                .waves
                .iter()
                .flat_map(|wave| &wave.servers)
                .map(|it| (it.server.clone(), it.verdict.clone()))
                .collect(),
            changes,
        };
        let (mut notes, mut unmet) = (Vec::new(), refused(staged, story));
        unmet.extend(rehearsed.unmet.iter().map(|it| (Thing::Staged(it.what), it.message.clone())));
        for unused in report.assumed.iter().filter(|it| it.kind == "unused") {
            match world.unmet(&unused.message) {
                Some(of_the_case) => unmet.push(of_the_case),
                None if world.is_told() => notes.push(unused.message.clone()),
                None => {}
            }
        }
        let mut run = json!({
            "status": report.status,
            "mode": report.mode,
            "duration": report.took.as_secs_f64().round(),
            "waves": waves,
            "servers": servers(&report.waves),
            "prompts": report.prompts,
            "calls": calls,
            "logs": *story.logs.borrow(),
            "timeline": *story.timeline.borrow(),
            "entries": record.entries.len(),
        });
        if let Some(stopped) = &rehearsed.stopped {
            run["stopped"] = json!(stopped.message);
        }
        Ok(Seen { run, end, notes, unmet, entries: record.entries.len() as u64 })
    }
}

/// The signals that the engine has refused: it is not as the case thinks.
fn refused(staged: &Staged, story: &Story) -> Vec<(Thing, String)> {
    let mut found: Vec<(Thing, String)> = Vec::new();
    for (signal, why) in story.refused.borrow().iter() {
        let is_it = |it: &StagedSignal| {
            it.wish == signal.wish && it.by == signal.by && it.comment == signal.comment
        };
        let mut places = staged.signals.iter().enumerate().filter(|(_, it)| is_it(it));
        let thing = |place| Thing::Staged(What::Signal(place));
        let free = places.find(|(place, _)| found.iter().all(|it| it.0 != thing(*place)));
        if let Some((place, staged)) = free {
            let at = words::duration(staged.at);
            found.push((thing(place), format!("the signal at {at} was refused: {why}")));
        }
    }
    found
}

/// Whether an operation of AWS changes anything, by its name.
fn changes_the_outside(operation: &str) -> bool {
    let verb = operation.rsplit(':').next().unwrap_or_default();
    !["Describe", "List", "Get"].iter().any(|read| verb.starts_with(read))
}

fn seconds(from: Option<Timestamp>, to: Option<Timestamp>) -> Option<f64> {
    Some(words::between(from?, to?).as_secs_f64())
}

fn shown(wave: &WaveView, span: &Span, begun: Option<Timestamp>) -> Value {
    let mut shown =
        json!({ "status": wave.status, "attempt": wave.attempt, "servers": wave.servers });
    let numbers = [
        ("started", seconds(begun, span.started_at)),
        ("ended", seconds(begun, span.ended_at)),
        ("duration", seconds(span.started_at, span.ended_at)),
    ];
    for (name, number) in numbers {
        if let Some(number) = number {
            shown[name] = json!(number);
        }
    }
    if !wave.why.is_empty() {
        shown["reason"] = json!(wave.why);
    }
    shown
}

/// All servers by name; where two have the same, by id.
fn servers(waves: &[WaveView]) -> Map<String, Value> {
    let all = || waves.iter().flat_map(|wave| &wave.servers);
    let mut servers = Map::new();
    for server in all() {
        let label = server.label();
        let is_twin = |it: &&ServerView| it.label() == label && it.server != server.server;
        let name = if all().any(|it| is_twin(&it)) { &server.server } else { label };
        servers.insert(name.to_owned(), json!(server));
    }
    servers
}

/// Every call, in the order in which they ended.
fn calls(entries: &[Entry], begun: Option<Timestamp>) -> Vec<Value> {
    let mut intended = BTreeMap::new();
    let mut calls = Vec::new();
    for Entry { at, body, .. } in entries {
        match body {
            Body::Intent { step, .. } => {
                intended.entry(step.key.to_string()).or_insert_with(|| step.arguments.clone());
            }
            Body::Outcome { step, outcome, .. } => {
                let arguments = step.arguments.clone();
                let arguments =
                    arguments.or_else(|| intended.get(&step.key.to_string()).cloned().flatten());
                let mut call = json!({
                    "operation": step.operation,
                    "arguments": arguments.unwrap_or_default(),
                    "wave": step.lane.wave(),
                    "at": seconds(begun, Some(*at)).unwrap_or_default(),
                    "changes": !matches!(step.class, Class::Pure | Class::Read),
                });
                match outcome {
                    Outcome::Ok { .. } => call["status"] = json!("ok"),
                    Outcome::Unknown { .. } => call["status"] = json!("unknown"),
                    Outcome::Failed { error } => {
                        call["status"] = json!("failed");
                        call["code"] = json!(error.code);
                        call["message"] = json!(error.message);
                    }
                }
                calls.push(call);
            }
            Body::Event { .. } => {}
        }
    }
    calls
}
