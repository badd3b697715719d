//! What a plan will do, as plain data.

use std::collections::BTreeMap;

use moontide_control::contract::engine;
use moontide_runtime::plan::{
    FailurePolicy, MinSuccess, Mode, Pause, Plan, PromptTimeout, Wave, duration,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::layers::layers;

/// What a runbook will do.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Outline {
    /// The runbook's name.
    pub name: String,
    /// One sentence about it.
    pub description: String,
    /// The Regions that it acts in; empty: the session's.
    pub regions: Vec<String>,
    /// The Region that it recovers from.
    pub source_region: Option<String>,
    /// At most so many waves side by side.
    pub max_parallel_waves: Option<u32>,
    /// What a drill may touch besides what it launches itself, each in a line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outside: Vec<String>,
    /// How long recovery may take, and how much data may be lost.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub objectives: Vec<String>,
    /// What people are asked before anything begins.
    pub start: Option<Asked>,
    /// The waves, layer by layer: one begins when those before it that it waits for have ended well.
    pub layers: Vec<Vec<WaveOutline>>,
    /// What runs, mode by mode.
    pub modes: Vec<ModeOutline>,
    /// The hooks that run after a cancel, in their order: first those of waves that had begun and were not completed.
    pub after_cancel: Vec<Step>,
}

/// A question to people.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Asked {
    /// The question.
    pub message: String,
    /// Who may answer; empty: all people.
    pub approvers: Vec<String>,
    /// How many of them must say the same.
    pub approvals: u32,
    /// How long it waits, such as `4h`; `None`: for ever.
    pub timeout: Option<String>,
    /// What silence answers then.
    #[schemars(with = "Option<String>")]
    pub silence: Option<PromptTimeout>,
}

/// A wave.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct WaveOutline {
    /// Its name.
    pub name: String,
    /// What it waits for.
    pub depends_on: Vec<String>,
    /// What a person is asked before it.
    pub pause: Option<Asked>,
    /// What it does.
    pub does: Does,
    /// What runs of it, in this order.
    pub steps: Vec<&'static str>,
    /// How many of its servers must be launched.
    #[schemars(with = "Option<serde_json::Value>")]
    pub min_success: Option<MinSuccess>,
    /// What becomes of a failure; `None`: it stays failed, and the waves behind it do not start.
    #[schemars(with = "Option<String>")]
    pub on_failure: Option<FailurePolicy>,
    /// Whether a function decides that.
    pub on_failure_decides: bool,
    /// How often it is attempted in all, where it may be attempted again.
    pub max_attempts: Option<u32>,
    /// How long one attempt may take.
    pub timeout: Option<String>,
}

/// What a wave does.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Does {
    /// It recovers servers.
    Servers {
        /// Those with all of these tags.
        tags: BTreeMap<String, String>,
        /// Those with these ids.
        ids: Vec<String>,
        /// Those whose failure does not fail the wave.
        optional: Vec<String>,
        /// Whether a function chooses them when the wave starts.
        chosen: bool,
    },
    /// It runs a program of its own.
    Program,
}

/// What runs in a mode.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ModeOutline {
    /// The mode.
    #[schemars(with = "engine::Mode")]
    pub mode: Mode,
    /// What the mode means for the launches.
    pub means: &'static str,
    /// What runs, layer by layer.
    pub order: Vec<Step>,
}

/// A piece of a mode's order.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Step {
    /// The wave; `None`: the runbook itself.
    pub wave: Option<String>,
    /// What runs, in this order.
    pub steps: Vec<&'static str>,
}

impl Outline {
    /// That of a plan.
    pub fn of(plan: &Plan) -> Outline {
        let layers = layers(&plan.waves);
        let layers: Vec<Vec<WaveOutline>> = layers
            .into_iter()
            .map(|layer| layer.into_iter().map(|at| WaveOutline::of(&plan.waves[at])).collect())
            .collect();
        let mode = |mode| ModeOutline {
            mode,
            means: match mode {
                Mode::Drill => "launches are drills, which replace the instances of earlier drills",
                Mode::Recovery => "launches are recoveries, never over a live recovery instance",
            },
            order: order(plan, &layers),
        };
        let modes = [Mode::Drill, Mode::Recovery].map(mode).into();
        let after_cancel = after_cancel(plan);
        Outline {
            name: plan.name.clone(),
            description: plan.description.clone(),
            regions: plan.regions.clone(),
            source_region: plan.source_region.clone(),
            max_parallel_waves: plan.max_parallel_waves,
            outside: plan.outside.lines(),
            objectives: [("RTO", plan.rto), ("RPO", plan.rpo)]
                .into_iter()
                .filter_map(|(name, length)| Some(format!("{name} {}", duration::format(length?))))
                .collect(),
            start: plan.start.as_ref().map(Asked::of),
            layers,
            modes,
            after_cancel,
        }
    }
}

impl Asked {
    fn of(pause: &Pause) -> Asked {
        Asked {
            message: pause.message.clone(),
            approvers: pause.approvers.clone(),
            approvals: pause.approvals,
            timeout: pause.timeout.map(duration::format),
            silence: pause.timeout.map(|_| pause.on_timeout),
        }
    }
}

impl WaveOutline {
    fn of(wave: &Wave) -> WaveOutline {
        let has = |hook: &str| wave.hooks.iter().any(|it| it == hook);
        let decides = has("on_failure");
        let again = decides || wave.on_failure == Some(FailurePolicy::Retry);
        WaveOutline {
            name: wave.name.clone(),
            depends_on: wave.depends_on.clone(),
            pause: wave.pause.as_ref().map(Asked::of),
            does: match &wave.servers {
                Some(it) => Does::Servers {
                    tags: it.tags.clone(),
                    ids: it.ids.clone(),
                    optional: it.optional.clone(),
                    chosen: it.chosen,
                },
                None => Does::Program,
            },
            steps: steps(wave),
            min_success: wave.min_success,
            on_failure: wave.on_failure,
            on_failure_decides: decides,
            max_attempts: again.then_some(wave.max_attempts),
            timeout: wave.timeout.map(duration::format),
        }
    }
}

/// What runs of a wave, in this order. A launch stands between `before` and `verify`.
fn steps(wave: &Wave) -> Vec<&'static str> {
    let has = |hook: &str| wave.hooks.iter().any(|it| it == hook);
    let recovers = wave.servers.is_some();
    let chosen = wave.servers.as_ref().is_some_and(|it| it.chosen);
    let all = [
        ("pause", wave.pause.is_some()),
        ("servers", chosen),
        ("before", has("before")),
        ("launch", recovers),
        ("run", has("run")),
        ("verify", has("verify")),
        ("after", has("after")),
    ];
    all.into_iter().filter(|it| it.1).map(|it| it.0).collect()
}

/// What runs in a mode: hooks do not depend on it, and see it as `wave.mode`.
fn order(plan: &Plan, layers: &[Vec<WaveOutline>]) -> Vec<Step> {
    let own = |steps: &[(&'static str, bool)]| {
        let steps: Vec<_> = steps.iter().filter(|it| it.1).map(|it| it.0).collect();
        (!steps.is_empty()).then_some(Step { wave: None, steps })
    };
    let first = own(&[("start", plan.start.is_some()), ("on_start", plan.on_start)]);
    let waves = layers.iter().flatten();
    let waves = waves.map(|it| Step { wave: Some(it.name.clone()), steps: it.steps.clone() });
    let last = own(&[("on_finish", plan.on_finish)]);
    first.into_iter().chain(waves).chain(last).collect()
}

fn after_cancel(plan: &Plan) -> Vec<Step> {
    let has = |wave: &&Wave| wave.hooks.iter().any(|it| it == "on_cancel");
    let step = |wave, name| Step { wave, steps: vec![name] };
    let waves = plan.waves.iter().filter(has).map(|it| step(Some(it.name.clone()), "on_cancel"));
    let own = [("on_cancel", plan.on_cancel), ("on_finish", plan.on_finish)];
    let own = own.into_iter().filter(|it| it.1).map(|it| step(None, it.0));
    waves.chain(own).collect()
}
