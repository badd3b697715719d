//! Where an execution stands, wave by wave, and the next steps.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use moontide_runtime::journal::Channel;
use moontide_runtime::journal::chain::ChainHead;
use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::{ExecutionStatus, WaveState, WaveStatus};
use schemars::JsonSchema;
use serde::Serialize;

use super::adopted;
use super::limits;
use super::next::next;
use super::refused;
use super::sealed;
use super::signal::PendingView;
use super::timeline::Timeline;
use super::{Objectives, ObligationView, Outside, PromptView, Record, Replaced, ServerView, Why};
use crate::contract::engine;
use crate::error::Hint;
use crate::next::Next;

/// Where an execution stands.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Summary {
    /// Its id.
    pub execution: String,
    /// The runbook's name.
    pub runbook: String,
    /// Drill or recovery.
    #[schemars(with = "engine::Mode")]
    pub mode: Mode,
    /// What started it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<engine::Channel>")]
    pub source: Option<Channel>,
    /// Why an operator started it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// What its operator has put on it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Where it stands as a whole.
    #[schemars(with = "engine::ExecutionStatus")]
    pub status: ExecutionStatus,
    /// When it was created.
    pub created_at: Timestamp,
    /// How long it took, or took up to its last journal entry.
    pub seconds: Option<u64>,
    /// Its waves, in the order of the plan.
    pub waves: Vec<WaveView>,
    /// Its objectives, and what was achieved.
    #[serde(skip_serializing_if = "Objectives::is_empty")]
    pub objectives: Objectives,
    /// What is to be done after its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub obligation: Option<ObligationView>,
    /// The open prompts.
    pub prompts: Vec<PromptView>,
    /// The runner that drives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runner: Option<String>,
    /// What people want and no runner has taken yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<PendingView>,
    /// What goes on outside although it was cancelled, or has failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outside: Vec<Outside>,
    /// What others have launched since, where it was looked for.
    #[serde(skip_serializing_if = "Replaced::is_empty")]
    pub replaced: Replaced,
    /// The last link of its journal's chain, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<engine::ChainHead>")]
    pub head: Option<ChainHead>,
    /// What there is to know before the next step.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
    /// The steps that make sense now.
    pub next: Vec<Next>,
    /// Whether it goes on elsewhere.
    #[serde(skip)]
    pub is_moved: bool,
}

/// Where a wave stands.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct WaveView {
    /// Its name.
    pub name: String,
    /// Where it stands.
    #[schemars(with = "engine::WaveStatus")]
    pub status: WaveStatus,
    /// The attempt that runs or ran last; 0 before the first.
    pub attempt: u32,
    /// How long it took.
    pub seconds: Option<u64>,
    /// Why it stands where it stands, when that is not obvious.
    #[serde(rename = "reason", skip_serializing_if = "Why::is_empty")]
    #[schemars(with = "String")]
    pub why: Why,
    /// Where its program failed, in the runbook first; where nothing else shows it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trace: Vec<String>,
    /// The verdicts on its servers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<ServerView>,
}

impl Summary {
    /// The summary of a loaded execution. `typed` are the limits that its operator has given with this call.
    pub fn of(record: &Record, typed: &[(String, String)]) -> Summary {
        let Record { execution, graph, entries, .. } = record;
        let timeline = Timeline::of(graph, entries);
        let last = entries.last().map(|entry| entry.at);
        let waves = record.nodes().map(|(at, node, wave)| WaveView {
            name: node.name.clone(),
            status: wave.status,
            attempt: wave.attempt,
            seconds: timeline.waves[at].took(last).map(|took| took.as_secs()),
            why: Why::of(wave),
            trace: Vec::new(),
            servers: if execution.is_adopted() {
                adopted::servers(record, &node.name)
            } else {
                known(wave, execution.plan.rpo)
            },
        });
        let waves: Vec<WaveView> = waves.chain(later(record)).collect();
        let objectives = Objectives::of(record, &timeline, &waves);
        // What it asks, and what waits for it, is asked and waits where it goes on.
        let is_moved = record.moved_to().is_some();
        let prompts = if is_moved { Vec::new() } else { PromptView::all(record) };
        let pending = if is_moved { &[][..] } else { &record.pending };
        let obligation = ObligationView::of(record);
        let owed = obligation.as_ref().and_then(ObligationView::hint);
        Summary {
            execution: execution.id.clone(),
            runbook: execution.plan.name.clone(),
            mode: execution.mode,
            source: execution.source,
            reason: execution.reason.clone(),
            labels: execution.labels.clone(),
            status: record.status(),
            created_at: execution.created_at,
            seconds: timeline.whole.took(last).map(|took| took.as_secs()),
            waves,
            objectives,
            outside: Outside::of(record),
            replaced: Replaced::default(),
            head: None,
            hints: sealed::hint(record)
                .into_iter()
                .chain(adopted::hints(record))
                .chain(refused::hints(record))
                .chain(limits::hints(record, typed))
                .chain(owed)
                .collect(),
            next: next(record, &prompts, obligation.as_ref(), typed),
            obligation,
            prompts,
            runner: record.runner.clone(),
            pending: pending.iter().map(PendingView::of).collect(),
            is_moved,
        }
    }
}

/// The waves of an execution that was adopted that its head does not name.
fn later(record: &Record) -> impl Iterator<Item = WaveView> {
    adopted::later_waves(record).into_iter().map(|wave| WaveView {
        name: wave.to_owned(),
        status: WaveStatus::Cancelled,
        attempt: 1,
        seconds: None,
        why: Why::default(),
        trace: Vec::new(),
        servers: adopted::servers(record, wave),
    })
}

/// The servers in what a wave returned, or knew when it failed, held to the runbook's RPO.
pub fn known(wave: &WaveState, rpo: Option<Duration>) -> Vec<ServerView> {
    let details = wave.failure.as_ref().map(|failure| &failure.details);
    let servers = ServerView::all_in(details.unwrap_or(&wave.result));
    servers.into_iter().map(|server| server.held_to(rpo)).collect()
}
