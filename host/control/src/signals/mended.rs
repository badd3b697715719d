//! Other sources for the wave that is attempted again: what they are, what they change, and what stays.

use std::path::Path;

use moontide_runtime::journal::{Bundle, Mend};
use moontide_runtime::plan::{Plan, suggest};
use moontide_runtime::scheduler::graph::{CANCEL, FINISH, START};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::error::{CommandError, Hint, Result, code};
use crate::next::Next;
use crate::operator::Operator;
use crate::runbook::Files;
use crate::view::Record;
use crate::view::changes::{Change, between};

/// What the engine itself reads of a wave: which waves it waits for, which people are asked, what a failure means.
const ENGINES: [&str; 4] = ["depends_on", "pause", "on_failure", "max_attempts"];
/// What of a runbook only describes it.
const WORDS: [&str; 3] = ["name", "description", "waves"];

/// What a wave's new sources change.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Mended {
    /// The wave, or the hook.
    pub wave: String,
    /// The files that differ from those of its last attempt.
    pub changes: Vec<Change>,
    /// Fields of the runbook that differ, and stay as the execution began with them.
    pub kept: Vec<String>,
    /// The same for the journal.
    #[serde(skip)]
    pub mend: Mend,
}

/// Sources on this machine that are not those that a wave would run from, and are not taken.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct OnDisk {
    /// What differs, in words.
    pub changes: String,
    /// The step that takes them, should the wave fail again.
    pub next: Next,
}

/// Reads and checks the sources at `path` for this wave, under the rules that the execution has pinned.
pub(super) fn read(
    operator: &Operator,
    record: &Record,
    wave: &str,
    path: &Path,
) -> Result<Mended> {
    let execution = &record.execution;
    if let Some(drill) = execution.client() {
        let message =
            format!("`{}` cleans up after `{drill}`, by Moontide's own runbook", execution.id);
        let again = Hint::step("`", Next::clean_up(&drill), "` cleans up by this release's");
        return Err(CommandError::new(code::BAD_ARGUMENT, message).hint(again));
    }
    let files = Files::read(path)?.over(&execution.bundle);
    let limits = operator.settings.limits_of(execution, &record.limits);
    let plan = files.plan(operator.face.as_ref(), &limits, execution.seed)?;
    let shown = path.display();
    if plan.name != execution.plan.name {
        let message = format!(
            "{shown} is the runbook `{}`, and `{}` was started from `{}`",
            plan.name, execution.id, execution.plan.name
        );
        return Err(CommandError::new(code::RUNBOOK_DIFFERS, message)
            .hint("a retry takes the same runbook, mended"));
    }
    let has =
        |name: &String| execution.params.contains_key(name) || execution.secrets.contains_key(name);
    if let Some(param) = plan.params.keys().find(|name| !has(name)) {
        let message =
            format!("{shown} declares the param `{param}`, which `{}` does not have", execution.id);
        return Err(CommandError::new(code::RUNBOOK_DIFFERS, message).hint(
            "an execution keeps the params that it was started with: write the value into the file",
        ));
    }
    let place =
        place(&plan, wave).map_err(|error| error.hint(format!("it is missing in {shown}")))?;
    let now = running(record, wave);
    let changes = between(&now, &files.bundle);
    if changes.is_empty() && now.entry == files.bundle.entry {
        let message = format!("{shown} holds what `{wave}` runs from already");
        let retry = Next::retry(&execution.id, wave);
        return Err(CommandError::new(code::BAD_ARGUMENT, message).hint(Hint::step(
            "`",
            retry,
            "` attempts it again from that",
        )));
    }
    let kept = kept(&execution.plan, &plan, wave);
    let mend = Mend::between(&execution.bundle, &files.bundle, place);
    Ok(Mended { wave: wave.to_owned(), changes, kept, mend })
}

/// The sources that a wave would run from if it were attempted now.
fn running(record: &Record, wave: &str) -> Bundle {
    let pinned = &record.execution.bundle;
    let mend = record.graph.index(wave).and_then(|node| record.ahead.waves[node].mend.as_ref());
    mend.map_or_else(|| pinned.clone(), |mend| mend.of(pinned))
}

/// Where the part of the runbook stands that is to run: a wave's place, none for a hook of the whole. An error, if there
/// is no such wave or hook.
pub fn place(plan: &Plan, node: &str) -> Result<Option<usize>> {
    let missing = |what: String| CommandError::new(code::NO_WAVE, what);
    let of_wave = |wave: &str| {
        let found = plan.waves.iter().position(|known| known.name == wave);
        found.ok_or_else(|| {
            let names = plan.waves.iter().map(|known| known.name.as_str());
            let error = missing(format!("there is no wave `{wave}` any more"));
            match suggest::nearest(wave, names) {
                Some(nearest) => error.hint(format!("did you rename it to `{nearest}`?")),
                None => error,
            }
        })
    };
    let hook = |is_there: bool, name: &str| {
        if is_there { Ok(None) } else { Err(missing(format!("there is no `{name}` any more"))) }
    };
    match node.split_once(':') {
        Some((CANCEL, wave)) => {
            let at = of_wave(wave)?;
            let is_there = plan.waves[at].hooks.iter().any(|hook| hook == "on_cancel");
            hook(is_there, "on_cancel").map(|_| Some(at))
        }
        _ if node == START => hook(plan.on_start, "on_start"),
        _ if node == CANCEL => hook(plan.on_cancel, "on_cancel"),
        _ if node == FINISH => hook(plan.on_finish, "on_finish"),
        _ => of_wave(node).map(Some),
    }
}

/// What differs between the plans and stays as it was: the engine has read it once, for all waves.
fn kept(old: &Plan, new: &Plan, wave: &str) -> Vec<String> {
    let value = |plan: &Plan| serde_json::to_value(plan).unwrap_or_default();
    let (before, after) = (value(old), value(new));
    let differs = |one: &Value, other: &Value, key: &str| one.get(key) != other.get(key);
    let keys =
        [&before, &after].into_iter().filter_map(Value::as_object).flat_map(|map| map.keys());
    let mut kept: Vec<String> = keys
        .filter(|key| !WORDS.contains(&key.as_str()) && differs(&before, &after, key))
        .cloned()
        .collect();
    let named = |plan: &Value| {
        let waves = plan.get("waves").and_then(Value::as_array).cloned().unwrap_or_default();
        waves.into_iter().find(|it| it.get("name").and_then(Value::as_str) == Some(wave))
    };
    if let Some((before, after)) = named(&before).zip(named(&after)) {
        let engines = ENGINES.iter().filter(|key| differs(&before, &after, key));
        kept.extend(engines.map(|key| format!("`{key}` of {wave}")));
    }
    let order = |plan: &Plan| plan.waves.iter().map(|wave| wave.name.clone()).collect::<Vec<_>>();
    if order(old) != order(new) {
        kept.push("which waves there are, and their order".to_owned());
    }
    kept.sort();
    kept.dedup();
    kept
}

/// The sources on this machine, where they are not what the wave would run from.
pub(super) fn on_disk(record: &Record, wave: &str) -> Option<OnDisk> {
    // A cleanup of an earlier release names its drill's.
    let is_cleanup = record.execution.client().is_some();
    let origin = if is_cleanup { "" } else { record.execution.origin.as_str() };
    let files = (!origin.is_empty()).then(|| Files::read(Path::new(origin)).ok())??;
    let changes = between(&running(record, wave), &files.bundle);
    let texts: Vec<String> = changes.iter().map(Change::text).collect();
    let (execution, wave) = (record.execution.id.clone(), Some(wave.to_owned()));
    let next = Next::RetryMended { execution, wave, runbook: Some(origin.to_owned()) };
    (!texts.is_empty()).then(|| OnDisk { changes: texts.join(", "), next })
}
