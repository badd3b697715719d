//! What goes on outside, in lines.

use moontide_control::view::Outside;

use crate::output::Page;
use crate::output::style::{attention, faint, plain, strong};

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

#[cfg(test)]
mod tests {
    use moontide_control::view::outside::going_on;
    use moontide_kit::staged::{intent, journal, outcome, step};
    use moontide_runtime::effect::{EffectError, Outcome};
    use moontide_runtime::journal::{Body, Step};
    use serde_json::{Value, json};

    use super::*;

    fn page(bodies: Vec<Body>) -> String {
        let mut page = Page::default();
        write(&going_on(&journal(0, bodies), "us-west-2"), &mut page);
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
