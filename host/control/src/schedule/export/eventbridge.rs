//! What `EventBridge` Scheduler creates a schedule of, as `aws scheduler create-schedule --cli-input-json` takes it; and
//! a rule for an event, as `aws events put-rule` and `put-targets` do. Both send a command to machines by Systems Manager.

use std::time::Duration;

use moontide_runtime::plan::{Mode, Plan};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Call, cannot};
use crate::error::Result;
use crate::schedule::declared::Schedule;
use crate::schedule::when::Kind;
use crate::ssm::parameters;
use crate::start::asks_approvers;
use crate::words::mode;

const FORMAT: &str = "EventBridge";
/// The target that sends a command.
const SEND_COMMAND: &str = "arn:aws:scheduler:::aws-sdk:ssm:sendCommand";
/// The document that runs lines of a shell.
const SHELL: &str = "AWS-RunShellScript";
/// The time that is meant, whichever attempt it is: the execution's id differs from one to the next.
const TIME: &str = "<aws.scheduler.scheduled-time>";
/// No flexible window is longer, in minutes.
const LONGEST_WINDOW: u64 = 1_440;
/// An event is kept for so long at least and at most, in seconds.
const EVENT_AGE: (u64, u64) = (60, 86_400);
/// The agent ends a command after so long, in seconds.
const LONGEST_COMMAND: &str = "172800";

/// Where `EventBridge` sends commands, and as whom.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The role under which it sends.
    pub role_arn: String,
    /// The machines, by a tag: `tag:Role` and its value.
    pub target: (String, String),
    /// The queue for what could not be sent.
    pub dead_letters: Option<String>,
}

/// The input of `CreateSchedule`.
pub fn schedule(schedule: &Schedule, call: &Call, sender: &Sender) -> Result<Value> {
    let minutes = schedule.within.0.as_secs() / 60;
    if minutes > LONGEST_WINDOW {
        return Err(cannot(schedule, FORMAT, "its flexible window is a day at most"));
    }
    let command = format!("{} --at {TIME}", call.run(schedule));
    let input = send_command(sender, &[command]);
    let (least, most) = EVENT_AGE;
    let age = schedule.late.0.as_secs().clamp(least, most);
    let mut target = json!({
        "Arn": SEND_COMMAND,
        "RoleArn": sender.role_arn,
        "Input": input.to_string(),
        "RetryPolicy": { "MaximumEventAgeInSeconds": age, "MaximumRetryAttempts": retries(age) },
    });
    if let Some(queue) = &sender.dead_letters {
        target["DeadLetterConfig"] = json!({ "Arn": queue });
    }
    let window = match minutes {
        0 => json!({ "Mode": "OFF" }),
        minutes => json!({ "Mode": "FLEXIBLE", "MaximumWindowInMinutes": minutes }),
    };
    let mut created = json!({
        "Name": schedule.name,
        "Description": format!("Moontide {} of {}", schedule.kind.word(), schedule.name),
        "ScheduleExpression": schedule.when.to_string(),
        "ScheduleExpressionTimezone": schedule.zone.name(),
        "FlexibleTimeWindow": window,
        "State": "ENABLED",
        "Target": target,
    });
    if let Kind::Rate(_) = schedule.when.kind {
        created["StartDate"] = schedule.start.to_string().into();
    }
    Ok(created)
}

/// One attempt a minute at most.
fn retries(age: u64) -> u64 {
    (Duration::from_secs(age).as_secs() / 60).clamp(1, 185)
}

fn send_command(sender: &Sender, commands: &[String]) -> Value {
    let (key, value) = &sender.target;
    json!({
        "DocumentName": SHELL,
        "Targets": [{ "Key": key, "Values": [value] }],
        "MaxConcurrency": "1",
        "Parameters": { "commands": commands, "executionTimeout": [LONGEST_COMMAND] },
    })
}

/// A rule for an event, and its target.
#[derive(Clone, Debug, Serialize)]
pub struct Rule {
    /// The input of `PutRule`.
    pub rule: Value,
    /// The input of `PutTargets`.
    pub targets: Value,
}

/// What an event starts: the operator's own command document, which takes only what its patterns allow.
#[derive(Clone, Debug)]
pub struct OnEvent {
    /// The pattern that the event has to fit, as JSON.
    pub pattern: Value,
    /// Drill or recovery.
    pub mode: Mode,
    /// Where the runbook is, below the folder of runbooks of the machines.
    pub runbook: String,
    /// The Region of rule and machines.
    pub region: String,
    /// The account, whose document it is.
    pub account: String,
    /// The document's name.
    pub document: String,
}

/// The rule that starts an execution when an event comes: it waits for its approval before anything else, and an event
/// that comes twice starts one. Refused, where the runbook asks no approver before it begins.
pub fn on_event(
    schedule: &Schedule,
    plan: &Plan,
    (call, sender, event): (&Call, &Sender, &OnEvent),
) -> Result<Rule> {
    if !asks_approvers(plan) {
        let why = "its runbook has no `start` with approvers, and an event would begin it unasked";
        return Err(cannot(schedule, FORMAT, why));
    }
    let OnEvent { region, account, document, .. } = event;
    let kind = mode(event.mode);
    let name = format!("moontide-{}-{kind}", schedule.name);
    let (key, value) = &sender.target;
    let mut target = json!({
        "Id": "moontide",
        "Arn": format!("arn:aws:ssm:{region}:{account}:document/{document}"),
        "RoleArn": sender.role_arn,
        "RunCommandParameters": { "RunCommandTargets": [{ "Key": key, "Values": [value] }] },
        "InputTransformer": {
            "InputPathsMap": { "id": "$.id" },
            "InputTemplate": template(call, event)?,
        },
        "RetryPolicy": { "MaximumEventAgeInSeconds": 3_600, "MaximumRetryAttempts": 60 },
    });
    if let Some(queue) = &sender.dead_letters {
        target["DeadLetterConfig"] = json!({ "Arn": queue });
    }
    Ok(Rule {
        rule: json!({
            "Name": name,
            "Description": format!("A {kind} of {} that waits for its approval", plan.name),
            "EventPattern": event.pattern.to_string(),
            "State": "ENABLED",
        }),
        targets: json!({ "Rule": name, "Targets": [target] }),
    })
}

/// The document's parameters. The execution's id is that of the event. It stands alone and not within a text:
/// `EventBridge` quotes what stands alone, and puts into a text what it has as it is.
fn template(call: &Call, event: &OnEvent) -> Result<String> {
    let kind = mode(event.mode);
    let given = [
        (parameters::RUNBOOK, event.runbook.as_str()),
        (parameters::MODE, kind),
        (parameters::STORE, call.store.as_str()),
        // The runbook that lies on the machine then may be another one than is looked at here.
        (parameters::APPROVAL, "needed"),
    ];
    let mut texts = vec![format!("\"{}\":[<id>]", parameters::EXECUTION)];
    for (name, value) in given {
        if let Some(parameter) = parameters::named(name) {
            parameter.check(value)?;
        }
        texts.push(format!("\"{name}\":[{}]", Value::from(value)));
    }
    Ok(format!("{{{}}}", texts.join(",")))
}
