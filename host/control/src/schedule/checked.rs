//! A schedule of a file beside its runbook: whether what it wants can be, before it is due at two in the morning.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use moontide_runtime::plan::{Pause, Plan, suggest};

use super::declared::{Answers, Kind, Schedule};
use super::kept::Sources;
use super::length::Length;
use super::mandate::Mandate;
use super::when;
use super::written::Read;
use crate::answers::flags::{Flag, needs_eyes, takes_people};
use crate::answers::people;
use crate::environment::Environment;
use crate::error::{CommandError, Result, code};
use crate::files::{self, Unread};
use crate::listener::Listener;
use crate::params::given::Given;
use crate::params::secrets::{self, Whence};
use crate::params::{self, Bound};
use crate::runbook::Files;
use crate::settings::{self, Settings};
use crate::{labels, world_file};

/// No file of settings beside a runbook is longer.
const LONGEST_SETTINGS: u64 = 256 * 1024;
/// So many of its times are looked at for how close they are.
const LOOKED_AT: usize = 200;
/// The label that all executions of a schedule bear: its name.
pub const LABEL: &str = "schedule";

/// A schedule whose runbook is there, and takes what it says.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The schedule.
    pub schedule: Schedule,
    /// What it starts from.
    pub sources: Sources,
    /// What a person should know of it, although it can be.
    pub warnings: Vec<String>,
    /// Whether its file says from when on it counts.
    pub has_start: bool,
}

/// Checks a schedule of a file.
pub fn check(
    environment: &Environment,
    listener: &dyn Listener,
    read: Read,
    now: Timestamp,
) -> Result<Checked> {
    let place = read.place.clone();
    let checked = examine(environment, listener, read, now);
    checked.map_err(|mut error| {
        if error.places.is_empty() {
            error.at(place)
        } else {
            error.places.push(place);
            error
        }
    })
}

fn examine(
    environment: &Environment,
    listener: &dyn Listener,
    read: Read,
    now: Timestamp,
) -> Result<Checked> {
    let Read { mut schedule, runbook, world, has_start, .. } = read;
    let wrong = |message: String| CommandError::new(code::SCHEDULES, message);
    let files = Files::read(&runbook)?;
    let settings = Settings::read(environment, Some(&files.folder))?;
    let plan = files.plan(listener, &settings.limits(), 0)?;
    people::check(listener, &plan, &settings.approvers)?;
    check_waves(&schedule, &plan).map_err(wrong)?;
    for (name, text) in &mut schedule.params {
        // Another process reads it from another folder.
        if plan.params.get(name).is_some_and(|it| it.secret) && secrets::is_reference(text) {
            *text = secrets::absolute(text);
        }
    }
    bind(listener, &plan, &schedule.params)?;
    let given: Vec<(String, String)> = schedule.labels.clone().into_iter().collect();
    for (key, value) in &given {
        labels::parse(&format!("{key}={value}"))
            .map_err(|why| wrong(format!("the label `{key}`: {why}")))?;
    }
    if schedule.labels.get(LABEL).is_some_and(|it| *it != schedule.name) {
        return Err(wrong(format!("the label `{LABEL}` is the name of the schedule")));
    }
    check_answers(&schedule, &plan)?;
    check_times(&schedule).map_err(wrong)?;
    let mut warnings = warnings(&schedule, &plan, now);
    let (mut settings, mut world_text) = (String::new(), String::new());
    match files::read_within(&files.folder, settings::FILE, LONGEST_SETTINGS) {
        Ok(text) => settings = text,
        Err(Unread::Missing) => {}
        Err(why) => return Err(wrong(format!("{} cannot be read: {why}", settings::FILE))),
    }
    if schedule.kind == Kind::Rehearsal {
        world_text = match &world {
            Some(named) => world_file::text(named)?,
            None => world_file::text_beside(&files.folder)?,
        };
    }
    schedule.runbook.clone_from(&files.origin);
    let mut bundle = files.bundle;
    bundle.modules.retain(|name, _| !name.starts_with('@'));
    let sources = Sources { bundle, settings, world: world_text };
    warnings.sort();
    Ok(Checked { schedule, sources, warnings, has_start })
}

/// Binds the params of a schedule, which are text.
pub fn bind(
    listener: &dyn Listener,
    plan: &Plan,
    params: &BTreeMap<String, String>,
) -> Result<Bound> {
    let mut given = BTreeMap::new();
    for (name, text) in params {
        let is_secret = plan.params.get(name).is_some_and(|param| param.secret);
        let (text, whence) = if !is_secret {
            (text.clone(), Whence::Given)
        } else if secrets::is_reference(text) {
            let reference = secrets::absolute(text);
            (secrets::resolve(name, &reference)?, Whence::Reference(reference))
        } else {
            let message =
                format!("the param `{name}` is secret, and every reader of the store would see it");
            return Err(CommandError::new(code::BAD_PARAM, message).hint(format!(
                "`{name} = \"env:NAME\"` or `\"file:PATH\"` says where each machine finds it"
            )));
        };
        given.insert(name.clone(), Given { text, whence, is_read: is_secret });
    }
    params::bind(listener, plan, given)
}

fn check_waves(schedule: &Schedule, plan: &Plan) -> std::result::Result<(), String> {
    let names = || plan.waves.iter().map(|wave| wave.name.as_str());
    let unknown = schedule.only.iter().find(|name| !names().any(|wave| wave == name.as_str()));
    let Some(unknown) = unknown else { return Ok(()) };
    Err(match suggest::nearest(unknown, names()) {
        Some(near) => {
            format!("`only`: the runbook has no wave `{unknown}`, did you mean `{near}`?")
        }
        None => format!("`only`: the runbook has no wave `{unknown}`"),
    })
}

fn check_answers(schedule: &Schedule, plan: &Plan) -> Result<()> {
    let Answers::These(these) = &schedule.answers else { return Ok(()) };
    Flag::check(&Mandate::of(schedule).flags(), plan)?;
    for (prompt, choice) in these {
        if needs_eyes(prompt, choice) {
            let message = format!(
                "`answers`: `{prompt} = \"{choice}\"` is for a person: it decides what cannot be told, or takes back \
                 what a person has paused"
            );
            return Err(CommandError::new(code::SCHEDULES, message)
                .hint("such a drill waits for a person in any case: leave the answer out"));
        }
        let Some(pause) = pause(plan, prompt) else { continue };
        if takes_people(&pause.approvers, pause.approvals) {
            let why = if pause.approvers.is_empty() {
                format!("takes {} people", pause.approvals)
            } else {
                format!("has approvers ({})", pause.approvers.join(", "))
            };
            let message =
                format!("`answers`: `{prompt}` {why}, and no schedule answers for a person");
            return Err(CommandError::new(code::SCHEDULES, message)
                .hint("`answers = \"wait\"` lets it wait for them"));
        }
        let choices = ["continue", "skip", "abort"];
        let known = ["retry"].into_iter().chain(choices);
        if !known.clone().any(|it| it == choice) {
            let message =
                format!("`answers`: `{prompt}` takes {}, and not `{choice}`", choices.join(", "));
            let error = CommandError::new(code::SCHEDULES, message);
            return Err(match suggest::nearest(choice, known) {
                Some(near) => error.hint(format!("did you mean `{prompt} = \"{near}\"`?")),
                None => error,
            });
        }
    }
    Ok(())
}

/// The pause point that a prompt is of.
fn pause<'p>(plan: &'p Plan, prompt: &str) -> Option<&'p Pause> {
    if prompt == "@start" {
        return plan.start.as_ref();
    }
    plan.waves.iter().find(|wave| wave.name == prompt)?.pause.as_ref()
}

/// Refuses times that never come, and a spread in which two of them would change places.
fn check_times(schedule: &Schedule) -> std::result::Result<(), String> {
    if let when::Kind::At(local) = schedule.when.kind {
        let time = when::Time::of(local, &schedule.zone.0);
        if time.is_none_or(|time| time.moment().is_none()) {
            return Err(format!(
                "{local} does not exist in {}: the clocks are set forward over it",
                schedule.zone
            ));
        }
    }
    let times = schedule.times(schedule.start).filter_map(|time| time.moment());
    let times: Vec<Timestamp> = times.take(LOOKED_AT).collect();
    let closest = times.windows(2).map(|pair| pair[0].duration_until(pair[1])).min();
    let Some(closest) = closest.and_then(|it| std::time::Duration::try_from(it).ok()) else {
        return Ok(());
    };
    if schedule.within.0 >= closest {
        return Err(format!(
            "`within = \"{}\"`: its times are {} apart, and the spread is less than that",
            schedule.within,
            Length(closest)
        ));
    }
    Ok(())
}

fn warnings(schedule: &Schedule, plan: &Plan, now: Timestamp) -> Vec<String> {
    let mut warnings = Vec::new();
    let from = now.max(schedule.start);
    if schedule.times(from).find(|time| time.moment().is_some()).is_none() {
        warnings.push("it never runs: no time of it is still to come".to_owned());
    }
    let answered = |wave: &str| match &schedule.answers {
        Answers::These(these) => these.contains_key(wave),
        Answers::Wait => true,
        Answers::Fail => false,
    };
    let start = plan.start.as_ref().map(|_| "@start");
    let pauses =
        plan.waves.iter().filter(|wave| wave.pause.is_some()).map(|wave| wave.name.as_str());
    let is_wanted =
        |wave: &&str| schedule.only.is_empty() || schedule.only.iter().any(|it| it == wave);
    let asked: Vec<&str> =
        start.into_iter().chain(pauses.filter(is_wanted)).filter(|wave| !answered(wave)).collect();
    if schedule.kind == Kind::Drill && !asked.is_empty() {
        warnings.push(format!(
            "it is cancelled where {} asks a person: `answers` says otherwise",
            asked.join(", ")
        ));
    }
    warnings
}

/// The settings beside a runbook, of a folder that is gone.
pub fn settings(environment: &Environment, sources: &Sources, runbook: &str) -> Result<Settings> {
    let folder = Path::new(runbook);
    Settings::read_pinned(environment, &sources.settings, &folder.join(settings::FILE))
}
