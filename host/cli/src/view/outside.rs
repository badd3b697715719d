//! What goes on outside although nothing drives the execution any more: jobs, commands and automations that
//! the journal knows as started, and of which it saw no end.

use moontide_control::words::quoted;
use moontide_runtime::effect::Outcome;
use moontide_runtime::journal::{Body, Entry, Step};
use moontide_runtime::scheduler::ExecutionStatus;
use serde::Serialize;
use serde_json::Value;

use super::Record;
use crate::output::Page;
use crate::output::style::{attention, faint, plain, strong};

/// Something that was started and whose end nobody saw.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Outside {
    /// The operation that started it.
    operation: String,
    /// AWS's id of it; `None`: the answer was never seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// What it is about: servers, instances, a document.
    about: Vec<String>,
    /// What to type to stop it.
    #[serde(skip_serializing_if = "Option::is_none")]
    stop: Option<String>,
    /// The effect's identity.
    #[serde(skip)]
    key: String,
}

impl Outside {
    /// What goes on after a cancel or a failure. While a runner drives it, or after a completion, what was
    /// left going is meant to.
    pub(crate) fn of(record: &Record) -> Vec<Outside> {
        let is_cancelled =
            record.state.cancelled_by.is_some() || record.ahead.cancelled_by.is_some();
        // One that a retry has lifted leaves what it had cut off beside what runs again.
        let has_stopped =
            matches!(record.status(), ExecutionStatus::Failed | ExecutionStatus::Cancelled);
        if !is_cancelled && !has_stopped {
            return Vec::new();
        }
        going_on(&record.entries, record.execution.regions.first().map_or("", String::as_str))
    }

    /// A heading and a line for each.
    pub(crate) fn write(all: &[Outside], page: &mut Page) {
        if all.is_empty() {
            return;
        }
        page.line([attention("outside"), plain(", as far as the journal knows, these go on:")]);
        page.indented(|page| {
            for each in all {
                let id = each.id.as_deref().unwrap_or("its answer was never seen");
                page.line([
                    plain(format!("{} ", each.kind())),
                    strong(id),
                    plain(format!(" {}", each.about.join(", "))),
                ]);
                if let Some(stop) = &each.stop {
                    page.indented(|page| page.line([faint("to stop it: "), plain(stop.as_str())]));
                }
            }
        });
    }

    fn kind(&self) -> &'static str {
        match self.operation.as_str() {
            "drs.start_recovery" => "a launch:",
            "drs.terminate_recovery_instances" => "a termination:",
            "ssm.send_command" => "a command:",
            _ => "an automation:",
        }
    }

    fn begun(step: &Step, home: &str) -> Option<Outside> {
        let asked = step.arguments.as_ref().unwrap_or(&Value::Null);
        let names = |field: &str| texts(&asked[field]);
        let about = match step.operation.as_str() {
            "drs.start_recovery" => asked["source_servers"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|it| it["source_server_id"].as_str().map(str::to_owned))
                .collect(),
            "drs.terminate_recovery_instances" => names("recovery_instance_ids"),
            "ssm.send_command" => names("instance_ids"),
            "ssm.start_automation_execution" => one(&asked["document_name"]),
            _ => return None,
        };
        let region = asked["region"].as_str().unwrap_or(home).to_owned();
        let (operation, key) = (step.operation.clone(), step.key.as_str().to_owned());
        // Until its id is known, this is where it would be stopped.
        Some(Outside { operation, id: None, about, stop: Some(region), key })
    }

    /// Its answer: an id, or that there is nothing.
    fn answered(&mut self, value: &Value) {
        let id = [&value["job"]["job_id"], &value["command_id"], &value["automation_execution_id"]];
        self.id = id.into_iter().find_map(|it| it.as_str()).map(str::to_owned);
    }

    /// The same, with the command that stops it instead of the Region.
    fn complete(mut self) -> Outside {
        let region = self.stop.take().unwrap_or_default();
        let region =
            if region.is_empty() { region } else { format!(" --region {}", quoted(&region)) };
        self.stop = self.id.as_deref().map(quoted).and_then(|id| match self.operation.as_str() {
            "ssm.send_command" => Some(format!("aws ssm cancel-command --command-id {id}{region}")),
            "ssm.start_automation_execution" => Some(format!(
                "aws ssm stop-automation-execution --automation-execution-id {id} --type Cancel{region}"
            )),
            // A job of DRS cannot be stopped.
            _ => None,
        });
        self
    }
}

/// Folds a journal whose calls go to the Region `home` unless they say otherwise.
fn going_on(entries: &[Entry], home: &str) -> Vec<Outside> {
    let mut open: Vec<Outside> = Vec::new();
    for entry in entries {
        match &entry.body {
            Body::Intent { step, attempt: 1 } => open.extend(Outside::begun(step, home)),
            Body::Outcome { step, outcome, .. } => {
                let at = open.iter().position(|it| it.key == step.key.as_str());
                match (outcome, at) {
                    (Outcome::Ok { value }, Some(at)) => open[at].answered(value),
                    (Outcome::Failed { .. }, Some(at)) => drop(open.remove(at)),
                    (Outcome::Ok { value }, None) => {
                        let arguments = step.arguments.as_ref().unwrap_or(&Value::Null);
                        let ended = ended(&step.operation, arguments, value);
                        open.retain(|it| it.id.as_ref().is_none_or(|id| !ended.contains(id)));
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    open.into_iter().map(Outside::complete).collect()
}

/// The ids whose end an outcome tells of.
fn ended(operation: &str, asked: &Value, value: &Value) -> Vec<String> {
    match operation {
        "drs.await_jobs" => texts(&asked["job_ids"]),
        "drs.describe_jobs" => {
            let jobs = value["items"].as_array().into_iter().flatten();
            let over = jobs.filter(|job| job["status"] == "COMPLETED");
            over.filter_map(|job| job["job_id"].as_str().map(str::to_owned)).collect()
        }
        "ssm.await_command" | "ssm.cancel_command" => one(&asked["command_id"]),
        "ssm.stop_automation_execution" => one(&asked["automation_execution_id"]),
        "ssm.get_automation_execution" => {
            let going = ["Pending", "InProgress", "Waiting", "Cancelling"];
            let status = value["status"].as_str().unwrap_or("Pending");
            if going.contains(&status) {
                Vec::new()
            } else {
                one(&asked["automation_execution_id"])
            }
        }
        _ => Vec::new(),
    }
}

fn one(value: &Value) -> Vec<String> {
    value.as_str().map(str::to_owned).into_iter().collect()
}

fn texts(list: &Value) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use moontide_runtime::effect::EffectError;
    use serde_json::json;

    use super::super::staged::{intent, journal, outcome, step};
    use super::*;

    fn page(bodies: Vec<Body>) -> String {
        let mut page = Page::default();
        Outside::write(&going_on(&journal(0, bodies), "us-west-2"), &mut page);
        page.into_plain()
    }

    fn effect(position: u32, operation: &str, asked: Value) -> Step {
        step("drill", "db", position, operation, asked)
    }

    fn ok(step: &Step, value: Value) -> Body {
        outcome(step, Outcome::Ok { value })
    }

    fn launch(position: u32) -> Step {
        let servers = json!([{ "source_server_id": "s-1" }, { "source_server_id": "s-2" }]);
        effect(position, "drs.start_recovery", json!({ "source_servers": servers }))
    }

    #[test]
    fn a_job_is_named_and_cannot_be_stopped() {
        let ids = json!({ "recovery_instance_ids": ["i-1"] });
        let terminate = effect(2, "drs.terminate_recovery_instances", ids);
        let bodies = vec![
            intent(&launch(1)),
            ok(&launch(1), json!({ "job": { "job_id": "drsjob-1" } })),
            intent(&terminate),
            ok(&terminate, json!({ "job": { "job_id": "drsjob-2" } })),
        ];
        insta::assert_snapshot!(page(bodies), @r"
        outside, as far as the journal knows, these go on:
          a launch: drsjob-1 s-1, s-2
          a termination: drsjob-2 i-1
        ");
    }

    #[test]
    fn a_job_whose_answer_was_never_seen_may_go_on() {
        insta::assert_snapshot!(page(vec![intent(&launch(1))]), @r"
        outside, as far as the journal knows, these go on:
          a launch: its answer was never seen s-1, s-2
        ");
    }

    #[test]
    fn a_job_that_was_waited_for_or_refused_does_not_go_on() {
        let error = EffectError::new("ConflictException", "no");
        let wait = effect(3, "drs.await_jobs", json!({ "job_ids": ["drsjob-1"] }));
        let bodies = vec![
            intent(&launch(1)),
            ok(&launch(1), json!({ "job": { "job_id": "drsjob-1" } })),
            intent(&launch(2)),
            outcome(&launch(2), Outcome::Failed { error }),
        ];
        assert!(page(bodies.clone()).contains("a launch: drsjob-1"));
        // Where no intent was needed, the outcome carries the arguments.
        let awaited = Body::Outcome {
            step: wait,
            attempt: 0,
            outcome: Outcome::Ok { value: json!({ "jobs": [] }) },
            request_id: None,
            adopted: false,
        };
        assert_eq!(page([bodies, vec![awaited]].concat()), "");
    }

    #[test]
    fn a_job_goes_on_until_a_look_says_that_it_is_completed() {
        let look = |status: &str| Body::Outcome {
            step: effect(2, "drs.describe_jobs", json!({})),
            attempt: 0,
            outcome: Outcome::Ok {
                value: json!({ "items": [{ "job_id": "drsjob-1", "status": status }] }),
            },
            request_id: None,
            adopted: false,
        };
        let begun =
            vec![intent(&launch(1)), ok(&launch(1), json!({ "job": { "job_id": "drsjob-1" } }))];
        assert!(page([begun.clone(), vec![look("STARTED")]].concat()).contains("drsjob-1"));
        assert_eq!(page([begun, vec![look("COMPLETED")]].concat()), "");
    }

    fn automation(asked: Value, after: Vec<Body>) -> String {
        let start = effect(1, "ssm.start_automation_execution", asked);
        let begun = ok(&start, json!({ "automation_execution_id": "a-1" }));
        page([vec![intent(&start), begun], after].concat())
    }

    #[test]
    fn an_automation_is_stopped_by_its_id_in_its_region() {
        let home = automation(json!({ "document_name": "Shop-CutOver" }), Vec::new());
        insta::assert_snapshot!(home, @r"
        outside, as far as the journal knows, these go on:
          an automation: a-1 Shop-CutOver
            to stop it: aws ssm stop-automation-execution --automation-execution-id a-1 --type Cancel --region us-west-2
        ");
        let asked = json!({ "document_name": "Shop-CutOver", "region": "eu-west-1" });
        assert!(automation(asked, Vec::new()).contains(" --type Cancel --region eu-west-1\n"));
    }

    #[test]
    fn an_automation_goes_on_until_it_has_ended_or_was_stopped() {
        let of = |operation: &str, value: Value| Body::Outcome {
            step: effect(2, operation, json!({ "automation_execution_id": "a-1" })),
            attempt: 0,
            outcome: Outcome::Ok { value },
            request_id: None,
            adopted: false,
        };
        let asked = || json!({ "document_name": "Shop-CutOver" });
        for going in ["InProgress", "Waiting"] {
            let look = of("ssm.get_automation_execution", json!({ "status": going }));
            assert!(automation(asked(), vec![look]).contains("a-1"), "{going}");
        }
        for over in ["Success", "Failed", "Cancelled"] {
            let look = of("ssm.get_automation_execution", json!({ "status": over }));
            assert_eq!(automation(asked(), vec![look]), "", "{over}");
        }
        let stopped = of("ssm.stop_automation_execution", json!({}));
        assert_eq!(automation(asked(), vec![stopped]), "");
    }
}
