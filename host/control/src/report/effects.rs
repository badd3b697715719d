//! The effects of an execution as a report looks at them: when each began and ended, and what it is called with.

use std::collections::BTreeMap;

use jiff::Timestamp;
use moontide_runtime::effect::Outcome;
use moontide_runtime::journal::{Body, Entry, Step};
use serde_json::Value;

/// An effect that has ended.
pub(crate) struct Effect<'e> {
    /// Where, what and by which name.
    pub(crate) step: &'e Step,
    /// What it was given.
    pub(crate) arguments: &'e Value,
    /// When it was about to be sent; of one that needs no intent, when the lane had ended the effect before it.
    pub(crate) from: Timestamp,
    /// When its outcome was there.
    pub(crate) to: Timestamp,
    /// Its outcome.
    pub(crate) outcome: &'e Outcome,
    /// Whether it was found in the world instead of sent again.
    pub(crate) adopted: bool,
    /// How often it was about to be sent.
    pub(crate) sent: u32,
}

/// All that have ended, in the order of their outcomes.
pub(crate) fn all(entries: &[Entry]) -> Vec<Effect<'_>> {
    let mut intents: BTreeMap<&str, (Timestamp, &Value)> = BTreeMap::new();
    let mut last: BTreeMap<&str, Timestamp> = BTreeMap::new();
    let mut effects = Vec::new();
    for entry in entries {
        match &entry.body {
            Body::Intent { step, .. } => {
                let arguments = step.arguments.as_ref().unwrap_or(&Value::Null);
                intents.entry(step.key.as_str()).or_insert((entry.at, arguments));
                last.insert(step.lane.as_str(), entry.at);
            }
            Body::Outcome { step, attempt, outcome, adopted, .. } => {
                let intent = intents.get(step.key.as_str()).copied();
                let before = last.insert(step.lane.as_str(), entry.at);
                effects.push(Effect {
                    step,
                    arguments: step
                        .arguments
                        .as_ref()
                        .or(intent.map(|(_, arguments)| arguments))
                        .unwrap_or(&Value::Null),
                    from: intent.map(|(at, _)| at).or(before).unwrap_or(entry.at),
                    to: entry.at,
                    outcome,
                    adopted: *adopted,
                    sent: *attempt,
                });
            }
            Body::Event { .. } => {}
        }
    }
    effects
}

impl Effect<'_> {
    /// The wave's attempt that asked for it: the wave, and which one.
    pub(crate) fn place(&self) -> (&str, u32) {
        let root = self.step.lane.as_str().split('/').next().unwrap_or_default();
        let (wave, attempt) = root.rsplit_once('#').unwrap_or((root, ""));
        (wave, attempt.parse().unwrap_or_default())
    }

    /// Its name.
    pub(crate) fn operation(&self) -> &str {
        &self.step.operation
    }

    /// What it returned, if it did.
    pub(crate) fn value(&self) -> Option<&Value> {
        match self.outcome {
            Outcome::Ok { value } => Some(value),
            Outcome::Failed { .. } | Outcome::Unknown { .. } => None,
        }
    }
}

/// The items of a list, wherever it may be missing.
pub(crate) fn items<'v>(value: &'v Value, field: &str) -> impl Iterator<Item = &'v Value> {
    value[field].as_array().into_iter().flatten()
}

/// A text field.
pub(crate) fn text(value: &Value, field: &str) -> Option<String> {
    value[field].as_str().map(str::to_owned)
}
