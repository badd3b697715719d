//! What was checked, and what the checks said.

use std::collections::BTreeMap;

use jiff::Timestamp;
use moontide_runtime::effect::Outcome;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::effects::{Effect, items, text};
use super::known::Known;
use super::subject::Subject;
use crate::words;

/// So much of what a check said is shown; the journal has more.
const LONGEST: usize = 500;

/// A check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Check {
    /// When its result was there.
    pub at: Timestamp,
    /// The wave.
    pub wave: String,
    /// Which attempt.
    pub attempt: u32,
    /// What looked: EC2's status checks, or a document of SSM and what it was given.
    pub what: String,
    /// The server, or how many.
    pub subject: String,
    /// Whether it passed.
    pub passed: Known<bool>,
    /// What it said.
    pub said: String,
}

/// All checks, in the order of their results. Where the journal does not tell what was only looked at, none is known.
pub(super) fn all(subject: &Subject<'_>) -> Vec<Check> {
    if subject.gone().is_some() {
        return Vec::new();
    }
    let commands = commands(subject);
    let mut checks = Vec::new();
    for effect in &subject.effects {
        match effect.operation() {
            "ec2.await_running" if effect.arguments["status_checks"] != false => {
                status_checks(subject, effect, &mut checks);
            }
            "ssm.await_command" => {
                let id = text(effect.arguments, "command_id").unwrap_or_default();
                let what = commands.get(&id).cloned().unwrap_or_else(|| "a command".to_owned());
                command(subject, effect, &what, &mut checks);
            }
            "ssm.send_command" if effect.value().is_some() => {
                let id = effect.value().and_then(|value| text(value, "command_id"));
                let id = id.unwrap_or_default();
                if !subject.effects.iter().any(|it| awaits(it, &id)) {
                    let what = commands.get(&id).cloned().unwrap_or_else(|| "a command".to_owned());
                    let mut check = Check::of(effect, &what, "all instances".to_owned());
                    check.passed = Known::unknown("its result was not waited for");
                    checks.push(check);
                }
            }
            "ssm.get_automation_execution" => automation(effect, &mut checks),
            _ => {}
        }
    }
    checks
}

/// Whether an effect has waited for the result of this command.
fn awaits(effect: &Effect<'_>, command: &str) -> bool {
    effect.operation() == "ssm.await_command"
        && effect.arguments["command_id"].as_str() == Some(command)
}

impl Check {
    fn of(effect: &Effect<'_>, what: &str, subject: String) -> Check {
        let (wave, attempt) = effect.place();
        Check {
            at: effect.to,
            wave: wave.to_owned(),
            attempt,
            what: what.to_owned(),
            subject,
            passed: Known::unknown("it did not end"),
            said: String::new(),
        }
    }
}

/// EC2's, of all instances of a wave together: those that did not pass one by one.
fn status_checks(subject: &Subject<'_>, effect: &Effect<'_>, checks: &mut Vec<Check>) {
    const WHAT: &str = "EC2 status checks";
    let asked = items(effect.arguments, "instance_ids").count();
    let (late, error) = match effect.outcome {
        Outcome::Ok { .. } => (Vec::new(), None),
        Outcome::Failed { error } => (items(&error.details, "instances").collect(), Some(error)),
        Outcome::Unknown { evidence } => {
            let mut check = Check::of(effect, WHAT, words::count(asked, "instance"));
            check.passed = Known::unknown(short(&evidence.message));
            checks.push(check);
            return;
        }
    };
    let good = if error.is_some() && late.is_empty() { 0 } else { asked - late.len().min(asked) };
    if good > 0 {
        let mut check = Check::of(effect, WHAT, words::count(good, "instance"));
        check.passed = Known::Known(true);
        "running, checks passed".clone_into(&mut check.said);
        checks.push(check);
    }
    for instance in &late {
        let id = text(instance, "instance_id").unwrap_or_default();
        let mut check = Check::of(effect, WHAT, subject.name_of_instance(&id));
        check.passed = Known::Known(false);
        let field = |name: &str| text(instance, name).unwrap_or_default();
        check.said = format!("{}, checks {}", field("state"), field("checks"));
        checks.push(check);
    }
    if let Some(error) = error.filter(|_| late.is_empty()) {
        let mut check = Check::of(effect, WHAT, words::count(asked, "instance"));
        check.passed = Known::Known(false);
        check.said = short(&error.message);
        checks.push(check);
    }
}

/// What each command was: its document, and what that was given.
fn commands(subject: &Subject<'_>) -> BTreeMap<String, String> {
    let sent = subject.effects.iter().filter(|effect| effect.operation() == "ssm.send_command");
    let named = sent.filter_map(|effect| {
        let id = text(effect.value()?, "command_id")?;
        let document = text(effect.arguments, "document_name").unwrap_or_default();
        let lines = items(&effect.arguments["parameters"], "commands").filter_map(Value::as_str);
        let lines: Vec<&str> = lines.collect();
        let what = if lines.is_empty() {
            document
        } else {
            format!("{document}: {}", short(&lines.join("; ")))
        };
        Some((id, what))
    });
    named.collect()
}

/// A command, on each instance.
fn command(subject: &Subject<'_>, effect: &Effect<'_>, what: &str, checks: &mut Vec<Check>) {
    match effect.outcome {
        Outcome::Ok { value } => {
            for run in items(value, "invocations") {
                let id = text(run, "instance_id").unwrap_or_default();
                let mut check = Check::of(effect, what, subject.name_of_instance(&id));
                let status = text(run, "status").unwrap_or_default();
                check.passed = Known::Known(status == "Success");
                check.said = said(run, &status);
                checks.push(check);
            }
        }
        Outcome::Failed { error } => {
            // It says why its result is not known, and nothing of the result.
            let mut check = Check::of(effect, what, "all instances".to_owned());
            check.passed = Known::unknown(short(&error.message));
            check.said.clone_from(&error.code);
            checks.push(check);
        }
        Outcome::Unknown { evidence } => {
            let mut check = Check::of(effect, what, "all instances".to_owned());
            check.passed = Known::unknown(short(&evidence.message));
            checks.push(check);
        }
    }
}

/// The status of a command, its exit code, and the end of what it wrote: of what failed, its errors first.
fn said(run: &Value, status: &str) -> String {
    let output = |field: &str| {
        let text = text(run, field).unwrap_or_default();
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    };
    let outputs = [output("stderr"), output("stdout")].into_iter().flatten();
    let outputs: Vec<String> = outputs.collect();
    let mut said = match run["response_code"].as_i64() {
        Some(code) if code != 0 => format!("{status}, exit code {code}"),
        _ => status.to_owned(),
    };
    if !outputs.is_empty() {
        said = format!("{said}: {}", short(&outputs.join(" | ")));
    }
    said
}

/// An automation that has ended. While it runs it is looked at many times.
fn automation(effect: &Effect<'_>, checks: &mut Vec<Check>) {
    let Some(run) = effect.value().map(|value| &value["automation_execution"]) else { return };
    let status = text(run, "automation_execution_status").unwrap_or_default();
    if matches!(status.as_str(), "" | "Pending" | "InProgress" | "Waiting") {
        return;
    }
    let document = text(run, "document_name").unwrap_or_else(|| "an automation".to_owned());
    let id = text(effect.arguments, "automation_execution_id").unwrap_or_default();
    let mut check = Check::of(effect, &document, id);
    check.passed = Known::Known(matches!(status.as_str(), "Success" | "CompletedWithSuccess"));
    let failure = text(run, "failure_message").map(|why| format!(": {}", short(&why)));
    check.said = format!("{status}{}", failure.unwrap_or_default());
    checks.push(check);
}

fn short(text: &str) -> String {
    let mut short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() {
        short.push_str(" … (the journal has all)");
    }
    short
}
