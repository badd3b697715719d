//! How a rehearsal went.

use std::collections::BTreeMap;
use std::time::Duration;

use moontide_runtime::effect::redact::Secrets;
use moontide_runtime::history::events;
use moontide_runtime::journal::Execution;
use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::{Event, ExecutionStatus, WaveStatus};
use moontide_runtime::store::SignalKind;
use moontide_sim::{Assumption, Counts};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::Rehearsed;
use super::hooks::{self, Hook};
use super::witness::Witness;
use crate::contract::engine;
use crate::error::Result;
use crate::view::server::latest;
use crate::view::summary::known;
use crate::view::timeline::Timeline;
use crate::view::{Objectives, Record, ServerView, WaveView, Why};
use crate::words;

/// What answers when no person does in time.
const TIME: &str = "the time-out";

/// How a rehearsal went.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Report {
    /// The runbook's name.
    pub runbook: String,
    /// Drill or recovery.
    #[schemars(with = "engine::Mode")]
    pub mode: Mode,
    /// Where it ended.
    #[schemars(with = "engine::ExecutionStatus")]
    pub status: ExecutionStatus,
    /// The waves, in the order of the plan.
    pub waves: Vec<WaveView>,
    /// The hooks that ran, by wave.
    pub hooks: BTreeMap<String, Vec<Hook>>,
    /// The prompts that were answered.
    pub prompts: Vec<Answered>,
    /// How long it took, in virtual time.
    pub recovery_seconds: u64,
    /// How long it may take, where the runbook says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rto_seconds: Option<u64>,
    /// Whether it took no longer; where not all of it ran, that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rto_met: Option<bool>,
    /// What it took for granted, and what of the world nothing met.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<engine::Assumption>")]
    pub assumed: Vec<Assumption>,
    /// How often each operation was called, by service.
    pub calls: Counts,
    /// The objectives of the runbook, and what was achieved.
    #[serde(skip_serializing_if = "Objectives::is_empty")]
    pub objectives: Objectives,
    /// What it may touch in a drill besides what it launches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outside: Vec<String>,
    /// How long it took, to the millisecond.
    #[serde(skip)]
    pub took: Duration,
    /// How long it may take.
    #[serde(skip)]
    pub rto: Option<Duration>,
}

/// A prompt, and what became of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Answered {
    /// The prompt's id.
    pub prompt: String,
    /// What it asks.
    pub message: String,
    /// The answer.
    pub choice: String,
    /// In whose name it was given.
    pub by: String,
    /// What answered in that name, where the prompt has approvers.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub really: String,
    /// How long after the start that was.
    pub after_seconds: u64,
}

impl Report {
    /// What a witness saw of it, and what its journal says.
    pub async fn of(rehearsed: &Rehearsed, witness: &Witness) -> Result<Report> {
        let Rehearsed { execution, store, simulator, ended, .. } = rehearsed;
        let record = Record::load(store.as_ref(), &execution.id).await?;
        let timeline = Timeline::of(&record.graph, &record.entries);
        // One that stopped on its way has taken until now.
        let took = timeline.whole.took(Some(*ended)).unwrap_or_default();
        let rto = execution.plan.rto;
        let completed = record.status() == ExecutionStatus::Completed;
        let secrets = Secrets::new(&secret_params(execution), execution.format);
        let waves = waves(&record, &timeline, witness);
        let objectives = Objectives::of(&record, &timeline, &waves);
        Ok(Report {
            runbook: execution.plan.name.clone(),
            mode: execution.mode,
            status: record.status(),
            waves,
            hooks: hooks(&record, witness),
            prompts: prompts(&record, witness),
            recovery_seconds: took.as_secs(),
            rto_seconds: rto.map(|rto| rto.as_secs()),
            // Where not all of it ran, it is not met either.
            rto_met: rto.and_then(|rto| {
                let known = objectives.rto.as_ref().and_then(|it| it.met);
                if completed && took <= rto { known } else { Some(false) }
            }),
            assumed: simulator.assumptions(&|text| secrets.hide(text)),
            calls: simulator.counts(),
            objectives,
            outside: execution.plan.outside.lines(),
            took,
            rto,
        })
    }
}

/// The values of the secret params.
fn secret_params(execution: &Execution) -> BTreeMap<String, Value> {
    let is_secret = |name: &str| execution.plan.params.get(name).is_some_and(|param| param.secret);
    let secrets = execution.params.iter().filter(|(name, _)| is_secret(name));
    secrets.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn waves(record: &Record, timeline: &Timeline, witness: &Witness) -> Vec<WaveView> {
    let reported = witness.servers.borrow();
    let rpo = record.execution.plan.rpo;
    let held = |servers: Vec<ServerView>| -> Vec<ServerView> {
        servers.into_iter().map(|server| server.held_to(rpo)).collect()
    };
    record
        .nodes()
        .map(|(at, node, wave)| {
            let span = timeline.waves[at];
            let reported = reported.get(&node.name).cloned();
            let mut servers = reported.map_or_else(Vec::new, held);
            // A replay says nothing twice: what a runner that died had reported may be older than how it ended.
            if matches!(wave.status, WaveStatus::Completed | WaveStatus::Failed)
                || servers.is_empty()
            {
                for server in known(wave, rpo) {
                    latest(&mut servers, server);
                }
            }
            WaveView {
                name: node.name.clone(),
                status: wave.status,
                attempt: wave.attempt,
                seconds: span.took(None).map(|took| took.as_secs()),
                why: Why::of(wave),
                trace: wave.failure.as_ref().map(|it| it.trace.clone()).unwrap_or_default(),
                servers,
            }
        })
        .collect()
}

fn hooks(record: &Record, witness: &Witness) -> BTreeMap<String, Vec<Hook>> {
    let phases = witness.phases.borrow();
    let waves = record.graph.nodes().iter().zip(&record.state.waves);
    let hooks = waves.filter_map(|(node, wave)| {
        let completed = wave.status == WaveStatus::Completed;
        let declared = record.execution.plan.waves.iter().find(|it| it.name == node.name)?;
        let phases = phases.get(&node.name)?;
        Some((node.name.clone(), hooks::of(phases, &declared.hooks, completed)))
    });
    hooks.filter(|(_, hooks)| !hooks.is_empty()).collect()
}

fn prompts(record: &Record, witness: &Witness) -> Vec<Answered> {
    let asked = witness.asked.borrow();
    let begun = record.execution.created_at;
    let answers = events(&record.entries).filter_map(|(at, event)| {
        let (prompt, choice, by, really) = match event {
            Event::Signalled { signal, .. } => match &signal.wish {
                SignalKind::Answer { prompt, choice, .. } => {
                    (prompt, Some(choice.clone()), signal.by.clone(), signal.comment.clone())
                }
                _ => return None,
            },
            Event::TimedOut { prompt } => (prompt, None, TIME.to_owned(), String::new()),
            _ => return None,
        };
        let known = asked.iter().find(|known| known.id == *prompt);
        let silence = known.and_then(|known| known.on_timeout.as_ref().map(ToString::to_string));
        Some(Answered {
            prompt: prompt.clone(),
            message: known.map(|known| known.message.clone()).unwrap_or_default(),
            choice: choice.or(silence).unwrap_or_default(),
            by,
            really,
            after_seconds: words::between(begun, at).as_secs(),
        })
    });
    answers.collect()
}
