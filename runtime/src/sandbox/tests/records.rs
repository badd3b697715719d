//! What operations answer, as an author reads it.

use super::*;

/// What a body makes of the one answer that it asks for.
fn answered(body: &str, answer: Value) -> Result<Value, String> {
    let modules = "local ssm, ec2, drs = require('@moontide/ssm'), require('@moontide/ec2'), require('@moontide/drs')\n";
    let mut stage = Stage::set(&format!("{modules}{body}"));
    let lane = stage.lane.clone();
    assert_eq!(stage.begin().asks.len(), 1, "it asks once");
    stage.ok(&lane, answer).ended.unwrap().map_err(|error| error.message)
}

#[test]
fn a_field_that_a_record_does_not_have_is_told_with_the_nearest_or_with_all() {
    let page = |item: Value| json!({ "items": [item] });
    for (body, answer, says) in [
        (
            "return moontide.now().hour",
            json!({ "seconds": 1, "text": "x" }),
            "the time has no `hour`: it has seconds, text",
        ),
        (
            "return moontide.now().second",
            json!({ "seconds": 1, "text": "x" }),
            "the time has no `second`: did you mean `seconds`?",
        ),
        (
            "return ssm.send_command({}).id",
            json!({ "command_id": "c" }),
            "the answer of ssm.send_command has no `id`: it has command_id, document_name, instance_ids",
        ),
        (
            "return drs.recovery_instances()[1].state",
            page(json!({ "recovery_instance_id": "i-1" })),
            "a recovery instance has no `state`: it has arn, ec2_instance_id, ec2_instance_state",
        ),
        (
            "return ec2.describe_instances({}).items[1].status",
            page(json!({ "instance_id": "i-1" })),
            "an instance has no `status`: did you mean `state`?",
        ),
        (
            "return drs.await_jobs({ job_ids = {} }).jobs[1].participating_servers[1].launch_state",
            json!({ "jobs": [{ "job_id": "j", "participating_servers": [{}] }] }),
            "a server's part in a job has no `launch_state`: did you mean `launch_status`?",
        ),
        (
            "return drs.source_servers()[1].last_launch.job",
            page(json!({ "last_launch": {} })),
            "a last launch has no `job`: it has initiated, job_id, status, type",
        ),
        (
            "return ec2.create_tags({}).ok",
            json!({}),
            "the answer of ec2.create_tags has no `ok`: it has nothing",
        ),
        (
            "ssm.send_command({}).note = 1",
            json!({ "command_id": "c" }),
            "the answer of ssm.send_command cannot be written to: keep `note` in a local",
        ),
    ] {
        let error = answered(body, answer).unwrap_err();
        assert!(error.contains(says), "{body}: {error}");
    }
}

#[test]
fn a_field_that_aws_left_out_is_nil_and_so_is_what_is_not_in_a_map() {
    for (body, answer) in [
        (
            "local it = drs.source_servers()[1]\n\
             return { it.tags.App == nil, it.last_launch == nil, it.lag_duration == nil, it.hostname == nil }",
            json!({ "items": [{ "source_server_id": "s-1", "tags": {} }] }),
        ),
        (
            "local it = drs.describe_jobs().items[1]\n\
             return { it.log_errors == nil, it.tags == nil, it.participating_servers[1].error == nil, true }",
            json!({ "items": [{ "job_id": "j", "participating_servers": [{ "launch_status": "PENDING" }] }] }),
        ),
        (
            "local it = ssm.get_automation_execution({ automation_execution_id = 'a' }).automation_execution\n\
             return { it.outputs['promote.Position'] == nil, it.failure_message == nil, #it.step_executions == 0, true }",
            json!({ "automation_execution": { "outputs": {}, "step_executions": [] } }),
        ),
        (
            "local it = drs.terminate_recovery_instances { recovery_instance_ids = {} }\n\
             return { it.job == nil, true, true, true }",
            json!({}),
        ),
        (
            "local it = ec2.describe_instances({})\n\
             table.sort(it.items, function(a, b) return a.instance_id < b.instance_id end)\n\
             local mine = table.clone(it.items[1]) mine.note = 'x'\n\
             return { it.next_token == nil, mine.note == 'x', it.items[3] == nil, it.items[1].instance_id == 'i-1' }",
            json!({ "items": [{ "instance_id": "i-2" }, { "instance_id": "i-1" }] }),
        ),
    ] {
        assert_eq!(answered(body, answer), Ok(json!([true, true, true, true])), "{body}");
    }
}
