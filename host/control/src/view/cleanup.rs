//! What a cleanup did: what it terminated, and what it left and why.

use moontide_runtime::scheduler::ExecutionStatus;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Record, Summary, adopted};
use crate::cleanup::begun;
use crate::cleanup::launched::Launched;
use crate::contract::engine;
use crate::error::Hint;
use crate::next::Next;

/// The result of a cleanup.
#[derive(Serialize, JsonSchema)]
pub struct Cleaned {
    /// The drill.
    pub execution: String,
    /// The execution that cleaned up; of several the last, or the first that did not complete. `None`: there was
    /// nothing to do.
    pub cleanup: Option<String>,
    /// How that one stands.
    #[schemars(with = "engine::ExecutionStatus")]
    pub status: ExecutionStatus,
    /// Where it was looked for instances.
    pub regions: Vec<String>,
    /// What was terminated.
    pub terminated: Vec<Touched>,
    /// What was left.
    pub left: Vec<Touched>,
    /// How far the cleanups came that did not complete.
    #[serde(skip)]
    pub summaries: Vec<Summary>,
    /// What there is to know of what was not looked at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
}

/// An instance, as the cleanup's wave returns it.
#[derive(Serialize, JsonSchema, Deserialize)]
pub struct Touched {
    /// Its EC2 id; `None`: it is not known whether there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<String>,
    /// Its source server's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// Why it was left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Cleaned {
    /// Reads what the waves of cleanups returned, or knew when they failed: `{ terminated = { … }, left =
    /// { … } }`. Where one followed another in a Region, the last one knows what is left there.
    pub fn of(records: &[Record], drill: &Record, typed: &[(String, String)]) -> Cleaned {
        let terminated: Vec<Touched> =
            records.iter().flat_map(|record| all(record, "terminated")).collect();
        let is_ours = |left: &Touched| {
            left.instance_id.is_some()
                && terminated.iter().any(|it| it.instance_id == left.instance_id)
        };
        let place = |record: &Record| begun::place(&record.execution).to_owned();
        let is_last =
            |at: usize| !records[at + 1..].iter().any(|it| place(it) == place(&records[at]));
        let lasts: Vec<&Record> =
            (0..records.len()).filter(|at| is_last(*at)).map(|at| &records[at]).collect();
        let left = lasts.iter().flat_map(|record| all(record, "left"));
        let left = left.filter(|left| !is_ours(left)).collect();
        let undone = || lasts.iter().filter(|it| it.status() != ExecutionStatus::Completed);
        let told = undone().next().or(lasts.last());
        Cleaned {
            execution: drill.execution.id.clone(),
            cleanup: told.map(|record| record.execution.id.clone()),
            status: told.map_or(ExecutionStatus::Completed, |record| record.status()),
            regions: lasts.iter().map(|record| place(record)).collect(),
            terminated,
            left,
            summaries: undone().map(|record| Summary::of(record, typed)).collect(),
            hints: hints(&lasts, drill),
        }
    }
}

/// What was not looked at: Regions for which it was stopped too early, and those of which what was adopted tells
/// nothing.
fn hints(lasts: &[&Record], drill: &Record) -> Vec<Hint> {
    let home = begun::place(&drill.execution);
    let is_reached =
        |region: &str| lasts.iter().any(|record| begun::place(&record.execution) == region);
    let launched = Launched::by_region(&drill.entries, home);
    let unreached: Vec<&str> =
        launched.iter().map(Launched::region).filter(|region| !is_reached(region)).collect();
    let unreached = (!unreached.is_empty()).then(|| {
        let before = format!("not looked at yet: {}; `", unreached.join(", "));
        Hint::step(before, Next::clean_up(&drill.execution.id), "` goes on there")
    });
    unreached.into_iter().chain(adopted::elsewhere(drill)).collect()
}

/// A list of what its waves returned, or knew.
fn all(record: &Record, field: &str) -> impl Iterator<Item = Touched> {
    let known = record.state.waves.iter().map(|wave| match &wave.failure {
        Some(failure) => &failure.details,
        None => &wave.result,
    });
    known.filter_map(move |known| known[field].as_array()).flatten().filter_map(read)
}

fn read(value: &Value) -> Option<Touched> {
    serde_json::from_value(value.clone()).ok()
}
